"""Names of parties: what is one name, what a slip of one, and what must never be taken for another."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.spelling import likely_name, spelling_key

KNOWN = (
    "МОЦ",
    "РМЦ",
    "Управления образования",
    "образовательные организации",
    "Дворец творчества",
    "СОШ № 1",
    "СОШ № 12",
    "Петровская школа",
    "Школа-интернат-1",
    "Клуб Юла",
    "МБОУДО «Радуга»",
    "Иванов И.И.",
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Управление  образования", "управление\nобразования"),
        ("МБОУ «Школа»", 'МБОУ "Школа"'),
        ("учёт", "Учет"),
        ("центр «Взлёт».", "Центр Взлет"),
        ("Учебно – методический центр", "учебно-методический центр"),
        ("MОЦ", "МОЦ"),
        ("школа №1", "школа № 1"),
    ],
)
def test_writings_of_one_name_have_one_key(one: str, other: str) -> None:
    """Case, white space, quotes, ё/е, dashes, a final stop and Latin look-alikes make no difference."""
    assert spelling_key(one) == spelling_key(other)


@pytest.mark.parametrize(
    ("one", "other"), [("МОЦ", "РМЦ"), ("СОШ № 1", "СОШ № 11"), ("Детский сад", "Детский сад 2"), ("MOC", "МОС")]
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    """A letter, a number, or a wholly Latin word tells two parties apart."""
    assert spelling_key(one) != spelling_key(other)


@given(st.text())
def test_a_key_is_its_own_key(name: str) -> None:
    """Folding what is folded changes nothing."""
    assert spelling_key(spelling_key(name)) == spelling_key(name)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Управление образование", "Управления образования"),
        ("управлению образованием", "Управления образования"),
        ("Образовательная организация", "образовательные организации"),
        ("образовательные оргнизации", "образовательные организации"),
        ("образоавтельные организации", "образовательные организации"),
        ("«Петровская  школа»", "Петровская школа"),
        ("Петровской школе", "Петровская школа"),
        ("МБОУДО Радуга", "МБОУДО «Радуга»"),
        ("PМЦ", "РМЦ"),
        ("иванов и.и.", "Иванов И.И."),
    ],
)
def test_an_ending_or_one_slip_is_likely_the_known_name(name: str, meant: str) -> None:
    """Other case endings, and one slip in a long common word, lead to the one known name."""
    assert likely_name(name, KNOWN) == meant


@pytest.mark.parametrize(
    "name",
    [
        "МОУ",
        "РЦ",
        "МРЦ",
        "Управление культуры",
        "Управление",
        "СОШ № 11",
        "СОШ № 2",
        "Перовская школа",
        "Школа-интернат-2",
        "Клуб Юлия",
        "МБОУДОУ «Радуга»",
        "Иванова И.И.",
        "Дворы творчества",
        "",
    ],
)
def test_another_party_is_never_taken_for_a_known_one(name: str) -> None:
    """Abbreviations, numbers, place names, people with initials and other words must be written the same."""
    assert likely_name(name, KNOWN) is None


@pytest.mark.parametrize("name", ["МОЦ", "РМЦ"])
def test_abbreviations_are_never_mapped_onto_each_other(name: str) -> None:
    """МОЦ is not РМЦ, also where the other is the only one known."""
    other = {"МОЦ": "РМЦ", "РМЦ": "МОЦ"}[name]
    assert likely_name(name, KNOWN) == name
    assert likely_name(name, [other]) is None


def test_two_likely_names_are_none() -> None:
    """Where a slip lies as near to two names, nobody guesses."""
    assert likely_name("Центральной библиотеке", ["Центральная библиотека", "Центральные библиотеки"]) is None
