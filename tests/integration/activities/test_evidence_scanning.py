"""What was stored before there was a scanner is looked through later; what is found stays, named."""

from dataclasses import replace

import pytest

from activities.evidence import remove_evidence
from activities.evidence_scanning import (
    GONE,
    NoScannerError,
    Scan,
    ScanBrokenOffError,
    list_infected,
    read_scans,
    scan_stored,
)
from activities.tables import evidence
from activities.virus_scanner import InfectedFileError, parse_scanner
from tests.fixtures.clamd import EICAR

BAD = b"minutes: " + EICAR


@pytest.fixture
def scanned(desk, clamd):
    """The office, from now on with a scanner; before, a clean file and an infected one were taken."""
    pieces = [desk.add("1.1", desk.paul, content) for content in (b"clean", BAD)]
    fake = clamd()
    without, desk.office = desk.office, replace(desk.office, scanner=parse_scanner(fake.url))
    return desk, without, fake, pieces


def infected(desk):
    """Digest and virus of each piece that carries one."""
    with desk.office.store.read() as connection:
        return [(each.digest, each.scan.threat) for each in list_infected(connection)]


def test_what_was_stored_before_is_looked_through_once(scanned):
    """One is clean, one carries a virus: both are known, nothing is gone, and a second run has nothing to do."""
    desk, _, fake, (good, bad) = scanned
    report = scan_stored(desk.office)
    assert (report.clean, report.infected, report.unread) == (1, {bad.blob_digest: "Eicar-Test"}, {})
    now = desk.clock.now()
    with desk.office.store.read() as connection:
        found = read_scans(connection, [good.blob_digest, bad.blob_digest])
    assert found == {good.blob_digest: Scan(now), bad.blob_digest: Scan(now, "Eicar-Test")}
    assert infected(desk) == [(bad.blob_digest, "Eicar-Test")]
    assert [row.removed_at for row in desk.rows(evidence)] == [None, None]
    assert desk.office.evidence.path_of(bad.blob_digest).read_bytes() == BAD
    fake.seen.clear()
    assert scan_stored(desk.office).clean == 0
    assert fake.seen == []


def test_looked_at_anew_a_scanner_may_know_better(scanned):
    """Once it finds nothing in it any more, nothing is said of it any more."""
    desk, _, fake, (_, bad) = scanned
    scan_stored(desk.office)
    fake.answer = b"stream: OK\0"
    assert scan_stored(desk.office).infected == {}
    assert infected(desk) == [(bad.blob_digest, "Eicar-Test")]
    assert scan_stored(desk.office, again=True).clean == 2
    assert infected(desk) == []


def test_what_is_taken_back_is_infected_evidence_no_more(scanned):
    """The list says what somebody has to do something about."""
    desk, _, _, (_, bad) = scanned
    scan_stored(desk.office)
    remove_evidence(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, bad.id)
    assert infected(desk) == []


def test_known_bad_content_enters_by_no_door(scanned):
    """With a scanner or without: the very bytes in which a virus was found are refused, for another row too."""
    desk, without, _, _ = scanned
    scan_stored(desk.office)
    for office in (desk.office, without):
        desk.office = office
        for reference in ("1.1", "1.2"):
            with pytest.raises(InfectedFileError) as refusal:
                desk.add(reference, desk.mary, BAD)
            assert refusal.value.details["threat"] == "Eicar-Test"
    assert len(desk.rows(evidence)) == 2


def test_a_file_sent_again_is_checked_by_it(scanned):
    """The piece is the same one, and from now on it is known to be clean."""
    desk, _, _, (good, _) = scanned
    assert desk.add("1.1", desk.paul, b"clean").id == good.id
    with desk.office.store.read() as connection:
        assert read_scans(connection, [good.blob_digest]) == {good.blob_digest: Scan(desk.clock.now())}


def test_what_the_scanner_cannot_read_is_told_and_the_rest_is_known(desk, clamd):
    """A file beyond its limit, a file that is gone: named, not taken for clean, and nothing is held up."""
    large = desk.add("1.1", desk.paul, bytes(2_000))
    gone = desk.add("1.1", desk.paul, b"gone")
    desk.add("1.1", desk.paul, b"clean")
    desk.office.evidence.path_of(gone.blob_digest).unlink()
    desk.office = replace(desk.office, scanner=parse_scanner(clamd(limit=1_000).url))
    report = scan_stored(desk.office)
    assert report.clean == 1
    assert report.unread == {large.blob_digest: "INSTREAM size limit exceeded. ERROR", gone.blob_digest: GONE}
    with desk.office.store.read() as connection:
        assert read_scans(connection, list(report.unread)) == {}


def test_where_nobody_answers_it_ends_at_once(desk, tmp_path):
    """Each further file would wait as long; without a scanner it says which setting is missing."""
    desk.add("1.1", desk.paul)
    with pytest.raises(NoScannerError):
        scan_stored(desk.office)
    desk.office = replace(desk.office, scanner=parse_scanner(f"unix://{tmp_path}/none.sock"))
    with pytest.raises(ScanBrokenOffError):
        scan_stored(desk.office)
