from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.importing.phrase import Phrase
from activities.importing.source import Paragraph, Place
from activities.importing.title import calendar_year, find_title, read_period, school_year
from activities.period import Period


def _lines(*texts: str) -> list[Paragraph]:
    return [Paragraph(text, Place(Phrase("paragraph"))) for text in texts]


@pytest.mark.parametrize(
    ("title", "starts_on", "ends_on"),
    [
        ("План работы на 2026 год", date(2026, 1, 1), date(2026, 12, 31)),
        ("ПЛАН на 2026 календарный год", date(2026, 1, 1), date(2026, 12, 31)),
        ("План на 2025-2026 учебный год", date(2025, 9, 1), date(2026, 8, 31)),
        ("План на 2025/26 уч. г.", date(2025, 9, 1), date(2026, 8, 31)),
        ("План на 2025 – 2026 уч.год", date(2025, 9, 1), date(2026, 8, 31)),
        ("План на I полугодие 2026 года", date(2026, 1, 1), date(2026, 6, 30)),
        ("План на второе полугодие 2026 г.", date(2026, 7, 1), date(2026, 12, 31)),
        ("План на 1-е полугодие 2025-2026 учебного года", date(2025, 9, 1), date(2025, 12, 31)),
        ("План на II полугодие 2025/2026 учебного года", date(2026, 1, 1), date(2026, 8, 31)),
        ("План на март 2024 года", date(2024, 3, 1), date(2024, 3, 31)),
        ("План на май 2024", date(2024, 5, 1), date(2024, 5, 31)),
        ("План на сентябрь-декабрь 2024 года", date(2024, 9, 1), date(2024, 12, 31)),
        ("План на III квартал 2024 года", date(2024, 7, 1), date(2024, 9, 30)),
        ("План на период с 15.01.2026 по 31.05.2026", date(2026, 1, 15), date(2026, 5, 31)),
        ("Дорожная карта на 2024-2026 годы", date(2024, 1, 1), date(2026, 12, 31)),
        ("План на 2026 год (приказ от 12.12.2025 № 5)", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_titles_name_their_period(title: str, starts_on: date, ends_on: date) -> None:
    """Calendar and school years, halves, quarters, months and exact days are read; an order's date is none."""
    assert read_period(title) == Period(starts_on, ends_on)


@pytest.mark.parametrize(
    "title",
    ["План работы", "План на год", "План по итогам 2024 и 2026", "План на декабрь-январь 2026", "Материалы 2 года", ""],
)
def test_a_doubtful_title_names_none(title: str) -> None:
    """Without one clear year nothing is guessed."""
    assert read_period(title) is None


@given(st.integers(2000, 2098))
def test_every_year_reads_back(year: int) -> None:
    """Whatever the year, a calendar year and a school year read back to themselves."""
    assert read_period(f"План на {year} год") == calendar_year(year)
    assert read_period(f"План на {year}-{year + 1} учебный год") == school_year(year)


def test_the_title_begins_at_the_plan_and_ends_at_its_period() -> None:
    """The approval above and the aims below are no title; a line in small letters goes on."""
    lines = _lines(
        *("УТВЕРЖДАЮ", "директор", "План работы", "опорного центра", "на 2026 год", "(с изменениями)", "Цель: учить")
    )

    assert [line.text for line in find_title(lines)] == lines_text(lines[2:6])


def lines_text(lines: list[Paragraph]) -> list[str]:
    """The texts of lines."""
    return [line.text for line in lines]


def test_a_line_with_a_period_serves_as_title() -> None:
    """Where no line says «план», the one that names a year is the title; without one there is none."""
    assert lines_text(list(find_title(_lines("Шапка", "Мероприятия на 2026 год")))) == ["Мероприятия на 2026 год"]
    assert find_title(_lines("Шапка")) == ()
