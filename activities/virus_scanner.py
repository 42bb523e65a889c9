"""Asking a clamd whether a file carries a virus: its INSTREAM command (clamd(8)), over TCP or a Unix socket."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Protocol
from urllib.parse import urlsplit

from engine.errors import N_, OporaError

_CHUNK_BYTES = 1 << 16
_LENGTH = struct.Struct("!L")
_LONGEST_ANSWER = 4096
_PORT = 3310


class BadScannerUrlError(OporaError):
    """An address at which no clamd can be."""

    message = N_("OPORA_CLAMD_URL cannot be used. Write unix:///run/clamav/clamd.ctl or tcp://host:3310.")


class InfectedFileError(OporaError):
    """The scanner knows a virus in the file."""

    message = N_(
        "A virus was found in this file ({threat}), so it was not taken. Check the computer it comes from, and send "
        "the document from another one or as a photograph."
    )


class ScannerError(OporaError):
    """The scanner did not answer, or not as it should."""

    message = N_(
        "The file could not be checked for viruses ({reason}), so it was not taken. Try again in some minutes; if it "
        "stays so, tell the coordinator."
    )


class ScannerUnreachableError(ScannerError):
    """Nobody answers where the scanner should be, so that asking about the next file is as useless."""


class Scanner(Protocol):
    """Something that looks for viruses."""

    def scan(self, stream: BinaryIO) -> None:
        """Look at a stream from where it stands to its end; return where nothing was found.

        Raises:
            InfectedFileError: something was; ScannerError: it is not known; ScannerUnreachableError: nobody answers.
        """


@dataclass(frozen=True, slots=True)
class Clamd:
    """A clamd at an address; each question has a connection of its own.

    Attributes:
        address: a path of a Unix socket, or host and port.
        seconds: how long it may be silent.
    """

    address: str | tuple[str, int]
    seconds: float = 60.0

    def scan(self, stream: BinaryIO) -> None:
        """Send a stream in chunks, each behind its length, and read the verdict.

        Raises:
            InfectedFileError, ScannerError, ScannerUnreachableError: as `Scanner` says.
        """
        try:
            with self._connect() as connection:
                connection.sendall(b"zINSTREAM\0")
                answer = _send(connection, stream)
        except OSError as error:
            raise ScannerUnreachableError(reason=error.strerror or str(error)) from error
        _judge(answer)

    @contextmanager
    def _connect(self) -> Iterator[socket.socket]:
        if isinstance(self.address, tuple):
            connection = socket.create_connection(self.address, self.seconds)
        else:
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            connection.settimeout(self.seconds)
        with connection:
            if not isinstance(self.address, tuple):
                connection.connect(self.address)
            yield connection


def _send(connection: socket.socket, stream: BinaryIO) -> str:
    try:
        while chunk := stream.read(_CHUNK_BYTES):
            connection.sendall(_LENGTH.pack(len(chunk)) + chunk)
        connection.sendall(_LENGTH.pack(0))
    except (BrokenPipeError, ConnectionResetError):
        # Beyond its StreamMaxLength it answers and hangs up while we still send: what it said tells more.
        pass
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < _LONGEST_ANSWER:
        read = connection.recv(_LONGEST_ANSWER)
        if not read:
            break
        answer += read
    return answer.rstrip(b"\0\n").decode("utf-8", "replace")


def _judge(answer: str) -> None:
    """`stream: OK`, `stream: NAME FOUND`, or what went wrong."""
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return
    if said.endswith(" FOUND"):
        raise InfectedFileError(threat=said.removesuffix(" FOUND")[:100])
    raise ScannerError(reason=said[:200] or "no answer")


def parse_scanner(url: str) -> Clamd:
    """The clamd at `unix:///path` or `tcp://host:port`.

    Raises:
        BadScannerUrlError: neither.
    """
    parts = urlsplit(url)
    try:
        port = parts.port or _PORT
    except ValueError as error:
        raise BadScannerUrlError from error
    if parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc:
        return Clamd(parts.path)
    if parts.scheme == "tcp" and parts.hostname and parts.path in {"", "/"}:
        return Clamd((parts.hostname, port))
    raise BadScannerUrlError
