"""Seventeen faults at each of nine steps of SMTP: what becomes of the letter, and of the mailbox."""

from datetime import timedelta
from email import message_from_bytes
from pathlib import Path

import pytest
from sqlalchemy import update

from notifications.keys import Keys
from notifications.links import Links
from notifications.mail.compose import Clerk
from notifications.mail.contexts import Trial
from notifications.mail.kinds import Kind
from notifications.mail.mailbox import find_mailbox, wake_mailbox
from notifications.mail.post import Post
from notifications.mail.remedies import (
    BAD_LOGIN,
    BAD_RECIPIENT,
    BAD_SENDER,
    BROKEN_OFF,
    ENCRYPTION_WANTED,
    ENOUGH,
    LATER,
    LOGIN_WANTED,
    NO_CONNECTION,
    NO_ENCRYPTION,
    NO_WELCOME,
    TAKEN_FOR_SPAM,
    find_remedy,
)
from notifications.mail.send import send_due
from notifications.mail.sender import parse_sender
from notifications.mail.smtp import SmtpTransport
from notifications.mail.smtp_url import Security, SmtpServer, parse_smtp_url
from notifications.mail.transport import TransportError
from notifications.mail.trial import send_trial
from notifications.tables import letter
from tests.fixtures.faulty_smtp import CUT, HALF, HANDSHAKE, HANG, STEPS, FaultySmtp
from tests.fixtures.mail_office import DOMAIN, MOSCOW, ListTransport, MailOffice

FAULTS = {
    "421": "421 4.3.2 closing",
    "450": "450 4.2.1 try later",
    "451": "451 4.7.1 greylisted",
    "452": "452 4.3.1 no room",
    "454": "454 4.7.0 not at the moment",
    "500": "500 5.5.1 what?",
    "535": "535 5.7.8 not you",
    "550": "550 5.1.1 nobody here",
    "552": "552 5.3.4 too large",
    "554": "554 5.7.1 rejected under suspicion of SPAM",
    "limit": "451 4.5.1 daily sending limit exceeded",
    "garbage": "\x00\x01 <html>Welcome to the hotel's network</html>",
    "odd": "150 one moment",
    "long": "250 " + "x" * 9_000,
    HALF: HALF,
    CUT: CUT,
    HANG: HANG,
}
# What becomes of the letter: its state, whether the attempt counts for it, for how many minutes the mailbox rests.
MEANING = {
    "sent": ("sent", 1, 0),
    "waits": ("deferred", 1, 0),
    "dead": ("dead", 1, 0),
    "spam": ("dead", 1, 1440),
    # The conversation broke off at the letter: it comes again, the mailbox rests a minute.
    "open": ("deferred", 1, 1),
    "enough": ("deferred", 1, 1440),
    # The letter had not been spoken of: it is as if not taken up, and the mailbox rests.
    "held": ("queued", 0, 1),
    "locked": ("queued", 0, 15),
    "over": ("queued", 0, 1440),
}
# A sender's address that is refused would be refused for every letter; its size is the letter's own. What is refused
# at RCPT with the word spam is said of us, at DATA of the letter.
TABLE = """
fault    connect  EHLO    STARTTLS  AUTH    MAIL    RCPT    DATA    dot     QUIT
421      held     held    held      held    held    open    open    open    sent
450      held     held    held      held    held    waits   waits   waits   sent
451      held     held    held      held    held    waits   waits   waits   sent
452      held     held    held      held    held    waits   waits   waits   sent
454      held     held    held      held    held    waits   waits   waits   sent
500      locked   locked  locked    locked  locked  dead    dead    dead    sent
535      locked   locked  locked    locked  locked  dead    dead    dead    sent
550      locked   locked  locked    locked  locked  dead    dead    dead    sent
552      locked   locked  locked    locked  dead    dead    dead    dead    sent
554      over     over    over      over    over    enough  spam    spam    sent
limit    over     over    over      over    over    enough  enough  enough  sent
garbage  held     held    held      held    held    open    open    open    sent
odd      held     held    held      held    held    open    open    open    sent
long     held     held    held      held    held    open    open    open    sent
half     held     held    held      held    held    open    open    open    sent
cut      held     held    held      held    held    open    open    open    sent
hang     held     held    held      held    held    open    open    open    sent
"""
ROWS = [line.split() for line in TABLE.strip().splitlines()]
EXPECTED = {step: {name: MEANING[cells[at]] for name, *cells in ROWS[1:]} for at, step in enumerate(ROWS[0][1:])}


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: the server is what is tried."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifications.mail.smtp.TIMEOUT_SECONDS", 0.5)


