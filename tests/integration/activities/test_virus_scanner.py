"""A clamd over a real socket: what it says decides whether a file is taken."""

import io
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import replace

import pytest

from activities.evidence_scanning import read_scans
from activities.tables import blob, evidence
from activities.virus_scanner import BadScannerUrlError, Clamd, InfectedFileError, ScannerError, parse_scanner

# What scanners agree to call a virus; put together here, so that no scanner takes this file for one.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd:
    """Answers one question after another as clamd does; remembers what it was sent."""

    def __init__(self, listener, answer=None, limit=None):
        self.seen = []
        self.limit = limit
        self.answer = answer
        self.listener = listener
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self):
        """Take one connection after another."""
        with suppress(OSError):
            while True:
                connection, _ = self.listener.accept()
                with connection, suppress(OSError):
                    self.serve(connection)

    def serve(self, connection):
        """Read one stream and say what is in it."""
        stream = connection.makefile("rb")
        assert stream.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(size)
            if self.limit and len(content) > self.limit:
                connection.sendall(b"INSTREAM size limit exceeded. ERROR\0")
                return
        self.seen.append(content)
        found = b"stream: Eicar-Test FOUND\0" if EICAR in content else b"stream: OK\0"
        connection.sendall(found if self.answer is None else self.answer)

    def close(self):
        """Listen no more."""
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.thread.join(10)


@pytest.fixture
def clamd(tmp_path):
    """Start a fake clamd; gives it and its address."""
    running = []

    def start(kind="tcp", **how):
        if kind == "unix":
            path = str(tmp_path / "c.sock")
            listener = socket.socket(socket.AF_UNIX)
            listener.bind(path)
            url = f"unix://{path}"
        else:
            listener = socket.socket()
            listener.bind(("127.0.0.1", 0))
            url = f"tcp://127.0.0.1:{listener.getsockname()[1]}"
        listener.listen()
        running.append(FakeClamd(listener, **how))
        return running[-1], parse_scanner(url)

    yield start
    for each in running:
        each.close()


@pytest.mark.parametrize("kind", ["tcp", "unix"])
def test_a_clean_file_is_taken_and_marked(desk, clamd, kind):
    """The scanner sees exactly the bytes that are kept; when it found nothing is recorded."""
    fake, scanner = clamd(kind)
    desk.office = replace(desk.office, scanner=scanner)
    content = b"x" * 200_000
    piece = desk.add("1.1", desk.paul, content)
    assert fake.seen == [content]
    with desk.office.store.read() as connection:
        assert read_scans(connection, [piece.blob_digest]) == {piece.blob_digest: desk.office.store.clock.now()}


def test_an_infected_file_is_refused(desk, clamd):
    """Neither a row nor a byte stays, and the virus is named."""
    desk.office = replace(desk.office, scanner=clamd()[1])
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
    _, scanner = clamd(answer=answer)
    with pytest.raises(ScannerError):
        scanner.scan(io.BytesIO(b"x"))


def test_beyond_the_scanners_limit_it_says_so(clamd):
    """Whoever scans hangs up over a stream beyond its limit; its words reach the person."""
    _, scanner = clamd(limit=100_000)
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
