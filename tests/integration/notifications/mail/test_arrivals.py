"""What becomes of mails that come in: bounces, answers with files, and all that is neither."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import pytest
from sqlalchemy import select

from activities.evidence import list_evidence
from activities.evidence_scanning import Scan, read_scans, scan_stored
from activities.virus_scanner import InfectedFileError
from engine.machine import RoleNotAllowedError
from engine.tables import metadata
from notifications.mail.arrivals import (
    Sort,
    UnknownReplyError,
    get_arrival,
    list_arrivals,
    list_wrong_addresses,
    receive_mail,
)
from notifications.mail.confirming import (
    NothingToConfirmError,
    OccurrenceWantedError,
    confirm_reply,
    dismiss_reply,
)
from notifications.mail.incoming import UnreadableMailError
from notifications.mail.kinds import Kind
from notifications.mail.picture import take_picture
from notifications.mail.replies import list_files
from tests.fixtures.mail_office import MailOffice
from tests.fixtures.returned_mail import PDF, PNG, answer, returned, told_in_words

PAUL = "paul@school12.example"
MINUTE = timedelta(minutes=1)
PROOF = ("grant", "invitation", "history", "decision", "submission", "evidence", "instance")


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: what differs between databases is tried where the mailbox is read."""
    return "sqlite"


@pytest.fixture
def digest(mail_office: MailOffice) -> str:
    """The message id of a digest that was sent to Paul; it is about 1.1 alone."""
    return send_digest(mail_office)


def send_digest(desk: MailOffice) -> str:
    """Let the reminder of 6 March go out."""
    desk.at("2026-03-06", "08:00")
    desk.tick()
    desk.send()
    (sent,) = desk.letters(Kind.MORNING_DIGEST)
    assert (sent.recipient, sent.state) == (PAUL, "sent")
    return sent.message_id


def receive(desk: MailOffice, content: bytes):
    """Take a mail in."""
    return receive_mail(desk.office, content)


def proof(desk: MailOffice):
    """All that a mail must never change."""
    with desk.office.store.read() as connection:
        return repr([connection.execute(select(metadata.tables[name])).all() for name in PROOF])


def waiting(desk: MailOffice):
    """What waits for a person."""
    with desk.office.store.read() as connection:
        return list_arrivals(connection)


def files_of(desk: MailOffice, reply: str):
    """Name and target of each file that waits."""
    with desk.office.store.read() as connection:
        held = get_arrival(connection, reply)
        return [(each.name, each.occurrence_id) for each in list_files(connection, held.id)]


def test_a_letter_that_comes_back_is_dead_and_counted_in_the_digest(mail_office, digest):
    """With only its headers returned: dead, the mail system's words kept, and the coordinator's picture counts it."""
    before = proof(mail_office)
    receipt = receive(mail_office, returned(digest, PAUL, whole=False))
    assert receipt.sort is Sort.BOUNCE
    (letter,) = mail_office.letters(Kind.MORNING_DIGEST)
    assert letter.state == "dead"
    assert "550 5.1.1" in letter.error
    assert letter.sent_at is not None
    with mail_office.office.store.read() as connection:
        assert take_picture(connection, mail_office.office).undelivered == 1
    assert proof(mail_office) == before
    assert waiting(mail_office) == []


def test_a_letter_that_was_given_up_after_days_is_dead_whatever_its_code(mail_office, digest):
    """`failed` with 4.4.7: nobody tries any more, so somebody has to know."""
    receive(mail_office, returned(digest, PAUL, status="4.4.7", said="451 4.4.7 delivery time expired"))
    assert mail_office.letters(Kind.MORNING_DIGEST)[0].state == "dead"


def test_a_letter_that_is_late_stays_sent(mail_office, digest):
    """`delayed`: noted, and nobody has to do anything; the same mail again is known."""
    late = returned(digest, PAUL, action="delayed", status="4.4.1", said="451 4.4.1 no answer")
    assert receive(mail_office, late).sort is Sort.DELAY
    assert receive(mail_office, late).sort is Sort.KNOWN
    assert mail_office.letters(Kind.MORNING_DIGEST)[0].state == "sent"
    assert waiting(mail_office) == []


