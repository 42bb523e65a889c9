from activities.importing.phrase import Phrase
from activities.importing.sections import Outline
from activities.importing.source import Place

_HERE = Place(Phrase("here"))


def _levels(*headings: str) -> list[int]:
    outline = Outline()
    return [outline.enter(heading, _HERE).level for heading in headings]


def test_roman_above_arabic_above_longer_arabic() -> None:
    """The usual order: I, then 1, then 1.1, and back."""
    assert _levels("I. Кадры", "1. Курсы", "1.1. Очные", "1.2. Заочные", "2. Слёты", "II. Сайт") == [1, 2, 3, 3, 2, 1]


def test_the_first_part_may_count_the_roman_section() -> None:
    """Under «II» the headings «2.1» and «2.2» are one level below, as «1.2» is beside a first «1.» under «I»."""
    assert _levels("I. Кадры", "1. Курсы", "1.2 Слёты", "1.3 Сборы", "II. Сайт", "2.1 Вид", "2.2 Вес") == [
        *(1, 2, 2, 2, 1, 2, 2),
    ]


def test_words_stand_above_numbers() -> None:
    """Раздел, then Модуль as the plan uses them, then numbers."""
    assert _levels("Раздел 1. Школа", "Модуль «Урок»", "I. Начало", "Модуль «Семья»", "Раздел 2. Двор") == [
        1,
        2,
        3,
        2,
        1,
    ]


def test_months_stand_below_everything() -> None:
    """A month heads the rows of its month inside whatever section is open."""
    assert _levels("I. Школа", "Январь", "Февраль", "II. Двор", "Январь") == [1, 2, 2, 1, 2]


def test_bare_headings_are_of_one_level() -> None:
    """Headings without numbers follow one another; one in capitals stands above the others."""
    assert _levels("РАБОТА С КАДРАМИ", "Курсы", "Слёты", "РАБОТА С СЕМЬЁЙ", "Курсы") == [1, 2, 2, 1, 2]


def test_a_bare_heading_right_above_a_numbered_one_holds_it() -> None:
    """An unnumbered heading that leads into numbered ones stands above them all."""
    outline = Outline()
    outer = outline.enter("Первая часть", _HERE, leads=True)
    first = outline.enter("I. Кадры", _HERE)
    second = outline.enter("II. Сайт", _HERE)

    assert (outer.level, first.level, second.level) == (1, 2, 2)
    assert second.path == ("Первая часть", "II. Сайт")


def test_a_section_keeps_its_text_and_splits_its_number() -> None:
    """The path holds headings as written; number and title stand apart."""
    section = Outline().enter("IV.\n Сеть", _HERE)

    assert (section.number, section.title, section.text, section.path) == ("IV", "Сеть", "IV. Сеть", ("IV. Сеть",))
