"""Rendering of pages: templates in the reader's language, calm, without anything from elsewhere."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from babel.dates import get_day_names
from flask import Response, request, url_for
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from activities.decisions import Decision, Verdict
from activities.manifest import SubmissionKind
from engine.errors import N_
from notifications.labels import CHANNELS, LETTERS, OUTCOMES, PACES, STATES, label, label_step
from notifications.mail.wording import word_day, word_moment, word_size
from notifications.translation import DEFAULT_LANGUAGE, LANGUAGES, get_catalogue, translate
from web.site import current_site

FOLDER = Path(__file__).parent
_DIGEST_SHOWN = 16  # hexadecimal digits: 64 bits tell files apart, people can compare them

_VERDICTS = {
    (Verdict.ACCEPT, False): N_("Accepted"),
    (Verdict.ACCEPT, True): N_("Accepted in part"),
    (Verdict.RETURN, False): N_("Returned"),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """The other language a page can be read in: its name in itself, and its address."""

    language: str
    name: str
    url: str


def choose_language(own: str | None = None) -> str:
    """What the address asks for by `?lang=`, else the reader's own language, else Russian."""
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else own or DEFAULT_LANGUAGE


def render_page(name: str, language: str, *, status: int = 200, **values: Any) -> Response:
    """A page as an answer.

    Args:
        name: of the template, without `.html`.
        language: `ru` or `en`.
        status: of the answer.
        values: what the template shows; escaped by it.
    """
    site = current_site()
    zone = site.application.settings.zone
    text = (
        _environment(language)
        .get_template(f"{name}.html")
        .render(
            asset=_asset,
            url_for=url_for,
            demo_day=site.find_demo_day(),
            offers_links=site.application.links.leave_the_house,
            switch=_switch(language),
            moment=lambda instant: word_moment(instant, zone, language),
            **values,
        )
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def verdict_word(decision: Decision, kind: SubmissionKind, language: str) -> str:
    """What was decided, in a word or two."""
    if kind is SubmissionKind.OUTCOME and decision.verdict is Verdict.ACCEPT:
        return translate(N_("The outcome was accepted"), language)
    return translate(_VERDICTS[decision.verdict, decision.partial], language)


def short_digest(digest: bytes) -> str:
    """The beginning of a SHA-256, as letters show it too."""
    return digest.hex()[:_DIGEST_SHOWN]


def _switch(language: str) -> Switch:
    other, name = ("en", "English") if language == "ru" else ("ru", "Русский")
    return Switch(other, name, f"?lang={other}")


def _asset(name: str) -> str:
    """The address of a file of ours; it changes with the file, so that browsers may keep it for ever."""
    return url_for("static", filename=name, v=_version_of(name))


@cache
def _version_of(name: str) -> str:
    return hashlib.sha256((FOLDER / "static" / name).read_bytes()).hexdigest()[:12]


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(get_catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["language"] = language
    environment.filters |= {
        "day": lambda day: _word_day(day, language),
        "size": lambda size: word_size(size, language),
        "digest": short_digest,
        "step": lambda step: label_step(step.event, step.from_state, step.to_state, language),
        "channel": lambda name: label(CHANNELS, name, language),
        "state": lambda name: label(STATES, name, language),
        "letters": lambda kind: label(LETTERS, kind, language),
        "pace": lambda pace: label(PACES, pace, language),
        "weekday": lambda number: get_day_names("abbreviated", locale=language)[number - 1],
        "outcome": lambda reason: label(OUTCOMES, reason, language),
    }
    return environment


def _word_day(day: date | datetime, language: str) -> str:
    return word_day(day, language)
