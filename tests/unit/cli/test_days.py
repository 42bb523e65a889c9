"""Days as people type them."""

from datetime import date

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.days import DAY, find_day


@given(st.dates(date(1900, 1, 1)))
def test_both_writings_name_the_same_day(day):
    """ISO and the Russian writing are read alike, whatever stands around them."""
    assert find_day(day.isoformat()) == find_day(f" {day:%d.%m.%Y} ") == day


@pytest.mark.parametrize("text", ["", "soon", "2026-02-30", "31.04.2026", "05/06/2026", "2026", "20260520", "1.5.26"])
def test_other_texts_are_no_days(text):
    """Nothing is guessed: a day that does not exist or is written otherwise is none."""
    assert find_day(text) is None


def test_a_text_that_is_no_day_is_a_usage_error(monkeypatch):
    """The message shows how to write a day."""
    monkeypatch.setenv("OPORA_LANG", "en")
    with pytest.raises(click.BadParameter) as refused:
        DAY.convert("tomorrow", None, None)
    assert "2026-05-20 or 20.05.2026" in refused.value.message
    assert DAY.convert(date(2026, 5, 20), None, None) == date(2026, 5, 20)
