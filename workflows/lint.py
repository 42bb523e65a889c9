"""What is wrong with a definition's sense. `transitions` would find a misspelt name only after the state changed."""

import re
from collections.abc import Collection, Iterator
from itertools import pairwise

from engine.definition import (
    ANCHORS,
    MISSED_POLICIES,
    MOVABLE_ANCHORS,
    RESUME_POLICIES,
    SAME_STATE,
    TIMER_ROLE,
    Ladder,
    Rung,
    WorkflowDefinition,
)
from engine.execution import CREATED
from workflows.loader import Finding, Lines

ROLLS = ("stay", "back", "forward")
STAMPED_ANCHORS = ("submitted_at",)
NAME = re.compile("[a-z][a-z0-9_]{0,39}")
FILE_NAME = re.compile("[a-z][a-z0-9-]{0,39}")


def lint(
    definition: WorkflowDefinition, lines: Lines, guards: Collection[str], roles: Collection[str]
) -> list[Finding]:
    """All findings in the order of their lines, none when the definition can be used.

    Args:
        definition: what is looked at.
        lines: where its parts stand in their file.
        guards: names of the registered guards.
        roles: names of the roles that the application knows.
    """
    findings = [
        *_lint_spelling(definition, lines),
        *_lint_initial(definition, lines),
        *_lint_transitions(definition, lines, guards, roles),
        *_lint_reachability(definition, lines),
        *_lint_clashes(definition, lines),
        *_lint_ladders(definition, lines),
        *_lint_loops(definition, lines),
    ]
    return sorted(findings, key=lambda finding: finding.line)


