"""Plans that are lists: fields by their labels, headings by their numbers."""

import re
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.importing import DefectCode, PlanReading, errors
from activities.importing.folding import ink
from activities.importing.numbered_list import find_list
from activities.importing.phrase import Phrase
from activities.importing.reader import read_here
from activities.importing.source import Paragraph, Place, Source

Read = Callable[..., PlanReading]


@pytest.fixture
def read(write_file: Callable[[str, str], Path]) -> Read:
    """A function that reads lines below a title as a text file."""
    return lambda *lines: read_here(write_file("plan.txt", "\n".join(["План на 2026 год", *lines])))


def _source(lines: Sequence[str]) -> Source:
    return Source(tuple(Paragraph(line, Place(Phrase("here"), row)) for row, line in enumerate(lines, 1)))


def _fields(reading: PlanReading) -> list[tuple[str, ...]]:
    return [(one.number, one.title, one.deadline, *one.responsible) for one in reading.activities]


def test_fields_stand_behind_their_labels(read: Read) -> None:
    """«Срок:», «Отв.:» and «Результат:» lines below an item are its cells, in any order."""
    reading = read(
        *("1. Провести слёт", "юных натуралистов", "Срок: до 15 мая 2026 г.", "Отв.: МОЦ, школа № 3"),
        *("2) Собрать отчёты.", "Ответственные: методист Иванова", "Сроки проведения: июнь", "Результат: свод"),
    )

    assert _fields(reading) == [
        ("1", "Провести слёт юных натуралистов", "до 15 мая 2026 г.", "МОЦ", "школа № 3"),
        ("2", "Собрать отчёты.", "июнь", "методист Иванова"),
    ]
    assert reading.activities[1].result == "свод"


def test_fields_may_stand_in_the_items_line(read: Read) -> None:
    """One paragraph may hold the whole row."""
    reading = read("1. Слёт. Срок: май. Отв.: МОЦ", "2. Совет. Срок: июнь. Отв.: РМЦ")

    assert _fields(reading) == [("1", "Слёт.", "май.", "МОЦ"), ("2", "Совет.", "июнь.", "РМЦ")]


def test_a_document_of_word_may_be_a_list(write_docx: Callable[..., Path], markup) -> None:
    """Paragraphs of a .docx are read the same way."""
    lines = ["План на 2026 год", "1. Слёт", "Срок: май", "2. Совет", "Срок: июнь"]
    reading = read_here(write_docx("".join(map(markup.paragraph, lines))))

    assert _fields(reading) == [("1", "Слёт", "май"), ("2", "Совет", "июнь")]


def test_headings_are_told_from_items(read: Read) -> None:
    """Roman numbers, numbers that the next one deepens, and bare lines above items head sections."""
    reading = read(
        *("I. Двор", "1. Игры", "1.1. Слёт", "Срок: май", "1.2. Совет", "Срок: июнь"),
        *("Школа", "1. Урок", "Срок: март", "2. Кружок"),
    )

    assert [(one.number, one.section) for one in reading.activities] == [
        ("1.1", ("I. Двор", "1. Игры")),
        ("1.2", ("I. Двор", "1. Игры")),
        ("1", ("I. Двор", "1. Игры", "Школа")),
        ("2", ("I. Двор", "1. Игры", "Школа")),
    ]
    assert [one.row for one in reading.defects if one.code is DefectCode.NO_DEADLINE] == [11]


def test_lines_behind_the_list_are_unplaced(read: Read) -> None:
    """A signature is no part of the last item."""
    reading = read("1. Слёт", "Срок: май", "2. Совет", "Срок: июнь", "Директор Петрова П. П.")

    assert [piece.text for piece in reading.unplaced] == ["Директор Петрова П. П."]


def test_a_cell_that_wraps_goes_on(read: Read) -> None:
    """A line in small letters, behind a comma or before another field belongs to the field above."""
    reading = read("1. Слёт", "Отв.: МОЦ,", "РМЦ", "и школы", "Срок: май", "2. Совет", "Срок: июнь")

    assert reading.activities[0].responsible == ("МОЦ", "РМЦ и школы")


@pytest.mark.parametrize("lines", [["1. Слёт", "2. Совет"], ["1. Слёт", "Срок: май"], ["Срок: май", "Срок: июнь"]])
def test_numbered_sentences_are_no_plan(read: Read, lines: list[str]) -> None:
    """Without deadlines at two items there is no list to read."""
    with pytest.raises(errors.NoPlanTableError):
        read(*lines)


_LINES = st.sampled_from(
    [
        "1. Слёт",
        "2) Совет. Срок: май",
        "I. Двор",
        "1.1 Сайт",
        "Срок: июнь",
        "Отв.: МОЦ",
        "и школы",
        "Конец",
        "(Место: зал)",
    ]
)


@given(st.lists(_LINES, max_size=15))
def test_a_list_loses_nothing(lines: list[str]) -> None:
    """All letters but those of labels are in the rows or beside them, each once."""
    lines = ["1. Слёт", *lines]
    source = find_list(_source(lines))
    if source is not None:
        (table,) = source.tables()
        before = sum(isinstance(block, Paragraph) for block in source.blocks[: source.blocks.index(table)])
        shown = [text for text, _ in source.iter_texts()]
        del shown[before : before + len(table.rows[0].cells)]
        assert _without_labels(shown) == _without_labels(lines)


def _without_labels(texts: Sequence[str]) -> list[str]:
    """All letters, sorted, but those of labels, which a line left over keeps."""
    return sorted(re.sub("Срок:|Отв[.]:|Место:", "", ink("".join(texts))))


def test_items_may_be_counted_by_a_word(read: Read) -> None:
    """«Заседание 1.», «Заседание 2.»: a word that several lines begin with counts them and stays with the number."""
    reading = read("Заседание 1. Приём. Срок: май. Отв.: Центр", "Заседание № 2: Итоги. Срок: июнь. Отв.: Школа")

    assert _fields(reading) == [
        ("Заседание 1", "Приём.", "май.", "Центр"),
        ("Заседание № 2", "Итоги.", "июнь.", "Школа"),
    ]


def test_a_word_with_a_number_may_be_any_line(read: Read) -> None:
    """One line that begins with a word and a number is no item."""
    reading = read("1. Приём", "Срок: май", "Кабинет 5. Второй этаж", "2. Итоги", "Срок: июнь")

    assert [number for number, *_ in _fields(reading)] == ["1", "2"]
