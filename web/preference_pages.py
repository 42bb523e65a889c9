"""`/p/TOKEN`: what a person wants to be written about, and when. GET and HEAD change nothing."""

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from activities.invitations import Invitation, Purpose
from engine.errors import OporaError
from engine.unit_of_work import UnitOfWork
from notifications.error_text import translate_error
from notifications.mail.kinds import Kind
from notifications.mail.preferences import CHOICES, WEEKDAYS, Pace, Preference, choose, is_optional, list_preferences
from web.capability import open_own_page, refuse_foreign_form
from web.pages import choose_language, render_page
from web.site import current_site

preference_pages = Blueprint("preferences", __name__)


@preference_pages.get("/p/<token>")
def show(token: str) -> Response:
    """The kinds of letters, each with its choices."""
    return _page(token)


@preference_pages.post("/p/<token>")
def answer(token: str) -> Response:
    """Write down what the form says, then lead to the page that shows it."""
    refuse_foreign_form()
    invited = open_own_page(token, Purpose.PREFERENCES)[0]
    try:
        with current_site().application.store.write() as work:
            _choose_all(work, invited)
    except OporaError as error:
        return _page(token, error)
    return Response(status=303, headers={"Location": url_for(".show", token=token, saved=1, lang=_asked_language())})


@preference_pages.get("/p/<token>/without/<kind>")
def ask(token: str, kind: str) -> Response:
    """Someone has opened the address of the header: the page with all choices. Only a POST changes anything."""
    _optional(kind)
    return _page(token)


@preference_pages.post("/p/<token>/without/<kind>")
def leave_out(token: str, kind: str) -> Response:
    """One click in a mail program (RFC 8058 §3.1): letters of this kind are not wanted any more."""
    wanted = _optional(kind)
    invited = open_own_page(token, Purpose.PREFERENCES)[0]
    if request.form.get("List-Unsubscribe") != "One-Click":
        raise NotFound
    with current_site().application.store.write() as work:
        choose(work, invited.person_id, wanted, Pace.NEVER)
    return Response("", 200, content_type="text/plain; charset=utf-8")


def _choose_all(work: UnitOfWork, invited: Invitation) -> None:
    """Write down what differs from what holds: a button that is pressed by itself changes nothing."""
    held = list_preferences(work.connection, invited.person_id)
    for kind in CHOICES:
        wanted = _read_choice(kind)
        if wanted and wanted != held[kind]:
            choose(work, invited.person_id, kind, wanted.pace, wanted.days)


def _read_choice(kind: Kind) -> Preference | None:
    """What the form says of a kind; the days count only beside the choice that needs them."""
    sent = request.form.get(kind.value, "")
    if sent not in set(Pace):
        return None
    days = sorted({int(day) for day in request.form.getlist(f"{kind.value}_days") if day in {str(n) for n in WEEKDAYS}})
    return Preference(Pace(sent), tuple(days) if sent == Pace.WEEKLY else ())


def _optional(kind: str) -> Kind:
    if kind not in set(Kind) or not is_optional(Kind(kind)):
        raise NotFound
    return Kind(kind)


def _asked_language() -> str | None:
    return request.args.get("lang")


def _page(token: str, error: OporaError | None = None) -> Response:
    invited, person = open_own_page(token, Purpose.PREFERENCES)
    language = choose_language(person.language)
    with current_site().application.store.read() as connection:
        chosen = list_preferences(connection, person.id)
    return render_page(
        "preferences",
        language,
        status=422 if error else 200,
        action=url_for(".show", token=token, lang=_asked_language()),
        person=person,
        invitation=invited,
        chosen=chosen,
        choices=CHOICES,
        weekdays=WEEKDAYS,
        saved="saved" in request.args and not error,
        problem=translate_error(error, language) if error else "",
    )
