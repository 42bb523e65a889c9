"""Every page that a link opens, in every state, in Chromium on a phone: width, headings, labels, room for a finger."""

from contextlib import closing

import pytest

from tests.fixtures.capability_links import Mailboxes

pytestmark = pytest.mark.needs("chromium")

PHONE = {"width": 360, "height": 740}
UNNAMED = """() => [...document.querySelectorAll("input:not([type=hidden]), textarea, select, button")]
    .filter(each => !(each.labels && each.labels.length) && !each.getAttribute("aria-label")
        && !each.textContent.trim()).map(each => each.outerHTML)"""


def test_every_page_reads_well_on_a_phone(house, serve, chromium):
    """Nothing hangs over the edge, one main heading, a language, a name for every field, room for a finger."""
    pages = {each.page: each for each in Mailboxes(house).links}
    base = serve(house.web())
    with closing(chromium.new_context(viewport=PHONE, color_scheme="dark")) as context:
        page, problems = context.new_page(), []
        page.on(
            "console", lambda said: problems.append((said.text, said.location["url"])) if said.type == "error" else None
        )
        for name, path in {"start": "/"}.items() | {key: each.path for key, each in pages.items()}.items():
            page.goto(base + path)
            page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
            assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"], name
            assert page.locator("h1").count() == 1, name
            assert page.locator("html").get_attribute("lang") == "ru", name
            assert page.evaluate(UNNAMED) == [], name
            low = "all => all.map(each => each.getBoundingClientRect()).filter(box => box.height && box.height < 44)"
            assert page.locator("form label:has(input), button").evaluate_all(low) == [], name
        # A link that counts no more is told by its status; the house's PDF has no page to be shown.
        assert [url for text, url in problems if "410" not in text and "/preview/" not in url] == []
