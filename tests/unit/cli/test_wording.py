"""Days, instants and sizes in the person's language."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from activities.deadlines.schedule import Confidence
from activities.parties import PartyKind
from activities.plans import PlanStatus
from cli.wording import (
    CONFIDENCES,
    PARTY_KINDS,
    PLAN_STATUSES,
    day_text,
    instant_text,
    size_text,
    window_text,
    word,
)


@pytest.fixture(params=["en", "ru"])
def language(request, monkeypatch) -> str:
    """Each language in turn."""
    monkeypatch.setenv("OPORA_LANG", request.param)
    return request.param


@pytest.mark.parametrize(
    ("words", "names"), [(CONFIDENCES, Confidence), (PARTY_KINDS, PartyKind), (PLAN_STATUSES, PlanStatus)]
)
def test_every_name_has_its_word(words, names):
    """The tables hold exactly the program's names: none is shown raw, none is left over."""
    assert set(words) == {each.value for each in names}


def test_days_are_written_as_people_write_them(language):
    """Point by point in Russian, ISO in English; nothing for no day."""
    expected = {"en": "2026-05-20", "ru": "20.05.2026"}[language]
    assert day_text(date(2026, 5, 20)) == expected
    assert day_text(None) == ""


def test_a_window_of_one_day_is_that_day(language):
    """Two days are shown only where they differ."""
    day, later = date(2026, 5, 20), date(2026, 5, 22)
    assert window_text(day, day) == window_text(None, day) == day_text(day)
    assert window_text(day, later) == f"{day_text(day)} – {day_text(later)}"
    assert window_text(None, None) == ""


def test_instants_are_local(language):
    """Late in the evening in UTC it is the next day in Moscow."""
    late = datetime(2026, 5, 19, 22, 30, tzinfo=UTC)
    assert instant_text(late, ZoneInfo("Europe/Moscow")) == f"{day_text(date(2026, 5, 20))} 01:30"
    assert instant_text(None, ZoneInfo("Europe/Moscow")) == ""


@pytest.mark.parametrize(
    ("size", "words"), [(0, "0 bytes"), (1, "1 byte"), (1023, "1023 bytes"), (2048, "2 KB"), (5 << 20, "5.0 MB")]
)
def test_sizes_are_short(monkeypatch, size, words):
    """Bytes, then kilobytes, then megabytes."""
    monkeypatch.setenv("OPORA_LANG", "en")
    assert size_text(size) == words


def test_a_name_without_a_word_is_shown_as_it_is(language):
    """What a newer workflow brings is better seen raw than lost."""
    assert word(PLAN_STATUSES, "archived") == "archived"
