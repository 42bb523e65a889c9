"""Every letter as a mail program draws it: a phone and a desk, light and dark, with its styles and stripped of them."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, is_dataclass, replace
from html import unescape
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page

from notifications.mail.contexts import Context
from notifications.mail.kinds import Kind
from notifications.mail.render import Rendered, View, render_letter
from notifications.mail.samples import SAMPLE_GRANT, SAMPLE_URL, SAMPLES, sample_pages
from tests.fixtures.page_rules import IN_EVERY_WINDOW, find_breaches

pytestmark = pytest.mark.needs("chromium")

WINDOWS = [((360, 740), "light"), ((360, 740), "dark"), ((800, 900), "light"), ((800, 900), "dark")]
ANCHOR = "opora.example/log 1234 6c1f0a9be2d34785AbCdEf0123456789abcdefABCDEF01234567+/=="
WIDE = " Организационно_методическое_сопровождение_без_единого_пробела_" + "ы" * 90
DAY = re.compile(r"\b\d{1,2}[ \xa0][^\W\d]{3,9}[ \xa0]\d{4}(?:, \d\d:\d\d)?|\b\d\d\.\d\d\.\d{4}\b|\b\d{4}-\d\d-\d\d\b")
ADDRESS = re.compile(r"https?://[^\s\"<>]+")


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A window that fetches nothing."""
    with closing(chromium.new_context(java_script_enabled=False, offline=True)) as context:
        yield context.new_page()


def render(kind: Kind, language: str, context: Context | None = None, *, linked: bool = True) -> Rendered:
    """The sample of a kind with every link that such a letter may have, or as an office reads it that gives none."""
    view = View(language, "anna@moc.example", ZoneInfo("Europe/Moscow"), anchor=ANCHOR)
    if linked:
        view = replace(view, urls={SAMPLE_GRANT: SAMPLE_URL}, pages=sample_pages(kind))
    return render_letter(kind, context or SAMPLES[kind], view)


def widen(value: Any, *, name: str = "") -> Any:
    """The same with words in every title, name and remark that no line can hold."""
    if isinstance(value, tuple):
        return tuple(widen(each) if is_dataclass(each) else each for each in value)
    if is_dataclass(value):
        changed = {each.name: widen(getattr(value, each.name), name=each.name) for each in fields(value)}
        return type(value)(**changed)
    return value + WIDE if name in {"title", "result", "remark", "note", "reason", "basis", "name", "by"} else value


@pytest.mark.parametrize("language", ["ru", "en"])
def test_every_letter_reads_well_in_every_window(page: Page, language: str) -> None:
    """Nothing hangs over the edge, every text stands out, there is room for a finger; long words break."""
    broken = []
    for kind in Kind:
        for sort, context in (("sample", SAMPLES[kind]), ("wide", widen(SAMPLES[kind]))):
            html = render(kind, language, context).html
            broken += [(kind.value, sort, *breach) for breach in _look(page, html, WINDOWS)]
            stripped = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
            assert stripped != html
            light = [each for each in WINDOWS if each[1] == "light"]
            broken += [(kind.value, f"{sort}, stripped", *breach) for breach in _look(page, stripped, light)]
    assert broken == []


def _look(page: Page, html: str, windows: list[tuple[tuple[int, int], str]]) -> Iterator[tuple[str, str, object]]:
    page.set_content(html)
    for (width, height), scheme in windows:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        for rule, breaches in find_breaches(page, IN_EVERY_WINDOW).items():
            yield f"{width} {scheme}", rule, breaches[:2]


def days(text: str) -> Counter[str]:
    """The days and instants in a text."""
    return Counter(each.replace("\xa0", " ") for each in DAY.findall(text))


@pytest.mark.parametrize("linked", [True, False], ids=["linked", "office"])
@pytest.mark.parametrize("language", ["ru", "en"])
@pytest.mark.parametrize("kind", Kind)
def test_both_parts_say_the_same_days_and_lead_to_the_same_pages(kind: Kind, language: str, *, linked: bool) -> None:
    """As often in the text as in the HTML, the line that programs show beside the subject left out."""
    rendered = render(kind, language, linked=linked)
    html = re.sub(r'<div style="display:none;.*?</div>', "", rendered.html, flags=re.DOTALL)
    visible = unescape(re.sub(r"<[^>]*>", " ", re.sub(r"<(head|!--).*?(</head>|-->)", "", html, flags=re.DOTALL)))
    assert days(f"{rendered.subject}\n{rendered.text}") == days(visible)
    assert Counter(ADDRESS.findall(rendered.text)) == Counter(
        unescape(each) for each in re.findall('href="(.*?)"', html)
    )
    assert ANCHOR in rendered.text
    assert ANCHOR in visible


def test_days_are_found_in_every_kind_that_has_some() -> None:
    """The comparison above compares something."""
    for language in ("ru", "en"):
        found = {kind for kind in Kind if DAY.search(render(kind, language).text)}
        assert set(Kind) - found <= {Kind.TRIAL, Kind.MONTHLY_REPORT}
