"""The report read back with python-docx."""

import io
from dataclasses import replace
from datetime import date

import pytest
from docx import Document
from docx.enum.section import WD_ORIENT
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st

from activities.report_document import (
    DocumentNotWrittenError,
    Mark,
    MarkOutcome,
    PlanField,
    PlanReport,
    ReportColumn,
    ReportRow,
    ReportSection,
    write_report,
)

SEMINAR = ReportRow(
    number="1.1",
    title="Провести семинар",
    responsible="МОЦ,\nШкола",
    result="программа",
    deadline="ежемесячно",
    marks=(
        Mark(MarkOutcome.DONE, date(2026, 1, 28), "январь 2026", ("Программа", "Список участников")),
        Mark(MarkOutcome.PARTLY_DONE, date(2026, 2, 27), "февраль 2026", ("Программа",), "без списка"),
        Mark(MarkOutcome.OVERDUE, date(2026, 3, 31), "март 2026"),
    ),
)
CONTEST = ReportRow(
    "2.1", "Конкурс", "МОЦ", "протокол", "май 2026", (Mark(MarkOutcome.NOT_YET_DUE, date(2026, 5, 31)),)
)
REPORT = PlanReport(
    title="План работы опорного центра на 2026 год",
    period="1 января – 15 апреля 2026 г.",
    generated_on=date(2026, 4, 15),
    sections=(
        ReportSection("I", "Организация", 1),
        ReportSection("1", "Обучение", 2, (SEMINAR,)),
        ReportSection("II", "События", 1, (CONTEST,)),
    ),
)


def read_back(report):
    """The document that a report gives, through its bytes."""
    stream = io.BytesIO()
    write_report(report, stream)
    return Document(stream)


def texts_of(row):
    """The texts of a row's cells, merged ones once."""
    return [cell.text for cell in dict.fromkeys(row.cells)]


def report_of_marks(*marks):
    """A report on one activity with these marks."""
    section = ReportSection("I", "Раздел", 1, (replace(SEMINAR, marks=marks),))
    return replace(REPORT, sections=(section,))


def mark_lines(*marks):
    """The lines that marks give in their cell."""
    table = read_back(report_of_marks(*marks)).tables[0]
    return [paragraph.text for paragraph in table.rows[2].cells[-1].paragraphs]


def test_the_table_is_the_plans_own_with_one_more_column():
    """Headings are merged rows between the activities, and the mark stands in the last column."""
    rows = [texts_of(row) for row in read_back(REPORT).tables[0].rows]
    assert rows[0] == [
        "№ п/п",
        "Наименование мероприятия",
        "Ответственные исполнители",
        "Ожидаемый результат",
        "Срок реализации",
        "Отметка о выполнении",
    ]
    assert rows[1:3] == [["I. Организация"], ["1. Обучение"]]
    assert rows[3][:5] == ["1.1", "Провести семинар", "МОЦ,\nШкола", "программа", "ежемесячно"]
    assert rows[4] == ["II. События"]
    assert rows[5][5] == "срок не наступил (31.05.2026)"


def test_the_plans_own_columns_and_their_order_are_kept():
    """A plan without executors whose deadline stands before the result is reported in just that table."""
    columns = (
        ReportColumn(PlanField.TITLE, "Мероприятие"),
        ReportColumn(PlanField.DEADLINE, "Когда"),
        ReportColumn(PlanField.RESULT, "Итог"),
    )
    table = read_back(replace(REPORT, columns=columns)).tables[0]
    assert texts_of(table.rows[0]) == ["Мероприятие", "Когда", "Итог", "Отметка о выполнении"]
    assert texts_of(table.rows[5])[:3] == ["Конкурс", "май 2026", "протокол"]


def test_each_occurrence_is_a_line_of_its_own():
    """Three occurrences stand as three paragraphs with period, outcome, day, evidence and remark."""
    assert mark_lines(*SEMINAR.marks) == [
        "январь 2026: выполнено 28.01.2026. Подтверждение: Программа; Список участников",
        "февраль 2026: выполнено частично 27.02.2026. Подтверждение: Программа. Замечание: без списка",
        "март 2026: просрочено, срок 31.03.2026",
    ]