FORGED = (
    lambda _known: returned("<no-such-letter@opora.example>", PAUL),
    lambda known: returned(known, "head@moc.example"),
    lambda known: returned(known, "other@school12.example", original="head@moc.example"),
    lambda known: returned(known, PAUL, action="delivered"),
    lambda known: told_in_words("someone@evil.example", "Undelivered", f"550 5.1.1 {PAUL} {known}"),
    lambda known: told_in_words("postmaster@evil.example", "Undelivered", f"550 5.1.1 somebody@else.example {known}"),
    lambda _known: told_in_words("postmaster@evil.example", "Undelivered", f"550 5.1.1 {PAUL} unknown"),
)


def test_a_bounce_that_does_not_name_letter_and_recipient_changes_nothing(mail_office, digest):
    """No letter of ours, another recipient, no failure, no mail system: the letter stays sent, and it is told."""
    before = proof(mail_office)
    receipts = [receive(mail_office, forged(digest)) for forged in FORGED]
    assert {each.sort for each in receipts} == {Sort.FOREIGN, Sort.DOUBTFUL}
    assert mail_office.letters(Kind.MORNING_DIGEST)[0].state == "sent"
    assert proof(mail_office) == before


def test_a_letter_that_was_never_sent_cannot_come_back(mail_office):
    """A mail that names a letter still in the queue is only told."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    (queued,) = mail_office.letters(Kind.MORNING_DIGEST)
    assert receive(mail_office, returned(queued.message_id, PAUL)).sort is Sort.DOUBTFUL
    assert mail_office.letters(Kind.MORNING_DIGEST)[0].state == "queued"


def test_an_address_from_which_letters_come_back_twice_is_named(mail_office, digest):
    """Once may be chance; the same letter twice is once; two letters are a wrong address, until one goes through."""
    receive(mail_office, returned(digest, PAUL))
    receive(mail_office, returned(digest, PAUL, said="550 5.1.1 still unknown"))
    store = mail_office.office.store
    with store.read() as connection:
        assert list_wrong_addresses(connection) == []
    mail_office.at("2026-03-18", "08:00")
    mail_office.tick()
    mail_office.send()
    second = mail_office.letters(Kind.MORNING_DIGEST)[-1]
    assert second.recipient == PAUL
    mail_office.clock.advance(MINUTE)
    receive(mail_office, returned(second.message_id, PAUL))
    with store.read() as connection:
        assert list_wrong_addresses(connection) == [(PAUL, 2)]
    mail_office.at("2026-03-23", "08:00")
    mail_office.tick()
    mail_office.send()
    assert mail_office.letters()[-1].recipient == PAUL
    with store.read() as connection:
        assert list_wrong_addresses(connection) == []


AUTOMATIC = (
    {"Auto_Submitted": "auto-replied"},
    {"Auto_Submitted": "auto-generated (vacation)"},
    {"Precedence": "bulk"},
    {"X_Autoreply": "yes"},
    {"Return_Path": "<>"},
)


def test_an_automatic_answer_is_ignored(mail_office, digest):
    """Whoever is on holiday has not answered, whatever the machine attached (RFC 3834)."""
    for headers in AUTOMATIC:
        receipt = receive(mail_office, answer(digest, PAUL, ("протокол.pdf", PDF), **headers))
        assert receipt.sort is Sort.AUTOMATIC
    assert waiting(mail_office) == []


def test_files_of_an_answer_wait_and_are_no_evidence(mail_office, digest):
    """From the address to which the letter went: a draft for the row it was about; all else is as before."""
    before = proof(mail_office)
    receipt = receive(mail_office, answer(digest, f"Павлов <{PAUL.upper()}>", ("протокол № 1.pdf", PDF)))
    assert receipt.sort is Sort.REPLY
    assert files_of(mail_office, receipt.reply) == [("протокол № 1.pdf", mail_office.occurrence("1.1").id)]
    assert proof(mail_office) == before
    assert mail_office.transport.sent[-1].message_id == digest


def test_the_next_morning_digest_tells_the_coordinator_until_it_is_confirmed(mail_office, digest):
    """From whom, which files, for which row; once they are confirmed there is nothing more to tell."""
    receipt = receive(mail_office, answer(digest, PAUL, ("протокол.pdf", PDF)))
    mail_office.at("2026-03-10", "08:00")
    mail_office.tick()
    (letter,) = [each for each in mail_office.told(Kind.MORNING_DIGEST) if each[0] == "mary@moc.example"]
    (row,) = letter[1].answered
    assert (row.number, row.asked_by, row.remark) == ("1.1", PAUL, "протокол.pdf")
    confirm_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)
    with mail_office.office.store.read() as connection:
        assert take_picture(connection, mail_office.office).answers == {}


def test_the_coordinator_confirms_and_nothing_is_handed_in(mail_office, digest):
    """Confirmed, a file is gathered evidence of its row, once; nothing was submitted or decided."""
    receipt = receive(mail_office, answer(digest, PAUL, ("протокол.pdf", PDF)))
    added = confirm_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)
    target = mail_office.occurrence("1.1")
    with mail_office.office.store.read() as connection:
        (gathered,) = list_evidence(connection, target.id)
        tables = metadata.tables
        assert connection.execute(select(tables["submission"])).all() == []
        assert connection.execute(select(tables["decision"])).all() == []
    assert (gathered.name, [each.id for each in added]) == ("протокол.pdf", [gathered.id])
    assert gathered.added_by == mail_office.mary.short_id
    assert target.submitted_at is None
    assert waiting(mail_office) == []
    with pytest.raises(UnknownReplyError):
        confirm_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)


def test_confirming_again_after_a_crash_adds_only_what_is_missing(mail_office, digest, monkeypatch):
    """Killed between the evidence and its note: the second time the piece is found, not doubled."""
    receipt = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF), ("б.pdf", PDF + b"2")))
    mary = mail_office.actor(mail_office.mary)

    class KilledError(BaseException):
        """As if the process had been killed."""

    def die(*_args):
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("notifications.mail.confirming.settle_arrival", die)
        with pytest.raises(KilledError):
            confirm_reply(mail_office.office, mary, receipt.reply)
    confirm_reply(mail_office.office, mary, receipt.reply)
    with mail_office.office.store.read() as connection:
        gathered = list_evidence(connection, mail_office.occurrence("1.1").id)
    assert [each.name for each in gathered] == ["а.pdf", "б.pdf"]


def test_only_a_coordinator_confirms_or_dismisses(mail_office, digest):
    """Neither who sent it nor who decides on it."""
    receipt = receive(mail_office, answer(digest, PAUL, ("протокол.pdf", PDF)))
    for who in (mail_office.paul, mail_office.head, mail_office.ann):
        actor = mail_office.actor(who)
        with pytest.raises(RoleNotAllowedError):
            confirm_reply(mail_office.office, actor, receipt.reply)
        with pytest.raises(RoleNotAllowedError):
            dismiss_reply(mail_office.office, actor, receipt.reply)
    assert [each.short_id for each in waiting(mail_office)] == [receipt.reply]


STRANGERS = (
    "ann@house.example",
    "paul@school12.example.evil.example",
    f"{PAUL}, a@b.example",
    f"<{PAUL}> <x@b.example>",
)


def test_an_answer_from_another_address_is_only_told(mail_office, digest):
    """Nothing is taken from it; the coordinator sees that it came."""
    for sender in STRANGERS:
        _be_told_of(mail_office, digest, sender)
    assert waiting(mail_office) == []


def _be_told_of(mail_office, digest, sender):
    mail = answer(digest, "x@y.example", ("протокол.pdf", PDF)).replace(
        b"From: x@y.example", f"From: {sender}".encode()
    )
    receipt = receive(mail_office, mail)
    assert receipt.sort is Sort.STRANGER
    assert files_of(mail_office, receipt.reply) == []
    with pytest.raises(NothingToConfirmError):
        confirm_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)
    dismiss_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)


def test_a_mail_that_answers_nothing_of_ours_leaves_no_trace(mail_office, digest):
    """Of strangers' mails nothing is kept, whoever they are from."""
    assert receive(mail_office, answer("<other@elsewhere.example>", PAUL, ("протокол.pdf", PDF))).sort is Sort.FOREIGN
    with mail_office.office.store.read() as connection:
        assert connection.execute(select(metadata.tables["arrival"])).all() == []


