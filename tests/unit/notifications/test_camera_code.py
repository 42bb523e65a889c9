"""Addresses as codes for cameras."""

import re
from xml.etree import ElementTree as ET

import pytest
import segno
from click import unstyle

from notifications.camera_code import QUIET_MODULES, render_blocks, render_svg

ADDRESS = "https://opora.example.org/c/Zx3f_-9qLm2kPw7Rt5Vb8Nc1Jd4Gh6Ty"
# Upper and lower half of a character cell that is light.
_HALVES = {"█": (1, 1), "▀": (1, 0), "▄": (0, 1), " ": (0, 0)}


@pytest.fixture
def modules() -> list[list[int]]:
    """The code as it should be, 1 for dark, with its margin."""
    return [
        [int(each) for each in row]
        for row in segno.make(ADDRESS, error="m", micro=False).matrix_iter(border=QUIET_MODULES)
    ]


def test_blocks_are_the_code(modules: list[list[int]]) -> None:
    """Each half of a character is a module, dark where the code is; the margin is there on all sides."""
    rows: list[list[int]] = []
    for line in unstyle(render_blocks(ADDRESS)).splitlines():
        rows += [[1 - _HALVES[each][half] for each in line] for half in (0, 1)]
    assert rows[: len(modules)] == modules
    assert len(rows) - len(modules) < 2


def test_blocks_are_white_on_black_on_any_terminal() -> None:
    """Each line sets both colours: a terminal with a light ground would show the code inside out."""
    lines = render_blocks(ADDRESS).splitlines()
    assert all(line.startswith("\x1b[97;40m") and line.endswith("\x1b[0m") for line in lines)


def test_the_element_is_the_code(modules: list[list[int]]) -> None:
    """Its dark path has as many modules as the code, on a light square as large as the code with its margin."""
    ground, dark = ET.fromstring(render_svg(ADDRESS, "Код"))[1:]
    assert ground.get("fill") == "#fff"
    assert ground.get("d") == f"M0 0h{len(modules)}v{len(modules)}h-{len(modules)}z"
    assert dark.get("stroke") == "#000"
    runs = re.findall(r"h(\d+)", dark.get("d") or "")
    assert sum(map(int, runs)) == sum(map(sum, modules))


def test_the_element_says_what_it_is_and_runs_nothing() -> None:
    """A title for those who do not see it, escaped; neither script nor style, which our pages refuse."""
    svg = render_svg(ADDRESS, "Код <&>")
    element = ET.fromstring(svg)
    assert element.get("role") == "img"
    assert element[0].text == "Код <&>"
    assert not re.search(r"script|style|\bon\w+=|url\(", svg)
    assert element.get("viewBox")
