"""Every error ends in one calm page: what happened, what to do; never a trace, never the address."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import Gone, HTTPException

from activities.evidence_overview import Removal
from engine.database import DatabaseUnavailableError
from engine.errors import N_
from notifications.mail.wording import word_moment
from notifications.translation import translate
from web.pages import choose_language, render_page
from web.site import current_site

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

_REMOVED = (
    N_("This file was removed"),
    N_(
        "Its time was over: act No. {number} of {moment}. Its digest is kept, and what was decided stands. "
        "If you need the file, ask whoever handed it in."
    ),
)
_ABOUT_LINKS = frozenset({404, 410, 429})
"""Where a new link helps, which the start page sends."""

_log = logging.getLogger(__name__)


class EvidenceRemovedError(Gone):
    """A file that is asked for was removed by an act."""

    def __init__(self, removal: Removal) -> None:
        super().__init__()
        self.removal = removal


def install_error_pages(app: Flask) -> None:
    """Let the application answer every error with a page."""
    app.register_error_handler(HTTPException, _refused)
    app.register_error_handler(DatabaseUnavailableError, _unavailable)
    app.register_error_handler(Exception, _fault)


def _refused(error: HTTPException) -> Response:
    page = _tell_removed(error.removal) if isinstance(error, EvidenceRemovedError) else _page(error.code or 500)
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
        "error",
        language,
        status=code,
        title=translate(title, language),
        remedy=translate(remedy, language),
        is_about_links=code in _ABOUT_LINKS,
    )


def _tell_removed(removal: Removal) -> Response:
    language = choose_language()
    title, remedy = _REMOVED
    moment = word_moment(removal.made_at, current_site().application.settings.zone, language)
    return render_page(
        "error",
        language,
        status=410,
        title=translate(title, language),
        remedy=translate(remedy, language, number=removal.act, moment=moment),
        is_about_links=False,
    )
