"""Every page × every rule × a phone and a desk, light and dark, in Russian, and in English on a phone; no scripts."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.house import House
from tests.fixtures.page_gallery import Exhibit, Gallery
from tests.fixtures.page_rules import BY_KEYBOARD, IN_EVERY_WINDOW, WHEN_LOADED, find_breaches
from tests.fixtures.web_server import serving

pytestmark = pytest.mark.needs("chromium")

PHONE, DESK = (360, 740), (800, 900)
WINDOWS = {
    "ru": [(size, scheme) for size in (PHONE, DESK) for scheme in ("light", "dark")],
    # The same design: what may differ is how long the words are.
    "en": [(PHONE, "dark")],
}


@pytest.fixture(scope="module")
def gallery(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gallery]:
    """Looking changes nothing: one house for all."""
    folder: Path = tmp_path_factory.mktemp("house")
    url = f"sqlite:///{folder / 'opora.db'}"
    with closing(House(folder, url, public_url="https://opora.example")) as house:
        yield Gallery(house, folder)


@pytest.fixture(scope="module")
def base(gallery: Gallery) -> Iterator[str]:
    """The server's address."""
    with serving(gallery.web()) as address:
        yield address


@pytest.fixture(scope="module")
def page(chromium: Browser) -> Iterator[Page]:
    """A tab of a phone without JavaScript."""
    with closing(chromium.new_context(java_script_enabled=False, has_touch=True)) as context:
        yield context.new_page()


@pytest.mark.parametrize("language", list(WINDOWS))
def test_every_rule_holds_on_every_page(gallery: Gallery, base: str, page: Page, language: str) -> None:
    """All is found that breaks a rule anywhere: page, window, rule, and the first of what breaks it."""
    broken = [
        f"{exhibit.name}, {where}, {rule}: {breaches[:3]}"
        for exhibit in gallery.exhibits
        for where, rule, breaches in _look(exhibit, base, page, language)
    ]
    assert broken == []


def _look(exhibit: Exhibit, base: str, page: Page, language: str) -> Iterator[tuple[str, str, list[object]]]:
    answers: list[int] = []
    page.once("response", lambda answer: answers.append(answer.status))
    exhibit.show(page, base, language)
    if answers != [exhibit.status]:
        yield "", "the status is told", [answers, exhibit.status]
    if page.locator("html").get_attribute("lang") != language:
        yield "", "the page says its language", []
    if exhibit.act and not page.locator("[role=alert]:focus").count():
        yield "", "what is wrong has the focus", []
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    for rule, breaches in find_breaches(page, WHEN_LOADED).items():
        yield "", rule, breaches
    for (width, height), scheme in WINDOWS[language]:
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(color_scheme=scheme)
        for rule, breaches in find_breaches(page, IN_EVERY_WINDOW).items():
            yield f"{width} {scheme}", rule, breaches
    if language != "ru":
        return
    page.keyboard.press("Tab")
    for rule, breaches in find_breaches(page, BY_KEYBOARD).items():
        yield "by keyboard", rule, breaches
