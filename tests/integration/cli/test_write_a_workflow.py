"""The page on writing workflows does what it says, and names all that may be named."""

import re
import shlex
from pathlib import Path

from ruamel.yaml import YAML

from activities.guards import GUARDS
from tests.fixtures.tools import REPOSITORY
from workflows.catalogue import FOLDER, list_workflows
from workflows.loader import known_keys

PAGE = (REPOSITORY / "docs" / "howto" / "write-a-workflow.md").read_text("utf-8")
MARY = "lavrentieva@parus.example.org"


def blocks(kind: str) -> list[str]:
    """What stands in the page's blocks of a kind."""
    return re.findall(rf"```{kind}\n(.*?)```", PAGE, re.DOTALL)


def test_the_page_runs_as_written(terminal):
    """Its workflow is kept, a row that runs goes over to it and comes back."""
    Path("ours.yaml").write_text(blocks("yaml")[0], encoding="utf-8")
    digest = ""
    for line in "".join(blocks("sh")).splitlines():
        program, *arguments = shlex.split(line.replace("DIGEST", digest))
        assert program == "opora"
        result = terminal.done(*arguments, OPORA_ACTOR=MARY)
        said = re.search(r"opora workflow undo ([0-9a-f]+)", result.stderr)
        digest = said[1] if said else digest
    assert digest
    assert [each["event"] for each in terminal.json("history", "1.4")][-2:] == ["migrate", "migrate"]
    assert terminal.json("activity", "show", "1.4")["workflow"] == "activity"
    assert "ours" in [each["name"] for each in terminal.json("workflow", "list")]


def test_the_fault_on_the_page_is_what_is_said(terminal):
    """The misspelt guard is told on that line, with the likely one."""
    (shown,) = blocks("text")
    wrong = blocks("yaml")[0].replace("[has_evidence_or_note]", "[has_evidense_or_note]")
    Path("ours.yaml").write_text(wrong, encoding="utf-8")
    said = terminal.refused("workflow", "check", "ours.yaml")
    assert said.startswith(shown.removesuffix("…\n"))


def test_the_page_shows_the_quorum_that_ships():
    """The three transitions are those of the file."""
    (shown,) = blocks("yaml quorum")
    shipped = YAML(typ="safe").load(FOLDER / "activity-two-approvers.yaml")["transitions"]
    assert YAML(typ="safe").load(shown) == [each for each in shipped if each["event"] == "accept"]


def test_all_that_may_be_named_is_on_the_page():
    """Every guard, every key of a file and every shipped workflow."""
    named = set(re.findall(r"`([a-z_-]+)`", PAGE))
    assert set(GUARDS) <= named
    assert set(list_workflows()) <= named
    told = named | set(re.findall(r"^ *-? *([a-z_]+):", blocks("yaml")[0], re.MULTILINE))
    assert known_keys() - told - {"name", "final"} == set()
