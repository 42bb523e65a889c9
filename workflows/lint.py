"""What is wrong with a definition's sense. `transitions` would find a misspelt name only after the state changed."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from engine.definition import MOVABLE_ANCHORS, SAME_STATE, TIMER_ROLE, WorkflowDefinition
from engine.errors import N_
from engine.execution import CREATED
from engine.migration import MIGRATED
from workflows.findings import Finding, Lines, find, find_unknown
from workflows.ladder_lint import lint_ladders
from workflows.reach import closure, list_ways

STAMPED_ANCHORS = ("submitted_at",)
NAME = re.compile("[a-z][a-z0-9_]{0,39}")
FILE_NAME = re.compile("[a-z][a-z0-9-]{0,39}")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a definition may name; a collection that is None asks nothing.

    Args:
        guards: names of the registered guards.
        roles: names of the roles that the application knows.
        states, events: what the application has words for.
        initial: the states that it begins instances in; a definition has to begin in each of them.
        ladders: by name the rungs that the application has words for, None for any.
    """

    guards: Collection[str]
    roles: Collection[str]
    states: Collection[str] | None = None
    events: Collection[str] | None = None
    initial: Collection[str] = field(default=())
    ladders: Mapping[str, Collection[str] | None] | None = None


def lint(definition: WorkflowDefinition, lines: Lines, vocabulary: Vocabulary) -> list[Finding]:
    """All findings, none when the definition can be used."""
    return [
        *_lint_spelling(definition, lines),
        *_lint_words(definition, lines, vocabulary),
        *_lint_initial(definition, lines, vocabulary),
        *_lint_transitions(definition, lines, vocabulary),
        *_lint_reachability(definition, lines),
        *_lint_clashes(definition, lines),
        *lint_ladders(definition, lines),
    ]


def _lint_spelling(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """Names become columns of limited width, message topics and parts of commands."""
    if not FILE_NAME.fullmatch(definition.name):
        told = N_(
            "the workflow's name “{name}” must be of a-z, 0-9 and -, begin with a letter, and have at most 40 signs"
        )
        yield find(1, told, name=definition.name)
    named = [(state.name, lines.of("state", index)) for index, state in enumerate(definition.states)]
    named += [(each.event, lines.of("transition", index)) for index, each in enumerate(definition.transitions)]
    for index, ladder in enumerate(definition.ladders):
        named.append((ladder.name, lines.of("ladder", index)))
        named += [(rung.name, lines.of("ladder", index, place)) for place, rung in enumerate(ladder.rungs)]
    for name, line in named:
        if not NAME.fullmatch(name):
            told = N_("the name “{name}” must be of a-z, 0-9 and _, begin with a letter, and have at most 40 signs")
            yield find(line, told, name=name)
    for index, each in enumerate(definition.transitions):
        if each.event in {CREATED, MIGRATED}:
            told = N_("“{name}” is what history calls a step of its own; rename the event")
            yield find(lines.of("transition", index), told, name=each.event)


def _lint_words(definition: WorkflowDefinition, lines: Lines, vocabulary: Vocabulary) -> Iterator[Finding]:
    """Pages, letters and reports speak of states, events and rungs by name."""
    if vocabulary.states is not None:
        for index, state in enumerate(definition.states):
            yield from find_unknown(lines.of("state", index), "states", (state.name,), vocabulary.states)
    if vocabulary.events is not None:
        for index, each in enumerate(definition.transitions):
            yield from find_unknown(lines.of("transition", index), "event", (each.event,), vocabulary.events)
    if vocabulary.ladders is None:
        return
    for index, ladder in enumerate(definition.ladders):
        yield from find_unknown(lines.of("ladder", index), "ladders", (ladder.name,), vocabulary.ladders)
        rungs = vocabulary.ladders.get(ladder.name)
        for place, rung in enumerate(ladder.rungs if rungs is not None else ()):
            yield from find_unknown(lines.of("ladder", index, place), "rungs", (rung.name,), rungs or ())


def _lint_initial(definition: WorkflowDefinition, lines: Lines, vocabulary: Vocabulary) -> Iterator[Finding]:
    line = lines.of("initial")
    if not definition.initial:
        yield find(line, N_("there is no initial state; name at least one"))
    yield from find_unknown(line, "initial", definition.initial, _state_names(definition))
    for name in sorted(set(vocabulary.initial) - set(definition.initial)):
        yield find(line, N_("work may begin in “{name}”, so it must be an initial state too"), name=name)


def _lint_transitions(definition: WorkflowDefinition, lines: Lines, vocabulary: Vocabulary) -> Iterator[Finding]:
    states = _state_names(definition)
    for index, each in enumerate(definition.transitions):
        for key, names, known in (
            ("from", each.sources, states),
            ("to", () if each.target == SAME_STATE else (each.target,), states),
            ("by", each.by, {*vocabulary.roles, TIMER_ROLE}),
            ("guards", each.guards, vocabulary.guards),
            ("moves", each.moves, MOVABLE_ANCHORS),
            ("stamps", (each.stamps,) if each.stamps else (), STAMPED_ANCHORS),
        ):
            yield from find_unknown(lines.of("transition", index, key), key, names, known)
        for key, names in (("from", each.sources), ("by", each.by)):
            if not names:
                told = N_("“{key}” names nothing, so this is never taken; name something or remove it")
                yield find(lines.of("transition", index, key), told, key=key)


def _lint_reachability(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    ways = list_ways(definition)
    reached = closure(set(definition.initial), ways)
    finals = {state.name for state in definition.states if state.final}
    ending = closure(finals, {(target, source) for source, target in ways})
    for index, state in enumerate(definition.states):
        line = lines.of("state", index)
        if state.name not in reached:
            told = N_("the state “{name}” is never reached; add a transition to it or remove it")
            yield find(line, told, name=state.name)
        if state.name not in ending:
            told = N_("from the state “{name}” no final state can be reached; add a way out")
            yield find(line, told, name=state.name)


def _lint_clashes(definition: WorkflowDefinition, lines: Lines) -> Iterator[Finding]:
    """A later transition of the same event and source can never be taken if an earlier one asks for nothing more."""
    seen: dict[tuple[str, str], list[tuple[set[str], set[str]]]] = {}
    for index, each in enumerate(definition.transitions):
        for source in each.sources:
            earlier = seen.setdefault((each.event, source), [])
            if any(guards <= set(each.guards) and set(each.by) <= roles for roles, guards in earlier):
                told = N_(
                    "“{name}” from “{source}” clashes with an earlier transition that always wins; "
                    "give the earlier one a guard"
                )
                yield find(lines.of("transition", index), told, name=each.event, source=source)
            earlier.append((set(each.by), set(each.guards)))


def _state_names(definition: WorkflowDefinition) -> set[str]:
    return {state.name for state in definition.states}
