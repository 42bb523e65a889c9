"""The samples under `examples/`: what is committed is what their sources give."""

from pathlib import Path
from zipfile import ZipFile

import pdfplumber
import pytest
from docx import Document
from openpyxl import load_workbook

from examples.sample_people import MEMBERS, PEOPLE, write_members, write_people
from examples.sample_plan import PLAN, read_source, write_plan

EVIDENCE = PLAN.parent / "evidence"
SLIPS = {"Отдел образование"}


def members_of(path):
    """An Office file's members in order: names, time stamps, content."""
    with ZipFile(path) as office_file:
        return [(info.filename, info.date_time, office_file.read(info)) for info in office_file.infolist()]


def table_rows():
    """The texts of the sample plan's table, a merged cell once."""
    return [[cell.text for cell in dict.fromkeys(row.cells)] for row in Document(PLAN).tables[0].rows]


@pytest.fixture
def activities():
    """The plan's activities and its empty row, as the source has them."""
    return [row for row in read_source()["rows"] if "number" in row]


@pytest.mark.parametrize(("committed", "write"), [(PLAN, write_plan), (PEOPLE, write_people), (MEMBERS, write_members)])
def test_a_committed_office_file_equals_a_rebuild(committed, write, tmp_path):
    """Every member of the committed file, its time stamp too, is what the builder writes today."""
    rebuilt = tmp_path / committed.name
    write(rebuilt)
    assert members_of(rebuilt) == members_of(committed)


def test_the_plan_has_its_headings_merged_and_its_activities_in_five_cells(activities):
    """The Word table holds each heading as one cell over the row and each activity as five, in order."""
    rows = table_rows()
    assert [len(row) for row in rows].count(1) == 12
    assert [row[0] for row in rows if len(row) == 5][1:] == [row["number"] for row in activities]
    contest = next(row for row in rows if row[0] == "5.1")
    assert contest[1:] == [
        "Провести районный конкурс «Ветер с озера»",
        "МОЦ,\nОбразовательные организации",
        "протокол жюри, фотографии",
        "17 апереля 2026 г.",
    ]


def test_the_plan_has_text_around_its_table():
    """Approval and title stand before the table, two paragraphs after it, a footnote hangs on the title."""
    document = Document(PLAN)
    texts = [paragraph.text for paragraph in document.paragraphs]
    assert texts[0] == "УТВЕРЖДАЮ"
    assert texts[7] == "Заозёрского района на 2026 год"
    assert texts[-1].startswith("Исполнитель")
    assert document.paragraphs[7]._p.xpath(".//w:footnoteReference/@w:id") == ["1"]
    with ZipFile(PLAN) as office_file:
        assert "региональный модельный центр" in office_file.read("word/footnotes.xml").decode()


def test_the_plan_has_the_defects_that_the_readme_names(activities):
    """A number twice, an empty row, a missing deadline beside an unknown spelling, a date after the year."""
    numbers = [row["number"] for row in activities]
    assert {number for number in numbers if numbers.count(number) > 1} == {"5.3"}
    assert [row["number"] for row in activities if not row["title"]] == ["5.5"]
    assert [row["number"] for row in activities if row["title"] and not row["deadline"]] == ["6.4"]
    assert [row["number"] for row in activities if SLIPS & set(row["responsible"])] == ["6.4"]
    assert [row["number"] for row in activities if "2027" in row["deadline"]] == ["8.4"]


def test_the_people_hold_every_role_and_only_addresses_that_never_receive_mail():
    """Six roles are there and every address lies in a domain reserved for examples (RFC 2606)."""
    header, *people = load_workbook(PEOPLE).active.iter_rows(values_only=True)
    column = {name: place for place, name in enumerate(header)}
    assert {person[column["Роль"]] for person in people} == {
        "координатор",
        "утверждающий",
        "ответственный",
        "наблюдатель",
        "аудитор",
        "администратор",
    }
    addresses = [person[column["Электронная почта"]] for person in people]
    assert all(address.endswith((".example.org", ".example.com")) for address in addresses)
    assert len(set(addresses)) == len(addresses)


def test_every_party_but_the_named_ones_has_a_contact(activities):
    """Of the plan's parties only the group, the misspelled one and the school of arts have nobody to write to."""
    rows = load_workbook(PEOPLE).active.iter_rows(min_row=2, values_only=True)
    organisations = {row[2] for row in rows}
    parties = {party for row in activities for party in row["responsible"]}
    assert parties - organisations == {"Образовательные организации", "Школа искусств", *SLIPS}


def test_the_evidence_is_what_its_names_say():
    """The text reads as UTF-8, the PDF opens and has a page of text, the picture is a PNG; each is small."""
    files: dict[str, Path] = {path.suffix: path for path in EVIDENCE.iterdir()}
    assert files[".txt"].read_text(encoding="utf-8").startswith("Протокол № 1")
    with pdfplumber.open(files[".pdf"]) as document:
        assert "certificate of attendance" in document.pages[0].extract_text()
    assert files[".png"].read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
    assert all(path.stat().st_size < 2000 for path in files.values())