def test_the_same_content_waits_once(mail_office, digest):
    """In one mail, in a second one, or gathered already: each content once, and what is left out is named."""
    first = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF), ("копия.pdf", PDF)))
    assert [name for name, _ in files_of(mail_office, first.reply)] == ["а.pdf"]
    assert [left[0] for left in first.details["left_out"]] == ["копия.pdf"]
    second = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF), ("б.pdf", PDF + b"2"), subject="ещё раз"))
    assert [name for name, _ in files_of(mail_office, second.reply)] == ["б.pdf"]
    mary = mail_office.actor(mail_office.mary)
    confirm_reply(mail_office.office, mary, first.reply)
    confirm_reply(mail_office.office, mary, second.reply)
    third = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF), subject="и ещё"))
    assert third.sort is Sort.NOTE
    assert files_of(mail_office, third.reply) == []


def test_programs_are_named_and_not_taken(mail_office, digest):
    """What the pages refuse, a reply cannot bring; the good file beside it is kept."""
    receipt = receive(mail_office, answer(digest, PAUL, ("счёт.exe", b"MZ" + bytes(100)), ("а.pdf", PDF)))
    assert [name for name, _ in files_of(mail_office, receipt.reply)] == ["а.pdf"]
    assert [left[0] for left in receipt.details["left_out"]] == ["счёт.exe"]


