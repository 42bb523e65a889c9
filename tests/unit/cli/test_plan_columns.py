"""`opora plan read --columns`: a person says what columns hold where headings do not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

Run = Callable[..., Result]


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A plan whose headings say nothing."""
    path = tmp_path / "plan.txt"
    path.write_text("План на 2026 год\nА | Б | В |\n1 | Слёт | май |\n2 | Совет | до 05.06.2026 |\n", "utf-8")
    return path


def test_told_columns_are_taken(run_opora: Run, plan: Path) -> None:
    """Columns stand in the order in which they are named; a bar is drawn on terminals only."""
    result = run_opora("plan", "read", str(plan), "--columns", "number, title, deadline")

    assert result.exit_code == 0
    assert "2 activities" in result.stdout
    assert "Rows" not in result.stderr


@pytest.mark.parametrize(
    ("columns", "said"),
    [("number,name,deadline", "There is no column “name”"), ("number,deadline", "One of the columns must be “title”")],
)
def test_wrong_names_are_a_usage_error(run_opora: Run, plan: Path, columns: str, said: str) -> None:
    """An unknown column, or none for titles, is told before the file is opened."""
    result = run_opora("plan", "read", str(plan), "--columns", columns)

    assert result.exit_code == 2
    assert said in result.stderr


def test_too_few_columns_are_told(run_opora: Run, plan: Path) -> None:
    """No table has so many columns: the error says how many were named."""
    result = run_opora("plan", "read", str(plan), "--columns", "title,deadline")

    assert "has rows of 2 cells" in result.stderr
