"""`opora deadline read`: on screen, as JSON, and as JSON lines."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from activities.deadlines import Schedule

Run = Callable[..., Result]
YEAR = ("--from", "2026-01-01", "--to", "2026-12-31")


def line(phrase: str) -> str:
    return json.dumps({"phrase": phrase, "plan_start": "2026-01-01", "plan_end": "2026-12-31"}, ensure_ascii=False)


def test_json_is_the_schedule(run_opora: Run) -> None:
    """`--json` prints the reading in the fields of `Schedule`, and nothing else on stdout."""
    result = run_opora("deadline", "read", "до 1 июня", *YEAR, "--json")
    schedule = Schedule.from_json(json.loads(result.stdout))
    assert (result.exit_code, schedule.kind, schedule.occurrences[0].due.isoformat()) == (0, "deadline", "2026-06-01")


def test_the_screen_shows_parts_dates_rule_and_confidence(run_opora: Run) -> None:
    """Without `--json` a person sees the text, what each part gave, the dates, the rule and how sure it is."""
    shown = run_opora("deadline", "read", "ежемесячно до 25 числа, актовый зал", *YEAR).stdout
    for words in ("актовый — not read", "2026-03-01 – 2026-03-25", "FREQ=MONTHLY;BYMONTHDAY=25", "check the reading"):
        assert words in shown


@pytest.mark.parametrize(
    ("language", "words"), [("ru", "Крайний срок: до 1 июня 2026."), ("en", "Deadline: by 1 June 2026.")]
)
def test_the_explanation_is_in_the_persons_language(run_opora: Run, language: str, words: str) -> None:
    """`OPORA_LANG` chooses the sentence that explains the reading."""
    assert words in run_opora("deadline", "read", "до 1 июня", *YEAR, OPORA_LANG=language).stdout


def test_lines_come_out_in_the_order_they_went_in(run_opora: Run) -> None:
    """`--jsonl` reads standard input and prints one schedule a line, in order."""
    phrases = ["май", "", "до 1 июня", "по запросу"]
    result = run_opora("deadline", "read", "--jsonl", stdin="\n".join(map(line, phrases)) + "\n")
    assert [json.loads(found)["text"] for found in result.stdout.splitlines()] == phrases


def test_lines_can_stand_in_a_file(run_opora: Run, tmp_path: Path) -> None:
    """With `--jsonl` the argument names the file."""
    file = tmp_path / "phrases.jsonl"
    file.write_text(line("май") + "\n", encoding="utf-8")
    result = run_opora("deadline", "read", "--jsonl", str(file))
    assert json.loads(result.stdout)["occurrences"] == [{"start": "2026-05-01", "due": "2026-05-31"}]


@pytest.mark.parametrize(
    "bad", ["not JSON", "[]", '{"phrase": "май"}', '{"phrase": 1, "plan_start": 2, "plan_end": 3}']
)
def test_a_bad_line_is_named_by_its_number(run_opora: Run, bad: str) -> None:
    """A line that is no phrase ends the command with its number; the lines before it are out."""
    result = run_opora("deadline", "read", "--jsonl", stdin=f"{line('май')}\n{bad}\n")
    assert (result.exit_code, len(result.stdout.splitlines())) == (1, 1)
    assert "Line 2" in result.stderr


@pytest.mark.parametrize("arguments", [["май"], ["май", "--from", "2026-12-31", "--to", "2026-01-01"], [*YEAR]])
def test_what_is_missing_is_said(run_opora: Run, arguments: list[str]) -> None:
    """No period, a period the wrong way round or no text ends with the remedy."""
    result = run_opora("deadline", "read", *arguments)
    assert result.exit_code == 1
    assert "--" in result.stderr


def test_reading_imports_no_database() -> None:
    """Neither the reader nor its command loads SQLAlchemy."""
    script = "import sys, activities.deadlines, cli.deadline; sys.exit('sqlalchemy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