def outcome(desk: MailOffice, faulty: FaultySmtp, number: int) -> tuple[str, int, int]:
    """State and attempts of a letter that is sent now, and the minutes that the mailbox rests then."""
    store, now = desk.office.store, desk.clock.now()
    with store.write() as work:
        wake_mailbox(work, f"mail@{DOMAIN}")
        Clerk(desk.office, DOMAIN).write(work, Kind.TRIAL, desk.paul, Trial("Paul", now), f"fault:{number}")
    post = desk.post
    send_due(store, Post(post.sender, faulty.transport(), post.links, post.zone, chance=lambda: 0.0))
    letter = desk.letters(Kind.TRIAL)[-1]
    with store.read() as connection:
        until = find_mailbox(connection, f"mail@{DOMAIN}").paused_until
    with store.write() as work:  # out of the way of the next one
        work.connection.exec_driver_sql("UPDATE letter SET send_at = NULL")
    return letter.state, letter.attempts, round((until - now).total_seconds() / 60) if until else 0


@pytest.mark.parametrize("step", STEPS)
def test_each_fault_has_its_outcome(mail_office, faulty_smtp, step):
    """Dead, put off or as if not taken up; and the mailbox rests a while or not."""
    found = {}
    for number, (name, reply) in enumerate(FAULTS.items()):
        faulty_smtp.step, faulty_smtp.fault = step, reply
        found[name] = outcome(mail_office, faulty_smtp, number)
    assert found == EXPECTED[step]
    assert len(faulty_smtp.received) == (len(FAULTS) if step in {"dot", "QUIT"} else 0)
    assert not faulty_smtp.passwords_in_clear


def test_every_step_and_fault_stands_in_the_table():
    """Nine steps, seventeen faults, a cell for each."""
    assert tuple(EXPECTED) == STEPS
    assert all(set(cells) == set(FAULTS) for cells in EXPECTED.values())


@pytest.mark.parametrize("fault", [CUT, HANG, "no handshake"])
def test_encryption_that_breaks_off_is_the_mailboxs_trouble(mail_office, faulty_smtp, fault):
    """Between the server's yes and the keys: no password was said, the letter is as if not taken up."""
    faulty_smtp.step, faulty_smtp.fault = HANDSHAKE, fault
    assert outcome(mail_office, faulty_smtp, 0) == MEANING["held"]
    assert not faulty_smtp.passwords_in_clear


@pytest.mark.parametrize("fault", [CUT, HANG, "long", "garbage"])
def test_a_letter_whose_fate_is_open_comes_again_as_the_same_one(mail_office, faulty_smtp, fault):
    """The server had read it and did not say so: the second one has its Message-ID and every byte, and is the last."""
    faulty_smtp.step, faulty_smtp.fault = "dot", FAULTS[fault]
    assert outcome(mail_office, faulty_smtp, 0) == MEANING["open"]
    faulty_smtp.step = ""
    with mail_office.office.store.write() as work:
        work.connection.execute(update(letter).values(send_at=work.now))
        wake_mailbox(work, f"mail@{DOMAIN}")
    post = mail_office.post
    way = Post(post.sender, faulty_smtp.transport(), post.links, post.zone, chance=lambda: 0.0)
    assert [send_due(mail_office.office.store, way) for _ in range(2)] == [1, 0]
    first, second = faulty_smtp.received
    assert first == second
    assert message_from_bytes(first)["Message-ID"] == mail_office.letters(Kind.TRIAL)[-1].message_id


def test_a_recipient_refused_for_now_holds_up_nobody_else(mail_office, smtp_server):
    """One recipient a transaction: a 451 for one address is that letter's alone, as are a 550 and a full mailbox."""
    replies = {"head": "451 4.7.1 later", "mary": "550 5.1.1 nobody here", "olga": "452 4.2.2 mailbox full"}
    people = (mail_office.paul, mail_office.head, mail_office.mary, mail_office.olga, mail_office.ann)
    smtp_server.replies = {
        each.email: replies[name] for each in people if (name := each.email.partition("@")[0]) in replies
    }
    with mail_office.office.store.write() as work:
        for each in people:
            context = Trial(each.name, mail_office.clock.now())
            Clerk(mail_office.office, DOMAIN).write(work, Kind.TRIAL, each, context, "all")
    post = mail_office.post
    way = SmtpTransport(parse_smtp_url(smtp_server.url))
    send_due(mail_office.office.store, Post(post.sender, way, post.links, post.zone, chance=lambda: 0.0))
    assert {each.recipient: each.state for each in mail_office.letters(Kind.TRIAL)} == {
        mail_office.paul.email: "sent",
        mail_office.head.email: "deferred",
        mail_office.mary.email: "dead",
        mail_office.olga.email: "deferred",
        mail_office.ann.email: "sent",
    }
    assert [each.recipients for each in smtp_server.received] == [(mail_office.paul.email,), (mail_office.ann.email,)]


