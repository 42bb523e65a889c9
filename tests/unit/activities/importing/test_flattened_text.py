"""Tables flattened to lines: cells told by the deadline between them, and doubts told as such."""

from hypothesis import example, given
from hypothesis import strategies as st

from activities.importing.flattened_text import read_flattened
from activities.importing.folding import ink
from activities.importing.source import OddityKind, Paragraph, Source

_HEAD = ["План на 2026 год ", "", "№ ", "п/п ", "Мероприятие Срок ", "Результат "]


def _source(*lines: str, head: list[str] = _HEAD) -> Source:
    source = read_flattened([*head, *lines])
    assert source is not None
    return source


def _rows(source: Source) -> list[list[str]]:
    (table,) = source.tables()
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_cells_are_told_by_the_deadline() -> None:
    """What is read as a deadline to its last word is one; the title stands before it, the result behind."""
    rows = _rows(
        _source(
            *(
                "I. Дворы ",
                "1. Осмотр игровых ",
                "",
                "площадок ",
                "",
                "Апрель - ",
                "",
                "май 2026 ",
                "",
                "Акты осмотра ",
            ),
            *("2. Субботник Третья суббота ", "апреля Фотоотчёт ", "II. Дела школ ", "и кружков ", "1. Слёт ", "июнь "),
        )
    )

    assert rows == [
        ["№ п/п", "Мероприятие", "Срок", "Результат"],
        ["I. Дворы"],
        ["1.", "Осмотр игровых площадок", "Апрель - май 2026", "Акты осмотра"],
        ["2.", "Субботник", "Третья суббота апреля", "Фотоотчёт"],
        ["II. Дела школ и кружков"],
        ["1.", "Слёт", "июнь", ""],
    ]


def test_one_cell_a_line_needs_no_blanks() -> None:
    """As many lines as columns are the cells, the number on a line of its own."""
    head = ["№", "Мероприятие", "Срок", "Результат"]
    rows = _rows(_source("1", "Совет", "май", "протокол", "2", "Слёт", "до 05.06.2026", "фото", head=head))

    assert rows[1:] == [["1", "Совет", "май", "протокол"], ["2", "Слёт", "до 05.06.2026", "фото"]]


def test_a_date_in_the_title_is_none_of_the_deadline() -> None:
    """A run begins with a line, a capital or a bracket: the years that end a title stay with it."""
    rows = _rows(_source("1. План на 2025-", "2026 годы ", "(март 2026) ", "План ", "2. Слёт ", "июнь ", "Отчёт "))

    assert rows[1] == ["1.", "План на 2025-2026 годы", "(март 2026)", "План"]


def test_a_broken_word_is_put_together() -> None:
    """A line without a blank at its end goes on within the word."""
    rows = _rows(_source("1. Учёт ", "май ", "Персонифицирован", "ный учёт ", "2. Слёт ", "июнь ", "Отчёт "))

    assert rows[1][3] == "Персонифицированный учёт"


def test_numbers_that_do_not_follow_begin_no_row() -> None:
    """«2022.» and «7 классы» within a cell are no rows: only the next number is."""
    rows = _rows(_source("1. Слёт ", "май ", "7. классы ", "3. фото ", "2. Совет ", "июнь ", "Протокол "))

    assert [row[0] for row in rows[1:]] == ["1.", "2."]


def test_a_section_begins_with_its_first_number() -> None:
    """The first row of a plan or of a section ends in 1; another number before it begins none."""
    rows = _rows(_source("3. сноска ", "1. Слёт ", "май ", "Отчёт ", "2. Совет ", "июнь ", "Акт "))

    assert [row[0] for row in rows[1:]] == ["1.", "2."]


def test_what_stands_behind_a_page_end_is_left_over() -> None:
    """A row that a page parts keeps what is sure; of the rest it is told that nobody knows whose it is."""
    source = _source("1. Слёт юных ", "май ", "Отчёт ", "", "", "", "натуралистов ", "2. Совет ", "июнь ", "Протокол ")

    assert _rows(source)[1] == ["1.", "Слёт юных", "май", "Отчёт"]
    assert [(one.kind, one.detail, one.place and one.place.row) for one in source.oddities] == [
        (OddityKind.CELLS_SCRAMBLED, "натуралистов", 13)
    ]
    assert [block.text for block in source.blocks if isinstance(block, Paragraph)][1:] == ["натуралистов "]


def test_small_letters_behind_a_deadline_are_left_over() -> None:
    """A cell hardly begins with a small letter: that is the rest of a title, or it may be."""
    source = _source("1. Слёт ", "юных ", "май ", "натуралистов ", "2. Совет ", "июнь ", "Протокол ")

    assert _rows(source)[1] == ["1.", "Слёт юных", "май", ""]
    assert [one.detail for one in source.oddities] == ["натуралистов"]


def test_a_number_alone_is_an_empty_row() -> None:
    """A numbered row without text stays one, to be told as empty."""
    assert _rows(_source("1. ", "2. Совет ", "июнь ", "Протокол "))[1] == ["1."]


def test_no_row_is_made_where_no_deadline_is_read() -> None:
    """Lines without a deadline become no activity; they are left over, and it is told."""
    source = _source("1. Слёт юных ", "потом ", "Отчёт ", "2. Совет ", "июнь ", "Протокол ")

    assert [row[0] for row in _rows(source)[1:]] == ["2."]
    assert [one.detail for one in source.oddities] == ["1. Слёт юных"]


def test_two_columns_on_one_side_are_not_parted() -> None:
    """Title and responsible party before the deadline: where one ends nobody can tell from lines that are not cells."""
    head = ["№ ", "Мероприятие ", "Ответственный ", "Срок "]
    source = _source("1. Слёт ", "юных ", "МОЦ ", "май ", "2. Совет ", "МОЦ ", "июнь ", head=head)

    assert [row[0] for row in _rows(source)[1:]] == ["2."]
    assert len(source.oddities) == 1


def test_a_letter_is_no_table() -> None:
    """Without headings, or with a single row, lines stay lines."""
    assert read_flattened(["Прошу прислать план.", "1. Слёт ", "май ", "2. Совет ", "июнь "]) is None
    assert read_flattened([*_HEAD, "1. Слёт ", "май "]) is None
    assert read_flattened([]) is None


_PIECES = st.sampled_from(
    *[
        [
            "1.",
            "2.",
            "3. Слёт",
            "I. Двор",
            "II.",
            "1.1 Сайт",
            "май 2026",
            "до 15 мая",
            "совет",
            "Отчёт",
            "2021-",
            "",
            "(март)",
        ]
    ]
)


@example(["1. I. Двор ", "2. I. Двор ", "3. Слёт 2021- ", "2021- 1. "])
@given(st.lists(st.tuples(_PIECES, _PIECES, st.sampled_from(["", " ", "  "])).map(" ".join), max_size=25))
def test_a_flattened_table_loses_nothing(lines: list[str]) -> None:
    """Every letter of the lines is in the title, a cell or a line left over, each once."""
    source = read_flattened([*_HEAD, *lines])
    if source is not None:
        shown = "".join(text for text, _ in source.iter_texts())
        assert sorted(ink(shown)) == sorted(ink("".join([*_HEAD, *lines])))
