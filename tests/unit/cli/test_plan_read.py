"""The command that shows how a plan is read."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from cli.plan_read import command

_PLAN = """План опорного центра на 2026 год

\t№
\tМероприятие
\tОтветственный
\tСрок

\tI. Кадры

\t1
\tСеминар о приёме
\tЦентр
\t15.05.2026

\t2
\tБеседа
\tЦентр
\tкак сложится

\t3
\t
\t
\t

Подпись директора
"""


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan of two activities and an empty row."""
    path = tmp_path / "plan.txt"
    path.write_text(_PLAN, "utf-8")
    return path


def _read(plan: Path, *arguments: str, language: str = "en") -> Result:
    return CliRunner().invoke(command, [str(plan), *arguments], env={"OPORA_LANG": language})


def test_json_has_the_agreed_shape(plan: Path) -> None:
    """Programs get exactly the agreed keys, on stdout."""
    data = json.loads(_read(plan, "--json").stdout)

    assert list(data) == ["title", "period", "sections", "activities", "defects", "unplaced"]
    assert data["period"] == {"start": "2026-01-01", "end": "2026-12-31"}
    assert data["sections"] == [{"number": "I", "title": "Кадры", "level": 1}]
    assert list(data["activities"][0]) == [
        *("number", "section", "title", "responsible", "result", "deadline", "kind", "schedule"),
    ]
    assert [(one["code"], one["row"]) for one in data["defects"]] == [("empty_row", 20)]
    assert [one["text"] for one in data["unplaced"]] == ["Подпись директора"]


def test_the_review_names_only_what_needs_a_person(plan: Path) -> None:
    """Deadlines read surely are counted; doubtful ones, defects and texts without a place are listed."""
    shown = _read(plan).stdout

    assert "2 activities" in shown
    assert "1 deadline was read surely" in shown
    assert "2 Беседа\tкак сложится" in shown
    assert "15.05.2026" not in shown
    assert "Row 3 has a number and nothing else" in shown
    assert "line 25\tПодпись директора" in shown


def test_messages_are_in_the_persons_language(plan: Path) -> None:
    """A Russian terminal gets Russian explanations and days, an English one English."""
    assert "Дату из текста определить нельзя" in _read(plan, language="ru").stdout
    assert "01.01.2026" in _read(plan, language="ru").stdout
    assert "Дату из текста" not in _read(plan).stdout


def test_a_period_may_be_given(plan: Path) -> None:
    """--from and --to stand above the title."""
    data = json.loads(_read(plan, "--json", "--from", "2026-04-01", "--to", "30.06.2026").stdout)

    assert data["period"] == {"start": "2026-04-01", "end": "2026-06-30"}


def test_half_a_period_is_a_usage_error(plan: Path) -> None:
    """One day alone is no period."""
    result = _read(plan, "--from", "2026-04-01")

    assert result.exit_code == 2
    assert "--to" in result.stderr


def test_nothing_is_written(plan: Path) -> None:
    """Reading leaves the folder as it was and says how to go on."""
    result = _read(plan)

    assert [path.name for path in plan.parent.iterdir()] == ["plan.txt"]
    assert "opora plan import" in result.stderr
