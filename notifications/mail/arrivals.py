"""What becomes of a mail that came in: a bounce buries its letter, a reply's files wait for the coordinator.

Who knows a letter's message id has read the letter, or was sent it back: it is random. Nothing else in a mail is
believed, and nothing in it moves an occurrence, decides, or touches a grant. Of mails that concern no letter of ours
nothing is kept.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select, update

from activities.allocation import allocate_short_id
from activities.office import Office
from activities.short_ids import find_short_id
from activities.tables import person
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork
from notifications.mail.answers import list_open, tell_coordinators
from notifications.mail.attachments import Attachments, list_attachments
from notifications.mail.bounces import Bounce, find_bounce
from notifications.mail.incoming import (
    BROKEN,
    PARSER_FAULTS,
    TOO_LARGE,
    Incoming,
    UnreadableMailError,
    read_head,
    read_incoming,
)
from notifications.mail.insertion import insert_missing
from notifications.mail.letters import Letter, LetterState, bury_returned, find_letter_by_message_id
from notifications.mail.replies import ReplyFiles, keep_files, prepare_files
from notifications.mail.sender import ascii_address
from notifications.tables import arrival, letter

BOUNCED = N_(
    "The letter {letter} did not reach {address}: {answer}. Correct the address, or speak to the person; "
    "opora mail retry {letter} sends it again."
)
LATE = N_("The letter {letter} has not reached {address} yet; the mail system goes on trying: {answer}")
OF_OTHERS = N_("This mail speaks of the letter {letter}, but not of {address}, to whom it went. Nothing was changed.")
NOT_SENT = N_("This mail says that the letter {letter} came back, but it does not count as sent. Nothing was changed.")
FOREIGN = N_("This mail answers no letter of ours. Nothing was changed.")
AUTOMATIC = N_("This is an automatic answer. Nothing was changed.")
KNOWN = N_("This mail was read before. Nothing was changed.")
FILES_CAME = N_(
    "{sender} answered the letter {letter} with files: {files}. They are not evidence yet: look at them and confirm."
)
NO_FILES = N_("{sender} answered the letter {letter}; there is no file in it to take. Read it in the mailbox.")
STRANGER = N_(
    "{sender} answered the letter {letter}, which went to {address}. Nothing was taken from it; "
    "look at it in the mailbox."
)
UNREADABLE = N_("{sender} answered the letter {letter}, but the mail cannot be read: {problem}. Look in the mailbox.")

BOUNCES_TO_TELL = 2
"""Letters that came back from one address, before the address itself is called wrong."""


class Sort(StrEnum):
    """What a mail that came in is; the first five are kept."""

    BOUNCE = "bounce"
    DELAY = "delay"
    REPLY = "reply"
    NOTE = "note"
    STRANGER = "stranger"
    DOUBTFUL = "doubtful"
    AUTOMATIC = "automatic"
    FOREIGN = "foreign"
    KNOWN = "known"


TEMPLATES = {
    Sort.BOUNCE: BOUNCED,
    Sort.DELAY: LATE,
    Sort.REPLY: FILES_CAME,
    Sort.NOTE: NO_FILES,
    Sort.STRANGER: STRANGER,
}


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of one mail: a marked text with its details.

    Attributes:
        reply: short id of what waits for the coordinator; empty where nothing does.
    """

    sort: Sort
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)
    reply: str = ""

    @property
    def concerns_us(self) -> bool:
        """Whether the mail speaks of a letter of ours."""
        return self.sort not in {Sort.FOREIGN, Sort.AUTOMATIC}

    @property
    def is_read(self) -> bool:
        """Whether all of it is known here: what a person wrote is not, so it stays unread until somebody reads it."""
        return self.sort in {Sort.BOUNCE, Sort.DELAY}


class UnknownReplyError(OporaError):
    """No answer waits under this short id."""

    message = N_("No answer waits under “{reply}”. See: opora mail replies.")


@dataclass(frozen=True, slots=True)
class Arrival:
    """A mail that came in, as stored; `details` go into the template.

    Attributes:
        settled_at: None while a person has to look at it.
    """

    id: int
    short_id: str
    letter_id: int
    sort: str
    sender: str
    arrived_at: datetime
    template: str
    details: Mapping[str, Any]
    settled_at: datetime | None
    settled_by: str | None
    outcome: str | None


