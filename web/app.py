"""The Flask application: pages for people who have a link, calendars for programs that have an address."""

import logging

from flask import Flask, Response, request
from werkzeug.exceptions import ServiceUnavailable

from engine.errors import OporaError
from runtime.bootstrap import Application
from web import private_logs
from web.date_pages import date_pages
from web.decision_pages import decision_pages
from web.docket_pages import docket_pages
from web.errors import RETRY_SECONDS, install_error_pages
from web.evidence_pages import evidence_pages
from web.feeds import Feeds, feed_pages
from web.fetches import FetchLog
from web.freshness import Freshness
from web.headers import HEADERS
from web.preference_pages import preference_pages
from web.prefix import Prefix, public_path
from web.ready_text_pages import ready_text_pages
from web.site import Site, current_site, install_site
from web.start import start_pages
from web.subscribing import subscribing_pages

MOST_BYTES = 64 * 1024
"""The largest form: a remark of 5000 characters in UTF-8, percent-encoded, and room."""

_STATIC_CACHING = "public, max-age=31536000, immutable"
_BY_THEMSELVES = {"static", "start.health"}
"""Styles need nothing of it, and whoever asks after our health is told by a look of its own."""

_log = logging.getLogger(__name__)


def create_app(application: Application) -> Flask:
    """The web application over an application that was put together by `runtime.bootstrap`."""
    app = Flask("web.app", static_folder="static")
    app.config["MAX_CONTENT_LENGTH"] = MOST_BYTES
    app.config["MAX_FORM_MEMORY_SIZE"] = MOST_BYTES
    fetches = FetchLog(application.office, application.settings.feed_limit)
    site = Site(application, fetches, Freshness(application.refresh))
    install_site(app.extensions, site)
    for pages in (
        start_pages,
        decision_pages,
        docket_pages,
        date_pages,
        evidence_pages,
        preference_pages,
        ready_text_pages,
        feed_pages,
        subscribing_pages,
    ):
        app.register_blueprint(pages)
    install_error_pages(app)
    app.before_request(_look)
    private_logs.install()
    app.after_request(_add_headers)
    app.wsgi_app = Feeds(app.wsgi_app, site)  # type: ignore[method-assign]
    path = public_path(application.settings.public_url)
    if path:
        app.wsgi_app = Prefix(app.wsgi_app, path)  # type: ignore[method-assign]
    return app


def _look() -> None:
    """Before a page: has anything changed that we keep in memory? While something is in the way, the answer is 503."""
    if request.endpoint in _BY_THEMSELVES:
        return
    try:
        current_site().freshness.look()
    except OporaError as error:
        _log.error("%s", error)
        raise ServiceUnavailable(retry_after=RETRY_SECONDS) from error


def _add_headers(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code == 200:
        # Its address changes with its content.
        response.headers["Cache-Control"] = _STATIC_CACHING
    # Asked for at once: each question to the headers by name goes through all of them.
    said = {name.lower() for name, _ in response.headers}
    for name, value in HEADERS.items():
        if name.lower() not in said:
            response.headers.add(name, value)
    return response