def test_without_a_fault_the_letter_is_sent(mail_office, faulty_smtp):
    """The table means something: the same server, the same way."""
    assert outcome(mail_office, faulty_smtp, 0) == ("sent", 1, 0)
    assert len(faulty_smtp.received) == 1


def test_after_a_days_outage_the_queue_drains_within_the_budget(mail_office):
    """Seventy letters and no server for a day: then thirty an hour, all of them, each once, with no attempt counted."""
    with mail_office.office.store.write() as work:
        for number in range(70):
            context = Trial("Paul", mail_office.clock.now())
            Clerk(mail_office.office, DOMAIN).write(work, Kind.TRIAL, mail_office.paul, context, f"outage:{number}")
    nowhere = SmtpTransport(SmtpServer(Security.NONE, "127.0.0.1", 1))
    now = mail_office.post
    down = Post(now.sender, nowhere, now.links, now.zone, chance=lambda: 0.0)
    for _ in range(24 * 6):
        assert send_due(mail_office.office.store, down) == 0
        mail_office.clock.advance(timedelta(minutes=10))
    assert {(each.state, each.attempts) for each in mail_office.letters()} == {("queued", 0)}
    mail_office.clock.advance(timedelta(hours=1))
    sent = []
    for _ in range(6 * 4):
        sent.append(mail_office.send())
        mail_office.clock.advance(timedelta(minutes=10))
    assert [number for number in sent if number] == [30, 30, 10]
    assert [sent[hour * 6] for hour in range(3)] == [30, 30, 10]
    assert len({each.message_id for each in mail_office.transport.sent}) == len(mail_office.transport.sent) == 70


REMEDIES = {
    ("connect", CUT): NO_CONNECTION,
    ("connect", "554 5.3.2 not for you"): NO_WELCOME,
    ("EHLO", "421 4.3.2 closing"): NO_WELCOME,
    ("AUTH", "535 5.7.8 not you"): BAD_LOGIN,
    ("AUTH", "454 4.7.0 not now"): NO_WELCOME,
    ("STARTTLS", "502 5.5.1 no such command"): NO_ENCRYPTION,
    ("STARTTLS", "454 4.7.0 no keys today"): NO_ENCRYPTION,
    ("MAIL", "553 5.7.1 not owned by the user"): BAD_SENDER,
    ("RCPT", "554 5.7.1 relay access denied"): BAD_RECIPIENT,
    ("MAIL", "451 4.3.0 later"): LATER,
    ("RCPT", "550 5.1.1 nobody here"): BAD_RECIPIENT,
    ("RCPT", "450 4.7.1 greylisted"): LATER,
    ("RCPT", "451 4.5.1 daily sending limit exceeded"): ENOUGH,
    ("dot", "554 5.7.1 suspicion of SPAM"): TAKEN_FOR_SPAM,
    ("dot", CUT): BROKEN_OFF,
}


@pytest.mark.parametrize(("step", "reply"), REMEDIES)
def test_a_trial_that_stops_at_a_step_says_what_to_do(mail_post, faulty_smtp, clock, step, reply):
    """Each step and answer has its remedy."""
    faulty_smtp.step, faulty_smtp.fault = step, reply
    assert remedy(mail_post, faulty_smtp.transport(), clock) == REMEDIES[step, reply]


@pytest.mark.parametrize(
    ("reply", "expected"),
    [
        ("530 5.7.0 Must issue a STARTTLS command first", ENCRYPTION_WANTED),
        ("554 5.7.1 relay access denied", LOGIN_WANTED),
        ("550 5.7.1 authentication required", LOGIN_WANTED),
    ],
)
def test_a_relay_that_wants_more_says_what(mail_post, smtp_server, clock, reply, expected):
    """Neither encryption nor login is set, and the server wants one of them."""
    smtp_server.replies["paul@school12.example"] = reply
    assert remedy(mail_post, SmtpTransport(parse_smtp_url(smtp_server.url)), clock) == expected


def test_a_trial_to_nowhere_says_to_check_the_address_of_the_server(mail_post, clock):
    """Nobody listens there."""
    nowhere = SmtpTransport(SmtpServer(Security.NONE, "127.0.0.1", 1))
    assert remedy(mail_post, nowhere, clock) == NO_CONNECTION


@pytest.fixture
def mail_post(tmp_path: Path) -> Post:
    """A mailbox without an office."""
    return Post(parse_sender(f"mail@{DOMAIN}"), ListTransport(), Links(None, Keys.create(tmp_path / "keys")), MOSCOW)


def remedy(post: Post, transport: SmtpTransport, clock) -> str:
    """What a trial that fails says."""
    told = []
    way = Post(post.sender, transport, post.links, post.zone)
    with pytest.raises(TransportError) as caught:
        send_trial(way, "paul@school12.example", "ru", clock.now(), lambda text, **_: told.append(text))
    return find_remedy(told, caught.value, transport.server.security)
