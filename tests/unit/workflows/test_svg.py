"""A workflow drawn as SVG: whole, readable, told in words too, and no arrow runs through a box."""

import xml.etree.ElementTree as ET
from dataclasses import replace
from itertools import combinations

import pytest

from activities.vocabulary import VOCABULARY
from engine.definition import State, WorkflowDefinition
from notifications.labels import COMMANDS, ROLES, STATES, label
from notifications.translation import translate
from tests.fixtures.engine import ERRAND
from workflows.catalogue import get_workflow, list_workflows
from workflows.layout import Arrow, Box, lay_out
from workflows.svg import Live, Words, render_svg

NAMESPACE = {"svg": "http://www.w3.org/2000/svg"}
RUSSIAN = Words(
    state=lambda name: label(STATES, name, "ru"),
    event=lambda name: label(COMMANDS, name, "ru"),
    role=lambda name: label(ROLES, name, "ru"),
    say=lambda text, **details: translate(text, "ru", **details),
)
WORKFLOWS = [*(get_workflow(name, VOCABULARY) for name in list_workflows()), ERRAND]


def parse(drawn: str) -> ET.Element:
    """The picture as a tree."""
    return ET.fromstring(drawn)


def texts(tree: ET.Element) -> list[str]:
    """Every line of text in it."""
    return ["".join(each.itertext()) for each in tree.findall(".//svg:text", NAMESPACE)]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.name)
def test_every_state_and_every_way_is_drawn(workflow: WorkflowDefinition) -> None:
    """A box for each state, an arrow for each pair of states that an event connects, a dot where it begins."""
    tree = parse(render_svg(workflow, RUSSIAN))
    boxes = [each.get("id") for each in tree.findall(".//svg:g", NAMESPACE)]
    assert boxes == [f"state-{state.name}" for state in workflow.states]
    ways = {(source, each.target) for each in workflow.transitions for source in each.sources if each.target != "="}
    assert len(tree.findall("svg:path", NAMESPACE)) == len({way for way in ways if way[0] != way[1]})
    assert len(tree.findall("svg:circle", NAMESPACE)) == len(workflow.initial)


def test_it_is_told_in_words_too() -> None:
    """Title and description stand for the picture where it is not seen."""
    tree = parse(render_svg(get_workflow("simple", VOCABULARY), RUSSIAN))
    assert tree.get("role") == "img"
    named = (tree.get("aria-labelledby") or "").split()
    title, description = (tree.find(f"svg:{tag}", NAMESPACE) for tag in ("title", "desc"))
    assert title is not None
    assert description is not None
    assert [title.get("id"), description.get("id")] == named
    assert title.text == "Порядок работы simple"
    assert "запланировано: сдать (submit) — и станет «ожидает приёмки»" in (description.text or "")


def test_where_an_instance_stands_is_marked() -> None:
    """Its state's box alone is marked and says how long and what comes next; the description says so first."""
    live = Live("handed_in", "3 дня", ("decision.waiting 13.03.2026 08:00",))
    tree = parse(render_svg(ERRAND, RUSSIAN, live))
    marked = [each.get("id") for each in tree.findall(".//svg:g", NAMESPACE) if _frame_of(each) == "box live"]
    assert marked == ["state-handed_in"]
    assert "сейчас здесь: 3 дня" in texts(tree)
    assert "decision.waiting" in " ".join(texts(tree))
    description = tree.find("svg:desc", NAMESPACE)
    assert description is not None
    assert (description.text or "").startswith("handed_in: сейчас здесь: 3 дня. дальше: decision.waiting")


def _frame_of(group: ET.Element) -> str | None:
    frame = group.find("svg:rect", NAMESPACE)
    return None if frame is None else frame.get("class")


def test_names_of_a_file_cannot_become_markup() -> None:
    """Whatever a definition calls its states."""
    strange = replace(ERRAND, states=(*ERRAND.states, State("</g><script>alert(1)</script>&")))
    drawn = render_svg(strange, RUSSIAN)
    assert "<script" not in drawn
    assert parse(drawn) is not None


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.name)
def test_boxes_stand_apart_and_arrows_run_between_them(workflow: WorkflowDefinition) -> None:
    """No two boxes overlap, and no straight stretch of an arrow crosses one."""
    boxes = [
        Box(
            state.name,
            200,
            60 + 17 * len(workflow.events_from(state.name)),
            {
                each.target: 50
                for each in workflow.transitions
                if state.name in each.sources and each.target not in {"=", state.name}
            },
        )
        for state in workflow.states
    ]
    finals = [state.name for state in workflow.states if state.final]
    layout = lay_out(boxes, workflow.initial, finals, 17)
    placed = {box.name: (*layout.corners[box.name], box.width, box.height) for box in boxes}
    assert [pair for pair in combinations(placed, 2) if _overlap(*(placed[name] for name in pair))] == []
    for arrow in layout.arrows:
        for name, (x, y, width, height) in placed.items():
            for x0, x1, level in _straight(arrow):
                assert not (x < max(x0, x1) and min(x0, x1) < x + width and y < level < y + height), (arrow, name)
    assert all(x >= 0 and x + width <= layout.width for x, _, width, _ in placed.values())
    assert all(y >= 0 and y + height <= layout.height for _, y, _, height in placed.values())


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    (x, y, width, height), (x2, y2, width2, height2) = one, other
    return x < x2 + width2 and x2 < x + width and y < y2 + height2 and y2 < y + height


def _straight(arrow: Arrow) -> list[tuple[float, float, float]]:
    """The stretches along lanes: from, to, height."""
    inner = arrow.points[1:-1]
    return [(x0, x1, y0) for (x0, y0), (x1, _) in zip(inner[::2], inner[1::2], strict=True)]
