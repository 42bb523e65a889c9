"""Macros and links to the outside: never followed, always told."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing import DefectCode, PlanReading
from activities.importing.reader import read_here
from activities.importing.title import calendar_year

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


@pytest.fixture
def plan(write_docx: Callable[..., Path], markup) -> Path:
    """A sound plan as .docx."""
    return write_docx(markup.table(("1", "Совет", "МОЦ", "май", "протокол")))


def _add(path: Path, name: str, content: str = "") -> None:
    with zipfile.ZipFile(path, "a") as container:
        container.writestr(name, content)


def _link(kind: str, target: str, number: int = 0) -> str:
    return f'<Relationship Id="x{number}" Type="{_OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'


def _said(reading: PlanReading, code: DefectCode) -> list[str]:
    return [defect.phrase.say() for defect in reading.defects if defect.code is code]


def test_macros_are_told_and_the_table_is_read(plan: Path) -> None:
    """A document with macros is a plan like any other; the macros are named and left alone."""
    _add(plan, "word/vbaProject.bin", "Sub AutoOpen()")
    reading = read_here(plan, calendar_year(2026))

    assert [one.title for one in reading.activities] == ["Совет"]
    assert _said(reading, DefectCode.MACROS) == [
        "The file carries macros. They were not run and nothing in them was read."
    ]


def test_links_out_are_told(plan: Path) -> None:
    """A template or picture on another machine is named; hyperlinks, which only people follow, are not."""
    links = _link("attachedTemplate", "https://evil.example/t.dotm", 1) + _link(
        "hyperlink", "https://school.example", 2
    )
    _add(plan, "word/_rels/settings.xml.rels", f"<Relationships>{links}</Relationships>")
    (said,) = _said(read_here(plan, calendar_year(2026)), DefectCode.LINKS_OUT)

    assert "(https://evil.example/t.dotm)" in said


def test_many_links_are_told_briefly(plan: Path) -> None:
    """Three targets are named, the rest is an ellipsis."""
    links = "".join(_link("image", f"https://evil.example/{number}", number) for number in range(9))
    _add(plan, "word/_rels/settings.xml.rels", f"<Relationships>{links}</Relationships>")
    (said,) = _said(read_here(plan, calendar_year(2026)), DefectCode.LINKS_OUT)

    assert "/0, https://evil.example/1, https://evil.example/2, …)" in said


def test_a_plain_document_has_no_oddities(plan: Path) -> None:
    """Nothing is told of a document that carries neither."""
    codes = {defect.code for defect in read_here(plan, calendar_year(2026)).defects}

    assert not codes & {DefectCode.MACROS, DefectCode.LINKS_OUT, DefectCode.CONVERTED}
