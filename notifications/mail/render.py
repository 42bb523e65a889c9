"""From a context to texts: pure, in the recipient's language, each kind from its own three templates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from activities.invitations import Purpose
from engine.errors import N_
from notifications.labels import CHANNELS, OUTCOMES, label
from notifications.mail.contexts import Context, Row
from notifications.mail.headers import shorten
from notifications.mail.kinds import Kind
from notifications.mail.wording import word_day, word_moment, word_month, word_size, word_weekday
from notifications.translation import get_catalogue, translate

IN_PLACE = N_("(in the place of {name})")
PARTS = N_("({done} of {parts} have handed in)")
TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True, slots=True)
class View:
    """Who reads the letter, and where.

    Attributes:
        address: the recipient's mail address, named where a command line is shown.
        zone: of the clock on the office's wall.
        anchor: how far the log of history reaches, for readers who may want to keep it; empty for all others.
        pages: the reader's own pages that the letter leads to; none where no letter may carry links.
        urls: public id of a grant or invitation → its link. One that is not here can only be used in the office.
    """

    language: str
    address: str
    zone: ZoneInfo
    urls: Mapping[str, str] = field(default_factory=dict, repr=False)
    anchor: str = ""
    pages: Mapping[Purpose, str] = field(default_factory=dict, repr=False)

    def page(self, purpose: str) -> str:
        """The address of one of them, or nothing."""
        return self.pages.get(Purpose(purpose), "")

    @property
    def is_private(self) -> bool:
        """Whether the letter carries links by which somebody could act; the preferences are told of elsewhere."""
        return bool(self.urls or self.pages.keys() - {Purpose.PREFERENCES})


@dataclass(frozen=True, slots=True)
class Rendered:
    """A letter's texts."""

    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)


def render_letter(kind: Kind, context: Context, view: View) -> Rendered:
    """The texts of a letter.

    Raises:
        jinja2.TemplateError: a template is wrong (a programming error).
    """
    values: dict[str, Any] = {
        "context": context,
        "view": view,
        "moment": lambda instant: word_moment(instant, view.zone, view.language),
        "url_of": lambda grant: view.urls.get(grant or ""),
    }
    parts = (_environment(view.language).get_template(f"{kind}/{name}") for name in _PARTS)
    subject, text, html = (part.render(values) for part in parts)
    return Rendered(" ".join(subject.split()), _BLANK_LINES.sub("\n\n", text.strip()) + "\n", html)


_BLANK_LINES = re.compile(r"\n{3,}")
_PARTS = ("subject.txt", "text.txt", "letter.html")


@cache
def _environment(language: str) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        extensions=["jinja2.ext.i18n"],
        # By the file's name: texts are no HTML, and everything that ends in .html is escaped.
        autoescape=select_autoescape(enabled_extensions=("html",), default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_gettext_translations(get_catalogue(language), newstyle=True)  # type: ignore[attr-defined]
    environment.globals["language"] = language
    filters: dict[str, Callable[..., object]] = {
        "day": lambda day: word_day(day, language),
        "weekday": lambda day: word_weekday(day, language),
        "month": lambda day: word_month(day, language),
        "size": lambda size: word_size(size, language),
        "outcome": lambda reason: label(OUTCOMES, reason, language),
        "channel": lambda channel: label(CHANNELS, channel, language),
        "shorten": shorten,
        "called": lambda row: _called(row, language),
        "quoted": _quoted,
    }
    environment.filters |= filters
    return environment


def _called(row: Row, language: str) -> str:
    """The row as it is spoken of: number and title, how many it stands for, how far its parts are, and for whom."""
    called = f"{row.number} {row.title}{f' ({row.times})' if row.times > 1 else ''}".strip()
    if row.parts:
        called += " " + translate(PARTS, language, done=row.parts[0], parts=row.parts[1])
    return f"{called} {translate(IN_PLACE, language, name=row.for_whom)}" if row.for_whom else called


def _quoted(text: str) -> str:
    """Somebody's words, each line marked, so that none can pass for a line of the letter."""
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())
