"""A year on screen."""

from datetime import date

from activities.year_view import MonthLoad, YearView
from cli.year_view import bar, print_year


def test_bars_are_in_proportion_and_what_is_there_is_seen():
    """The busiest month has the longest bar, a single thing among many still has one, nothing has none."""
    assert len(bar(40, 40)) == 30
    assert len(bar(20, 40)) == 15
    assert len(bar(1, 1000)) == 1
    assert bar(0, 40) == ""


def test_a_year_is_a_line_a_month(capsys, monkeypatch):
    """With what falls outside and what has no date below; what is none is not told."""
    monkeypatch.setenv("OPORA_LANG", "en")
    print_year(YearView((MonthLoad(date(2026, 5, 1), 2), MonthLoad(date(2026, 6, 1), 0)), outside=0, undated=3))
    printed = capsys.readouterr().out.splitlines()
    assert printed[3].startswith("May 2026\t2\t█")
    assert printed[4].rstrip() == "June 2026\t0"
    assert printed[5:] == ["No date yet: 3"]


def test_an_empty_year_is_not_shown(capsys):
    """Where nothing is due and nothing awaits its date there is no table."""
    print_year(YearView((MonthLoad(date(2026, 5, 1), 0),), outside=0, undated=0))
    assert capsys.readouterr().out == ""
