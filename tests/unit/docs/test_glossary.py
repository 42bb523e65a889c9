"""The glossary names what the code names."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from activities.deadlines.schedule import Confidence, ScheduleKind
from activities.importing import DefectCode
from activities.kinds import ActivityKind
from activities.plan_report import MarkOutcome
from activities.rhythm import Rhythm

ROOT = Path(__file__).parents[3]
GLOSSARY = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
WORKFLOW = YAML(typ="safe").load(ROOT / "workflows" / "activity.yaml")


@pytest.mark.parametrize(
    "name",
    [
        *WORKFLOW["states"],
        *dict.fromkeys(transition["event"] for transition in WORKFLOW["transitions"]),
        *(f"{kind}" for kind in ScheduleKind),
        *(f"{confidence}" for confidence in Confidence),
        *(f"{rhythm}" for rhythm in Rhythm),
        *(f"{code}" for code in DefectCode),
    ],
)
def test_every_state_event_and_enumeration_is_explained(name):
    """What stands in the database or in JSON stands in the glossary, as code."""
    assert f"`{name}`" in GLOSSARY


def test_every_kind_of_activity_and_every_word_of_the_report_is_there():
    """The kinds of activity and the report's set words are all listed."""
    assert [kind for kind in ActivityKind if f"*{kind}* (" not in GLOSSARY] == []
    assert [outcome for outcome in MarkOutcome if outcome not in GLOSSARY] == []


def test_every_entry_has_its_russian_word():
    """An entry is a bold word, maybe what it belongs to, and the Russian word in brackets."""
    entries = re.findall(r"^ *(?:- )?\*\*[^*]+\*\*(.*)$", GLOSSARY, re.MULTILINE)
    assert len(entries) > 60
    assert [rest for rest in entries if not re.match(r"[a-z ]* \([^)]*[а-яё]", rest)] == []
