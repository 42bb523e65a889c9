"""`opora workflow` lists, checks and draws definitions."""

import json
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from workflows import catalogue

ACTIVITY = (catalogue.FOLDER / "activity.yaml").read_text(encoding="utf-8")


def test_the_shipped_workflows_are_listed(run_opora: Callable[..., Result]) -> None:
    """By name and digest, as a table or as JSON."""
    listed = json.loads(run_opora("workflow", "list", "--json").stdout)
    assert "activity" in [each["name"] for each in listed]
    assert listed[0]["digest"][:16] in run_opora("workflow", "list").stdout


def test_a_good_file_is_said_to_be_good(run_opora: Callable[..., Result], tmp_path: Path) -> None:
    """On stderr, with what is in it."""
    path = tmp_path / "mine.yaml"
    path.write_text(ACTIVITY, encoding="utf-8")
    result = run_opora("workflow", "check", str(path))
    assert (result.exit_code, result.stdout) == (0, "")
    assert "“activity” can be used: 8 states" in result.stderr


def test_a_faulty_file_is_refused_with_its_lines(run_opora: Callable[..., Result], tmp_path: Path) -> None:
    """Exit 1, and every fault with its line."""
    path = tmp_path / "mine.yaml"
    path.write_text(ACTIVITY.replace("has_evidence", "has_evidenc"), encoding="utf-8")
    result = run_opora("workflow", "check", str(path))
    assert result.exit_code == 1
    assert "“has_evidenc” is not known under “guards”, perhaps “has_evidence”?" in result.stderr


def test_a_missing_file_is_refused(run_opora: Callable[..., Result]) -> None:
    """One message, no trace."""
    result = run_opora("workflow", "check", "nowhere.yaml")
    assert result.exit_code == 1
    assert "nowhere.yaml cannot be used" in result.stderr


def test_a_diagram_goes_to_stdout(run_opora: Callable[..., Result]) -> None:
    """Ready to be put into a file."""
    result = run_opora("workflow", "diagram", "activity", "--format", "mermaid")
    assert result.stdout.startswith("stateDiagram-v2\n")
    assert "evidence_submitted --> accepted: accept (approver)" in result.stdout


def test_an_unknown_workflow_is_refused(run_opora: Callable[..., Result]) -> None:
    """With those that are known."""
    result = run_opora("workflow", "diagram", "activty")
    assert result.exit_code == 1
    assert "Known: activity" in result.stderr
