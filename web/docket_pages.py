"""`/m/TOKEN`: many decisions on one page, a row each, none preset, one button. GET and HEAD change nothing."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, request, url_for
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import Gone

from activities.acting import Actor
from activities.decisions import AlreadyDecidedError, DecisionRequest, decide
from activities.invitations import Invitation, Purpose, is_invitation_open
from engine.errors import N_, OporaError
from notifications.error_text import translate_error
from notifications.links import make_token
from notifications.translation import translate
from web.capability import open_invitation, refuse_foreign_form
from web.decision_form import LONGEST_REMARK, Answer, read_answer
from web.docket import Docket, get_docket
from web.evidence_files import preview_state
from web.matter import Matter
from web.pages import choose_language, render_page, verdict_word
from web.site import current_site

CHANNEL = "link"
MOST_BYTES = 1024 * 1024
"""Forty rows with the longest remarks in UTF-8, percent-encoded."""
INCOMPLETE = N_("Nothing was recorded yet: complete the rows that are marked.")
REFUSED = N_("Some rows were not recorded, see below why; the others are.")
NOTHING_CHOSEN = N_("Nothing was chosen, so nothing was changed: choose a decision beside one or more rows.")

docket_pages = Blueprint("docket", __name__)


@dataclass(frozen=True, slots=True)
class Sent:
    """The form as sent.

    Attributes:
        answers: what was chosen, by the submission's short id.
        told: what happened, in English.
        problems: what stands against a row, in the reader's language.
    """

    answers: Mapping[str, Answer]
    told: str
    problems: Mapping[str, str]


@docket_pages.get("/m/<token>")
def show(token: str) -> Response:
    """What awaits this person's decision, and what they have decided lately."""
    return _page(_read_docket(_open(token)))


@docket_pages.post("/m/<token>")
def answer(token: str) -> Response:
    """Decide row by row as the form says; with one row incomplete, nothing is decided yet."""
    request.max_content_length = request.max_form_memory_size = MOST_BYTES
    refuse_foreign_form()
    invited = _open(token)
    docket = _read_docket(invited)
    answers = {each.submission.short_id: _read_row(each) for each in docket.waiting}
    chosen = {name: said for name, said in answers.items() if said.choice}
    language = choose_language(docket.person.language)
    if not chosen:
        return _page(docket, Sent(answers, NOTHING_CHOSEN, {}), status=422)
    problems = {name: translate(said.problem, language) for name, said in chosen.items() if said.problem}
    if problems:
        return _page(docket, Sent(answers, INCOMPLETE, problems), status=422)
    problems = _decide_all(docket, chosen, language)
    if problems:
        return _page(_read_docket(invited), Sent(answers, REFUSED, problems), status=409)
    return Response(status=303, headers={"Location": url_for(".show", token=token, lang=request.args.get("lang"))})


def _open(token: str) -> Invitation:
    invited = open_invitation(token, Purpose.DECISIONS)
    if not is_invitation_open(invited, current_site().application.store.clock.now()):
        raise Gone
    return invited


def _read_docket(invited: Invitation) -> Docket:
    application = current_site().application
    with application.store.read() as connection:
        docket = get_docket(connection, invited, application.office)
    if not docket.person.active:
        raise Gone
    return docket


def _read_row(matter: Matter) -> Answer:
    """What was said beside one row; another manifest than the one shown is no answer to it."""
    name = matter.submission.short_id
    fields = MultiDict(
        (field, value) for field in ("decision", "remark", "seen") for value in request.form.getlist(f"{field}-{name}")
    )
    said = read_answer(fields, matter.submission.kind)
    return said if said.seen == matter.grant.manifest_digest.hex() else Answer()


def _decide_all(docket: Docket, chosen: Mapping[str, Answer], language: str) -> dict[str, str]:
    """Decide each by itself; what was refused, with the reason. What was decided before that stays decided."""
    application = current_site().application
    application.refresh()
    refused: dict[str, str] = {}
    for matter in docket.waiting:
        said = chosen.get(matter.submission.short_id)
        if said is None:
            continue
        wanted = DecisionRequest(
            submission_id=matter.submission.id,
            manifest_digest=matter.grant.manifest_digest,
            verdict=said.verdict,
            remark=said.remark,
            partial=said.partial,
            grant_id=matter.grant.id,
        )
        try:
            decide(application.office, Actor(docket.person, CHANNEL, matter.on_behalf_of), wanted)
        except AlreadyDecidedError as error:
            # The same person's second click is no news; another's decision is.
            if error.decision.person.id != docket.person.id:
                refused[matter.submission.short_id] = translate_error(error, language)
        except OporaError as error:
            refused[matter.submission.short_id] = translate_error(error, language)
    return refused


def _page(docket: Docket, sent: Sent | None = None, *, status: int = 200) -> Response:
    language = choose_language(docket.person.language)
    shown = {each.submission.short_id for each in docket.waiting}
    problems = sent.problems if sent else {}
    return render_page(
        "docket",
        language,
        status=status,
        docket=docket,
        answers=sent.answers if sent else {},
        nothing=Answer(),
        told=translate(sent.told, language) if sent else "",
        problems=problems,
        gone=[text for name, text in problems.items() if name not in shown],
        longest_remark=LONGEST_REMARK,
        word=lambda each: verdict_word(each.decision, each.submission.kind, language),
        page_of=lambda matter: url_for("decision.show", token=_token(matter)),
        file_url=lambda matter, number: url_for("decision.evidence", token=_token(matter), number=number),
        preview_url=lambda matter, number: url_for(
            "decision.preview", token=_token(matter), number=number, lang=request.args.get("lang")
        ),
        preview_state=preview_state,
    )


def _token(matter: Matter) -> str:
    return make_token(matter.grant, current_site().application.keys)
