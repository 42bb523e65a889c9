"""The start page, which knows nobody, and the answer to "are you well?"."""

from flask import Blueprint, Response

from engine.errors import OporaError
from web.pages import choose_language, render_page
from web.site import current_site

start_pages = Blueprint("start", __name__)


@start_pages.get("/")
def start() -> Response:
    """What this is; no data of anybody."""
    return render_page("start", choose_language())


@start_pages.get("/health")
def health() -> Response:
    """200 while the database answers and is ours to work in and the keys are there; else 503: for supervisors."""
    try:
        current_site().application.refresh()
    except OporaError:
        return Response("unavailable\n", 503, content_type="text/plain; charset=utf-8")
    return Response("ok\n", content_type="text/plain; charset=utf-8")