_COLUMNS = tuple(arrival.c[name] for name in Arrival.__slots__)


@dataclass(frozen=True, slots=True)
class _Parsed:
    incoming: Incoming
    bounce: Bounce | None
    attachments: Attachments


def receive_mail(office: Office, content: bytes, *, is_cut: bool = False) -> Receipt:
    """Take in one mail, once: the same bytes a second time change nothing.

    Args:
        office: whose letters it may speak of.
        content: the mail's bytes.
        is_cut: these are only its first bytes, since it is too large.

    Raises:
        UnreadableMailError: it is beyond the bounds, and its head answers no letter of ours.
        EvidenceFolderError: its files cannot be stored; nothing was recorded.
    """
    try:
        parsed = _parse(content, is_cut=is_cut)
    except UnreadableMailError as problem:
        receipt = _receive_head(office, read_head(content), problem)
        if receipt is None:
            raise
        return receipt
    if parsed.bounce is not None:
        return _receive_bounce(office, parsed.incoming, parsed.bounce)
    if parsed.incoming.is_automatic:
        return Receipt(Sort.AUTOMATIC, AUTOMATIC)
    return _receive_reply(office, parsed)


def _parse(content: bytes, *, is_cut: bool) -> _Parsed:
    """All that is to be known of a mail, without believing any of it."""
    if is_cut:
        raise UnreadableMailError(problem=TOO_LARGE)
    try:
        incoming = read_incoming(content)
        return _Parsed(incoming, find_bounce(incoming), list_attachments(incoming))
    except PARSER_FAULTS as error:
        raise UnreadableMailError(problem=BROKEN) from error


def _receive_head(office: Office, head: Incoming, problem: UnreadableMailError) -> Receipt | None:
    with office.store.write() as work:
        answered = _find_letter(work.connection, head.answers)
        if answered is None or head.is_automatic:
            return None
        return _keep(work, head, answered, Sort.NOTE, {"problem": problem.details["problem"]})


def _receive_bounce(office: Office, incoming: Incoming, bounce: Bounce) -> Receipt:
    with office.store.write() as work:
        returned = _find_letter(work.connection, bounce.message_ids)
        if returned is None:
            return Receipt(Sort.FOREIGN, FOREIGN)
        named = {"letter": returned.short_id, "address": returned.recipient}
        fate = next(filter(None, map(bounce.fate_of, _spellings(returned.recipient))), None)
        if fate is None:
            return Receipt(Sort.DOUBTFUL, OF_OTHERS, named)
        if not fate.is_final:
            return _keep(work, incoming, returned, Sort.DELAY, {"answer": fate.reason})
        if returned.state not in {LetterState.SENT.value, LetterState.DEAD.value}:
            return Receipt(Sort.DOUBTFUL, NOT_SENT, named)
        receipt = _keep(work, incoming, returned, Sort.BOUNCE, {"answer": fate.reason})
        if receipt.sort is Sort.BOUNCE:
            bury_returned(work, returned, fate.reason)
        return receipt


def _receive_reply(office: Office, parsed: _Parsed) -> Receipt:
    incoming = parsed.incoming
    with office.store.read() as connection:
        answered = _find_letter(connection, incoming.answers)
    if answered is None:
        return Receipt(Sort.FOREIGN, FOREIGN)
    if incoming.sender not in _spellings(answered.recipient):
        with office.store.write() as work:
            return _keep(work, incoming, answered, Sort.STRANGER, {})
    # Files are stored and synced before a row speaks of them, and outside any transaction.
    files = prepare_files(office, parsed.attachments)
    with office.store.write() as work:
        return _keep_reply(work, incoming, answered, files)


def _keep_reply(work: UnitOfWork, incoming: Incoming, answered: Letter, files: ReplyFiles) -> Receipt:
    fresh = files.unknown_to(work.connection, answered, incoming)
    left_out = {"left_out": [[each.name, each.reason, each.details] for each in fresh.left_out]}
    if not fresh.files:
        return _keep(work, incoming, answered, Sort.NOTE, left_out)
    names = ", ".join(each.name for each in fresh.files)
    receipt = _keep(work, incoming, answered, Sort.REPLY, {"files": names, **left_out})
    if receipt.sort is Sort.REPLY:
        keep_files(work, get_arrival(work.connection, receipt.reply).id, fresh)
    return receipt


