import pytest

from activities.importing.columns import ColumnRole, Columns, tell_role
from activities.importing.found_columns import carries_on, find_columns_by_content, find_told_columns
from activities.importing.headed_columns import find_headed_columns, iter_parts
from activities.importing.phrase import Phrase
from activities.importing.source import Cell, Place, Row, Table

_HERE = Place(Phrase("here"), 1)
_N, _T, _P, _R, _D = (
    *(ColumnRole.NUMBER, ColumnRole.TITLE, ColumnRole.RESPONSIBLE, ColumnRole.RESULT, ColumnRole.DEADLINE),
)


def _table(*rows: tuple[str, ...]) -> Table:
    return Table(tuple(Row(tuple(Cell(text, at, 1, _HERE) for at, text in enumerate(row)), _HERE) for row in rows))


def _roles(columns: Columns | None) -> list[ColumnRole]:
    assert columns is not None
    return [column.role for column in columns.columns]


@pytest.mark.parametrize(
    ("heading", "role"),
    [
        *(
            ("№\nп/п", _N),
            ("Номер", _N),
            ("Код", _N),
            ("Наименование мероприятия", _T),
            ("Содержание работы", _T),
            ("Мероприятия", _T),
        ),
        *(("Срок реализации мероприятия", _D), ("Дата и место проведения", _D), ("Периодичность", _D), ("Месяц", _D)),
        *(("Ответственные исполнители", _P), ("Исполнитель", _P), ("Ответственный за проведение мероприятия", _P)),
        *(("Результат реализации мероприятия", _R), ("Ожидаемые итоги", _R), ("Форма отчётности", _R)),
        *(("Место проведения", ColumnRole.OTHER), ("Отметка о выполнении", ColumnRole.OTHER)),
        *(("Форма проведения мероприятия", ColumnRole.OTHER), ("Направление деятельности", ColumnRole.SECTION)),
        *(("Срок (факт)", ColumnRole.OTHER), ("Фактическая дата", ColumnRole.OTHER)),
        *(("Телефон", None), ("", None), ("Срок " * 40, None)),
    ],
)
def test_the_first_telling_word_of_a_heading_decides(heading: str, role: ColumnRole | None) -> None:
    """Headings of any usual wording are told; others, and whole paragraphs, are none."""
    assert tell_role(heading) is role


def test_columns_stand_in_any_order() -> None:
    """The order of columns is the table's own; rows above the headings are title rows."""
    columns = find_headed_columns(_table(("План на 2026 год",), ("Срок", "Кто отвечает", "№", "Мероприятие")))

    assert _roles(columns) == [_D, _P, _N, _T]
    assert columns is not None
    assert (columns.title_rows, columns.heading_rows) == (1, 1)


def test_a_numbered_row_is_no_row_of_headings() -> None:
    """An activity whose words look like headings is still an activity."""
    assert find_headed_columns(_table(("1", "Организация мероприятий", "I квартал", "исполнители"))) is None


def test_a_column_of_sections_serves_as_title_where_there_is_none() -> None:
    """«Направление работы» alone names what is done."""
    assert _roles(find_headed_columns(_table(("Направление", "Срок")))) == [_T, _D]


def test_headings_of_two_levels_are_joined() -> None:
    """A heading over several columns is divided by the row below it; merged ones go through."""
    upper = Row((Cell("Мероприятие", 0, 1, _HERE), Cell("Сроки", 1, 2, _HERE)), _HERE)
    lower = Row(
        (
            Cell("Мероприятие", 0, 1, _HERE, continued=True),
            Cell("I квартал", 1, 1, _HERE),
            Cell("II квартал", 2, 1, _HERE),
        ),
        _HERE,
    )
    columns = find_headed_columns(Table((upper, lower)))

    assert columns is not None
    assert columns.heading_rows == 2
    assert [(one.role, one.heading) for one in columns.columns] == [
        (_T, "Мероприятие"),
        (_D, "Сроки: I квартал"),
        (_D, "Сроки: II квартал"),
    ]


def test_without_headings_the_content_tells() -> None:
    """Numbers and deadlines show themselves, titles are the longest, parties repeat, the rest is the result."""
    table = _table(
        ("1", "май 2026", "Семинар для педагогов о приёме детей", "Центр", "справка"),
        ("2", "до 01.06.2026", "Беседа с родителями будущих учеников", "Центр", "памятка"),
    )

    assert _roles(find_columns_by_content(table)) == [_N, _D, _T, _P, _R]


def test_a_table_without_deadlines_is_no_plan() -> None:
    """A list of telephones is not taken for a plan."""
    assert find_columns_by_content(_table(("1", "Петров", "12-34"), ("2", "Сидоров", "56-78"))) is None


def test_only_a_table_with_deadlines_carries_on() -> None:
    """A further part of the plan is as wide and has deadlines in their place."""
    columns = find_headed_columns(_table(("№", "Мероприятие", "Срок")))
    assert columns is not None

    assert carries_on(_table(("3", "Слёт", "июнь")), columns)
    assert not carries_on(_table(("3", "Слёт", "июнь", "Центр")), columns)
    assert not carries_on(_table(("3", "Петров", "12-34")), columns)


def test_told_columns_win_over_headings() -> None:
    """Where a person says what columns hold, no heading is asked; what stands above the first number is heading."""
    table = _table(("План",), ("А", "Б", "В"), ("Раздел 1",), ("1", "Совет", "май"), ("2", "Слёт", "июнь"))
    columns = find_told_columns(table, [_N, _T, _D])

    assert _roles(columns) == [_N, _T, _D]
    assert columns is not None
    assert (columns.title_rows, columns.heading_rows) == (1, 1)
    assert [column.heading for column in columns.columns] == ["А", "Б", "В"]


