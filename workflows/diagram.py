"""A workflow as a picture: Mermaid text that editors, wikis and browsers draw."""

from engine.definition import SAME_STATE, Transition, WorkflowDefinition


def render_mermaid(definition: WorkflowDefinition) -> str:
    """A Mermaid state diagram: states, events with who may fire them, ladders as notes.

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
        rungs = [
            f"{ladder.name}: {', '.join(r.name for r in ladder.rungs)}" for ladder in definition.ladders_in(state.name)
        ]
        if rungs:
            lines += [f"    note right of {state.name}", *(f"        {each}" for each in rungs), "    end note"]
    return "\n".join(lines) + "\n"


def _label(transition: Transition) -> str:
    return f"{transition.event} ({', '.join(transition.by)})"
