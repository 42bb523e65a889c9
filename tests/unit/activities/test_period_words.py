"""Periods in the words of a report."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.period import Period
from activities.period_words import say_key
from activities.rhythm import period_key


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("2026", "2026 год"),
        ("2026-H2", "II полугодие 2026"),
        ("2026-Q4", "IV квартал 2026"),
        ("2026-09", "сентябрь 2026"),
        ("2026-03-06", "06.03.2026"),
        ("2026-05..2026-06", "май 2026 – июнь 2026"),
        ("2026-02-14..2026-02-17", "14.02.2026 – 17.02.2026"),
        ("no3", "3-й раз"),
        ("anything", "anything"),
    ],
)
def test_a_key_is_said_in_words(key, words):
    """Each shape of a key has its words; a text that is no key stays as it is."""
    assert say_key(key) == words


@given(st.tuples(st.dates(date(2000, 1, 1), date(2099, 12, 31)), st.dates(date(2000, 1, 1), date(2099, 12, 31))))
def test_periods_with_different_keys_have_different_words(days):
    """What a key tells apart, the words tell apart: a period's words name its first and last year."""
    period = Period(min(days), max(days))
    words = say_key(period_key(period))
    assert words != period_key(period)
    assert f"{period.starts_on:%Y}" in words
    assert f"{period.ends_on:%Y}" in words
