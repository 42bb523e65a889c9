"""Reading the mailbox by IMAP (RFC 3501): what came since the last time, a few mails at a time, within limits.

How far it was read is kept here and not in the mailbox's flags: people may read the same mailbox, and what concerns no
letter of ours stays for them as it is, unread; so does whatever a person wrote. Whatever breaks off is taken up again;
a mail read twice is known by its bytes.
"""

import imaplib
import logging
import re
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from threading import Timer
from typing import Any

from sqlalchemy import Connection, select, update

from activities.office import Office
from engine.errors import N_, OporaError
from notifications.mail.arrivals import FOREIGN, Receipt, Sort, receive_mail
from notifications.mail.backoff import pause_after
from notifications.mail.imap_url import ImapServer
from notifications.mail.incoming import LARGEST_BYTES, UnreadableMailError
from notifications.mail.insertion import insert_missing
from notifications.mail.transport import Pause
from notifications.tables import inbox as table

MAILS = 50
"""At one reading; the rest follows at the next."""
STEP_SECONDS, READING_SECONDS = 30, 300
BETWEEN, LEASE = timedelta(minutes=5), timedelta(minutes=10)
LOOKS_BACK = timedelta(days=14)
"""How old mails may be that are read when a mailbox is read for the first time."""

_TROUBLE = (imaplib.IMAP4.error, OSError, EOFError, ValueError, LookupError, TypeError)
"""What the standard library's client raises when a server refuses, breaks off, or says what it should not."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,12})")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_log = logging.getLogger(__name__)


class InboxError(OporaError):
    """The mailbox could not be read to the end."""

    message = N_(
        "The mailbox {mailbox} cannot be read: {problem}. It is tried again by itself; at once: opora mail inbox"
    )


@dataclass(frozen=True, slots=True)
class Inbox:
    """A mailbox to read.

    Attributes:
        tls: certificates to trust; by default those of the system.
        step_seconds, reading_seconds: how long one answer, and a whole reading, may take.
    """

    server: ImapServer
    tls: ssl.SSLContext | None = None
    step_seconds: float = STEP_SECONDS
    reading_seconds: float = READING_SECONDS


def read_inbox(office: Office, inbox: Inbox, *, at_once: bool = False) -> list[Receipt]:
    """Read what came, if it is time; what became of each mail, the oldest first.

    Args:
        office: whose letters the mails may answer.
        inbox: where to look.
        at_once: a person asks, so it is time.

    Raises:
        InboxError: the reading broke off; what was read till then stays read.
    """
    if not _claim(office, inbox, at_once=at_once):
        return []
    receipts: list[Receipt] = []
    try:
        with _session(inbox) as client:
            receipts.extend(_iter_receipts(office, inbox, client))
    except _TROUBLE as error:
        problem = _spoken(error)
        _rest(office, inbox, problem)
        raise InboxError(mailbox=inbox.server.name, problem=problem) from error
    except BaseException:
        _rest(office, inbox, "what was read could not be stored")
        raise
    _rest(office, inbox)
    return receipts


def find_trouble(connection: Connection, inbox: Inbox) -> str:
    """Why the mailbox could not be read last time; empty where it could, or was never tried."""
    wanted = select(table.c.reason).where(table.c.name == inbox.server.name)
    return connection.execute(wanted).scalar() or ""


@contextmanager
def _session(inbox: Inbox) -> Iterator[imaplib.IMAP4]:
    """A connection that is logged in, has the folder open, and ends in any case when its time is over."""
    server, context = inbox.server, inbox.tls or ssl.create_default_context()
    client = imaplib.IMAP4_SSL(server.host, server.port, ssl_context=context, timeout=inbox.step_seconds)
    # A server that trickles keeps each single wait short, so the whole has an end of its own.
    alarm = Timer(inbox.reading_seconds, _break_off, [client.sock])
    alarm.daemon = True
    alarm.start()
    try:
        client.login(server.login, server.password)
        _done(client.select(f'"{server.folder}"'))
        yield client
    finally:
        alarm.cancel()
        with suppress(*_TROUBLE):
            client.logout()
        with suppress(*_TROUBLE):
            client.shutdown()  # a goodbye that fails leaves the socket open


def _break_off(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)


def _iter_receipts(office: Office, inbox: Inbox, client: imaplib.IMAP4) -> Iterator[Receipt]:
    validity = int(client.response("UIDVALIDITY")[1][0])
    for uid in _list_new(client, _last_uid(office, inbox, validity), office.today())[:MAILS]:
        receipt = _take(office, client, uid)
        _remember(office, inbox, validity, uid)
        if receipt.is_read:
            _done(client.uid("STORE", str(uid), "+FLAGS", r"(\Seen)"))
        yield receipt


def _list_new(client: imaplib.IMAP4, last_uid: int, today: date) -> list[int]:
    since = today - LOOKS_BACK
    # Month names are English whatever the locale (RFC 3501 section 9, date-month). A mailbox whose numbers are known is
    # read to the last mail, however long nobody looked.
    recent = "" if last_uid else f" SINCE {since.day}-{_MONTHS[since.month - 1]}-{since.year}"
    criteria = f"UID {last_uid + 1}:*{recent}"
    found = b" ".join(each for each in _done(client.uid("SEARCH", criteria)) if isinstance(each, bytes))
    # "n:*" also finds the last mail where none has a number so high (RFC 3501 section 6.4.8).
    return sorted(uid for uid in map(int, found.split()) if uid > last_uid)


def _take(office: Office, client: imaplib.IMAP4, uid: int) -> Receipt:
    sized = _SIZE.search(_raw(_done(client.uid("FETCH", str(uid), "(RFC822.SIZE)"))))
    is_cut = sized is not None and int(sized[1]) > LARGEST_BYTES
    section = "BODY.PEEK[HEADER]" if is_cut else "BODY.PEEK[]"
    content = _literal(_done(client.uid("FETCH", str(uid), f"({section})")))
    try:
        # A mail that was deleted meanwhile has no content.
        return receive_mail(office, content, is_cut=is_cut) if content else Receipt(Sort.FOREIGN, FOREIGN)
    except UnreadableMailError as error:
        _log.warning("mail %s of the mailbox: %s", uid, error)
        return Receipt(Sort.FOREIGN, error.message, error.details)


def _done(answer: tuple[str, list[Any]]) -> list[Any]:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error(_raw(answer[1]).decode("utf-8", "replace") or answer[0])
    return answer[1]


def _raw(data: list[Any]) -> bytes:
    return b" ".join(b" ".join(each) if isinstance(each, tuple) else each for each in data if each)


def _literal(data: list[Any]) -> bytes:
    return next((each[1] for each in data if isinstance(each, tuple)), b"")


def _claim(office: Office, inbox: Inbox, *, at_once: bool) -> bool:
    """Whether it is time to read, and no other worker reads."""
    with office.store.write() as work:
        row = {"name": inbox.server.name, "last_uid": 0, "read_again_at": work.now, "failures": 0, "reason": ""}
        insert_missing(work.connection, table, row, ["name"])
        mine = update(table).where(table.c.name == inbox.server.name).values(read_again_at=work.now + LEASE)
        due = mine if at_once else mine.where(table.c.read_again_at <= work.now)
        return work.connection.execute(due).rowcount == 1


def _rest(office: Office, inbox: Inbox, problem: str = "") -> None:
    """Say when to read next: soon; after trouble later each time."""
    with office.store.write() as work:
        same = table.c.name == inbox.server.name
        failures = work.connection.execute(select(table.c.failures).where(same)).scalar_one() + 1 if problem else 0
        again_at: datetime = work.now + (pause_after(Pause.LOGIN, failures, lambda: 0.0) if problem else BETWEEN)
        values = {"read_again_at": again_at, "failures": failures, "reason": problem[:1000]}
        work.connection.execute(update(table).where(same).values(values))


def _last_uid(office: Office, inbox: Inbox, validity: int) -> int:
    """The number read last; 0 where the server has numbered the folder anew."""
    with office.store.read() as connection:
        row = connection.execute(select(table).where(table.c.name == inbox.server.name)).one()
    return int(row.last_uid) if row.uid_validity == validity else 0


def _remember(office: Office, inbox: Inbox, validity: int, uid: int) -> None:
    with office.store.write() as work:
        known = update(table).where(table.c.name == inbox.server.name)
        work.connection.execute(known.values(uid_validity=validity, last_uid=uid))


def _spoken(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return "no answer in time"
    said = error.args[0] if error.args else ""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(error)
    return " ".join(text.split())[:500] or type(error).__name__
