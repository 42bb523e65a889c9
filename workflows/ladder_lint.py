"""What is wrong with a definition's timers: rungs that never come, come in the wrong order, or never end."""

from collections.abc import Iterator
from itertools import pairwise

from engine.definition import (
    ANCHORS,
    MISSED_POLICIES,
    RESUME_POLICIES,
    SAME_STATE,
    TIMER_ROLE,
    Ladder,
    Rung,
    WorkflowDefinition,
)
from engine.errors import N_
from workflows.findings import Finding, Lines, find, find_unknown
from workflows.reach import Way, closure, target_from

ROLLS = ("stay", "back", "forward")


def lint_ladders(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """All findings about ladders, none when they can be climbed."""
    called = [ladder.name for ladder in definition.ladders]
    for index, ladder in enumerate(definition.ladders):
        line = lines.of("ladder", index)
        if ladder.name in called[:index]:
            yield find(line, N_("two ladders are called “{name}”; rename one"), name=ladder.name)
        states = {state.name for state in definition.states}
        for key, names, known in (("while", ladder.states, states), ("missed", (ladder.missed,), MISSED_POLICIES)):
            yield from find_unknown(lines.of("ladder", index, key), key, names, known)
        for key, named in (("while", ladder.states), ("rungs", ladder.rungs)):
            if not named:
                told = N_("“{key}” names nothing, so this ladder is never climbed; remove it")
                yield find(lines.of("ladder", index, key), told, key=key)
        for place in range(len(ladder.rungs)):
            yield from _lint_rung(definition, ladder, place, lines.of("ladder", index, place))
        yield from _lint_order(ladder, index, lines)
    yield from _lint_loops(definition, lines)


def _lint_rung(definition: WorkflowDefinition, ladder: Ladder, place: int, line: int) -> Iterator[Finding]:
    rung = ladder.rungs[place]
    if rung.name in [each.name for each in ladder.rungs[:place]]:
        yield find(
            line, N_("two rungs of “{ladder}” are called “{name}”; rename one"), ladder=ladder.name, name=rung.name
        )
    yield from find_unknown(line, "anchor", (rung.anchor,), ANCHORS)
    yield from find_unknown(line, "roll", (rung.roll,), ROLLS)
    yield from find_unknown(line, "resume", (rung.resume,), RESUME_POLICIES)
    if rung.anchor == "submitted_at" and all(each.stamps != rung.anchor for each in definition.transitions):
        yield find(line, N_("no transition stamps “{anchor}”, so this rung never comes"), anchor=rung.anchor)
    yield from _lint_repetition(ladder, place, line)
    yield from _lint_restart(ladder, place, line)
    yield from _lint_fired(definition, ladder, rung, line)


def _lint_repetition(ladder: Ladder, place: int, line: int) -> Iterator[Finding]:
    every_days = ladder.rungs[place].every_days
    if every_days is None:
        return
    if every_days < 1:
        yield find(line, N_("“every_days” must be at least 1"))
    if place < len(ladder.rungs) - 1:
        yield find(line, N_("a rung that repeats must be the last of its ladder: those behind it would never come"))


def _lint_restart(ladder: Ladder, place: int, line: int) -> Iterator[Finding]:
    """What is counted from the entry into a state lies behind it, and moves what stands behind."""
    rung = ladder.rungs[place]
    if rung.resume == "restart":
        if _distance(rung) < 1:
            yield find(
                line, N_("a rung that restarts must wait at least a day: it would be past as soon as it is armed")
            )
        if rung.anchor == "entered_at":
            yield find(line, N_("a rung on “entered_at” starts anew by itself; leave out “resume”"))
    elif any(each.resume == "restart" for each in ladder.rungs[:place]):
        told = N_("the rung “{name}” stands behind one that restarts and might be past by then; let it restart too")
        yield find(line, told, name=rung.name)


def _lint_order(ladder: Ladder, index: int, lines: Lines) -> Iterator[Finding]:
    """Rungs are climbed in the order in which they stand; days and working days cannot be compared."""
    for place, (before, after) in enumerate(pairwise(ladder.rungs), start=1):
        comparable = before.anchor == after.anchor and (before.days is None) == (after.days is None)
        if comparable and _position(after) < _position(before):
            told = N_("the rung “{name}” is due before “{before}”, which stands above it; reorder them")
            yield find(lines.of("ladder", index, place), told, name=after.name, before=before.name)


def _position(rung: Rung) -> tuple[int, str]:
    return (_distance(rung), rung.at.isoformat())


def _distance(rung: Rung) -> int:
    return rung.days if rung.days is not None else rung.working_days or 0


def _lint_fired(definition: WorkflowDefinition, ladder: Ladder, rung: Rung, line: int) -> Iterator[Finding]:
    if rung.fires is None:
        return
    unknown = list(find_unknown(line, "fires", (rung.fires,), {each.event for each in definition.transitions}))
    yield from unknown
    for state in ladder.states if not unknown else ():
        ways = [each for each in definition.transitions if each.event == rung.fires and state in each.sources]
        if not ways:
            told = N_("the rung fires “{name}”, which the state “{source}” does not allow")
            yield find(line, told, name=rung.fires, source=state)
        elif not any(TIMER_ROLE in each.by for each in ways):
            told = N_("the rung fires “{name}”, but “{role}” does not stand under its “by”; add it")
            yield find(line, told, name=rung.fires, role=TIMER_ROLE)


def _lint_loops(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """Timers alone must not go round in a circle without a day passing: a tick would never end."""
    ways = {
        way
        for ladder in definition.ladders
        for rung in ladder.rungs
        for way in _moves_at_once(definition, ladder, rung)
    }
    told = N_(
        "timers alone lead from “{source}” back to it at once; let this rung wait at least a day from “entered_at”"
    )
    for index, ladder in enumerate(definition.ladders):
        for place, rung in enumerate(ladder.rungs):
            for source, target in sorted(_moves_at_once(definition, ladder, rung)):
                if source in closure({target}, ways):
                    yield find(lines.of("ladder", index, place), told, source=source)


def _moves_at_once(definition: WorkflowDefinition, ladder: Ladder, rung: Rung) -> set[Way]:
    """The state changes that a rung may make as soon as a state is entered, its time being past by then."""
    is_relative = rung.anchor == "entered_at" or rung.resume == "restart"
    waits = is_relative and _distance(rung) >= 1 and rung.roll != "back"
    if not rung.fires or waits:
        return set()
    return {
        (source, target_from(each, source))
        for each in definition.transitions
        if each.event == rung.fires and TIMER_ROLE in each.by
        for source in set(each.sources) & set(ladder.states)
        # A step that stays leaves its ladder as it is, so it goes on to the next rung; unless it stamps its anchor.
        if each.target != SAME_STATE or each.stamps == rung.anchor
    }
