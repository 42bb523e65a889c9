"""Letters of every kind, filled with the worst that people and programs write into titles, names, remarks and files.

`OPORA_FAULT_TRIALS` says how many letters of each kind: three quarters of it, so 75 in `make test` and 750 by
`make faults`. All kinds together hold 134 texts, that is over 10,000 and over 100,000 of them, counted below.
"""

import os
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from html.parser import HTMLParser
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notifications.mail.headers import NAME_LENGTH, cleanse, shorten
from notifications.mail.kinds import Kind
from notifications.mail.message import Address, seal_message
from notifications.mail.render import Rendered, View, render_letter
from notifications.mail.samples import SAMPLE_GRANT, SAMPLE_URL, SAMPLES, sample_pages
from notifications.mail.sender import Sender
from tests.fixtures.letters import make_hostile_text

LETTERS = max(1, int(os.environ.get("OPORA_FAULT_TRIALS", "100")) * 3 // 4)
"""Of each kind."""
TEXTS = 10_000
"""At least so many are tried in `make test`."""
HEADERS = {
    *("content-type", "mime-version", "from", "to", "subject", "date", "message-id", "content-language"),
    *("auto-submitted", "x-auto-response-suppress"),
}
WORDS = re.compile("[А-Яа-яё]")
ZONE = ZoneInfo("Europe/Moscow")


class Page(HTMLParser):
    """The elements of a page, the names of their attributes, the addresses, and the visible text."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: Counter[str] = Counter()
        self.addresses: Counter[str] = Counter()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Count an element; line breaks are made of the words' own."""
        if tag != "br":
            self.elements[" ".join([tag, *(name for name, _ in attrs)])] += 1
        self.addresses.update(value or "" for name, value in attrs if name in {"href", "src", "action", "background"})

    def handle_data(self, data: str) -> None:
        """Keep text."""
        self.text += data


class Filler:
    """Puts a text of its own into every place where a sample has words."""

    def __init__(self, make: Any) -> None:
        self.make = make
        self.used: list[str] = []

    def fill(self, value: Any) -> Any:
        """The same value with other words; ids, dates and numbers stay."""
        if isinstance(value, str) and WORDS.search(value):
            self.used.append(f"Ж{self.make()}")  # so that none is empty, which would leave out its place
            return self.used[-1]
        if isinstance(value, tuple):
            return tuple(map(self.fill, value))
        if is_dataclass(value) and not isinstance(value, type):
            return replace(value, **{each.name: self.fill(getattr(value, each.name)) for each in fields(value)})
        return value


def render(kind: Kind, context: Any, language: str) -> Rendered:
    """A letter with links."""
    view = View(language, "anna@moc.example", ZONE, {SAMPLE_GRANT: SAMPLE_URL}, pages=sample_pages(kind))
    return render_letter(kind, context, view)


def read(rendered: Rendered, name: str) -> tuple[EmailMessage, str]:
    """The finished mail as a mail program reads it, and the recipient's name."""
    to = Address(name, "ivan@school.example", "ru", "<01990f6e@opora.example>", None, datetime(2026, 3, 2, tzinfo=UTC))
    content = seal_message(rendered, Sender("Опора", "mail@opora.example"), to).content
    raw = parseaddr(str(message_from_bytes(content)["To"]).replace("\r\n", ""))[0]
    # The newer parser puts spaces between encoded words of a name, which RFC 2047 section 6.2 takes away.
    return message_from_bytes(content, EmailMessage, policy=policy.default), str(make_header(decode_header(raw)))


def squeezed(text: str) -> str:
    """What is to be seen of a text: templates set their own spaces, half characters no encoding has."""
    return "".join(text.encode("utf-8", "replace").decode().split())


class Tame:
    """The sample with harmless words: its page, and which of the words it shows."""

    def __init__(self, kind: Kind, language: str) -> None:
        numbers = count()
        filler = Filler(lambda: f"{next(numbers):05}")
        self.page = Page(render(kind, filler.fill(SAMPLES[kind]), language).html)
        self.shown = [at for at, word in enumerate(filler.used) if word in self.page.text]
        assert self.shown


def letters(kind: Kind) -> Iterator[tuple[Filler, Any]]:
    """Letters of a kind, each with other texts, the same ones in every run."""
    chance = random.Random(f"{kind} 20260302")
    for _ in range(LETTERS):
        filler = Filler(lambda: make_hostile_text(chance))
        yield filler, filler.fill(SAMPLES[kind])


@pytest.mark.parametrize("kind", Kind)
def test_no_words_become_a_header_or_markup_and_none_are_lost(kind: Kind) -> None:
    """Our headers, each once; the elements and addresses of the sample; every text as it was written, once decoded."""
    tame = {language: Tame(kind, language) for language in ("ru", "en")}
    for number, (filler, context) in enumerate(letters(kind)):
        language = ("ru", "en")[number % 2]
        rendered = render(kind, context, language)
        page = Page(rendered.html)
        assert (page.elements, page.addresses) == (tame[language].page.elements, tame[language].page.addresses)
        message, name = read(rendered, filler.used[0])
        assert Counter(key.lower() for key in message.keys()) == Counter(HEADERS)  # noqa: SIM118  (keys may repeat)
        assert message["Subject"] == shorten(cleanse(rendered.subject))
        assert name == shorten(cleanse(filler.used[0]), NAME_LENGTH)
        parts = [squeezed(part.get_payload(decode=True).decode()) for part in message.iter_parts()]  # type: ignore[union-attr]
        assert parts == [squeezed(rendered.text), squeezed(rendered.html)]
        seen = squeezed(page.text)
        assert [filler.used[at] for at in tame[language].shown if squeezed(filler.used[at]) not in seen] == []


def test_so_many_texts_are_tried() -> None:
    """All kinds together."""
    used = 0
    for kind in Kind:
        filler = Filler(lambda: "")
        filler.fill(SAMPLES[kind])
        used += len(filler.used)
    assert used * LETTERS >= TEXTS
