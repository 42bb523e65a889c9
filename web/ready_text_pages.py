"""`/t/TOKEN`: what superior bodies are asked for, as text to be copied. GET and HEAD change nothing."""

from collections.abc import Collection

from flask import Blueprint, Response, request, url_for
from werkzeug.exceptions import NotFound

from activities.absences import list_principals
from activities.acting import Actor
from activities.invitations import Invitation, Purpose
from activities.occurrences import Occurrence
from activities.people import Person
from activities.ready_texts import Sheet, call_back_links, give_out_links, is_soon, list_superior_sheets
from activities.roles import Role, list_holders
from engine.errors import N_, OporaError
from notifications.camera_code import render_png
from notifications.error_text import translate_error
from notifications.ready_text import Letterhead, find_link_urls, put_into_words
from web.capability import open_own_page, refuse_foreign_form
from web.headers import allow_own_script
from web.pages import choose_language, render_page
from web.site import current_site

CHANNEL = "link"

ready_text_pages = Blueprint("ready_texts", __name__)


class NothingChosenError(OporaError):
    """The button was pressed beside nothing: a machine does that as well."""

    message = N_("Choose the rows that the text is to ask for. Nothing was changed.")


class NotConfirmedError(OporaError):
    """The links would end without anybody having said so."""

    message = N_("Confirm beside the button that the links are to end. Nothing was changed.")


@ready_text_pages.get("/t/<token>")
def show(token: str) -> Response:
    """What each body owes, and the text for what links were given out for."""
    return _page(token, *open_own_page(token, Purpose.TEXTS))


@ready_text_pages.post("/t/<token>")
def answer(token: str) -> Response:
    """Give out the links for the rows that were chosen, or call back those of one contact."""
    refuse_foreign_form()
    invited, person = open_own_page(token, Purpose.TEXTS)
    try:
        _act(person)
    except OporaError as error:
        return _page(token, invited, person, error)
    # 303: whatever the browser does next, reloading and going back, it repeats a GET and not the form.
    return Response(status=303, headers={"Location": url_for(".show", token=token, lang=request.args.get("lang"))})


@ready_text_pages.get("/t/<token>/code/<sheet>/<occurrence>")
def code(token: str, sheet: str, occurrence: str) -> Response:
    """A link that was given out as a picture for a camera, to be sent beside the text."""
    _, person = open_own_page(token, Purpose.TEXTS)
    found = next((each for each in _read_sheets(person) if each.name == sheet), None)
    wanted = next((each for each in found.wanted if each.short_id == occurrence), None) if found else None
    url = find_link_urls(found, current_site().application.links).get(wanted.id) if found and wanted else None
    if url is None:
        raise NotFound
    named = {"Content-Disposition": f'inline; filename="{occurrence}.png"'}
    return Response(render_png(url), headers=named, content_type="image/png")


def _read_sheets(person: Person) -> list[Sheet]:
    application = current_site().application
    with application.store.read() as connection:
        return list_superior_sheets(connection, application.office, person)


def _act(person: Person) -> None:
    """Do what was pressed; what is no sheet of this person's any more is passed over."""
    application = current_site().application
    sheet = next((each for each in _read_sheets(person) if each.name == request.form.get("sheet")), None)
    if sheet is None:
        return
    application.refresh()
    actor = _actor(person, sheet.wanted)
    if request.form.get("action") == "call_back":
        if request.form.get("sure") != "yes":
            raise NotConfirmedError
        call_back_links(application.office, actor, sheet)
        return
    names = set(request.form.getlist("row"))
    chosen = [each for each in sheet.wanted if each.short_id in names]
    if not chosen:
        raise NothingChosenError
    give_out_links(application.office, actor, sheet, chosen)


def _actor(person: Person, wanted: Collection[Occurrence]) -> Actor:
    """The person, in the place of whoever is away where it is theirs only."""
    application = current_site().application
    with application.store.read() as connection:
        held = [list_holders(connection, Role.COORDINATOR, each.activity_id) for each in wanted]
        away = list_principals(connection, person.id, application.office.today())
    if all(person in holders for holders in held):
        return Actor(person, CHANNEL)
    return Actor(person, CHANNEL, next((each for each in away if any(each in holders for holders in held)), None))


def _asked_for(sheet: Sheet) -> Collection[Occurrence]:
    """What links were given out for; where there is nobody whom a link could be for, everything."""
    return sheet.linked() if sheet.contact else sheet.wanted


def _page(token: str, invited: Invitation, person: Person, error: OporaError | None = None) -> Response:
    application = current_site().application
    office, language = application.office, choose_language(person.language)
    letterhead = Letterhead(person, application.links)
    sheets = _read_sheets(person)
    with application.store.read() as connection:
        texts = {each.name: put_into_words(connection, office, each, _asked_for(each), letterhead) for each in sheets}
    page = render_page(
        "texts",
        language,
        status=422 if error else 200,
        person=person,
        invitation=invited,
        sheets=sheets,
        texts=texts,
        has_links=application.links.leave_the_house,
        is_soon=lambda each: is_soon(each, office.today()),
        is_overdue=lambda each: each.is_overdue(office.working_day()),
        code_url=lambda sheet, each: url_for(".code", token=token, sheet=sheet.name, occurrence=each.short_id),
        problem=translate_error(error, language) if error else "",
    )
    return allow_own_script(page)
