"""A clamd over a real socket: what it says decides whether a file is taken."""

import io
import socket
from dataclasses import replace

import pytest

from activities.evidence_scanning import Scan, read_scans
from activities.tables import blob, evidence
from activities.virus_scanner import BadScannerUrlError, Clamd, InfectedFileError, ScannerError, parse_scanner
from tests.fixtures.clamd import EICAR


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_clean_file_is_taken_and_marked(desk, clamd, kind):
    """The scanner sees exactly the bytes that are kept; when it found nothing is recorded."""
    fake = clamd(kind)
    desk.office = replace(desk.office, scanner=parse_scanner(fake.url))
    content = b"x" * 200_000
    piece = desk.add("1.1", desk.paul, content)
    assert fake.seen == [content]
    with desk.office.store.read() as connection:
        assert read_scans(connection, [piece.blob_digest]) == {piece.blob_digest: Scan(desk.office.store.clock.now())}


def test_an_infected_file_is_refused(desk, clamd):
    """Neither a row nor a byte stays, and the virus is named."""
    desk.office = replace(desk.office, scanner=parse_scanner(clamd().url))
    with pytest.raises(InfectedFileError) as refusal:
        desk.add("1.1", desk.paul, b"see: " + EICAR)
    assert refusal.value.details["threat"] == "Eicar-Test"
    assert desk.rows(evidence) == desk.rows(blob) == []
    assert [path for path in desk.office.evidence.path.rglob("*") if path.is_file()] == []


def test_without_a_scanner_it_is_not_checked(desk):
    """Nothing is claimed of a file that nobody looked at."""
    piece = desk.add("1.1", desk.paul)
    with desk.office.store.read() as connection:
        assert read_scans(connection, [piece.blob_digest]) == {}


@pytest.mark.parametrize("answer", [b"", b"stream: \0", b"UNKNOWN COMMAND\0", b"stream: Can't allocate memory ERROR\0"])
def test_no_verdict_is_no_leave(clamd, answer):
    """Silence, trouble and nonsense take no file."""
    scanner = parse_scanner(clamd(answer=answer).url)
    with pytest.raises(ScannerError):
        scanner.scan(io.BytesIO(b"x"))


def test_beyond_the_scanners_limit_it_says_so(clamd):
    """Whoever scans hangs up over a stream beyond its limit; its words reach the person."""
    scanner = parse_scanner(clamd(limit=100_000).url)
    with pytest.raises(ScannerError):
        scanner.scan(io.BytesIO(bytes(8_000_000)))


def test_a_scanner_that_is_not_there_or_silent_is_told(tmp_path):
    """No file waits for ever: a missing socket and a silent one end in one error."""
    with pytest.raises(ScannerError):
        Clamd(str(tmp_path / "none.sock")).scan(io.BytesIO(b"x"))
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        with pytest.raises(ScannerError):
            Clamd(silent.getsockname(), seconds=0.2).scan(io.BytesIO(b"x"))


def test_addresses_are_read():
    """A socket or a host with a port; 3310 where none is given."""
    assert parse_scanner("unix:///run/clamav/clamd.ctl").address == "/run/clamav/clamd.ctl"
    assert parse_scanner("tcp://scan.example:3311").address == ("scan.example", 3311)
    assert parse_scanner("tcp://scan.example").address == ("scan.example", 3310)


@pytest.mark.parametrize(
    "url", ["", "clamd", "unix://run/x", "unix:x", "tcp://", "http://x", "tcp://x:99999", "tcp://x/y"]
)
def test_other_addresses_are_refused(url):
    """Whatever is neither says how to write it."""
    with pytest.raises(BadScannerUrlError):
        parse_scanner(url)
