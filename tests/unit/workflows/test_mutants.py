"""One wrong word in a workflow: either it is refused, with its line, or what is left is a machine that can run."""

import re
from datetime import UTC, date, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from ruamel.yaml import YAML

from activities.guards import GUARDS
from activities.vocabulary import VOCABULARY
from activities.working_calendar import WorkingCalendar
from engine.definition import WorkflowDefinition
from engine.machine import WorkflowMachine
from engine.timers import arm
from workflows.catalogue import FOLDER, list_workflows, load_workflow
from workflows.findings import WorkflowFileError

TEXTS = {name: (FOLDER / f"{name}.yaml").read_text(encoding="utf-8") for name in list_workflows()}
WORD = re.compile(r"[\w=:-]*\w")
CALENDAR = WorkingCalendar(ZoneInfo("Europe/Moscow"))
NOW = datetime(2026, 5, 4, 6, tzinfo=UTC)
ANCHORS = {"starts_on": date(2026, 5, 4), "due_on": date(2026, 5, 20), "submitted_at": NOW, "entered_at": NOW}


def words_of(text: str) -> list[re.Match[str]]:
    """Every word outside comments, keys included."""
    comments = [found.span() for found in re.finditer(r"#.*", text)]
    return [found for found in WORD.finditer(text) if not any(start <= found.start() < end for start, end in comments)]


def replace_word(text: str, found: re.Match[str], new: str) -> str:
    """The text with another word in this place."""
    return text[: found.start()] + new + text[found.end() :]


def try_it(path: Path, text: str) -> WorkflowDefinition | WorkflowFileError:
    """The workflow in a text, or what is said against it."""
    path.write_text(text, encoding="utf-8")
    try:
        return load_workflow(path, VOCABULARY)
    except WorkflowFileError as refused:
        return refused


def run_it(workflow: WorkflowDefinition) -> None:
    """Make its machine, arm every ladder in every state, and find a way from each state to an end."""
    assert WorkflowMachine(workflow, GUARDS).definition is workflow
    for state in workflow.states:
        for ladder in workflow.ladders_in(state.name):
            for day in range(0, 40, 13):
                armed = arm(ladder, ANCHORS, CALENDAR, NOW + timedelta(days=day)).armed
                assert armed is None or armed.rung in [rung.name for rung in ladder.rungs]
    finals = {state.name for state in workflow.states if state.final}
    assert finals
    assert set(VOCABULARY.initial) <= set(workflow.initial)


def means_the_same(text: str, other: str) -> bool:
    """Whether two files hold the same data."""
    load = YAML(typ="safe")
    return bool(load.load(StringIO(text)) == load.load(StringIO(other)))


@pytest.mark.parametrize("name", ["activity", "simple"])
def test_a_doubled_letter_anywhere_is_found_where_it_stands(name: str, tmp_path: Path) -> None:
    """Each word in turn where it stands last, with its first letter twice: the fault is named there, with the word."""
    text = TEXTS[name]
    harmless = []
    for found in {each.group(): each for each in words_of(text) if each.group()[0].isalpha()}.values():
        line = text.count("\n", 0, found.start()) + 1
        result = try_it(tmp_path / f"{name}.yaml", replace_word(text, found, found.group()[0] + found.group()))
        if isinstance(result, WorkflowDefinition):
            run_it(result)
            harmless.append(found.group())
            continue
        told = str(result)
        near = [each for each in result.findings if abs(each.line - line) <= len(_block(text, line))]
        assert near, (found.group(), line, told)
        assert found.group() in told, (found.group(), line, told)
    # What may be called anything: the workflow itself, and rungs that letters do not speak of by name.
    rungs = set(re.findall(r"\{name: (\w+)", text))
    assert set(harmless) <= rungs | {name}


def _block(text: str, line: int) -> list[str]:
    """The lines of the transition or ladder around a line: a missing key is told where its part begins."""
    lines = text.split("\n")
    start = line - 1
    while start and not re.match(r"  - |\S", lines[start]):
        start -= 1
    return lines[start:line]


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_any_other_word_is_refused_or_can_run(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """A word of the file put in another's place: refused, the same as before, or a machine that runs."""
    name = data.draw(st.sampled_from(sorted(TEXTS)))
    text = TEXTS[name]
    places = words_of(text)
    found = data.draw(st.sampled_from(places))
    new = data.draw(st.sampled_from(sorted({each.group() for each in places} | {"true", "no", "0", "-1", "x y"})))
    changed = replace_word(text, found, new)
    result = try_it(tmp_path_factory.mktemp("mutant") / f"{name}.yaml", changed)
    if isinstance(result, WorkflowDefinition):
        run_it(result)
    else:
        assert result.findings
        assert not means_the_same(text, changed) if _is_yaml(changed) else True


def _is_yaml(text: str) -> bool:
    try:
        YAML(typ="safe").load(StringIO(text))
    except Exception:  # noqa: BLE001  (whatever the parser says)
        return False
    return True