@pytest.mark.parametrize(
    ("mark", "line"),
    [
        (Mark(MarkOutcome.NOT_DONE, reason="болезнь"), "не выполнено. Причина: болезнь"),
        (Mark(MarkOutcome.NOT_HELD, date(2026, 5, 4)), "не состоялось 04.05.2026"),
        (Mark(MarkOutcome.NOT_NEEDED, reason="обращений нет"), "не требовалось. Причина: обращений нет"),
        (Mark(MarkOutcome.CANCELLED, reason="приказ № 7"), "отменено. Причина: приказ № 7"),
        (Mark(MarkOutcome.POSTPONED, date(2026, 6, 25)), "перенесено на 25.06.2026"),
        (Mark(MarkOutcome.IN_PROGRESS, date(2026, 6, 30)), "в работе, срок 30.06.2026"),
        (Mark(MarkOutcome.AWAITING_ACCEPTANCE, date(2026, 4, 2)), "ожидает приёмки с 02.04.2026"),
        (Mark(MarkOutcome.AWAITING_DATE), "ожидается дата"),
    ],
)
def test_the_set_words_say_what_the_day_means(mark, line):
    """A day is joined to the outcome so that a reader knows whether it is past, new or due."""
    assert mark_lines(mark) == [line]


def test_an_activity_without_occurrences_in_the_period_has_a_dash():
    """A row whose occurrences all lie outside the period stays in the table, visibly without a mark."""
    assert mark_lines() == ["—"]


def test_totals_stand_by_section_and_for_the_plan():
    """After the table each section has its line, with a column for every outcome that occurs and no other."""
    rows = [texts_of(row) for row in read_back(REPORT).tables[1].rows]
    assert rows == [
        ["Раздел", "Мероприятий", "выполнено", "выполнено частично", "просрочено", "срок не наступил"],
        ["I. Организация", "1", "1", "1", "1", ""],
        ["1. Обучение", "1", "1", "1", "1", ""],
        ["II. События", "1", "", "", "", "1"],
        ["Всего по плану", "2", "1", "1", "1", "1"],
    ]


def test_the_title_names_plan_period_day_and_approval():
    """Above the table stand the plan, by what it was approved, the period, and the day of the report."""
    document = read_back(replace(REPORT, approval="утверждён приказом от 26.12.2025 № 214-о"))
    assert [paragraph.text for paragraph in document.paragraphs][:5] == [
        "Отчёт о выполнении плана",
        "План работы опорного центра на 2026 год",
        "утверждён приказом от 26.12.2025 № 214-о",
        "Отчётный период: 1 января – 15 апреля 2026 г.",
        "По состоянию на 15.04.2026",
    ]


def test_the_page_is_landscape_a4_with_a_repeated_header_and_page_numbers():
    """The page lies on its side, Word repeats the first row on each page and numbers the pages."""
    document = read_back(REPORT)
    section = document.sections[0]
    assert section.orientation == WD_ORIENT.LANDSCAPE
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (297, 210)
    repeated = [len(row._tr.findall(f"{qn('w:trPr')}/{qn('w:tblHeader')}")) for row in document.tables[0].rows]
    assert repeated == [1, 0, 0, 0, 0, 0]
    languages = document.styles.element.iter(qn("w:lang"))
    assert {language.get(qn("w:val")) for language in languages} == {"ru-RU"}
    fields = section.footer.paragraphs[0]._p.findall(qn("w:fldSimple"))
    assert [field.get(qn("w:instr")) for field in fields] == ["PAGE", "NUMPAGES"]


def test_the_columns_fill_the_page_and_no_more():
    """Whatever columns a plan has, they take the width between the margins."""
    for columns in (REPORT.columns, REPORT.columns[:2]):
        document = read_back(replace(REPORT, columns=columns))
        section = document.sections[0]
        room = section.page_width.mm - section.left_margin.mm - section.right_margin.mm
        assert sum(column.width.mm for column in document.tables[0].columns) == pytest.approx(room, abs=0.5)


