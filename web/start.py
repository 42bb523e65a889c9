"""The start page, which knows nobody, the way to one's own links, and the answer to "are you well?"."""

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound, TooManyRequests

from activities.people import find_person, fold_address
from engine.errors import OporaError
from notifications.mail.compose import Clerk
from notifications.mail.sign_in import write_links
from runtime.bootstrap import Application
from web.capability import refuse_foreign_form
from web.pages import choose_language, render_page
from web.site import current_site
from web.throttle import LIMIT, WINDOW, add_attempts, fold_client

start_pages = Blueprint("start", __name__)


@start_pages.get("/")
def start() -> Response:
    """What this is, and a form for one's own links; no data of anybody."""
    return render_page("start", choose_language(), asked="asked" in request.args)


@start_pages.post("/links")
def send_links() -> Response:
    """Send a person's links to the address that is known; one answer to every address, known or not."""
    refuse_foreign_form()
    application = current_site().application
    if not application.links.leave_the_house:
        raise NotFound
    application.refresh()
    with application.store.write() as work:
        tried = add_attempts(work, f"links {fold_client(request.remote_addr)}")
    if tried.attempts > LIMIT:
        raise TooManyRequests(retry_after=int(WINDOW.total_seconds()))
    _send_links_to(application, request.form.get("address", ""))
    return Response(status=303, headers={"Location": url_for(".start", asked=1, lang=request.args.get("lang"))})


def _send_links_to(application: Application, typed: str) -> None:
    try:
        address = fold_address(typed)
    except OporaError:
        return
    clerk = Clerk(application.office, application.post.sender.domain, application.settings.quiet_hours)
    with application.store.write() as work:
        person = find_person(work.connection, address)
        if person and person.active:
            write_links(clerk, work, person)


@start_pages.get("/health")
def health() -> Response:
    """200 while the database answers and is ours to work in and the keys are there; else 503: for supervisors."""
    try:
        current_site().application.refresh()
    except OporaError:
        return Response("unavailable\n", 503, content_type="text/plain; charset=utf-8")
    return Response("ok\n", content_type="text/plain; charset=utf-8")
