"""`/w/TOKEN`: the dates that a coordinator is asked for, a row each, nothing preset. GET and HEAD change nothing."""

from flask import Blueprint, Response, request, url_for

from activities.date_questions import list_date_questions, list_settled
from activities.invitations import Invitation, Purpose
from activities.people import Person
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.translation import translate
from web.capability import open_own_page, refuse_foreign_form
from web.date_form import LONGEST_BASIS, LONGEST_REASON, Reply, read_replies
from web.pages import choose_language, render_page
from web.site import current_site

MOST_ROWS = 60
"""Of each sort on one page; the rest come when these are answered."""
MOST_BYTES = 1024 * 1024
INCOMPLETE = N_("Nothing was recorded yet: complete the rows that are marked.")
REFUSED = N_("Some rows were not recorded, see below why; the others are.")
NOTHING_SAID = N_("Nothing was filled in, so nothing was changed.")

date_pages = Blueprint("dates", __name__)


@date_pages.get("/w/<token>")
def show(token: str) -> Response:
    """What is asked, and how that stands now which was answered a moment ago."""
    return _page(*open_own_page(token, Purpose.DATES), settled=request.args.get("done", ""))


@date_pages.post("/w/<token>")
def answer(token: str) -> Response:
    """Do row by row as the form says; with one row incomplete, nothing is done yet."""
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    refuse_foreign_form()
    invited, person = open_own_page(token, Purpose.DATES)
    application = current_site().application
    with application.store.read() as connection:
        questions = list_date_questions(connection, application.office, person).first(MOST_ROWS)
    replies = read_replies(request.form, questions, person)
    if not replies:
        return _page(invited, person, told=NOTHING_SAID, status=422)
    problems = {each.name: each.problem for each in replies if each.problem}
    if problems:
        return _page(invited, person, told=INCOMPLETE, problems=problems, status=422)
    application.refresh()
    problems = _do_all(replies)
    done = ",".join(each.name for each in replies if each.name not in problems)
    if problems:
        return _page(invited, person, settled=done, told=REFUSED, problems=problems, status=409)
    # 303: whatever the browser does next, reloading and going back, it repeats a GET and not the form.
    there = url_for(".show", token=token, lang=request.args.get("lang"), done=done)
    return Response(status=303, headers={"Location": there})


def _do_all(replies: list[Reply]) -> dict[str, OporaError]:
    """Do each by itself; what was refused, with the reason. What was done before that stays done."""
    office = current_site().application.office
    refused: dict[str, OporaError] = {}
    for each in replies:
        if each.act is not None:
            try:
                each.act(office)
            except OporaError as error:
                refused[each.name] = error
    return refused


def _page(
    invited: Invitation,
    person: Person,
    *,
    settled: str = "",
    told: str = "",
    problems: dict[str, OporaError] | None = None,
    status: int = 200,
) -> Response:
    application, language = current_site().application, choose_language(person.language)
    with application.store.read() as connection:
        every = list_date_questions(connection, application.office, person)
        names = {each for each in settled.split(",") if each}
        runs, rows = list_settled(connection, application.office, person, names) if names else ([], [])
    shown = every.first(MOST_ROWS)
    worded = {name: translate_error(error, language) for name, error in (problems or {}).items()}
    return render_page(
        "dates",
        language,
        status=status,
        person=person,
        invitation=invited,
        questions=shown,
        left_out=len(every) - len(shown),
        settled_runs=runs,
        settled_rows=rows,
        told=translate(told, language) if told else "",
        problems=worded,
        marked=next((name for name in worded if name in shown.names()), ""),
        gone=[text for name, text in worded.items() if name not in shown.names()],
        typed=request.form if problems else {},
        explained=lambda schedule: getattr(schedule.explanation, language),
        longest_reason=LONGEST_REASON,
        longest_basis=LONGEST_BASIS,
    )
