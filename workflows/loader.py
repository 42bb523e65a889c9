"""Workflow definitions from YAML, with the line of everything that is wrong and what to do about it."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from engine.definition import (
    MISSED_POLICIES,
    RESUME_POLICIES,
    Ladder,
    Rung,
    State,
    Transition,
    WorkflowDefinition,
)
from engine.errors import N_, Sentence
from workflows.findings import Finding, Lines, WorkflowFileError, find, find_unknown_key

NOT_YAML = N_("not YAML: {error}")


@dataclass(frozen=True, slots=True)
class _Key:
    """What may stand under a key."""

    fits: Callable[[Any], bool]
    form: str
    required: bool = True


def _is_text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _is_number(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _are_names(value: Any) -> bool:
    return _is_text(value) or (isinstance(value, list) and all(_is_text(each) for each in value))


def _is_time(value: Any) -> bool:
    return isinstance(value, str) and re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", value) is not None


_NAME = _Key(_is_text, N_("a name"))
_NAMES = _Key(_are_names, N_("a name or a list of names"))
_OPTIONAL_NAME = _Key(_is_text, N_("a name"), required=False)
_OPTIONAL_NAMES = _Key(_are_names, N_("a name or a list of names"), required=False)
_OPTIONAL_NUMBER = _Key(_is_number, N_("a whole number"), required=False)
_LIST = _Key(lambda value: isinstance(value, CommentedSeq), N_("a list"))

_KEYS: dict[str, dict[str, _Key]] = {
    "workflow": {
        "workflow": _NAME,
        "initial": _NAMES,
        "states": _Key(lambda value: isinstance(value, CommentedMap), N_("a mapping of state names")),
        "transitions": _LIST,
        "ladders": _Key(lambda value: isinstance(value, CommentedSeq), N_("a list"), required=False),
    },
    "state": {"final": _Key(lambda value: isinstance(value, bool), N_("true or false"), required=False)},
    "transition": {
        "event": _NAME,
        "from": _NAMES,
        "to": _NAME,
        "by": _NAMES,
        "guards": _OPTIONAL_NAMES,
        "stamps": _OPTIONAL_NAME,
        "moves": _OPTIONAL_NAMES,
    },
    "ladder": {"name": _NAME, "while": _NAMES, "missed": _OPTIONAL_NAME, "rungs": _LIST},
    "rung": {
        "name": _NAME,
        "anchor": _NAME,
        "days": _OPTIONAL_NUMBER,
        "working_days": _OPTIONAL_NUMBER,
        "roll": _OPTIONAL_NAME,
        "at": _Key(_is_time, N_('a time of day such as "08:00"')),
        "fires": _OPTIONAL_NAME,
        "every_days": _OPTIONAL_NUMBER,
        "resume": _OPTIONAL_NAME,
    },
}


def known_keys() -> set[str]:
    """Every key that may stand somewhere in a file."""
    return {key for keys in _KEYS.values() for key in keys}


def parse_workflow(path: Path) -> tuple[WorkflowDefinition, Lines]:
    """Read a YAML file into a definition and the lines of its parts; says nothing yet of its sense.

    Raises:
        WorkflowFileError: not YAML, a misspelt or missing key, a value of the wrong shape.
    """
    tree = _load(path)
    findings = list(_check_tree(tree))
    if findings:
        raise WorkflowFileError(path, findings)
    return _definition(tree), _lines(tree)


def _load(path: Path) -> Any:
    try:
        return YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise WorkflowFileError(path, [find(1, N_("it cannot be read: {error}"), error=error)]) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise WorkflowFileError(path, [find(line, NOT_YAML, error=error.problem)]) from error
    except YAMLError as error:
        raise WorkflowFileError(path, [find(1, NOT_YAML, error=error)]) from error


def _check_tree(tree: Any) -> Iterator[Finding]:
    findings = list(_check_part("workflow", tree, 1))
    yield from findings
    if findings:
        return
    for name, state in tree["states"].items():
        yield from _check_part("state", CommentedMap() if state is None else state, _line_of(tree["states"], name))
    for index, transition in enumerate(tree["transitions"]):
        yield from _check_part("transition", transition, _line_of(tree["transitions"], index))
    for index, ladder in enumerate(_ladders(tree)):
        findings = list(_check_part("ladder", ladder, _line_of(tree["ladders"], index)))
        yield from findings
        if not findings:
            yield from _check_rungs(ladder["rungs"])


def _check_rungs(rungs: CommentedSeq) -> Iterator[Finding]:
    for index, rung in enumerate(rungs):
        line = _line_of(rungs, index)
        yield from _check_part("rung", rung, line)
        if isinstance(rung, CommentedMap) and ("days" in rung) == ("working_days" in rung):
            yield find(line, N_("a rung needs either “days” or “working_days”"))


def _check_part(part: str, node: Any, line: int) -> Iterator[Finding]:
    if not isinstance(node, CommentedMap):
        yield find(line, N_("here must stand keys with values, each on a line of its own or in braces"))
        return
    keys = _KEYS[part]
    for name, key in keys.items():
        if key.required and name not in node:
            yield find(line, N_("the key “{name}” is missing here"), name=name)
    for name, value in node.items():
        if name not in keys:
            yield find_unknown_key(_line_of(node, name), str(name), keys)
        elif not keys[name].fits(value):
            told = N_("“{name}” must be {form}")
            yield find(_line_of(node, name), told, name=name, form=Sentence(keys[name].form))


def _line_of(parent: CommentedMap | CommentedSeq, key: Any) -> int:
    """The line, from 1, on which a key or an item begins."""
    place = parent.lc.item(key) if isinstance(parent, CommentedSeq) else parent.lc.key(key)
    return int(place[0]) + 1


def _lines(tree: CommentedMap) -> Lines:
    known: dict[tuple[str | int, ...], int] = {("initial",): _line_of(tree, "initial")}
    for index, name in enumerate(tree["states"]):
        known["state", index] = _line_of(tree["states"], name)
    for index, transition in enumerate(tree["transitions"]):
        known["transition", index] = _line_of(tree["transitions"], index)
        known |= {("transition", index, key): _line_of(transition, key) for key in transition}
    for index, ladder in enumerate(_ladders(tree)):
        known["ladder", index] = _line_of(tree["ladders"], index)
        known |= {("ladder", index, key): _line_of(ladder, key) for key in ladder}
        for place in range(len(ladder["rungs"])):
            known["ladder", index, place] = _line_of(ladder["rungs"], place)
    return Lines(known)


def _ladders(tree: CommentedMap) -> list[Any]:
    return list(tree.get("ladders", []))


def _names(value: Any) -> tuple[str, ...]:
    return (value,) if isinstance(value, str) else tuple(value or ())


def _definition(tree: CommentedMap) -> WorkflowDefinition:
    return WorkflowDefinition(
        name=tree["workflow"],
        initial=_names(tree["initial"]),
        states=tuple(State(str(name), (node or {}).get("final", False)) for name, node in tree["states"].items()),
        transitions=tuple(_transition(node) for node in tree["transitions"]),
        ladders=tuple(
            Ladder(
                node["name"],
                _names(node["while"]),
                tuple(_rung(rung) for rung in node["rungs"]),
                node.get("missed", MISSED_POLICIES[0]),
            )
            for node in _ladders(tree)
        ),
    )


def _transition(node: CommentedMap) -> Transition:
    return Transition(
        event=node["event"],
        sources=_names(node["from"]),
        target=node["to"],
        by=_names(node["by"]),
        guards=_names(node.get("guards")),
        stamps=node.get("stamps"),
        moves=_names(node.get("moves")),
    )


def _rung(node: CommentedMap) -> Rung:
    return Rung(
        name=node["name"],
        anchor=node["anchor"],
        days=node.get("days"),
        working_days=node.get("working_days"),
        roll=node.get("roll", "stay"),
        at=time.fromisoformat(node["at"]),
        fires=node.get("fires"),
        every_days=node.get("every_days"),
        resume=node.get("resume", RESUME_POLICIES[0]),
    )
