"""The only module that knows `transitions`: one shared machine per definition.

A machine holds no model. `add_model` would reset a model's state, costs more with each model and leaks; instead an
event is triggered on a throw-away cursor that carries the state read from the database.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import cast

from transitions import EventData, Machine, MachineError

from engine.definition import TIMER_ROLE, Transition, WorkflowDefinition
from engine.errors import N_, OporaError
from engine.registry import Facts, Guard


class EventNotAllowedError(OporaError):
    """The instance's state does not know the event."""

    message = N_("“{event}” is not possible in the state “{state}”. Possible now: {allowed}.")


class RoleNotAllowedError(OporaError):
    """The actor holds none of the roles that the event asks for."""

    message = N_("“{event}” needs one of these roles: {roles}. Ask someone who holds it, or have the role granted.")


@dataclass(frozen=True, slots=True)
class Move:
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


class WorkflowMachine:
    """Answers where an event leads; shared by all instances of a definition and safe to call from many threads."""

    def __init__(self, definition: WorkflowDefinition, guards: Mapping[str, Guard]) -> None:
        self.definition = definition
        self._machine = Machine(
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
                conditions=[partial(_permits, transition, [guards[name] for name in transition.guards])],
            )

    def move(self, state: str, event: str, facts: Facts) -> Move:
        """Where `event` leads from `state` for an actor with these facts; changes nothing.

        Raises:
            EventNotAllowedError: the state does not know the event; says which it knows.
            RoleNotAllowedError: the actor lacks the role.
            OporaError: the refusal of the first guard that does not hold.
        """
        allowed = self.definition.events_from(state)
        if event not in allowed:
            raise EventNotAllowedError(event=event, state=state, allowed=", ".join(allowed))
        cursor = _Cursor(state, facts)
        trigger: Callable[[_Cursor], bool] = self._machine.events[event].trigger
        try:
            moved = trigger(cursor)
        except MachineError as error:  # pragma: no cover  (events_from has answered already)
            raise EventNotAllowedError(event=event, state=state, allowed=", ".join(allowed)) from error
        if not moved or cursor.taken is None:
            raise cursor.refusal or RoleNotAllowedError(event=event, roles="")
        return Move(source=state, target=cursor.state, transition=cursor.taken)


def _permits(transition: Transition, guards: list[Guard], attempt: EventData) -> bool:
    """The condition of one transition: role first, then guards; remembers the first refusal of the last candidate."""
    cursor = cast(_Cursor, attempt.model)
    if not cursor.facts.roles.intersection(transition.by):
        people = [role for role in transition.by if role != TIMER_ROLE]
        cursor.refusal = RoleNotAllowedError(event=transition.event, roles=", ".join(people))
        return False
    for guard in guards:
        if not guard.holds(cursor.facts):
            cursor.refusal = guard.refusal()
            return False
    cursor.taken = transition
    return True
