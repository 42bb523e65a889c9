"""`/e/TOKEN`: the page by which someone without an account sends evidence. GET and HEAD change nothing."""

from collections.abc import Callable

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict

from activities.acting import Actor
from activities.date_requests import ask_date
from activities.evidence import (
    FILE_LIMIT_BYTES,
    EvidenceKind,
    add_file,
    add_link,
    add_note,
    fold_file_name,
    remove_evidence,
)
from activities.guards import EvidenceMissingError
from activities.invitations import Purpose
from activities.manifest import OutcomeReason
from activities.submissions import SubmissionDetails, report_outcome, submit, withdraw
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.translation import translate
from web.assignment import Assignment, Standing, get_assignment
from web.capability import open_invitation, refuse_foreign_form
from web.evidence_form import (
    LONGEST_NOTE,
    MOST_BYTES,
    MOST_FILES,
    NUMBER_FIELDS,
    Parcel,
    read_parcel,
    read_reason,
    read_wish,
)
from web.headers import allow_own_script
from web.pages import choose_language, render_page
from web.site import current_site
from web.typed_text import clean_text

CHANNEL = "link"
SENT_BY = N_("Prepared by: {sender}")

evidence_pages = Blueprint("evidence", __name__)


class NothingToSendError(OporaError):
    """A form without evidence."""

    message = N_("There is nothing to send yet: choose a file or give a link. If there is none, say why further below.")


class NotTakenError(OporaError):
    """One of the files was refused; those before it are kept, those after it were not looked at."""

    message = N_("{name}: {refusal}")


class NotSureError(OporaError):
    """The only button of a page was pressed and nothing else: a machine does that as well."""

    message = N_("Confirm beside the button that it is to be taken back. Nothing was changed.")


class NotPossibleNowError(OporaError):
    """The form came when its page had nothing to press."""

    message = N_("This cannot be done any more: look below at how it stands now. Nothing was changed.")


@evidence_pages.get("/e/<token>")
def show(token: str) -> Response:
    """The work, what is gathered, and a form to send more; or how it stands."""
    return _page(_read_assignment(token))


@evidence_pages.post("/e/<token>")
def answer(token: str) -> Response:
    """Do what was pressed, then lead to the page that shows how it stands."""
    request.max_content_length = MOST_BYTES
    refuse_foreign_form()
    assignment = _read_assignment(token)
    action, _, argument = request.form.get("action", "").partition(":")
    if action not in _ACTIONS or assignment.standing in {Standing.EXPIRED, Standing.NOT_YOURS}:
        return _page(assignment)
    current_site().application.refresh()
    try:
        _ACTIONS[action](assignment, argument)
    except OporaError as error:
        return _page(_read_assignment(token), error, status=422)
    # 303: whatever the browser does next, reloading and going back, it repeats a GET and not the form.
    return Response(status=303, headers={"Location": url_for(".show", token=token, lang=request.args.get("lang"))})


def _read_assignment(token: str) -> Assignment:
    invited = open_invitation(token, Purpose.EVIDENCE)
    application = current_site().application
    with application.store.read() as connection:
        return get_assignment(connection, invited, application.office)


def _keep(assignment: Assignment, _argument: str = "") -> None:
    """Store what was sent; it counts once it is handed in."""
    parcel = read_parcel(request.form, request.files)
    _store(assignment, parcel)
    if parcel.note:
        add_note(current_site().application.office, _actor(assignment), assignment.occurrence.id, parcel.note)


def _send(assignment: Assignment, _argument: str = "") -> None:
    """Store what was sent and hand in all that is gathered."""
    parcel = read_parcel(request.form, request.files)
    if assignment.standing is not Standing.OPEN:
        raise NotPossibleNowError
    if parcel.is_empty and not assignment.gathered:
        raise NothingToSendError
    _store(assignment, parcel)
    details = SubmissionDetails(
        note=_signed_note(parcel, assignment.person.language),
        document_on=parcel.document_on,
        document_place=parcel.document_place,
        numbers=parcel.numbers,
        contains_personal_data=parcel.contains_personal_data,
    )
    try:
        submit(current_site().application.office, _actor(assignment), assignment.occurrence.id, details)
    except EvidenceMissingError as error:
        raise NothingToSendError from error


def _store(assignment: Assignment, parcel: Parcel) -> None:
    if not assignment.takes_evidence:
        raise NotPossibleNowError
    office, actor = current_site().application.office, _actor(assignment)
    for each in parcel.files:
        name = each.filename or ""
        try:
            # A spooled file, which has all that is read of it.
            add_file(office, actor, assignment.occurrence.id, each.stream, name=name)  # type: ignore[arg-type]
        except OporaError as error:
            raise NotTakenError(name=fold_file_name(name), refusal=error) from error
    for link in parcel.links:
        add_link(office, actor, assignment.occurrence.id, link)


def _signed_note(parcel: Parcel, language: str) -> str:
    signature = translate(SENT_BY, language, sender=parcel.sender) if parcel.sender else ""
    return "\n".join(part for part in (parcel.note, signature) if part)


def _remove(assignment: Assignment, argument: str) -> None:
    """Take a piece out of what is gathered."""
    if argument.isascii() and argument.isdecimal():
        remove_evidence(
            current_site().application.office, _actor(assignment), assignment.occurrence.id, int(argument[:9])
        )


def _report(assignment: Assignment, _argument: str) -> None:
    """Say that there is no evidence, and why."""
    if not assignment.takes_evidence:
        raise NotPossibleNowError
    reason, note = read_reason(request.form), clean_text(request.form.get("outcome_note", ""))[:LONGEST_NOTE]
    report_outcome(current_site().application.office, _actor(assignment), assignment.occurrence.id, reason, note)


def _ask_date(assignment: Assignment, _argument: str) -> None:
    """Ask for another date; it moves nothing."""
    wanted_on, reason = read_wish(request.form)
    ask_date(current_site().application.office, _actor(assignment), assignment.occurrence.id, wanted_on, reason)


def _take_back(assignment: Assignment, _argument: str) -> None:
    """Take back what was handed in, as long as nobody has decided and the sender is sure."""
    if request.form.get("sure") != "yes":
        raise NotSureError
    withdraw(current_site().application.office, _actor(assignment), assignment.occurrence.id)


def _actor(assignment: Assignment) -> Actor:
    return Actor(assignment.person, CHANNEL, assignment.on_behalf_of)


_ACTIONS: dict[str, Callable[[Assignment, str], None]] = {
    "keep": _keep,
    "send": _send,
    "remove": _remove,
    "outcome": _report,
    "ask_date": _ask_date,
    "take_back": _take_back,
}


def _page(assignment: Assignment, error: OporaError | None = None, *, status: int = 200) -> Response:
    language = choose_language(assignment.person.language)
    if assignment.standing in {Standing.EXPIRED, Standing.NOT_YOURS}:
        return render_page("uninvited", language, status=410, standing=assignment.standing.value)
    page = render_page(
        "send",
        language,
        status=status,
        assignment=assignment,
        work=assignment.occurrence,
        problem=translate_error(error, language) if error else "",
        typed=request.form if error else MultiDict(),
        reasons=tuple(OutcomeReason),
        is_file=lambda piece: piece.kind is EvidenceKind.FILE,
        numbers=range(1, NUMBER_FIELDS + 1),
        most_files=MOST_FILES,
        file_limit=FILE_LIMIT_BYTES,
        form_limit=MOST_BYTES,
        longest_note=LONGEST_NOTE,
    )
    return allow_own_script(page)