class Finding:
    """A scanner that finds a virus where the word stands."""

    def scan(self, stream):
        """Say what is in it."""
        if b"virus" in stream.read():
            raise InfectedFileError(threat="Eicar-Test")


def test_files_of_an_answer_are_scanned_as_others_are(mail_office, digest):
    """When nothing was found in one is known before anybody confirms it; an infected one is named and not taken."""
    mail_office.office = replace(mail_office.office, scanner=Finding())
    receipt = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF), ("б.pdf", PDF + b"virus")))
    assert [name for name, _ in files_of(mail_office, receipt.reply)] == ["а.pdf"]
    ((name, _, said),) = receipt.details["left_out"]
    assert (name, said) == ("б.pdf", {"threat": "Eicar-Test"})
    known = sha256(PDF).digest()
    with mail_office.office.store.read() as connection:
        assert read_scans(connection, [known]) == {known: Scan(mail_office.clock.now())}


def test_a_file_found_bad_later_comes_in_by_no_answer(mail_office, digest):
    """Without a scanner the bytes are known all the same; what waits unconfirmed is refused once it is found."""
    receipt = receive(mail_office, answer(digest, PAUL, ("а.pdf", PDF + b"virus")))
    scan_stored(replace(mail_office.office, scanner=Finding()))
    again = receive(mail_office, answer(digest, PAUL, ("б.pdf", PDF + b"virus"), subject="ещё раз"))
    assert again.sort is Sort.NOTE
    with pytest.raises(InfectedFileError):
        confirm_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)


def test_of_several_rows_the_one_that_is_named_is_meant(mail_office):
    """A digest of two rows: the number in subject or text says which; without it the coordinator does."""
    for reference in ("1.1", "1.4"):
        mail_office.doubt(reference)
    mail_office.at("2026-04-06", "08:00")
    mail_office.tick()
    mail_office.send()
    letter = next(each for each in mail_office.letters(Kind.MORNING_DIGEST) if each.recipient == "mary@moc.example")
    assert letter.references_id is None
    named = receive(mail_office, answer(letter.message_id, letter.recipient, ("а.pdf", PDF), subject="Re: по 1.4"))
    assert files_of(mail_office, named.reply) == [("а.pdf", mail_office.occurrence("1.4").id)]
    quoted = answer(letter.message_id, letter.recipient, ("б.pdf", PDF + b"2"), text="См. файл\n> 1.4 Сверка\n")
    vague = receive(mail_office, quoted)
    assert files_of(mail_office, vague.reply) == [("б.pdf", None)]
    mary = mail_office.actor(mail_office.mary)
    with pytest.raises(OccurrenceWantedError):
        confirm_reply(mail_office.office, mary, vague.reply)
    (added,) = confirm_reply(mail_office.office, mary, vague.reply, mail_office.occurrence("1.1").id)
    assert added.occurrence_id == mail_office.occurrence("1.1").id


def test_an_answer_in_words_waits_to_be_read(mail_office, digest):
    """“We shall be late” is not lost: the coordinator is told to look into the mailbox."""
    receipt = receive(mail_office, answer(digest, PAUL, text="Сдадим на неделю позже.\n"))
    assert receipt.sort is Sort.NOTE
    assert [each.short_id for each in waiting(mail_office)] == [receipt.reply]


