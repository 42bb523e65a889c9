"""What one entry of a feed is."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from notifications.calendar.event import EventStatus, FeedEvent, TodoStatus, Variant
from tests.fixtures.feeds import OCCURRENCE_ID, make_content, make_event


def test_each_variant_of_an_occurrence_has_its_own_uid() -> None:
    """The deadline carries the bare occurrence; window and day of event can stand beside it in one feed."""
    uids = {variant: make_content(variant=variant).uid for variant in Variant if variant is not Variant.TODO}
    uids[Variant.TODO] = make_content(variant=Variant.TODO, status=TodoStatus.COMPLETED).uid
    assert uids[Variant.DEADLINE] == OCCURRENCE_ID
    assert uids[Variant.WINDOW] == f"{OCCURRENCE_ID}-window"
    assert len(set(uids.values())) == len(Variant)


def test_the_uid_does_not_depend_on_title_or_date() -> None:
    """Rename and postponement keep the UID."""
    moved = make_content(summary="2.1 Другое", starts_on=date(2026, 5, 1), ends_on=date(2026, 5, 2))
    assert moved.uid == make_content().uid


def test_text_is_cleansed_on_the_way_in() -> None:
    """No entry holds text that could break a feed, and empty categories are left out."""
    content = make_content(
        occurrence_id="a\r\nb", summary="a\nb\x00", description="a\r\nb\ud800", categories=("\x00", "x\ny"), url="no"
    )
    assert (content.occurrence_id, content.summary, content.description) == ("a b", "a b", "a\nb\ufffd")
    assert (content.categories, content.url) == (("x y",), "")


@pytest.mark.parametrize(("starts_on", "ends_on"), [(date(2026, 1, 2), date(2026, 1, 1)), (date(2026, 1, 1), date.max)])
def test_impossible_days_are_refused(starts_on: date, ends_on: date) -> None:
    """Days out of order, and a last day that has none after it, are a fault of the caller."""
    with pytest.raises(ValueError, match="no such days"):
        make_content(starts_on=starts_on, ends_on=ends_on)


def test_instants_are_refused_as_days() -> None:
    """A datetime passes for a date in Python, but would lose its zone here."""
    with pytest.raises(TypeError, match="dates, not instants"):
        make_content(starts_on=datetime(2026, 1, 1, tzinfo=UTC))


def test_a_revision_needs_a_zone_and_a_legal_number() -> None:
    """A naive instant and a SEQUENCE outside RFC 5545's INTEGER are refused."""
    with pytest.raises(ValueError, match="zone"):
        make_event(modified_at=datetime(2026, 1, 1))  # noqa: DTZ001
    for sequence in (-1, 2**31):
        with pytest.raises(ValueError, match="sequence"):
            make_event(sequence=sequence)


def test_instants_are_kept_in_utc() -> None:
    """The same instant in another zone makes the same entry."""
    east = datetime(2026, 3, 2, 13, 0, tzinfo=timezone(timedelta(hours=7)))
    event = FeedEvent(make_content(), 0, east)
    assert event.modified_at.isoformat() == "2026-03-02T06:00:00+00:00"


def test_a_cancelled_day_takes_no_time() -> None:
    """A busy day stops being busy once it is called off."""
    assert make_content(busy=True).takes_time
    assert not make_content(busy=True, status=EventStatus.CANCELLED).takes_time
    assert not make_content(busy=False).takes_time
