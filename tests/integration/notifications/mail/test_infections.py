"""A virus found in evidence that was taken: coordinators are told once, and as long as it can be put right."""

import io
from dataclasses import replace

import pytest

from activities.decisions import Verdict
from activities.evidence import add_file, remove_evidence
from activities.evidence_scanning import scan_stored
from activities.virus_scanner import InfectedFileError
from notifications.mail.kinds import Kind
from notifications.mail.picture import take_picture

MARY = "mary@moc.example"


@pytest.fixture
def database_kind() -> str:
    """SQLite alone: what is asked of the database is tried where files are scanned."""
    return "sqlite"


class Knowing:
    """A scanner that knows one word."""

    def scan(self, stream):
        """Say what is in it."""
        if b"virus" in stream.read():
            raise InfectedFileError(threat="Eicar-Test")


@pytest.fixture
def infected(mail_office):
    """A file of 1.1 that was taken before there was a scanner, and the office."""
    target = mail_office.occurrence("1.1").id
    actor = mail_office.actor(mail_office.paul)
    piece = add_file(mail_office.office, actor, target, io.BytesIO(b"a virus"), name="сводка.txt")
    scan_stored(replace(mail_office.office, scanner=Knowing()))
    return mail_office, piece


def told(desk, day):
    """What the coordinator's digest of a morning says of infected files; None where none is written."""
    desk.at(day, "08:00")
    before = len(desk.told(Kind.MORNING_DIGEST))
    desk.tick()
    mine = [each for recipient, each in desk.told(Kind.MORNING_DIGEST)[before:] if recipient == MARY]
    return [(row.number, row.remark) for row in mine[-1].infected] if mine else None


def test_the_coordinator_is_told_the_next_morning_and_once(infected):
    """The row and the file with its virus; who may do nothing about it is told nothing of it; no second digest."""
    desk, _ = infected
    assert told(desk, "2026-03-03") == [("1.1", "сводка.txt (Eicar-Test)")]
    with desk.office.store.read() as connection:
        assert set(take_picture(connection, desk.office).infected) == {desk.mary.id}
    assert told(desk, "2026-03-04") is None


def test_what_was_taken_out_is_told_no_more(infected):
    """Nobody is written to for it."""
    desk, piece = infected
    remove_evidence(desk.office, desk.actor(desk.paul), piece.occurrence_id, piece.id)
    assert told(desk, "2026-03-03") is None


def test_it_is_told_of_what_was_accepted_long_ago_too(mail_office):
    """The row is closed, but somebody may open the file."""
    desk = mail_office
    desk.submit("1.1", desk.paul)
    desk.decide("1.1", Verdict.ACCEPT)

    class All:
        """A scanner that finds something everywhere."""

        def scan(self, _stream):
            """Say so."""
            raise InfectedFileError(threat="Eicar-Test")

    scan_stored(replace(desk.office, scanner=All()))
    assert told(desk, "2026-03-03") == [("1.1", "протокол.pdf (Eicar-Test)")]
