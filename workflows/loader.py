"""Workflow definitions from YAML, with the line of everything that is wrong and what to do about it."""

from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from engine.definition import Ladder, Rung, State, Transition, WorkflowDefinition
from engine.errors import N_, OporaError


class WorkflowFileError(OporaError):
    """A workflow file that cannot be used."""

    message = N_("The workflow file {path} cannot be used:\n{findings}")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a workflow file, with the line (from 1) and what to do."""

    line: int
    text: str

    def __str__(self) -> str:
        return f"  line {self.line}: {self.text}"


class Lines:
    """Where each part of a definition stands in its file: `("transition", 3)` → line."""

    def __init__(self) -> None:
        self._lines: dict[tuple[str, int], int] = {}

    def note(self, part: str, index: int, node: Any) -> None:
        """Remember the line of a YAML node."""
        self._lines[part, index] = node.lc.line + 1 if isinstance(node, CommentedMap | CommentedSeq) else 1

    def of(self, part: str, index: int) -> int:
        """The line of a part, 1 where unknown."""
        return self._lines.get((part, index), 1)


ALLOWED_KEYS = {
    "workflow": {"workflow", "initial", "states", "transitions", "ladders"},
    "state": {"final"},
    "transition": {"event", "from", "to", "by", "guards", "stamps", "moves"},
    "ladder": {"name", "while", "rungs"},
    "rung": {"name", "anchor", "days", "working_days", "roll", "at", "fires", "every_days"},
}
REQUIRED_KEYS = {
    "workflow": {"workflow", "initial", "states", "transitions"},
    "state": set[str](),
    "transition": {"event", "from", "to", "by"},
    "ladder": {"name", "while", "rungs"},
    "rung": {"name", "anchor", "at"},
}


def parse_workflow(path: Path) -> tuple[WorkflowDefinition, Lines]:
    """Read a YAML file into a definition and the lines of its parts; says nothing yet of its sense.

    Raises:
        WorkflowFileError: not YAML, a misspelt or missing key, a value of the wrong shape.
    """
    try:
        tree = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise _failure(path, [Finding(1, f"it cannot be read: {error}")]) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise _failure(path, [Finding(line, f"not YAML: {error.problem}")]) from error
    findings = list(_wrong_keys(tree))
    if findings:
        raise _failure(path, findings)
    try:
        return _build(tree)
    except (TypeError, ValueError, AttributeError, KeyError) as error:
        raise _failure(path, [Finding(1, f"a value has the wrong shape: {error}")]) from error


def _failure(path: Path, findings: list[Finding]) -> WorkflowFileError:
    return WorkflowFileError(path=path, findings="\n".join(str(finding) for finding in findings))


def _wrong_keys(tree: Any) -> list[Finding]:
    findings = list(_check_keys("workflow", tree))
    if findings:
        return findings
    for state in tree["states"].values():
        findings += _check_keys("state", state)
    for transition in tree["transitions"]:
        findings += _check_keys("transition", transition)
    for ladder in tree.get("ladders", []):
        findings += _check_keys("ladder", ladder)
        for rung in ladder.get("rungs", []):
            findings += _check_keys("rung", rung)
    return findings


def _check_keys(part: str, node: Any) -> list[Finding]:
    if not isinstance(node, CommentedMap):
        return [Finding(1, f"a {part} must be a mapping")]
    line = node.lc.line + 1
    unknown = [
        Finding(line, f"unknown key “{key}” in a {part}; known: {', '.join(sorted(ALLOWED_KEYS[part]))}")
        for key in node
        if key not in ALLOWED_KEYS[part]
    ]
    missing = [
        Finding(line, f"a {part} needs the key “{key}”") for key in sorted(REQUIRED_KEYS[part]) if key not in node
    ]
    return unknown + missing


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(str(each) for each in value or ())


def _build(tree: CommentedMap) -> tuple[WorkflowDefinition, Lines]:
    lines = Lines()
    for index, node in enumerate(tree["transitions"]):
        lines.note("transition", index, node)
    for index, node in enumerate(tree.get("ladders", [])):
        lines.note("ladder", index, node)
    for index, node in enumerate(tree["states"].values()):
        lines.note("state", index, node)
    definition = WorkflowDefinition(
        name=str(tree["workflow"]),
        initial=_names(tree["initial"]),
        states=tuple(State(str(name), bool(node.get("final", False))) for name, node in tree["states"].items()),
        transitions=tuple(_transition(node) for node in tree["transitions"]),
        ladders=tuple(
            Ladder(str(node["name"]), _names(node["while"]), tuple(_rung(rung) for rung in node["rungs"]))
            for node in tree.get("ladders", [])
        ),
    )
    return definition, lines


def _transition(node: CommentedMap) -> Transition:
    return Transition(
        event=str(node["event"]),
        sources=_names(node["from"]),
        target=str(node["to"]),
        by=_names(node["by"]),
        guards=_names(node.get("guards")),
        stamps=node.get("stamps"),
        moves=_names(node.get("moves")),
    )


def _rung(node: CommentedMap) -> Rung:
    if ("days" in node) == ("working_days" in node):
        raise ValueError(f"rung {node['name']} needs either days or working_days")
    return Rung(
        name=str(node["name"]),
        anchor=str(node["anchor"]),
        days=node.get("days"),
        working_days=node.get("working_days"),
        roll=str(node.get("roll", "stay")),
        at=time.fromisoformat(str(node["at"])),
        fires=node.get("fires"),
        every_days=node.get("every_days"),
    )
