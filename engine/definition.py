"""What a workflow is: states, transitions, guards by name, role names as opaque strings, timer ladders.

A definition is data. Its digest names its content, and every instance pins the one it was started with.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import time
from typing import Any

from engine.canonical import canonical_json, sha256

MOVABLE_ANCHORS = ("starts_on", "due_on")
ANCHORS = (*MOVABLE_ANCHORS, "submitted_at", "entered_at")
TIMER_ROLE = "timer"
SAME_STATE = "="
# The first of each is what a definition means that says nothing, and what its body leaves out: so a definition that
# uses no newer key keeps its digest, and running instances need no migration.
RESUME_POLICIES = ("absolute", "restart")
MISSED_POLICIES = ("latest", "all", "skip")


@dataclass(frozen=True, slots=True)
class State:
    """A state; a `final` one counts as closed, although a transition such as `reopen` may leave it."""

    name: str
    final: bool = False


@dataclass(frozen=True, slots=True)
class Transition:
    """An event's way out of some states.

    Args:
        event: the verb that people and timers use.
        sources: state names it leaves.
        target: the state it enters, or `=` to stay.
        by: roles of which the actor must hold one.
        guards: names of registered guards that must all hold.
        stamps: an instant anchor set to the step's instant.
        moves: anchors that the caller may set with this event.
    """

    event: str
    sources: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    guards: tuple[str, ...] = ()
    stamps: str | None = None
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Rung:
    """One step of a ladder: at a local time some days from an anchor it fires an event or reminds.

    Args:
        days: calendar days from the anchor; or
        working_days: working days from it; exactly one of the two is set.
        roll: where a day off moves a `days` rung: `back`, `forward` or `stay`.
        at: local time of day.
        fires: the event; None means that the rung only reminds and writes no history.
        every_days: a reminder that repeats until its ladder ends.
        resume: what entering a state after the anchor means: `absolute`, nothing: the rung keeps its place in the
            calendar; `restart`, its days are counted from the day of entering.
    """

    name: str
    anchor: str
    days: int | None
    working_days: int | None
    roll: str
    at: time
    fires: str | None = None
    every_days: int | None = None
    resume: str = RESUME_POLICIES[0]


@dataclass(frozen=True, slots=True)
class Ladder:
    """Rungs in the order of their time, climbed while the instance is in one of `states`.

    Args:
        missed: which reminders a worker who comes late still gives: the `latest`, `all`, or none of a past day
            (`skip`). A rung that fires an event is never passed over.
    """

    name: str
    states: tuple[str, ...]
    rungs: tuple[Rung, ...]
    missed: str = MISSED_POLICIES[0]

    counts_from: frozenset[str] = field(init=False, repr=False, compare=False)
    """The anchors that its rungs' instants depend on; every step asks, so it is found out once."""

    def __post_init__(self) -> None:
        restarts = {"entered_at"} if any(rung.resume == "restart" for rung in self.rungs) else set()
        object.__setattr__(self, "counts_from", frozenset({rung.anchor for rung in self.rungs} | restarts))

    def index_of(self, rung: str) -> int:
        """Position of a rung by name.

        Raises:
            KeyError: no such rung.
        """
        for index, candidate in enumerate(self.rungs):
            if candidate.name == rung:
                return index
        raise KeyError(rung)


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """A whole workflow."""

    name: str
    initial: tuple[str, ...]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    ladders: tuple[Ladder, ...]

    _ladders: Mapping[str, Ladder] = field(init=False, repr=False, compare=False)
    _ladders_in: Mapping[str, tuple[Ladder, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        climbed = {each.name: tuple(one for one in self.ladders if each.name in one.states) for each in self.states}
        object.__setattr__(self, "_ladders", {each.name: each for each in self.ladders})
        object.__setattr__(self, "_ladders_in", climbed)

    @property
    def open_states(self) -> tuple[str, ...]:
        """Names of the states that are not final."""
        return tuple(state.name for state in self.states if not state.final)

    def events_from(self, state: str) -> tuple[str, ...]:
        """The events that a state allows, in the order of the definition, each once."""
        return tuple(dict.fromkeys(each.event for each in self.transitions if state in each.sources))

    def ladder(self, name: str) -> Ladder:
        """A ladder by name.

        Raises:
            KeyError: no such ladder.
        """
        return self._ladders[name]

    def ladders_in(self, state: str) -> tuple[Ladder, ...]:
        """The ladders climbed in a state."""
        return self._ladders_in.get(state, ())

    def body(self) -> str:
        """Canonical JSON: what the digest covers and the database keeps."""
        return canonical_json(_to_plain(self)).decode()

    def digest(self) -> bytes:
        """SHA-256 of `body()`, 32 bytes."""
        return sha256(self.body().encode())


def _to_plain(definition: WorkflowDefinition) -> dict[str, Any]:
    return {
        "name": definition.name,
        "initial": list(definition.initial),
        "states": [{"name": each.name, "final": each.final} for each in definition.states],
        "transitions": [
            {
                "event": each.event,
                "sources": list(each.sources),
                "target": each.target,
                "by": list(each.by),
                "guards": list(each.guards),
                "stamps": each.stamps,
                "moves": list(each.moves),
            }
            for each in definition.transitions
        ],
        "ladders": [
            {
                "name": ladder.name,
                "states": list(ladder.states),
                **_said("missed", ladder.missed, MISSED_POLICIES),
                "rungs": [
                    {
                        "name": rung.name,
                        "anchor": rung.anchor,
                        "days": rung.days,
                        "working_days": rung.working_days,
                        "roll": rung.roll,
                        "at": rung.at.isoformat("minutes"),
                        "fires": rung.fires,
                        "every_days": rung.every_days,
                        **_said("resume", rung.resume, RESUME_POLICIES),
                    }
                    for rung in ladder.rungs
                ],
            }
            for ladder in definition.ladders
        ],
    }


def _said(key: str, policy: str, policies: tuple[str, ...]) -> dict[str, str]:
    return {} if policy == policies[0] else {key: policy}


def definition_from_plain(plain: dict[str, Any]) -> WorkflowDefinition:
    """The inverse of `body()` after JSON parsing."""
    return WorkflowDefinition(
        name=plain["name"],
        initial=tuple(plain["initial"]),
        states=tuple(State(**each) for each in plain["states"]),
        transitions=tuple(
            Transition(
                event=each["event"],
                sources=tuple(each["sources"]),
                target=each["target"],
                by=tuple(each["by"]),
                guards=tuple(each["guards"]),
                stamps=each["stamps"],
                moves=tuple(each["moves"]),
            )
            for each in plain["transitions"]
        ),
        ladders=tuple(
            Ladder(
                name=ladder["name"],
                states=tuple(ladder["states"]),
                rungs=tuple(Rung(**{**rung, "at": time.fromisoformat(rung["at"])}) for rung in ladder["rungs"]),
                missed=ladder.get("missed", MISSED_POLICIES[0]),
            )
            for ladder in plain["ladders"]
        ),
    )