def _keep(work: UnitOfWork, incoming: Incoming, about: Letter, sort: Sort, details: Mapping[str, Any]) -> Receipt:
    """Store that a mail came in, unless it did before."""
    template = UNREADABLE if "problem" in details else TEMPLATES[sort]
    said = {"letter": about.short_id, "address": about.recipient, "sender": incoming.sender or "?", **details}
    waits = sort in {Sort.REPLY, Sort.NOTE, Sort.STRANGER}
    row = {
        "short_id": allocate_short_id(work.connection, arrival, "r"),
        "content_digest": incoming.digest,
        "letter_id": about.id,
        "sort": sort.value,
        "sender": incoming.sender,
        "arrived_at": work.now,
        "template": template,
        "details": json.dumps(said, ensure_ascii=False),
        "settled_at": None if waits else work.now,
    }
    if not insert_missing(work.connection, arrival, row, ["content_digest"]):
        return Receipt(Sort.KNOWN, KNOWN)
    if waits:
        tell_coordinators(work, list_open(work.connection, about.kind, about.context), str(row["short_id"]))
    return Receipt(sort, template, said, reply=str(row["short_id"]) if waits else "")


def list_arrivals(connection: Connection, *, settled: bool = False, limit: int = 200) -> list[Arrival]:
    """What waits for a person, the oldest first; or what is settled, the newest first."""
    order = arrival.c.id.desc() if settled else arrival.c.id
    wanted = select(*_COLUMNS).where(arrival.c.settled_at.is_not(None) if settled else arrival.c.settled_at.is_(None))
    return [_read(row) for row in connection.execute(wanted.order_by(order).limit(limit)).mappings()]


def get_arrival(connection: Connection, short_id: str) -> Arrival:
    """The mail with this short id that still waits for a person.

    Raises:
        UnknownReplyError: none does.
    """
    same = (arrival.c.short_id == (find_short_id(short_id) or short_id)) & arrival.c.settled_at.is_(None)
    row = connection.execute(select(*_COLUMNS).where(same)).mappings().first()
    if row is None:
        raise UnknownReplyError(reply=short_id)
    return _read(row)


def settle_arrival(work: UnitOfWork, held: Arrival, by: str, outcome: str) -> bool:
    """Say that a person has looked at it; False where somebody else was first."""
    waiting = update(arrival).where(arrival.c.id == held.id, arrival.c.settled_at.is_(None))
    values = {"settled_at": work.now, "settled_by": by, "outcome": outcome}
    return work.connection.execute(waiting.values(values)).rowcount == 1


def list_wrong_addresses(connection: Connection) -> list[tuple[str, int]]:
    """Addresses of active people from which several letters came back for good, and none was sent since; how many."""
    back = (arrival.c.sort == Sort.BOUNCE.value) & person.c.active & (person.c.email == letter.c.recipient)
    later = letter.alias()
    last_sent = (
        select(func.max(later.c.sent_at))
        .where(later.c.recipient == person.c.email, later.c.state == LetterState.SENT.value)
        .correlate(person)
        .scalar_subquery()
    )
    number = func.count(letter.c.id.distinct())
    told = (
        select(person.c.email, number)
        .select_from(arrival)
        .join(letter, letter.c.id == arrival.c.letter_id)
        .join(person, person.c.id == letter.c.person_id)
        .where(back)
        .group_by(person.c.email)
        .having(number >= BOUNCES_TO_TELL, func.coalesce(last_sent <= func.max(arrival.c.arrived_at), True))
        .order_by(person.c.email)
    )
    return [(row[0], row[1]) for row in connection.execute(told)]


def _read(row: Mapping[Any, Any]) -> Arrival:
    values = {name: row[name] for name in Arrival.__slots__}
    return Arrival(**values | {"details": json.loads(row["details"])})


def _find_letter(connection: Connection, message_ids: tuple[str, ...]) -> Letter | None:
    """The letter that is named, the last one where several are."""
    found = (find_letter_by_message_id(connection, each) for each in reversed(message_ids))
    return next(filter(None, found), None)


def _spellings(address: str) -> tuple[str, ...]:
    """The address as we write it, and as it goes over the wire."""
    try:
        return (address, ascii_address(address))
    except UnicodeError:
        return (address,)
