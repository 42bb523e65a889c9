"""Lets the pages live below a path, as `OPORA_PUBLIC_URL=https://school.example/opora` says.

A proxy in front may pass that path on or take it off; addresses that the pages name carry it either way.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class Prefix:
    """WSGI middleware that moves the public path from PATH_INFO to SCRIPT_NAME (PEP 3333)."""

    def __init__(self, app: "WSGIApplication", path: str) -> None:
        self._app = app
        self._path = path

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request."""
        asked: str = environ.get("PATH_INFO", "")
        if asked == self._path or asked.startswith(f"{self._path}/"):
            environ["PATH_INFO"] = asked.removeprefix(self._path) or "/"
        environ["SCRIPT_NAME"] = self._path
        return self._app(environ, start_response)


def public_path(public_url: str | None) -> str:
    """The path of the public address without its last slash; empty where it has none."""
    return urlsplit(public_url or "").path.rstrip("/")