def test_a_table_without_headings_begins_at_once() -> None:
    """Told columns need no heading row."""
    columns = find_told_columns(_table(("Совет", "май"), ("Слёт", "июнь")), [_T, _D])

    assert columns is not None
    assert columns.first_row == 0


def test_told_columns_keep_the_grid_of_merged_cells() -> None:
    """Columns are those of the rows that have as many cells as told, however wide."""
    rows = [Row((Cell("1", 0, 1, _HERE), Cell("Совет", 1, 3, _HERE), Cell("май", 4, 1, _HERE)), _HERE)] * 2
    columns = find_told_columns(Table((Row((Cell("I. Двор", 0, 5, _HERE),), _HERE), *rows)), [_N, _T, _D])

    assert columns is not None
    assert [(column.start, column.end) for column in columns.columns] == [(0, 1), (1, 4), (4, 5)]


def test_a_table_of_another_width_is_not_the_told_one() -> None:
    """No row of as many cells as told: not this table."""
    assert find_told_columns(_table(("1", "Совет")), [_N, _T, _D]) is None


@pytest.mark.parametrize("heading", ["Контрольные точки", "Рассматриваемые вопросы", "Что делаем", "Задание"])
def test_rarer_wordings_of_titles(heading: str) -> None:
    """What is to be done has many names."""
    assert tell_role(heading) is _T


@pytest.mark.parametrize("heading", ["Начало", "Окончание", "I кв.", "2 четверть", "Сентябрь", "ФЕВРАЛЬ 2026", "Число"])
def test_rarer_wordings_of_deadlines(heading: str) -> None:
    """Parts of a deadline and times at the head of a column."""
    assert tell_role(heading) is _D


@pytest.mark.parametrize("heading", ["Начальник", "Число участников", "Маршрут"])
def test_words_that_begin_like_a_deadline_are_none(heading: str) -> None:
    """A post, a count and a route are no deadlines."""
    assert tell_role(heading) is not _D


def test_headings_that_say_nothing_are_told_by_what_is_below() -> None:
    """With two headings understood, the title, the numbers and the deadlines below the others show themselves."""
    rows = (("1", "Приём новых детей", "май 2026", "Центр"), ("2", "Праздник двора", "до 01.06.2026", "Школа"))

    for headings in (("Позиция", "Занимаемся", "Когда", "Отв."), ("№", "Мероприятие", "Ориентир", "Отв.")):
        assert _roles(find_headed_columns(_table(headings, *rows))) == [_N, _T, _D, _P]


def test_headings_below_a_gap_divide_the_one_before_it() -> None:
    """Where no cells are merged, a second row of headings below a gap still belongs to the heading left of it."""
    table = _table(
        ("№", "Мероприятие", "Срок", "", "Исполнитель"),
        ("", "", "начало", "окончание", ""),
        ("1", "Ремонт", "02.02.2026", "31.03.2026", "Центр"),
    )
    columns = find_headed_columns(table)

    assert columns is not None
    assert columns.heading_rows == 2
    assert [one.heading for one in columns.columns if one.role is _D] == ["Срок: начало", "Срок: окончание"]


def test_a_first_activity_is_no_second_row_of_headings() -> None:
    """A row with a title, or with dates, stands below the headings."""
    table = _table(("Мероприятие", "Срок", "", "Исполнитель"), ("Срок сдачи", "май", "", ""), ("Слёт", "июнь", "", ""))
    columns = find_headed_columns(table)

    assert columns is not None
    assert columns.heading_rows == 1


def test_a_table_is_parted_where_other_headings_begin() -> None:
    """Headings in another order begin a part of their own; the same headings again do not."""
    table = _table(
        *(("№", "Мероприятие", "Срок"), ("1", "Совет", "май"), ("№", "Мероприятие", "Срок"), ("2", "Слёт", "июнь")),
        *(("Сроки", "Наименование", "№"), ("июль", "Сбор", "1")),
    )

    assert [len(part.rows) for part in iter_parts(table)] == [4, 2]


def test_names_above_unheaded_columns_make_no_activity() -> None:
    """Where columns are told by content, a first row of mere names is their headings, lone rows above are title."""
    rows = (("1", "Приём новых детей в группы", "двор", "май 2026"), ("2", "Праздник двора", "парк", "июнь 2026"))
    named = find_columns_by_content(_table(("План",), ("", "Суть", "Место", "Ориентир"), *rows))
    unnamed = find_columns_by_content(_table(("План",), *rows))

    assert named is not None
    assert (named.title_rows, named.heading_rows) == (1, 1)
    assert unnamed is not None
    assert (unnamed.title_rows, unnamed.heading_rows) == (1, 0)


def test_a_table_of_days_carries_on() -> None:
    """Where the month stands above, a further part's deadlines are days of it; numbers beyond a month are none."""
    columns = find_headed_columns(_table(("№", "Мероприятие", "Срок")))
    assert columns is not None

    for days in ("до 10", "15-20", "3, 10, 17", "вторая неделя"):
        assert carries_on(_table(("3", "Слёт", days)), columns)
    assert not carries_on(_table(("3", "Слёт", "45")), columns)


def test_what_was_done_in_fact_is_no_deadline() -> None:
    """Of «Срок» divided into plan and fact only the plan is one."""
    upper = Row((Cell("Мероприятие", 0, 1, _HERE), Cell("Срок", 1, 2, _HERE)), _HERE)
    merged = Cell("Мероприятие", 0, 1, _HERE, continued=True)
    lower = Row((merged, Cell("план", 1, 1, _HERE), Cell("факт", 2, 1, _HERE)), _HERE)

    assert _roles(find_headed_columns(Table((upper, lower)))) == [_T, _D, ColumnRole.OTHER]
