"""Tables without rules: columns by positions, rows by numbers and distances. Positions in points, letters 5 wide."""

from collections.abc import Sequence

from hypothesis import example, given
from hypothesis import strategies as st

from activities.importing.folding import ink
from activities.importing.pdf_columns import read_unruled
from activities.importing.pdf_words import Word, WordLine
from activities.importing.source import OddityKind, Paragraph, Source

_LETTER, _SIZE = 5.0, 10.0
_X = (40, 80, 240, 330)
_HEAD = (12, (40, "№"), (80, "Мероприятие"), (240, "Срок"), (330, "Результат"))


def _line(top: float, page: int, *texts: tuple[int, str]) -> WordLine:
    words = []
    for x, text in texts:
        left = float(x)
        for word in text.split():
            words.append(Word(word, left, left + _LETTER * len(word), _SIZE, blank_after=True))
            left += _LETTER * (len(word) + 1)
    return WordLine(page, top, tuple(words))


def _lines(*printed: tuple, page: int = 1) -> list[WordLine]:
    """Lines of (distance from the line above, (x, text), …)."""
    top, lines = 0.0, []
    for distance, *texts in printed:
        top += distance
        lines.append(_line(top, page, *texts))
    return lines


def _read(*printed: tuple) -> Source:
    source = read_unruled(_lines(*printed))
    assert source is not None
    return source


def _rows(source: Source) -> list[list[str]]:
    (table,) = source.tables()
    return [[cell.text for cell in row.cells] for row in table.rows]


def test_words_stand_in_columns() -> None:
    """Cells of several lines are put together under their headings; rows begin with their numbers."""
    source = _read(
        (20, (150, "План на 2026 год")), _HEAD, (20, (40, "I. Работа со школами и кружками города")),
        (20, (40, "1."), (80, "Осмотр игровых"), (240, "апрель -"), (330, "акты")),
        (12, (80, "площадок"), (240, "май")),
        (20, (40, "2."), (80, "Слёт"), (240, "июнь"), (330, "отчёт")),
    )  # fmt: skip

    assert _rows(source) == [
        ["№", "Мероприятие", "Срок", "Результат"],
        ["I. Работа со школами и кружками города"],
        ["1.", "Осмотр игровых площадок", "апрель - май", "акты"],
        ["2.", "Слёт", "июнь", "отчёт"],
    ]
    assert [block.text for block in source.blocks if isinstance(block, Paragraph)] == ["План на 2026 год"]


def test_headings_of_several_lines_are_one() -> None:
    """Words above each other make one heading; a title above is not taken for one."""
    source = _read(
        (20, (60, "План мероприятий к сроку до 2026 года")),
        (20, (40, "№"), (80, "Наименование"), (240, "Сроки"), (330, "Ответственные")),
        (12, (40, "п/п"), (80, "мероприятия"), (240, "проведения"), (330, "исполнители")),
        (20, (40, "1"), (80, "Слёт"), (240, "июнь"), (330, "МОЦ")),
    )  # fmt: skip

    assert _rows(source)[0] == ["№ п/п", "Наименование мероприятия", "Сроки проведения", "Ответственные исполнители"]


def test_a_repeated_head_is_no_row() -> None:
    """Headings on the next page are headings, and the row that the page parted goes on."""
    first = _lines((20, (40, "План")), _HEAD, (20, (40, "1"), (80, "Слёт юных"), (240, "июнь"), (330, "отчёт")))
    second = _lines(_HEAD, (20, (80, "лесников")), (20, (40, "2"), (80, "Совет"), (240, "май"), (330, "акт")), page=2)
    source = read_unruled([*first, *second])

    assert source is not None
    assert _rows(source)[1:] == [["1", "Слёт юных лесников", "июнь", "отчёт"], ["2", "Совет", "май", "акт"]]


def test_what_stands_far_below_is_no_part_of_the_last_row() -> None:
    """A signature below the table is a line of its own."""
    source = _read(
        _HEAD, (20, (40, "1"), (80, "Слёт"), (240, "июнь"), (330, "отчёт")),
        (12, (80, "юных")), (12, (80, "лесников")), (60, (40, "Директор")),
    )  # fmt: skip

    assert [block.text for block in source.blocks if isinstance(block, Paragraph)] == ["Директор"]


def test_without_numbers_rows_are_parted_by_distance() -> None:
    """Where no column holds numbers, a line far below the one above begins a row."""
    head = (12, (80, "Мероприятие"), (240, "Срок"))
    source = _read(
        head, (20, (80, "Слёт"), (240, "июнь")), (12, (80, "юных")), (12, (80, "лесников")),
        (24, (80, "Совет"), (240, "май")),
    )  # fmt: skip

    assert _rows(source)[1:] == [["Слёт юных лесников", "июнь"], ["Совет", "май"]]


def test_a_number_may_stand_in_the_middle_of_its_row() -> None:
    """A row begins below the widest distance above its number."""
    source = _read(
        _HEAD, (20, (80, "Слёт")), (12, (40, "1"), (80, "юных"), (240, "июнь"), (330, "отчёт")), (12, (80, "лесников")),
        (24, (80, "Совет")), (12, (40, "2"), (80, "школ"), (240, "май"), (330, "акт")), (12, (80, "города")),
    )  # fmt: skip

    assert [row[1] for row in _rows(source)[1:]] == ["Слёт юных лесников", "Совет школ города"]
    assert source.oddities == ()


def test_a_row_whose_border_is_not_seen_is_told() -> None:
    """Where numbers stand in the middle and no distance parts two rows, both are named."""
    source = _read(
        _HEAD, (20, (80, "Слёт")), (12, (40, "1"), (80, "юных"), (240, "июнь"), (330, "отчёт")), (12, (80, "лесников")),
        (12, (80, "Совет")), (12, (40, "2"), (80, "школ"), (240, "май"), (330, "акт")), (12, (80, "города")),
    )  # fmt: skip

    assert [(one.kind, one.detail[:1]) for one in source.oddities] == [
        (OddityKind.ROWS_RUN_TOGETHER, "1"),
        (OddityKind.ROWS_RUN_TOGETHER, "2"),
    ]


def test_a_letter_has_no_columns() -> None:
    """Without headings of a plan side by side there is no table."""
    assert read_unruled(_lines((20, (40, "Прошу прислать план мероприятий в срок")), (12, (40, "до мая")))) is None
    assert read_unruled(_lines(_HEAD)) is None
    assert read_unruled([]) is None


_TEXTS = st.sampled_from(["", "1", "2.", "Слёт", "юных лесников", "июнь", "I. Двор", "очень длинный заголовок раздела"])
_DISTANCES = st.sampled_from([12, 20, 60])


@example([(12, "", "", "", "Слёт", False), (24, "", "", "", "1", False), (12, "", "", "", "Слёт", False)])
@given(st.lists(st.tuples(_DISTANCES, _TEXTS, _TEXTS, _TEXTS, _TEXTS, st.booleans()), max_size=12))
def test_a_page_loses_nothing(printed: Sequence[tuple]) -> None:
    """Every letter of the page is in a cell or a line, once, wherever it stands."""
    lines = _lines((20, (40, "План")), _HEAD)
    top, page = lines[-1].top, 1
    for distance, *texts, turns in printed:
        top, page = (20, page + 1) if turns else (top + distance, page)
        line = _line(top, page, *zip(_X, texts, strict=True))
        lines += [line] if line.words else []
    source = read_unruled(lines)

    if source is not None:
        shown = ink("".join(text for text, _ in source.iter_texts()))
        assert sorted(shown) == sorted(ink("".join(line.text for line in lines)))
