"""Every error ends in one calm page: what happened, what to do; never a trace, never the address."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from engine.database import DatabaseUnavailableError
from engine.errors import N_
from notifications.translation import translate
from web.pages import choose_language, render_page

RETRY_SECONDS = 60

_WORDS = {
    403: (
        N_("This form came from another site"),
        N_("Open the link of the mail again and decide there. Nothing was changed."),
    ),
    404: (
        N_("There is nothing at this address"),
        N_("Open the link of the newest mail once more, in full. If that does not help, ask the coordinator."),
    ),
    405: (N_("This cannot be done here"), N_("Open the link of the mail again. Nothing was changed.")),
    410: (
        N_("This link no longer counts"),
        N_("Its time is over. Open the link of the newest mail, or ask the coordinator for a new one."),
    ),
    413: (
        N_("That was too much at once"),
        N_("Send less at once: a shorter text, smaller or fewer files. Nothing was changed."),
    ),
    429: (
        N_("Too many links that lead nowhere"),
        N_("Wait ten minutes, then open the link of the newest mail."),
    ),
    503: (
        N_("This cannot be shown at the moment"),
        N_("Nothing is lost and nothing was changed. Try again in a few minutes; if it lasts, tell the coordinator."),
    ),
}
_FAULT = (
    N_("Something went wrong"),
    N_("It is a fault of the program, not yours. Look whether your decision is recorded: open the link again."),
)

_log = logging.getLogger(__name__)


def install_error_pages(app: Flask) -> None:
    """Let the application answer every error with a page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(DatabaseUnavailableError, _unavailable)
    app.register_error_handler(Exception, _fault)


def _refused(error: HTTPException) -> Response:
    page = _page(error.code or 500)
    for name, value in error.get_headers():
        if name in {"Allow", "Retry-After"}:
            page.headers[name] = value
    return page


def _unavailable(error: DatabaseUnavailableError) -> Response:
    _log.error("%s: %s", request.url_rule, error)
    page = _page(503)
    page.headers["Retry-After"] = str(RETRY_SECONDS)
    return page


def _fault(error: Exception) -> Response:
    # The rule and not the path, which may hold a secret.
    _log.error("%s %s failed", request.method, request.url_rule, exc_info=error)
    return _page(500)


def _page(code: int) -> Response:
    language = choose_language()
    title, remedy = _WORDS.get(code, _FAULT)
    return render_page(
        "error", language, status=code, title=translate(title, language), remedy=translate(remedy, language)
    )
