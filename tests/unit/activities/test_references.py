"""References as people type them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.references import (
    AmbiguousReferenceError,
    MalformedReferenceError,
    Reference,
    UnknownReferenceError,
    matching_periods,
    parse_reference,
    period_matches,
)

PARTS = st.from_regex(r"[а-яa-z0-9]([а-яa-z0-9.\-]{0,8}[а-яa-z0-9])?", fullmatch=True)
REFERENCES = st.builds(
    Reference,
    plan=st.none() | PARTS,
    section=st.none() | st.lists(PARTS, min_size=1, max_size=3).map("/".join),
    number=st.from_regex(r"[0-9]{1,2}(\.[0-9]{1,2}){0,3}", fullmatch=True),
    period=st.none() | PARTS,
    member=st.none() | PARTS,
)


@pytest.mark.parametrize(
    ("typed", "parts"),
    [
        ("o-7k3f9q", Reference(short_id="o-7k3f9q")),
        ("1.6.1", Reference(number="1.6.1")),
        ("1.6.1.", Reference(number="1.6.1")),
        ("  7 ", Reference(number="7")),
        ("1.6.1@2026-09", Reference(number="1.6.1", period="2026-09")),
        ("moc-2026:III/1", Reference(plan="moc-2026", section="III", number="1")),
        ("III/2/1", Reference(section="III/2", number="1")),
        ("5.3.4~school-12", Reference(number="5.3.4", member="school-12")),
        (
            "moc-2026:III/1.@2026-05..2026-06~school-12",
            Reference("moc-2026", "III", "1", "2026-05..2026-06", "school-12"),
        ),
        ("план-2026:1а", Reference(plan="план-2026", number="1а")),
    ],
)
def test_the_grammar(typed: str, parts: Reference) -> None:
    """A short id alone, or a number with any of plan, section, period and member."""
    assert parse_reference(typed) == parts


@given(REFERENCES)
def test_a_reference_reads_back_as_written(reference: Reference) -> None:
    """Parsing what a reference is written as gives its parts again."""
    assert parse_reference(str(reference)) == reference


def test_a_short_id_is_written_as_it_is() -> None:
    """A reference by short id is written as that short id, look-alikes put right."""
    assert str(parse_reference("O-OIL111")) == "o-011111"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        " ",
        "@2026",
        "1.6.1@",
        "1~",
        ":1",
        "a:b:1",
        "/1",
        "1/",
        "1 2",
        "1@2026@2027",
        "1~a@2026",
        ".",
        "--",
        "пункт 1",
    ],
)
def test_a_malformed_reference_is_one_error_with_examples(typed: str) -> None:
    """The error repeats what was typed and shows how references look."""
    with pytest.raises(MalformedReferenceError, match=r"(?s)is no reference.*o-7k3f9q.*1\.6\.1@2026-09") as raised:
        parse_reference(typed)
    assert f"“{typed}”" in str(raised.value)


@given(st.text(max_size=30))
def test_any_text_is_a_reference_or_the_one_error(typed: str) -> None:
    """No text makes the parser fail in another way."""
    try:
        parsed = parse_reference(typed)
    except MalformedReferenceError:
        return
    assert (parsed.short_id is None) != (parsed.number is None)


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        ("2026-05..2026-06", "2026-05"),
        ("2026-05..2026-06", "2026-05..2026-06"),
        ("2026-05-12", "2026-05"),
        ("2026-Q1", "2026"),
        ("2026-Q1", "2026-q1"),
        ("no1", "NO1"),
    ],
)
def test_a_period_is_named_by_its_beginning(key: str, typed: str) -> None:
    """The whole key, or what stands before a dash or two dots, in any case of letters."""
    assert period_matches(key, typed)


@pytest.mark.parametrize(
    ("key", "typed"),
    [("2026-05", "2026-0"), ("no12", "no1"), ("2026-05..2026-06", "2026-06"), ("2026", "2026-05"), ("2026", "")],
)
def test_half_a_number_or_a_later_part_names_nothing(key: str, typed: str) -> None:
    """A cut number, the end of a range, or more than the key is another period."""
    assert not period_matches(key, typed)


def test_an_equal_key_goes_before_longer_ones() -> None:
    """`2026-05` means that month where there is one, and otherwise all that begin with it."""
    assert matching_periods(["2026-05", "2026-05..2026-06", "2026-05-12"], "2026-05") == ("2026-05",)
    assert matching_periods(["2026-05..2026-06", "2026-05-12", "2026-07"], "2026-05") == (
        "2026-05..2026-06",
        "2026-05-12",
    )
    assert matching_periods(["2026-05"], "2026-06") == ()


def test_an_ambiguous_reference_lists_what_it_may_mean() -> None:
    """Each candidate stands on its own line with the short id to use."""
    error = AmbiguousReferenceError.among("5.3", [("a-000001", "I/5.3"), ("a-000002", "II/5.3")])
    assert str(error).splitlines()[1:] == ["  a-000001  I/5.3", "  a-000002  II/5.3"]
    assert "“5.3”" in str(error)


def test_an_unknown_reference_says_where_to_look() -> None:
    """The error names the command that lists what there is."""
    assert "opora activity list" in str(UnknownReferenceError(reference="9.9"))