def answered(desk, day="2026-03-10"):
    """What the coordinator's digest of a morning tells of answers; None where none is written."""
    desk.at(day, "08:00")
    desk.tick()
    told = [each for recipient, each in desk.told(Kind.MORNING_DIGEST) if recipient == "mary@moc.example"]
    return [(row.number, row.asked_by, row.remark) for row in told[-1].answered] if told else None


def test_accepted_in_words_decides_nothing_and_is_told(mail_office):
    """The head answers the question with «принято!»: the coordinator learns of it, and it still waits to be decided."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.send()
    (asked,) = mail_office.letters(Kind.EVIDENCE_AWAITS)
    before = proof(mail_office)
    receipt = receive(mail_office, answer(asked.message_id, "head@moc.example", text="принято!\n"))
    assert (receipt.sort, receipt.is_read) == (Sort.NOTE, False)
    assert proof(mail_office) == before
    assert mail_office.occurrence("1.1").state == "evidence_submitted"
    assert answered(mail_office, "2026-03-03") == [("1.1", "head@moc.example", "")]
    dismiss_reply(mail_office.office, mail_office.actor(mail_office.mary), receipt.reply)
    with mail_office.office.store.read() as connection:
        assert take_picture(connection, mail_office.office).answers == {}


def test_in_answer_to_a_digest_of_decisions_it_is_told_too(mail_office):
    """The question stood in a morning digest beside nothing else."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.at("2026-03-04", "08:00")
    mail_office.tick()
    mail_office.send()
    digests = [each for each in mail_office.letters() if each.recipient == "head@moc.example"]
    receive(mail_office, answer(digests[-1].message_id, "head@moc.example", text="принято!\n"))
    assert answered(mail_office) == [("1.1", "head@moc.example", "")]


def test_a_strangers_answer_is_told(mail_office, digest):
    """Somebody else answers from another address: who, and about what."""
    receive(mail_office, answer(digest, "ann@house.example", text="а мне?\n"))
    assert answered(mail_office) == [("1.1", "ann@house.example", "")]


def test_nothing_that_comes_in_is_answered(mail_office, digest):
    """Holiday notices with a mark and without, answers, bounces, the coordinator's own: no letter goes out for them."""
    sent = len(mail_office.transport.sent)
    for headers in ({}, *AUTOMATIC):
        receive(mail_office, answer(digest, PAUL, text="Я в отпуске.\n", subject=f"Автоответ {headers}", **headers))
    receive(mail_office, returned(digest, PAUL))
    mail_office.tick()
    mail_office.send()
    assert len(mail_office.transport.sent) == sent
    for day in ("2026-03-10", "2026-03-11", "2026-03-12"):  # each digest to the coordinator is answered by a machine
        mail_office.at(day, "08:00")
        mail_office.tick()
        mail_office.send()
        to_mary = [each for each in mail_office.letters() if each.recipient == "mary@moc.example"]
        receive(mail_office, answer(to_mary[-1].message_id, "mary@moc.example", text="В отпуске.\n", subject=day))
        mail_office.tick()
        mail_office.send()
        assert len(to_mary) == len({each.created_at.date() for each in to_mary})


def test_an_answer_that_cannot_be_read_is_told(mail_office, digest):
    """Beyond the bounds, but an answer to our letter: a person looks; another's mail is refused with the reason."""
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(200))
    mine = f"From: {PAUL}\nIn-Reply-To: {digest}\n".encode() + deep
    receipt = receive(mail_office, mine)
    assert (receipt.sort, receipt.details["problem"]) == (Sort.NOTE, "its parts lie too deep in each other")
    with pytest.raises(UnreadableMailError):
        receive(mail_office, b"From: a@b.example\n" + deep)


def test_two_readers_of_the_same_answer_keep_it_once(mail_office, digest):
    """The command and the worker at once: by its bytes the mail is one."""
    mail = answer(digest, PAUL, ("протокол.pdf", PDF), ("фото.png", PNG))
    assert [receive(mail_office, mail).sort for _ in range(2)] == [Sort.REPLY, Sort.KNOWN]
    assert len(waiting(mail_office)) == 1
