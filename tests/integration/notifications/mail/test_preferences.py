"""What a person wants to be written about, and what becomes of letters then."""

from datetime import UTC, datetime
from email import message_from_bytes

import pytest

from activities.decisions import Verdict
from activities.invitations import Purpose, find_open_invitation
from notifications.links import make_token
from notifications.mail.kinds import Kind
from notifications.mail.preferences import (
    CHOICES,
    NoSuchChoiceError,
    Pace,
    Preference,
    choose,
    get_preference,
    list_preferences,
)

HEAD, PAUL = "head@moc.example", "paul@school12.example"


def want(desk, person, kind, pace, days=()):
    with desk.office.store.write() as work:
        choose(work, person.id, kind, pace, days)


def digests(desk, recipient):
    return [context for to, context in desk.told(Kind.MORNING_DIGEST) if to == recipient]


def test_what_was_not_chosen_is_the_usual(mail_office):
    """Each kind has its default until a person chooses; choosing again replaces what was chosen."""
    with mail_office.office.store.read() as connection:
        usual = list_preferences(connection, mail_office.head.id)
    assert usual == {kind: Preference(paces[0]) for kind, paces in CHOICES.items()}
    want(mail_office, mail_office.head, Kind.EVIDENCE_AWAITS, Pace.WEEKLY, [5, 2])
    want(mail_office, mail_office.head, Kind.EVIDENCE_AWAITS, Pace.WEEKLY, [4])
    with mail_office.office.store.read() as connection:
        assert get_preference(connection, mail_office.head.id, Kind.EVIDENCE_AWAITS) == Preference(Pace.WEEKLY, (4,))
        assert get_preference(connection, mail_office.paul.id, Kind.EVIDENCE_AWAITS) == Preference(Pace.IMMEDIATE)


def test_all_days_of_the_week_that_are_worked_may_be_chosen(mail_office):
    """From Monday to Friday, in whatever order they were ticked."""
    want(mail_office, mail_office.head, Kind.EVIDENCE_AWAITS, Pace.WEEKLY, [5, 1, 4, 2, 3])
    with mail_office.office.store.read() as connection:
        chosen = get_preference(connection, mail_office.head.id, Kind.EVIDENCE_AWAITS)
    assert chosen == Preference(Pace.WEEKLY, (1, 2, 3, 4, 5))


@pytest.mark.parametrize(
    ("kind", "pace", "days"),
    [
        (Kind.EVIDENCE_AWAITS, Pace.NEVER, ()),
        (Kind.MORNING_DIGEST, Pace.NEVER, ()),
        (Kind.ESCALATION, Pace.NEVER, ()),
        (Kind.EVIDENCE_AWAITS, Pace.WEEKLY, (7,)),
    ],
)
def test_what_must_be_known_cannot_be_left_out(mail_office, kind, pace, days):
    """Nobody can do without what waits for their decision, the digest, or word of a late decision."""
    with pytest.raises(NoSuchChoiceError):
        want(mail_office, mail_office.head, kind, pace, days)


def test_decisions_come_on_chosen_days_in_one_letter(mail_office):
    """The head chose Tuesday and Friday: what is handed in from Tuesday noon on comes on Friday at eight, together."""
    want(mail_office, mail_office.head, Kind.EVIDENCE_AWAITS, Pace.WEEKLY, [2, 5])
    mail_office.at("2026-03-03", "12:00")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    assert mail_office.send() == 0
    mail_office.at("2026-03-04", "12:00")
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    assert mail_office.send() == 0
    mail_office.at("2026-03-06", "08:00")
    mail_office.send()
    ((recipient, told),) = mail_office.told(Kind.EVIDENCE_AWAITS)
    assert recipient == HEAD
    assert [item.row.number for item in told.items] == ["1.1", "1.2"]


def test_decisions_may_come_with_the_digest(mail_office):
    """No letter of their own: the next morning's digest asks, with the links."""
    want(mail_office, mail_office.head, Kind.EVIDENCE_AWAITS, Pace.DIGEST)
    mail_office.at("2026-03-03", "12:00")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    assert mail_office.told(Kind.EVIDENCE_AWAITS) == []
    mail_office.at("2026-03-04", "08:00")
    mail_office.tick()
    (digest,) = digests(mail_office, HEAD)
    assert [item.row.number for item in digest.items] == ["1.1"]
    assert digest.items[0].grant


def test_a_receipt_may_be_left_out(mail_office):
    """Who wants no receipts gets none; the other side gets theirs all the same."""
    want(mail_office, mail_office.head, Kind.DECIDED, Pace.NEVER)
    mail_office.submit("1.1", mail_office.paul)
    mail_office.decide("1.1", Verdict.ACCEPT)
    mail_office.tick()
    assert [recipient for recipient, _ in mail_office.told(Kind.DECIDED)] == [PAUL]


def test_a_digest_may_come_on_chosen_days(mail_office):
    """Reminders of other days wait for it, and none is lost."""
    want(mail_office, mail_office.paul, Kind.MORNING_DIGEST, Pace.WEEKLY, [1])
    for day in ("2026-03-06", "2026-03-10", "2026-03-13"):
        mail_office.at(day, "08:00")
        mail_office.tick()
    assert digests(mail_office, PAUL) == []
    mail_office.at("2026-03-16", "08:00")
    mail_office.tick()
    (digest,) = digests(mail_office, PAUL)
    assert [row.number for row in digest.due_soon] == ["1.1"]
    assert mail_office.send() > 0


def test_letters_wait_out_the_night(mail_office):
    """What is returned late on Friday evening comes on the next working morning; the receipt of one's own at once."""
    mail_office.at("2026-03-06", "22:00")
    mail_office.submit("1.1", mail_office.paul)
    mail_office.decide("1.1", Verdict.RETURN, "Нет печати")
    mail_office.tick()
    times = {letter.kind: letter.send_at for letter in mail_office.letters()}
    assert times["decided"] == mail_office.clock.now()
    assert times["returned"] == datetime(2026, 3, 10, 4, 0, tzinfo=UTC)


def test_mail_programs_find_the_way_out(mail_office):
    """A kind that one can do without names an address for one click (RFC 8058); others, and all, name the page."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.decide("1.1", Verdict.RETURN, "Нет печати")
    mail_office.tick()
    mail_office.send()
    with mail_office.office.store.read() as connection:
        invited = find_open_invitation(connection, mail_office.head.id, Purpose.PREFERENCES, mail_office.clock.now())
    page = f"https://opora.example.org/p/{make_token(invited, mail_office.keys)}"
    mails = {sent.recipient: message_from_bytes(sent.content) for sent in mail_office.transport.sent}
    receipt, returned = mails[HEAD], mails[PAUL]
    assert receipt["List-Unsubscribe"].strip() == f"<{page}/without/decided>"
    assert receipt["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert page in receipt.get_payload()[0].get_payload(decode=True).decode()
    assert returned["List-Unsubscribe"] is None
    assert "/p/" in returned.get_payload()[0].get_payload(decode=True).decode()
