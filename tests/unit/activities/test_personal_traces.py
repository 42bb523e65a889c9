"""A person is found under all customary forms of their name, and nobody else is."""

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from activities.personal_traces import find_traces

TRACES = find_traces("Семёнова Мария Петровна", "semenova@school.example.org", "p-7k3f9q")


@pytest.mark.parametrize(
    "form",
    [
        "Семёнова Мария Петровна",
        "СЕМЕНОВА МАРИЯ ПЕТРОВНА",
        "Семенова  Мария\u00a0Петровна",
        "Мария Петровна Семёнова",
        "Семёновой Марии Петровне",
        "Семёнову Марию",
        "Марией Семёновой",
        "Семёнова М.П.",
        "Семёнова М. П.",
        "Семёновой М.\u00a0П.",
        "М.П. Семёнова",
        "М. П. Семеновой",
        "Семёнова М.",
        "М. Семёнова",
        "semenova@school.example.org",
        "Semenova@School.Example.ORG",
        "semenova=school.example.org",
        "semenova%40school.example.org",
    ],
)
def test_every_customary_form_is_found(form):
    """Russian cases, ё and е, initials before and after, the address in any case of letters."""
    assert TRACES.redact(f"Передать: {form}, срочно") == "Передать: p-7k3f9q, срочно"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Отчёт_Семёновой_М_П.pdf", "Отчёт_p-7k3f9q.pdf"),
        ("Семёнова_М.П._протокол.docx", "p-7k3f9q_протокол.docx"),
        ("Семёнова-Мария-фото.jpg", "p-7k3f9q-фото.jpg"),
        ("СЕМЕНОВА_МАРИЯ_ПЕТРОВНА_2026.xlsx", "p-7k3f9q_2026.xlsx"),
        ("Семёнова М П.pdf", "p-7k3f9q.pdf"),
        ("М_П_Семёнова.pdf", "p-7k3f9q.pdf"),
    ],
)
def test_names_of_files_are_read_as_people_write_them(name, expected):
    """Underscores and hyphens stand between words, and initials have no dots."""
    assert TRACES.redact(name) == expected


@pytest.mark.parametrize("form", ["Цоя Зои Львовны", "Цою З. Л.", "Зоей Цой", "Цой Зою"])
def test_short_names_are_declined_too(form):
    """Beside another word of the name; alone they are too much like others."""
    traces = find_traces("Цой Зоя Львовна", "z@example.org", "p-1")
    assert traces.redact(f"от {form}!") == "от p-1!"
    assert not traces.may_name_the_person("Цома")


def test_an_address_of_a_russian_domain_is_found_as_it_goes_over_the_wire():
    """Mail systems quote it in ASCII (RFC 5891)."""
    traces = find_traces("Ли Юлия", "юля@школа.рф", "p-1")
    wire = "школа.рф".encode("idna").decode("ascii")
    assert traces.redact(f"<юля@школа.рф> <юля@{wire}>") == "<p-1> <p-1>"


@pytest.mark.parametrize(
    "other",
    [
        "Семёнов Мирон Петрович",
        "Петрова Мария Семёновна",
        "Мария Петровна",
        "Семёнова И.П.",
        "xsemenova@school.example.org",
        "semenova@school.example.organic",
        "Мария Семёновская",
        "Семёнова_И_П.pdf",
        "Семёнова Московская",
        "семинар по математике",
    ],
)
def test_others_are_left_alone(other):
    """Part of a name, another's initials, a longer address."""
    assert TRACES.redact(other) == other


def test_the_family_name_alone_is_only_hinted_at():
    """It may be somebody else's, so a person must look."""
    assert not TRACES.name_the_person("отчёт Семёновой")
    assert TRACES.may_name_the_person("отчёт Семёновой")
    assert not TRACES.may_name_the_person("отчёт p-7k3f9q")


def test_a_family_called_like_a_word_is_told_by_its_capital():
    """Else every second line would be a hint."""
    traces = find_traces("Ли Юлия", "li@example.org", "p-1")
    assert not traces.may_name_the_person("Сдан ли отчёт?")
    assert traces.may_name_the_person("Сдала Ли.")
    assert traces.redact("от Ли Юлии") == "от p-1"


def test_a_name_of_one_word_is_taken_to_the_letter():
    """It may be a word that the program itself uses."""
    traces = find_traces("Coordinator", "c@example.org", "p-1")
    assert traces.redact('{"role": "coordinator", "by": "Coordinator"}') == '{"role": "coordinator", "by": "p-1"}'
    assert not traces.may_name_the_person("Coordinator")


@given(
    st.lists(st.text(min_size=1).filter(lambda word: word.split() == [word]), min_size=1, max_size=4).map(" ".join),
    st.text(),
    st.text(),
)
@example("00 0", "00", "0")
def test_no_name_breaks_the_search(name, before, after):
    """Whatever characters a name is made of; between spaces it is always found, and what stands around it stays."""
    # A neutral id that parts what stood around the name: taken out, the rest could make the name anew.
    assume("\ue000" not in before + name + after)
    traces = find_traces(name, "a@example.org", "\ue000")
    assert not traces.name_the_person(traces.redact(f"{before} {name} {after}"))
