"""Whether anything that a subscriber can see has changed."""

from datetime import date
from typing import Any

import pytest

from notifications.calendar.digest import event_digest
from notifications.calendar.event import EventStatus, Variant
from tests.fixtures.feeds import make_content


@pytest.mark.parametrize(
    "change",
    [
        {"occurrence_id": "another"},
        {"variant": Variant.WINDOW},
        {"summary": "1.6.2 Семинар"},
        {"description": "Ответственные: школа № 13"},
        {"starts_on": date(2026, 3, 30)},
        {"ends_on": date(2026, 4, 1)},
        {"status": EventStatus.CANCELLED},
        {"categories": ("I. Организация", "контроль, в работе")},
        {"url": "https://opora.example/o/o-aaaaaa"},
        {"busy": True},
    ],
    ids=lambda change: next(iter(change)),
)
def test_the_digest_changes_with_everything_that_is_seen(change: dict[str, Any]) -> None:
    """Each field by itself changes the digest."""
    assert event_digest(make_content(**change)) != event_digest(make_content())


@pytest.mark.parametrize(
    "change",
    [{}, {"summary": make_content().summary + "\x00 "}, {"status": EventStatus.CONFIRMED}, {"url": make_content().url}],
)
def test_the_digest_changes_with_nothing_else(change: dict[str, Any]) -> None:
    """Content that gives the same bytes gives the same digest."""
    assert event_digest(make_content(**change)) == event_digest(make_content())


def test_text_cannot_pass_from_one_property_to_another_unnoticed() -> None:
    """A line of text that looks like the next property is not taken for it."""
    merged = make_content(description="a\nDTEND:x", url="")
    assert event_digest(merged) != event_digest(make_content(description="a", url=""))


def test_the_digest_is_sha_256() -> None:
    """32 octets, ready for a BLOB column."""
    assert len(event_digest(make_content())) == 32
