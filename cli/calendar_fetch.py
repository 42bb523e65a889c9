"""Fetching a calendar by its address, as a careful program would: so much, so long, so far, and nothing but HTTP.

The address is a key, so nothing that is said names more of it than the server.
"""

import http.client
from collections.abc import Iterator
from dataclasses import dataclass
from http import HTTPStatus
from time import monotonic
from typing import IO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from engine.errors import N_, OporaError

MOST_BYTES = 10 << 20
MOST_REDIRECTS = 5
SECONDS_A_STEP = 10
SECONDS = 30
_CHUNK = 1 << 16
_HEADERS = {"User-Agent": "Opora", "Accept": "text/calendar, */*;q=0.1", "Accept-Encoding": "identity"}
_WEBCAL = {"webcal": "https", "webcals": "https"}


class BadAddressError(OporaError):
    """Nothing that is fetched."""

    message = N_("Only addresses that begin with https:, http: or webcal: are fetched. Save the calendar as a file.")


class LoginInAddressError(OporaError):
    """An address with a name or password in it."""

    message = N_("The address holds a login. Take what stands before the @ out of it; calendars here need none.")


class UnreachableError(OporaError):
    """Nobody answered, or not with a calendar."""

    message = N_("{server} gave no calendar: {reason}. Check the address, and whether it opens in a browser.")


class TooLargeError(OporaError):
    """More than any program takes."""

    message = N_("{server} sent more than {megabytes} MB. Programs give up far earlier: narrow the calendar.")


class TooSlowError(OporaError):
    """Longer than any program waits."""

    message = N_("{server} was not done after {seconds} s. Try again later; if it stays so, ask whoever runs it.")


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sent.

    Attributes:
        server: `https://opora.example.org`, without what is secret.
        media_type: as the server calls it, without parameters.
    """

    server: str
    media_type: str
    body: bytes


def is_address(text: str) -> bool:
    """Whether a text is meant as an address and not as a file's name, even one with a colon in it."""
    return "://" in text or text.partition(":")[0].lower() in _WEBCAL


def fetch_calendar(address: str) -> Fetched:
    """What lies at an address.

    Raises:
        BadAddressError, LoginInAddressError: nothing that could be fetched, or was led to.
        UnreachableError, TooLargeError, TooSlowError: what came was no calendar.
    """
    scheme, _, rest = address.partition(":")
    url = f"{_WEBCAL.get(scheme.lower(), scheme)}:{rest}"
    _check(url)
    try:
        return _fetch(url, monotonic() + SECONDS)
    except HTTPError as error:
        failed: object = HTTPStatus(error.code) if error.code in set(HTTPStatus) else error.code
        server = _server(error.url)
        error.close()
    except URLError as error:
        failed, server = error.reason, _server(url)
    except (OSError, http.client.HTTPException, ValueError) as error:
        failed, server = error, _server(url)
    # Outside of the handlers: what libraries say may hold the address, so not even a trace shows it.
    if isinstance(failed, TimeoutError):
        raise TooSlowError(server=server, seconds=SECONDS_A_STEP)
    raise UnreachableError(server=server, reason=_reason(failed))


def _fetch(url: str, ends_at: float) -> Fetched:
    request = Request(url, headers=_HEADERS)  # noqa: S310  (its scheme is checked)
    with build_opener(_Redirects(ends_at)).open(request, timeout=SECONDS_A_STEP) as answer:
        server = _server(answer.url)
        return Fetched(server, answer.headers.get_content_type(), b"".join(_read(answer, server, ends_at)))


class _Redirects(HTTPRedirectHandler):
    """Follows a few, to addresses that could have been given as well."""

    max_redirections = MOST_REDIRECTS

    def __init__(self, ends_at: float) -> None:
        self._ends_at = ends_at

    def redirect_request(  # noqa: PLR0917  (as the library calls it)
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: http.client.HTTPMessage, newurl: str
    ) -> Request | None:
        """The request that follows, checked like the first."""
        try:
            _check(newurl)
            if monotonic() > self._ends_at:
                raise TooSlowError(server=_server(newurl), seconds=SECONDS)
        except OporaError:
            fp.close()
            raise
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _read(answer: http.client.HTTPResponse, server: str, ends_at: float) -> Iterator[bytes]:
    size = 0
    # `read1` gives what is there: a server that sends a byte now and then does not stretch one call over hours.
    while chunk := answer.read1(_CHUNK):
        size += len(chunk)
        if size > MOST_BYTES:
            raise TooLargeError(server=server, megabytes=MOST_BYTES >> 20)
        if monotonic() > ends_at:
            raise TooSlowError(server=server, seconds=SECONDS)
        yield chunk
    if answer.length:
        raise http.client.IncompleteRead(b"")


def _check(url: str) -> None:
    try:
        parts = urlsplit(url)
        has_login = parts.username is not None or parts.password is not None
        host = parts.hostname
    except ValueError:
        raise BadAddressError from None
    if parts.scheme not in {"http", "https"} or not host:
        raise BadAddressError
    if has_login:
        raise LoginInAddressError


def _server(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _reason(error: object) -> str:
    """What happened, in a few words of the system's or of HTTP's, never in those of a server."""
    if isinstance(error, HTTPStatus):
        return f"{error.value} {error.phrase}"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return type(error).__name__
