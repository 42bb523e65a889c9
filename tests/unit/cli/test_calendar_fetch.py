"""Fetching a calendar by its address: limits, and no word of the address."""

import threading
import traceback
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from cli import calendar_fetch
from cli.calendar_fetch import (
    BadAddressError,
    LoginInAddressError,
    TooLargeError,
    TooSlowError,
    UnreachableError,
    fetch_calendar,
    is_address,
)
from engine.errors import OporaError

SECRET = "Zx3f_-9qLm2kPw7Rt5Vb8Nc1Jd4Gh6Ty"
BODY = b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"


class Server(BaseHTTPRequestHandler):
    """Good and bad answers, by the last part of the path."""

    asked: list[str]

    def log_message(self, *_: object) -> None:
        """Leaves the test's output alone."""

    def do_GET(self) -> None:
        """Answer by what is asked for."""
        self.asked.append(self.path)
        getattr(self, f"_{self.path.rpartition('/')[2].partition('.')[0]}")()

    def _send(self, status: int = 200, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def _good(self) -> None:
        self._send(Content_Type="text/calendar; charset=utf-8", Content_Length=str(len(BODY)))
        self.wfile.write(BODY)

    def _gone(self) -> None:
        self._send(404)

    def _loop(self) -> None:
        self._send(302, Location=f"/{len(self.asked)}/{SECRET}/loop")

    def _near(self) -> None:
        self._send(301, Location="good")

    def _file(self) -> None:
        self._send(302, Location="file:///etc/passwd")

    def _login(self) -> None:
        self._send(302, Location=f"http://me:{SECRET}@localhost/")

    def _endless(self) -> None:
        self._send()
        while True:
            self.wfile.write(b"x" * 65536)

    def _silent(self) -> None:
        self.rfile.read(1)  # until the client has gone away

    def _short(self) -> None:
        self._send(Content_Length=str(len(BODY) + 1))
        self.wfile.write(BODY)

    def _nonsense(self) -> None:
        self.wfile.write(b"nonsense\r\n\r\n")


class _Quiet(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: object) -> None:
        """A client that goes away is what is tested."""


@pytest.fixture
def base() -> Iterator[str]:
    """The address of a server on this machine."""
    Server.asked = []
    with _Quiet(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/{SECRET}"
        server.shutdown()


@pytest.fixture
def patience(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Set limits that a test can wait for."""

    def limit(**limits: float) -> None:
        for name, value in limits.items():
            monkeypatch.setattr(calendar_fetch, name, value)

    return limit


@pytest.mark.parametrize("name", ["good.ics", "near"])
def test_what_lies_there_is_fetched(base: str, name: str) -> None:
    """Body, type and server, also where the address leads on."""
    fetched = fetch_calendar(f"{base}/{name}")
    assert (fetched.body, fetched.media_type) == (BODY, "text/calendar")
    assert fetched.server == base.rpartition("/")[0]


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("gone", UnreachableError),
        ("loop", UnreachableError),
        ("short", UnreachableError),
        ("nonsense", UnreachableError),
        ("file", UnreachableError),
        ("login", LoginInAddressError),
        ("sp ace", UnreachableError),
        ("endless", TooLargeError),
        ("silent", TooSlowError),
    ],
)
def test_what_is_no_calendar_is_told_without_the_address(
    base: str, patience: Callable[..., None], name: str, error: type[OporaError]
) -> None:
    """Refusals, loops, halves, nonsense, ways to other schemes, too much and too long: each says so, and no secret."""
    patience(MOST_BYTES=1 << 20, SECONDS_A_STEP=0.5)
    with pytest.raises(error) as raised:
        fetch_calendar(f"{base}/{name}")
    assert SECRET not in str(raised.value)
    assert SECRET not in "".join(traceback.format_exception(raised.value))


def test_a_body_without_end_takes_so_long(base: str, patience: Callable[..., None]) -> None:
    """However often something comes: after a while it is over."""
    patience(MOST_BYTES=1 << 60, SECONDS=0.1)
    with pytest.raises(TooSlowError):
        fetch_calendar(f"{base}/endless")


def test_redirects_are_counted(base: str) -> None:
    """A few, then no more."""
    with pytest.raises(UnreachableError):
        fetch_calendar(f"{base}/loop")
    assert len(Server.asked) == calendar_fetch.MOST_REDIRECTS + 1


@pytest.mark.parametrize("address", ["file:///etc/passwd", "ftp://example.org/x", "https:///x", "http://[::1/x", "://"])
def test_nothing_but_http_is_fetched(address: str) -> None:
    """Other schemes and broken addresses are refused before anything is asked."""
    with pytest.raises(BadAddressError):
        fetch_calendar(address)


@pytest.mark.parametrize("address", [f"https://me:{SECRET}@localhost/", f"webcal://{SECRET}@localhost/"])
def test_a_login_is_refused(address: str) -> None:
    """It is neither sent nor repeated."""
    with pytest.raises(LoginInAddressError) as raised:
        fetch_calendar(address)
    assert SECRET not in str(raised.value)


def test_nobody_there(unused_port: int) -> None:
    """A server that does not run is named, with what the system says."""
    with pytest.raises(UnreachableError, match=f"http://127.0.0.1:{unused_port} gave no calendar: Connection refused"):
        fetch_calendar(f"http://127.0.0.1:{unused_port}/{SECRET}")


@pytest.fixture
def unused_port() -> int:
    with ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        return server.server_port


def test_webcal_is_https(monkeypatch: pytest.MonkeyPatch) -> None:
    """Browsers' scheme for calendars stands for https."""
    asked: list[str] = []

    def note(self: object, request: object, **_: object) -> None:
        asked.append(request.full_url)  # type: ignore[attr-defined]
        raise OSError(111, "Connection refused")

    monkeypatch.setattr("urllib.request.OpenerDirector.open", note)
    for scheme in ("webcal", "WEBCALS", "https"):
        with pytest.raises(UnreachableError):
            fetch_calendar(f"{scheme}://opora.example.org/c/x.ics")
    assert asked == ["https://opora.example.org/c/x.ics"] * 3


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("https://x/y", True),
        ("webcal:x", True),
        ("ftp://x", True),
        ("-", False),
        ("feed.ics", False),
        (r"C:\calendars\feed.ics", False),
        ("a:b.ics", False),
    ],
)
def test_addresses_and_file_names(text: str, *, address: bool) -> None:
    """What has `://` or begins with webcal: is an address; drive letters and colons in names are not."""
    assert is_address(text) is address
