"""What a coordinator does with a reply: its files become evidence, or it is dismissed."""

from activities.acting import Actor
from activities.evidence import Evidence, add_file
from activities.firing import roles_of_actor
from activities.occurrences import get_occurrence
from activities.office import Office
from activities.roles import Role, check_holds_anywhere
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError
from notifications.mail.arrivals import Arrival, get_arrival, settle_arrival
from notifications.mail.replies import ArrivedFile, list_files

CONFIRMED, DISMISSED = "confirmed", "dismissed"


class NothingToConfirmError(OporaError):
    """A reply without files."""

    message = N_("The answer {reply} brought no file to confirm. Once you have read it: opora mail dismiss {reply}")


class OccurrenceWantedError(OporaError):
    """The letter was about several things."""

    message = N_(
        "The letter was about several rows, so say which one the files of {reply} belong to: "
        "opora mail confirm {reply} REF"
    )


def confirm_reply(office: Office, actor: Actor, short_id: str, occurrence_id: int | None = None) -> list[Evidence]:
    """Make the files of a reply gathered evidence; nothing is handed in by it. Safe to repeat after a crash.

    Args:
        office: whose plans.
        actor: a coordinator of the activity.
        short_id: of the reply.
        occurrence_id: what they belong to, where the reply does not say it or says it wrongly.

    Raises:
        UnknownReplyError, NothingToConfirmError, OccurrenceWantedError: nothing was changed.
        RoleNotAllowedError: the actor does not coordinate it.
        EventNotAllowedError: the occurrence takes no evidence any more.
    """
    with office.store.read() as connection:
        held = get_arrival(connection, short_id)
        files = list_files(connection, held.id)
    target_id = occurrence_id or next((each.occurrence_id for each in files), None)
    if not files:
        raise NothingToConfirmError(reply=held.short_id)
    if target_id is None:
        raise OccurrenceWantedError(reply=held.short_id)
    _check_coordinator(office, actor, target_id)
    # The same content twice is one piece of evidence: who comes again after a crash adds what is missing.
    added = [_add(office, actor, target_id, each) for each in files]
    _settle(office, held, actor, CONFIRMED)
    return added


def dismiss_reply(office: Office, actor: Actor, short_id: str) -> None:
    """Say that an answer was looked at and nothing is taken from it.

    Raises:
        UnknownReplyError: nothing was changed.
        RoleNotAllowedError: the actor coordinates nothing.
    """
    with office.store.read() as connection:
        held = get_arrival(connection, short_id)
        check_holds_anywhere(connection, actor.person.id, [Role.COORDINATOR], "add_evidence")
    _settle(office, held, actor, DISMISSED)


def _settle(office: Office, held: Arrival, actor: Actor, outcome: str) -> None:
    with office.store.write() as work:
        settle_arrival(work, held, actor.person.short_id, outcome)


def _check_coordinator(office: Office, actor: Actor, occurrence_id: int) -> None:
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        if Role.COORDINATOR.value not in roles_of_actor(office, work, actor, target):
            raise RoleNotAllowedError(event="add_evidence", roles=Role.COORDINATOR.value)


def _add(office: Office, actor: Actor, occurrence_id: int, held: ArrivedFile) -> Evidence:
    with office.evidence.open(held.blob_digest) as stream:
        return add_file(office, actor, occurrence_id, stream, name=held.name)