def _lint_spelling(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """Names become columns of limited width, message topics and parts of commands."""
    if not FILE_NAME.fullmatch(definition.name):
        yield Finding(
            1, f"workflow name “{definition.name}” must be a-z, 0-9 and -, beginning with a letter, at most 40"
        )
    named = [(state.name, lines.of("state", index)) for index, state in enumerate(definition.states)]
    named += [(each.event, lines.of("transition", index)) for index, each in enumerate(definition.transitions)]
    for index, ladder in enumerate(definition.ladders):
        named.append((ladder.name, lines.of("ladder", index)))
        named += [(rung.name, lines.of("ladder", index, place)) for place, rung in enumerate(ladder.rungs)]
    for name, line in named:
        if not NAME.fullmatch(name):
            yield Finding(line, f"name “{name}” must be a-z, 0-9 and _, beginning with a letter, at most 40")
    for index, each in enumerate(definition.transitions):
        if each.event == CREATED:
            yield Finding(lines.of("transition", index), f"“{CREATED}” is what history calls the beginning; rename it")


def _lint_initial(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    states = _state_names(definition)
    if not definition.initial:
        yield Finding(lines.of("initial"), "there is no initial state; name at least one")
    for name in definition.initial:
        if name not in states:
            yield Finding(lines.of("initial"), f"unknown initial state “{name}”; known: {_listed(states)}")


def _lint_transitions(
    definition: WorkflowDefinition, lines: Lines, guards: Collection[str], roles: Collection[str]
) -> Iterator[Finding]:
    states = _state_names(definition)
    for index, each in enumerate(definition.transitions):
        line = lines.of("transition", index)
        targets = () if each.target == SAME_STATE else (each.target,)
        yield from _unknown(line, "state", (*each.sources, *targets), states)
        yield from _unknown(line, "role", each.by, {*roles, TIMER_ROLE})
        yield from _unknown(line, "guard", each.guards, guards)
        yield from _unknown(line, "anchor to move", each.moves, MOVABLE_ANCHORS)
        yield from _unknown(line, "anchor to stamp", (each.stamps,) if each.stamps else (), STAMPED_ANCHORS)


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


def _lint_clashes(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """A later transition of the same event and source can never be taken if an earlier one asks for nothing more."""
    seen: dict[tuple[str, str], list[tuple[set[str], set[str]]]] = {}
    for index, each in enumerate(definition.transitions):
        for source in each.sources:
            earlier = seen.setdefault((each.event, source), [])
            if any(guards <= set(each.guards) and set(each.by) <= roles for roles, guards in earlier):
                yield Finding(
                    lines.of("transition", index),
                    f"“{each.event}” from “{source}” clashes with an earlier transition that always wins; "
                    "give the earlier one a guard",
                )
            earlier.append((set(each.by), set(each.guards)))


def _lint_ladders(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    names = [ladder.name for ladder in definition.ladders]
    for index, ladder in enumerate(definition.ladders):
        line = lines.of("ladder", index)
        if ladder.name in names[:index]:
            yield Finding(line, f"two ladders are called “{ladder.name}”; rename one")
        yield from _unknown(line, "state", ladder.states, _state_names(definition))
        yield from _unknown(line, "missed", (ladder.missed,), MISSED_POLICIES)
        for place, rung in enumerate(ladder.rungs):
            line = lines.of("ladder", index, place)
            if rung.name in [each.name for each in ladder.rungs[:place]]:
                yield Finding(line, f"two rungs of “{ladder.name}” are called “{rung.name}”; rename one")
            yield from _unknown(line, "anchor", (rung.anchor,), ANCHORS)
            yield from _unknown(line, "roll", (rung.roll,), ROLLS)
            yield from _unknown(line, "resume", (rung.resume,), RESUME_POLICIES)
            yield from _lint_repetition(ladder, place, line)
            yield from _lint_restart(ladder, place, line)
            yield from _lint_fired(definition, ladder, rung, line)
        yield from _lint_order(ladder, index, lines)


def _lint_repetition(ladder: Ladder, place: int, line: int) -> Iterator[Finding]:
    every_days = ladder.rungs[place].every_days
    if every_days is None:
        return
    if every_days < 1:
        yield Finding(line, "“every_days” must be at least 1")
    if place < len(ladder.rungs) - 1:
        yield Finding(line, "a rung that repeats must be the last of its ladder: those behind it would never come")


def _lint_restart(ladder: Ladder, place: int, line: int) -> Iterator[Finding]:
    """What is counted from the entry into a state lies behind it, and moves what stands behind."""
    rung = ladder.rungs[place]
    if rung.resume == "restart":
        if _distance(rung) < 1:
            yield Finding(
                line, "a rung that restarts must wait at least a day: it would be past as soon as it is armed"
            )
        if rung.anchor == "entered_at":
            yield Finding(line, "a rung on “entered_at” starts anew by itself; leave out “resume”")
    elif any(each.resume == "restart" for each in ladder.rungs[:place]):
        yield Finding(line, f"rung “{rung.name}” stands behind one that restarts and might be past by then; restart it")


def _lint_order(ladder: Ladder, index: int, lines: Lines) -> Iterator[Finding]:
    """Rungs are climbed in the order in which they stand; days and working days cannot be compared."""
    for place, (before, after) in enumerate(pairwise(ladder.rungs), start=1):
        comparable = before.anchor == after.anchor and (before.days is None) == (after.days is None)
        if comparable and _position(after) < _position(before):
            line = lines.of("ladder", index, place)
            yield Finding(line, f"rung “{after.name}” is due before “{before.name}”, which stands above it; reorder")


def _position(rung: Rung) -> tuple[int, str]:
    return (_distance(rung), rung.at.isoformat())


def _distance(rung: Rung) -> int:
    return rung.days if rung.days is not None else rung.working_days or 0


def _lint_fired(definition: WorkflowDefinition, ladder: Ladder, rung: Rung, line: int) -> Iterator[Finding]:
    for state in ladder.states if rung.fires else ():
        ways = [each for each in definition.transitions if each.event == rung.fires and state in each.sources]
        if not ways:
            yield Finding(line, f"a rung fires “{rung.fires}”, which the state “{state}” does not allow")
        elif not any(TIMER_ROLE in each.by for each in ways):
            yield Finding(line, f"a rung fires “{rung.fires}”, but “{TIMER_ROLE}” is not in its `by`; add it")


def _lint_loops(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """Timers alone must not go round in a circle without a day passing: a tick would never end."""
    ways = {
        way
        for ladder in definition.ladders
        for rung in ladder.rungs
        for way in _moves_at_once(definition, ladder, rung)
    }
    for index, ladder in enumerate(definition.ladders):
        for place, rung in enumerate(ladder.rungs):
            for source, target in sorted(_moves_at_once(definition, ladder, rung)):
                if source in _closure({target}, ways):
                    yield Finding(
                        lines.of("ladder", index, place),
                        f"timers alone lead from “{source}” back to “{source}” at once; "
                        "let this rung wait at least a day from “entered_at”",
                    )


def _moves_at_once(definition: WorkflowDefinition, ladder: Ladder, rung: Rung) -> set[tuple[str, str]]:
    """The state changes that a rung may make as soon as a state is entered, its time being past by then."""
    is_relative = rung.anchor == "entered_at" or rung.resume == "restart"
    waits = is_relative and _distance(rung) >= 1 and rung.roll != "back"
    if not rung.fires or waits:
        return set()
    return {
        (source, source if each.target == SAME_STATE else each.target)
        for each in definition.transitions
        if each.event == rung.fires and TIMER_ROLE in each.by
        for source in set(each.sources) & set(ladder.states)
        # A step that stays leaves its ladder as it is, so it goes on to the next rung; unless it stamps its anchor.
        if each.target != SAME_STATE or each.stamps == rung.anchor
    }


def _closure(known: set[str], ways: set[tuple[str, str]]) -> set[str]:
    while True:
        wider = known | {target for source, target in ways if source in known}
        if wider == known:
            return known
        known = wider


def _state_names(definition: WorkflowDefinition) -> set[str]:
    return {state.name for state in definition.states}


def _unknown(line: int, what: str, names: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    for name in names:
        if name not in known:
            yield Finding(line, f"unknown {what} “{name}”; known: {_listed(known)}")


def _listed(names: Collection[str]) -> str:
    return ", ".join(sorted(names))
