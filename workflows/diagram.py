"""A workflow as a picture: Mermaid text that editors, wikis and browsers draw."""

from engine.definition import SAME_STATE, Transition, WorkflowDefinition
from workflows.svg import Live


def render_mermaid(definition: WorkflowDefinition, live: Live | None = None) -> str:
    """A Mermaid state diagram: states, events with who may fire them, ladders as notes, where an instance stands.

    Source of the syntax: https://mermaid.js.org/syntax/stateDiagram.html
    """
    lines = ["stateDiagram-v2", *(f"    [*] --> {name}" for name in definition.initial)]
    lines += [
        f"    {source} --> {source if each.target == SAME_STATE else each.target}: {_label(each)}"
        for each in definition.transitions
        for source in each.sources
    ]
    # A final state that can be left again (`reopen`) still shows the way to the end.
    lines += [f"    {state.name} --> [*]" for state in definition.states if state.final]
    for state in definition.states:
        notes = [
            f"{ladder.name}: {', '.join(r.name for r in ladder.rungs)}" for ladder in definition.ladders_in(state.name)
        ]
        if live and live.state == state.name:
            notes = [live.duration, *live.next_rungs, *notes]
        if notes:
            lines += [f"    note right of {state.name}", *(f"        {each}" for each in notes), "    end note"]
    if live:
        lines += ["    classDef live fill:#fff6d6,stroke:#8a5a00,stroke-width:3px", f"    class {live.state} live"]
    return "\n".join(lines) + "\n"


def _label(transition: Transition) -> str:
    return f"{transition.event} ({', '.join(transition.by)})"
