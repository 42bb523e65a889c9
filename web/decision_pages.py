"""`/d/TOKEN`: the page by which an approver decides. GET and HEAD change nothing; POST passes `decide`."""

from flask import Blueprint, Response, request, url_for

from activities.acting import Actor
from activities.decisions import AlreadyDecidedError, Decision, DecisionRequest, decide
from engine.errors import OporaError
from notifications.error_text import translate_error
from notifications.translation import translate
from web.capability import open_link, refuse_foreign_form
from web.decision_form import LONGEST_REMARK, Answer, read_answer
from web.evidence_files import preview_state, serve_file, serve_preview
from web.matter import Matter, Standing, get_matter
from web.pages import choose_language, render_page, verdict_word
from web.site import current_site

CHANNEL = "link"

decision_pages = Blueprint("decision", __name__)


@decision_pages.get("/d/<token>")
def show(token: str) -> Response:
    """The matter with its form, the decision that was made, or why the link counts no more."""
    return _page(token, _read_matter(token))


@decision_pages.post("/d/<token>")
def answer(token: str) -> Response:
    """Decide as the form says, then lead to the page that shows what is recorded."""
    refuse_foreign_form()
    matter = _read_matter(token)
    if matter.is_told:
        return _to_page(token)
    sent = read_answer(request.form, matter.submission.kind)
    if matter.standing is not Standing.OPEN or sent.seen != matter.grant.manifest_digest.hex():
        return _gone(matter)
    if sent.problem:
        return _page(token, matter, sent, status=422)
    try:
        _decide(matter, sent)
    except AlreadyDecidedError:
        pass  # somebody was quicker, perhaps the same person's second click: the page says who
    except OporaError as error:
        return _refused(token, error)
    return _to_page(token)


@decision_pages.get("/d/<token>/evidence/<int:number>")
def evidence(token: str, number: int) -> Response:
    """A file of exactly this submission, counted from 1."""
    matter = _read_matter(token)
    if not matter.shows_evidence:
        return _gone(matter)
    return serve_file(matter.submission.manifest.files, number)


@decision_pages.get("/d/<token>/preview/<int:number>")
def preview(token: str, number: int) -> Response:
    """A small picture of such a file, where one can be drawn."""
    matter = _read_matter(token)
    if not matter.shows_evidence:
        return _gone(matter)
    return serve_preview(matter.submission.manifest.files, number, choose_language(matter.person.language))


def _read_matter(token: str) -> Matter:
    granted = open_link(token)
    application = current_site().application
    with application.store.read() as connection:
        return get_matter(connection, granted, application.office)


def _decide(matter: Matter, sent: Answer) -> Decision:
    application = current_site().application
    application.refresh()
    wanted = DecisionRequest(
        submission_id=matter.submission.id,
        manifest_digest=matter.grant.manifest_digest,
        verdict=sent.verdict,
        remark=sent.remark,
        partial=sent.partial,
        grant_id=matter.grant.id,
    )
    return decide(application.office, Actor(matter.person, CHANNEL, matter.on_behalf_of), wanted)


def _page(token: str, matter: Matter, sent: Answer | None = None, *, status: int = 200) -> Response:
    if matter.standing is not Standing.OPEN and not matter.is_told:
        return _gone(matter)
    language = choose_language(matter.person.language)
    return render_page(
        matter.standing.value,
        language,
        status=status,
        matter=matter,
        work=matter.occurrence,
        submission=matter.submission,
        manifest=matter.submission.manifest,
        sent=sent or Answer(),
        problem=translate(sent.problem, language) if sent else "",
        longest_remark=LONGEST_REMARK,
        warning=matter.warning(language),
        word=lambda version: verdict_word(version.decision, version.submission.kind, language),
        file_url=lambda number: url_for("decision.evidence", token=token, number=number),
        preview_url=lambda number: url_for(
            "decision.preview", token=token, number=number, lang=request.args.get("lang")
        ),
        preview_state=preview_state,
    )


def _gone(matter: Matter) -> Response:
    """The link is ours, but counts no more: says why and what to do, and nothing of the matter."""
    standing = Standing.EXPIRED if matter.is_told else matter.standing
    return render_page("gone", choose_language(matter.person.language), status=410, standing=standing.value)


def _refused(token: str, error: OporaError) -> Response:
    """The choke point has refused, because something changed since the page was read."""
    matter = _read_matter(token)
    if matter.is_told:
        return _to_page(token)
    if matter.standing is not Standing.OPEN:
        return _gone(matter)
    language = choose_language(matter.person.language)
    return render_page("refused", language, status=409, reason=translate_error(error, language))


def _to_page(token: str) -> Response:
    # 303: whatever the browser does next, reloading and going back, it repeats a GET and not the form.
    location = url_for("decision.show", token=token, lang=request.args.get("lang"))
    return Response(status=303, headers={"Location": location})
