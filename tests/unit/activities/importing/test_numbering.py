import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.importing.numbering import NumberStyle, find_bare_number, split_number


@pytest.mark.parametrize(
    ("text", "number", "rest"),
    [
        ("I. Развитие", "I", "Развитие"),
        ("ХІ. Развитие", "ХІ", "Развитие"),
        ("IV Развитие", "IV", "Развитие"),
        ("1.2 развитие", "1.2", "развитие"),
        ("1.2.Развитие", "1.2", "Развитие"),
        ("3) Развитие", "3", "Развитие"),
        ("7 Развитие", "7", "Развитие"),
        ("Раздел II. Развитие", "Раздел II", "Развитие"),
        ("МОДУЛЬ 3 «Урок»", "МОДУЛЬ 3", "«Урок»"),
    ],
)
def test_numbers_are_split_off(text: str, number: str, rest: str) -> None:
    """Roman, Arabic and worded numbers are told from what they number, their closing mark dropped."""
    found, left = split_number(text)

    assert found is not None
    assert (found.text, left) == (number, rest)


@pytest.mark.parametrize(
    "text", ["5 класс", "1 сентября – День знаний", "27.01.2023 семинар", "2023 год", "I полугодие", "Вебинар", ""]
)
def test_what_only_looks_like_a_number_is_none(text: str) -> None:
    """Grades, dates, years and halves of a year number nothing."""
    assert split_number(text) == (None, text)


@given(st.lists(st.integers(1, 999), min_size=1, max_size=5), st.sampled_from(["", ".", ")"]))
def test_arabic_numbers_read_back(parts: list[int], mark: str) -> None:
    """Every Arabic number gives its parts, whatever closes it."""
    text = ".".join(map(str, parts))
    number = find_bare_number(f" {text}{mark}\n")

    assert number is not None
    assert (number.text, number.style, number.parts) == (text, NumberStyle.ARABIC, tuple(parts))


@pytest.mark.parametrize(("text", "value"), [("I", 1), ("IV", 4), ("VIII", 8), ("XIX", 19), ("XL", 40), ("XCIX", 99)])
def test_roman_numbers_have_their_value(text: str, value: int) -> None:
    """A smaller digit before a greater one is taken off."""
    number = find_bare_number(text)

    assert number is not None
    assert number.parts == (value,)