def test_the_same_report_gives_the_same_document():
    """Nothing but the report gets into the document: no present time, no account's name."""
    first, second = read_back(REPORT), read_back(REPORT)
    assert first.element.xml == second.element.xml
    properties = first.core_properties
    assert (properties.author, properties.created.date()) == ("Opora", date(2026, 4, 15))
    assert properties.modified == properties.created


def test_a_heading_is_never_parted_from_what_follows():
    """A heading row is not broken over two pages and stays with the row after it; an activity's row may break."""
    rows = read_back(REPORT).tables[0].rows
    assert [bool(row._tr.xpath("w:trPr/w:cantSplit")) for row in rows] == [True, True, True, False, True, False]
    kept = [row.cells[0].paragraphs[0].paragraph_format.keep_with_next for row in rows]
    assert kept == [None, True, True, None, True, None]


def test_totals_of_inner_sections_are_set_in():
    """The line of a section within another starts further right and is not bold."""
    names = [row.cells[0].paragraphs[0] for row in read_back(REPORT).tables[1].rows][1:]
    assert [round(name.paragraph_format.left_indent.mm) for name in names] == [0, 5, 0, 0]
    assert [name.runs[0].bold for name in names] == [True, None, True, True]


def test_an_empty_plan_gives_a_report_that_says_so():
    """A plan without sections gives the header row and a total of nothing, not a failure."""
    document = read_back(replace(REPORT, sections=()))
    assert len(document.tables[0].rows) == 1
    assert texts_of(document.tables[1].rows[-1]) == ["Всего по плану", ""]


def test_rows_before_the_first_heading_have_no_heading_row():
    """A section without number and title adds its rows and no empty merged row, here and in the totals."""
    tables = read_back(replace(REPORT, sections=(ReportSection("", "", 1, (CONTEST,)),))).tables
    assert [texts_of(row)[0] for row in tables[0].rows] == ["№ п/п", "2.1"]
    assert [texts_of(row)[0] for row in tables[1].rows] == ["Раздел", "Всего по плану"]


def test_hostile_text_is_cleansed_and_the_rest_of_it_kept():
    """Characters that XML forbids, lone surrogates and direction overrides go; words and line ends stay."""
    mark = Mark(MarkOutcome.DONE, evidence=("акт\x00\x0b\ud800<w:t>&\ufffe\u202efdp.exe\r\nдва",))
    assert mark_lines(mark) == ["выполнено. Подтверждение: акт\n<w:t>&fdp.exe\nдва"]


def test_a_title_longer_than_a_property_may_be_is_kept_whole_on_the_page():
    """Document properties hold 255 characters; the page shows every one."""
    document = read_back(replace(REPORT, title="я" * 1000))
    assert document.paragraphs[1].text == "я" * 1000
    assert document.core_properties.title == "я" * 255


@settings(deadline=None, max_examples=60)
@given(text=st.text(st.characters(exclude_categories=())))
def test_any_text_gives_a_document_that_opens_and_holds_every_letter(text):
    """Whatever stands in a title, a file's name or a reason, the document opens and shows its letters and digits."""
    mark = Mark(MarkOutcome.NOT_DONE, label=text, evidence=(text,), reason=text)
    report = replace(report_of_marks(mark), title=text, period=text, approval=text)
    shown = read_back(report).tables[0].rows[2].cells[-1].text
    letters = "".join(filter(str.isalnum, text))
    assert "".join(filter(str.isalnum, shown)).count(letters) >= 3


def test_a_report_on_disk_replaces_the_old_one_whole(tmp_path):
    """Writing to a path leaves the new report and nothing beside it."""
    path = tmp_path / "report.docx"
    path.write_bytes(b"old")
    write_report(REPORT, path)
    assert len(Document(path).tables) == 2
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.docx"]


@pytest.mark.parametrize("name", ["folder", "missing/report.docx", "file/report.docx"])
def test_a_path_that_cannot_be_written_is_an_error_with_a_remedy(tmp_path, name):
    """A folder in the report's place, a missing folder, a file for a folder: named, and nothing stays behind."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    with pytest.raises(DocumentNotWrittenError, match=rf"{name} \(.+\)\. .*--out"):
        write_report(REPORT, tmp_path / name)
    assert sorted(entry.name for entry in tmp_path.iterdir()) == ["file", "folder"]
