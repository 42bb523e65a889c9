"""The page of a calendar in Chromium; what holds for every page is in `test_every_page`."""

import pytest

from activities.occurrences import OccurrenceFilter
from notifications.calendar.subscriptions import NewSubscription, add_subscription

pytestmark = pytest.mark.needs("chromium")

PHONE = {"width": 360, "height": 740}
DESK = {"width": 800, "height": 900}
FINGER = 44
"""Pixels that a thing to press is high at least (WCAG 2.2, success criterion 2.5.5)."""


@pytest.fixture
def url(house, serve):
    made = add_subscription(house.office, NewSubscription("Сроки МОЦ на 2026 год: весь план", OccurrenceFilter()))
    return f"{serve(house.web())}/c/{made[1]}"


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_its_buttons_are_alike_and_its_code_can_be_read(chromium, url, size):
    """No button breaks its name in two, and the code has a light ground in the dark too."""
    context = chromium.new_context(viewport=size, color_scheme="dark")
    page = context.new_page()
    page.goto(url)
    heights = page.evaluate("[...document.querySelectorAll('.programs .button')].map((each) => each.clientHeight)")
    assert len(heights) == 5
    assert FINGER <= min(heights) == max(heights) < 2 * FINGER
    code = page.get_by_role("img").bounding_box()
    assert 150 <= code["width"] == code["height"] <= 240
    ground = page.evaluate("getComputedStyle(document.querySelector('.code path')).fill")
    assert ground == "rgb(255, 255, 255)"
    context.close()
