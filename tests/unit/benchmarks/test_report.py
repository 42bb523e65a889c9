"""What the page of figures says of a figure, and whether it calls it missed."""

import json
from pathlib import Path

import pytest

from benchmarks.figures import Figure
from benchmarks.report import Run, falls_short, runs, table


def line(**told: object) -> dict[str, object]:
    return {"figure": "step", "value": 10.0, "unit": "steps/s", **told}


@pytest.mark.parametrize(
    ("told", "missed"),
    [
        ({}, False),
        ({"goal": "at least 0.5", "ratio": 0.49}, True),
        ({"goal": "at least 0.5", "ratio": 0.5}, False),
        ({"goal": "at most 2", "ratio": 2.1}, True),
        ({"goal": "at most 0"}, True),
        ({"goal": "at most 0", "value": 0.0}, False),
        ({"goal": "under 1,000", "value": 999.0}, False),
        ({"goal": "under 1,000", "value": 1000.0}, True),
        ({"goal": "at least 10 times", "ratio": 9.9}, True),
        ({"goal": "at least 1,500/s", "value": 2000.0, "ratio": 0.2}, False),
        ({"goal": "at least 1,500/s", "value": 1000.0, "ratio": 0.2}, True),
    ],
)
def test_a_goal_is_about_the_ratio_unless_a_unit_stands_behind_it(told: dict[str, object], missed: bool) -> None:
    """The words of a goal are read as they are meant, its bound included or not."""
    assert falls_short(line(**told)) is missed


def test_a_figure_stands_in_all_its_columns() -> None:
    """Value, limit, ratio, goal, spread and note each have their place, and a missed goal is seen."""
    figure = Figure("engine", "step", 1500.0, "steps/s", 0.125, 4000.0, "raw sqlite3", "at least 0.5", "less")
    row = table([figure.to_json()]).splitlines()[-1]
    expected = "| step | 1,500 steps/s | raw sqlite3 | 4,000 | 0.375 | **at least 0.5: missed** | 0.125 | less |"
    assert row == expected


def test_small_figures_keep_their_digits() -> None:
    """What takes microseconds is not rounded to nothing."""
    plain = Figure("feeds", "warm", 0.000109, "s", limit=0.0000343, against="joining").to_json()
    assert (plain["value"], plain["limit"], plain["ratio"]) == (0.000109, 3.43e-05, 3.178)


def test_a_benchmark_that_fails_says_so_in_its_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The figures that it printed stay; a row says how it ended."""
    printed = json.dumps(Figure("engine", "step", 5.0, "steps/s").to_json())
    (tmp_path / "broken.py").write_text(f"print({printed!r})\nraise SystemExit(3)\n")
    monkeypatch.setattr("benchmarks.report.HERE", tmp_path)
    lines = Run("Broken", "broken").lines()
    assert [each["figure"] for each in lines] == ["step", "ended with 3"]
    assert table(lines).splitlines()[-1] == "| ended with 3 | | | | | | | |"


def test_the_engine_and_its_peers_are_measured_in_both_journals() -> None:
    """What an installation has depends on its SQLite: neither mode may be missing on the page."""
    for script in ("engine", "peers"):
        options = [each.options for each in runs() if each.script == script]
        assert {each[each.index("--journal") + 1] for each in options} == {"wal", "truncate"}
