"""The only module that knows `transitions`: one shared machine per definition.

A machine holds no model. `add_model` would reset a model's state, costs more with each model and leaks; instead an
event is triggered on a throw-away cursor that carries the state read from the database.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import NamedTuple, cast

import transitions
from transitions import EventData

from engine.definition import TIMER_ROLE, Transition, WorkflowDefinition
from engine.errors import N_, OporaError
from engine.registry import Facts, Guard


class EventNotAllowedError(OporaError):
    """The instance's state does not know the event."""

    message = N_("“{event}” is not possible in the state “{state}”. Possible now: {allowed}.")


class RoleNotAllowedError(OporaError):
    """The actor holds none of the roles that the event asks for."""

    message = N_("“{event}” needs one of these roles: {roles}. Ask someone who holds it, or have the role granted.")


class UnknownGuardError(OporaError):
    """A stored definition names a guard that this program does not have."""

    message = N_(
        "The workflow “{workflow}” asks for the condition “{guard}”, which this version of Opora does not know. "
        "Install the version that the data was last used with, or a newer one."
    )


class Move(NamedTuple):
    """The way an event takes."""

    source: str
    target: str
    transition: Transition


class _Cursor:
    """What `transitions` calls a model: a state, the facts, and what became of the attempt."""

    __slots__ = ("facts", "refusal", "state", "taken")

    def __init__(self, state: str, facts: Facts) -> None:
        self.state = state
        self.facts = facts
        self.taken: Transition | None = None
        self.refusal: OporaError | None = None


class _Way(transitions.Transition):
    """A transition that is tried and does nothing else: a step has no callbacks before or after its change of state.

    `transitions` looks for them and logs each search, which takes longer than the rest of the step's judgement.
    """

    def execute(self, event_data: EventData) -> bool:
        """Take the way if it is open."""
        for condition in self.conditions:
            if not condition.check(event_data):
                return False
        cast(_Cursor, event_data.model).state = self.dest or self.source
        return True


class _Machine(transitions.Machine):
    transition_cls = _Way


class WorkflowMachine:
    """Answers where an event leads; shared by all instances of a definition and safe to call from many threads.

    Raises:
        UnknownGuardError: the definition names a guard that is not among `guards`.
    """

    def __init__(self, definition: WorkflowDefinition, guards: Mapping[str, Guard]) -> None:
        self.definition = definition
        self._events_from = {each.name: definition.events_from(each.name) for each in definition.states}
        self._machine = _Machine(
            model=None,
            states=[each.name for each in definition.states],
            initial=definition.initial[0],
            auto_transitions=False,
            send_event=True,
        )
        for transition in definition.transitions:
            self._machine.add_transition(
                transition.event,
                list(transition.sources),
                transition.target,
                conditions=[partial(_permits, transition, self._guards_of(transition, guards))],
            )

    def move(self, state: str, event: str, facts: Facts) -> Move:
        """Where `event` leads from `state` for an actor with these facts; changes nothing.

        Raises:
            EventNotAllowedError: the state does not know the event; says which it knows.
            RoleNotAllowedError: the actor lacks the role; says which would do.
            OporaError: the refusal of the first guard that does not hold.
        """
        allowed = self._events_from.get(state, ())
        if event not in allowed:
            raise EventNotAllowedError(event=event, state=state, allowed=", ".join(allowed) or "—")
        cursor = _Cursor(state, facts)
        trigger: Callable[[_Cursor], bool] = self._machine.events[event].trigger
        trigger(cursor)
        if cursor.taken is None:
            raise cursor.refusal or RoleNotAllowedError(event=event, roles=self._roles_for(state, event))
        return Move(source=state, target=cursor.state, transition=cursor.taken)

    def _guards_of(self, transition: Transition, guards: Mapping[str, Guard]) -> list[Guard]:
        for name in transition.guards:
            if name not in guards:
                raise UnknownGuardError(workflow=self.definition.name, guard=name)
        return [guards[name] for name in transition.guards]

    def _roles_for(self, state: str, event: str) -> str:
        """Who may fire the event: people's roles, or the timer where nobody else may."""
        ways = [each for each in self.definition.transitions if each.event == event and state in each.sources]
        roles = dict.fromkeys(role for each in ways for role in each.by)
        return ", ".join(role for role in roles if role != TIMER_ROLE) or TIMER_ROLE


def _permits(transition: Transition, guards: list[Guard], attempt: EventData) -> bool:
    """The condition of one transition: role first, then guards; people are told what the first guard refused."""
    cursor = cast(_Cursor, attempt.model)
    if not cursor.facts.roles.intersection(transition.by):
        return False
    for guard in guards:
        if not guard.holds(cursor.facts):
            cursor.refusal = cursor.refusal or guard.refusal()
            return False
    cursor.taken = transition
    return True
