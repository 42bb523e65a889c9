"""What is wrong with a definition's sense. `transitions` would find a misspelt name only after the state changed."""

from collections.abc import Collection, Iterator

from engine.definition import ANCHORS, MOVABLE_ANCHORS, SAME_STATE, TIMER_ROLE, WorkflowDefinition
from workflows.loader import Finding, Lines

ROLLS = ("stay", "back", "forward")


def lint(
    definition: WorkflowDefinition, lines: Lines, guards: Collection[str], roles: Collection[str]
) -> list[Finding]:
    """All findings, none when the definition can be used.

    Args:
        definition: what is looked at.
        lines: where its parts stand in their file.
        guards: names of the registered guards.
        roles: names of the roles that the application knows.
    """
    return [
        *_lint_names(definition, lines, guards, roles),
        *_lint_reachability(definition, lines),
        *_lint_clashes(definition, lines),
        *_lint_ladders(definition, lines),
    ]


def _lint_names(
    definition: WorkflowDefinition, lines: Lines, guards: Collection[str], roles: Collection[str]
) -> Iterator[Finding]:
    states = {state.name for state in definition.states}
    for name in definition.initial:
        if name not in states:
            yield Finding(1, f"initial state “{name}” is not among the states; add it or mend the name")
    for index, each in enumerate(definition.transitions):
        line = lines.of("transition", index)
        for state in (*each.sources, *([] if each.target == SAME_STATE else [each.target])):
            if state not in states:
                yield Finding(line, f"unknown state “{state}”; known: {', '.join(sorted(states))}")
        for role in each.by:
            if role not in {*roles, TIMER_ROLE}:
                yield Finding(line, f"unknown role “{role}”; known: {', '.join(sorted(roles))}, {TIMER_ROLE}")
        for guard in each.guards:
            if guard not in guards:
                yield Finding(line, f"unknown guard “{guard}”; known: {', '.join(sorted(guards))}")
        for anchor in each.moves:
            if anchor not in MOVABLE_ANCHORS:
                yield Finding(line, f"anchor “{anchor}” cannot be moved; these can: {', '.join(MOVABLE_ANCHORS)}")
        if each.stamps not in {None, "submitted_at"}:
            yield Finding(line, f"anchor “{each.stamps}” cannot be stamped; only submitted_at can")


def _lint_reachability(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    ways = {
        (source, source if each.target == SAME_STATE else each.target)
        for each in definition.transitions
        for source in each.sources
    }
    reached = _closure(set(definition.initial), ways)
    finals = {state.name for state in definition.states if state.final}
    ending = _closure(finals, {(target, source) for source, target in ways})
    for index, state in enumerate(definition.states):
        line = lines.of("state", index)
        if state.name not in reached:
            yield Finding(line, f"state “{state.name}” is never reached; add a transition to it or remove it")
        if state.name not in ending:
            yield Finding(line, f"from state “{state.name}” no final state can be reached; add a way out")


def _closure(known: set[str], ways: set[tuple[str, str]]) -> set[str]:
    while True:
        wider = known | {target for source, target in ways if source in known}
        if wider == known:
            return known
        known = wider


def _lint_clashes(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """A later transition of the same event and source can never be taken if an earlier one asks for nothing more."""
    seen: dict[tuple[str, str], list[tuple[set[str], set[str]]]] = {}
    for index, each in enumerate(definition.transitions):
        for source in each.sources:
            for roles, guards in seen.get((each.event, source), []):
                if guards <= set(each.guards) and set(each.by) <= roles:
                    yield Finding(
                        lines.of("transition", index),
                        f"“{each.event}” from “{source}” clashes with an earlier transition that always wins; "
                        "give the earlier one a guard",
                    )
            seen.setdefault((each.event, source), []).append((set(each.by), set(each.guards)))


def _lint_ladders(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    states = {state.name for state in definition.states}
    names = [ladder.name for ladder in definition.ladders]
    for index, ladder in enumerate(definition.ladders):
        line = lines.of("ladder", index)
        if names.count(ladder.name) > 1:
            yield Finding(line, f"two ladders are called “{ladder.name}”; rename one")
        for state in ladder.states:
            if state not in states:
                yield Finding(line, f"unknown state “{state}” in ladder “{ladder.name}”")
        rungs = [rung.name for rung in ladder.rungs]
        for rung in ladder.rungs:
            if rungs.count(rung.name) > 1:
                yield Finding(line, f"two rungs of “{ladder.name}” are called “{rung.name}”; rename one")
            if rung.anchor not in ANCHORS:
                yield Finding(line, f"unknown anchor “{rung.anchor}”; known: {', '.join(ANCHORS)}")
            if rung.roll not in ROLLS:
                yield Finding(line, f"unknown roll “{rung.roll}”; known: {', '.join(ROLLS)}")
            if rung.fires:
                yield from _lint_fired(definition, ladder.states, rung.fires, line)


def _lint_fired(definition: WorkflowDefinition, states: Collection[str], event: str, line: int) -> Iterator[Finding]:
    for state in states:
        ways = [each for each in definition.transitions if each.event == event and state in each.sources]
        if not ways:
            yield Finding(line, f"a rung fires “{event}”, which the state “{state}” does not allow")
        elif not any(TIMER_ROLE in each.by for each in ways):
            yield Finding(line, f"a rung fires “{event}”, but “{TIMER_ROLE}” is not among its roles; add it to `by`")
