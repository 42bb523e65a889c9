"""Reading a mailbox from a real IMAP server that answers, refuses, breaks off or says nothing."""

from datetime import timedelta

import pytest

from notifications.mail.arrivals import Sort, list_arrivals
from notifications.mail.inbox import MAILS, InboxError, read_inbox
from notifications.mail.incoming import LARGEST_BYTES
from notifications.mail.kinds import Kind
from tests.fixtures.imap_server import CUT, REFUSAL, SILENCE
from tests.fixtures.returned_mail import PDF, answer, returned

PAUL = "paul@school12.example"
MINUTE = timedelta(minutes=1)


def send_digest(desk):
    """Let Paul's digest of 6 March go out; its message id."""
    desk.at("2026-03-06", "08:00")
    desk.tick()
    desk.send()
    return desk.letters(Kind.MORNING_DIGEST)[0].message_id


def waiting(desk):
    """What waits for a person."""
    with desk.office.store.read() as connection:
        return [each.sort for each in list_arrivals(connection)]


def test_a_mailbox_is_read_once_and_strangers_mails_stay_unread(mail_office, imap):
    """Of a bounce, an answer and a stranger's mail only the bounce is marked as seen: people wrote the others."""
    known = send_digest(mail_office)
    imap.add(b"From: a@b.example\r\nSubject: invitation\r\n\r\nhello\r\n")
    imap.add(answer(known, PAUL, ("протокол.pdf", PDF)))
    imap.add(returned(known, PAUL))
    receipts = read_inbox(mail_office.office, imap.inbox())
    assert [each.sort for each in receipts] == [Sort.FOREIGN, Sort.REPLY, Sort.BOUNCE]
    assert imap.seen == {3}
    assert waiting(mail_office) == ["reply"]
    assert mail_office.letters(Kind.MORNING_DIGEST)[0].state == "dead"
    assert read_inbox(mail_office.office, imap.inbox(), at_once=True) == []
    first, second = (each for each in imap.commands if "SEARCH" in each)
    assert "UID 1:* SINCE 20-Feb-2026" in first
    # After a summer without a worker the mails of the summer are read all the same.
    assert second.endswith("UID 4:*")


def test_it_is_read_every_five_minutes_and_by_hand_at_once(mail_office, imap):
    """A tick in between asks the server nothing."""
    read_inbox(mail_office.office, imap.inbox())
    asked = len(imap.commands)
    mail_office.clock.advance(4 * MINUTE)
    assert read_inbox(mail_office.office, imap.inbox()) == []
    assert len(imap.commands) == asked
    read_inbox(mail_office.office, imap.inbox(), at_once=True)
    assert len(imap.commands) > asked
    mail_office.clock.advance(5 * MINUTE)
    asked = len(imap.commands)
    read_inbox(mail_office.office, imap.inbox())
    assert len(imap.commands) > asked


@pytest.mark.parametrize("trouble", [CUT, SILENCE, REFUSAL])
def test_after_trouble_at_any_step_nothing_is_lost_or_doubled(mail_office, imap, trouble):
    """Cut, silent or refusing at each command: said, waited for longer each time, and taken up where it broke off."""
    known = send_digest(mail_office)
    imap.add(returned(known, PAUL, action="delayed"))
    imap.add(answer(known, PAUL, ("протокол.pdf", PDF)))
    inbox = imap.inbox(step_seconds=0.2)
    for command in ("LOGIN", "SELECT", "SEARCH", "FETCH", "STORE"):
        imap.trouble = {command: trouble}
        with pytest.raises(InboxError) as caught:
            read_inbox(mail_office.office, inbox)
        assert 'se"sa' not in str(caught.value)
        assert read_inbox(mail_office.office, inbox) == []
        mail_office.clock.advance(timedelta(hours=7))
    imap.trouble = {}
    read_inbox(mail_office.office, inbox)
    assert waiting(mail_office) == ["reply"]


def test_a_server_that_trickles_is_left_when_the_time_is_over(mail_office, imap):
    """Each wait may be long, the whole may not."""
    imap.trouble = {"SEARCH": SILENCE}
    with pytest.raises(InboxError):
        read_inbox(mail_office.office, imap.inbox(step_seconds=25.0, reading_seconds=0.3))


def test_a_flood_is_read_in_portions(mail_office, imap):
    """At most so many at once, the oldest first, and none twice."""
    for number in range(MAILS + 3):
        imap.add(f"From: a@b.example\r\nSubject: {number}\r\n\r\nhello\r\n".encode())
    assert len(read_inbox(mail_office.office, imap.inbox())) == MAILS
    assert len(read_inbox(mail_office.office, imap.inbox(), at_once=True)) == 3


def test_of_a_mail_that_is_too_large_only_the_head_is_fetched(mail_office, imap):
    """It is told, and the next mails are read."""
    known = send_digest(mail_office)
    imap.sizes[imap.add(answer(known, PAUL, ("протокол.pdf", PDF)))] = LARGEST_BYTES + 1
    imap.add(answer(known, PAUL, ("второй.pdf", PDF)))
    receipts = read_inbox(mail_office.office, imap.inbox())
    assert [each.sort for each in receipts] == [Sort.NOTE, Sort.REPLY]
    assert receipts[0].details["problem"] == "it is larger than 35 MB"
    assert next(each for each in imap.commands if "BODY" in each).endswith("(BODY.PEEK[HEADER])")


def test_a_folder_that_was_numbered_anew_is_read_again_and_nothing_comes_twice(mail_office, imap):
    """Another UIDVALIDITY: numbers mean other mails now, and a known mail is known by its bytes."""
    known = send_digest(mail_office)
    imap.add(answer(known, PAUL, ("протокол.pdf", PDF)))
    read_inbox(mail_office.office, imap.inbox())
    imap.validity += 1
    assert [each.sort for each in read_inbox(mail_office.office, imap.inbox(), at_once=True)] == [Sort.KNOWN]
    assert waiting(mail_office) == ["reply"]


def test_a_server_that_nobody_vouches_for_is_not_told_the_password(mail_office, imap):
    """The certificate is checked before a word is said."""
    with pytest.raises(InboxError, match="certificate"):
        read_inbox(mail_office.office, imap.inbox(tls=None))
    assert imap.commands == []
