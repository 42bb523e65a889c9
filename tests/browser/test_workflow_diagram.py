"""The picture of a workflow in Chromium, at its own size, in Russian."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from activities.vocabulary import VOCABULARY
from notifications.labels import COMMANDS, ROLES, STATES, label
from notifications.translation import translate
from workflows.catalogue import get_workflow, list_workflows
from workflows.svg import Live, Words, render_svg

pytestmark = pytest.mark.needs("chromium")

WORDS = Words(
    state=lambda name: label(STATES, name, "ru"),
    event=lambda name: label(COMMANDS, name, "ru"),
    role=lambda name: label(ROLES, name, "ru"),
    say=lambda text, **details: translate(text, "ru", **details),
)
SPILLED = """() => [...document.querySelectorAll("g")].flatMap(group => {
    const box = group.querySelector("rect").getBBox();
    return [...group.querySelectorAll("text")].filter(text => {
        const line = text.getBBox();
        return line.x < box.x || line.x + line.width > box.x + box.width || line.y + line.height > box.y + box.height;
    }).map(text => text.textContent);
})"""
SMALLEST = """() => Math.min(...[...document.querySelectorAll("text")].map(
    text => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a))"""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A wide window."""
    opened = chromium.new_page(viewport={"width": 2000, "height": 1000})
    yield opened
    opened.close()


@pytest.mark.parametrize("name", list_workflows())
def test_every_line_stands_inside_its_box_and_can_be_read(page: Page, tmp_path: Path, name: str) -> None:
    """Measured with the fonts of this machine: nothing spills over, nothing is smaller than 11 px."""
    live = Live("evidence_submitted", "12 дней", ("decision.waiting_10 16.03.2026 08:00",))
    path = tmp_path / f"{name}.svg"
    path.write_text(render_svg(get_workflow(name, VOCABULARY), WORDS, live), encoding="utf-8")
    page.goto(path.as_uri())
    assert page.evaluate(SPILLED) == []
    assert page.evaluate(SMALLEST) >= 11
