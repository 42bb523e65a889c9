"""Text on its way into a calendar."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar.parser import Contentline

from notifications.calendar.escaping import clean_line, clean_text, clean_url, escape, fold
from tests.fixtures.feeds import hostile_texts


@given(hostile_texts)
def test_clean_text_is_printable_in_utf8_and_has_no_line_break_but_lf(text: str) -> None:
    """Whatever goes in, what comes out can be encoded and splits into lines at LF only."""
    clean = clean_text(text)
    clean.encode("utf-8")
    assert clean.splitlines() == clean.removesuffix("\n").split("\n") or clean == ""
    assert not any(ord(character) < 0x20 and character not in "\n\t" for character in clean)


@given(hostile_texts)
def test_cleansing_twice_changes_nothing_more(text: str) -> None:
    """Cleansed text is left as it is."""
    assert clean_text(clean_text(text)) == clean_text(text)
    assert clean_line(clean_line(text)) == clean_line(text)


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\r\nb\rc\u2028d", "a\nb\nc\nd"),
        ("a\x00\x1b\x7f\ufeffb\tc", "ab\tc"),
        ("a\ud800b\uffff", "a\ufffdb\ufffd"),
        ("№ 5 «Школа» — 1\xa0шт. ё", "№ 5 «Школа» — 1\xa0шт. ё"),
        ("D:\\News \\\x00N", "D:\\\u2060News \\\u2060N"),
        ("\u202eשלום", "\u202eשלום"),
    ],
)
def test_what_text_becomes(text: str, clean: str) -> None:
    """Line breaks become LF, controls go, what UTF-8 cannot carry is replaced, letters of any script stay."""
    assert clean_text(text) == clean


def test_a_line_has_no_breaks_and_no_space_around() -> None:
    """Titles are one line."""
    assert clean_line(" a\r\n\tb ") == "a  b"


@pytest.mark.parametrize(
    ("url", "clean"),
    [
        ("https://opora.example/o/1?x=a%20b#c", "https://opora.example/o/1?x=a%20b#c"),
        ("https://opora.example/шк 1\\%z", "https://opora.example/%D1%88%D0%BA%201%5C%25z"),
        ("https://opora.example/\r\nX:1", "https://opora.example/%0AX:1"),
        ("opora.example/o/1", ""),
        ("", ""),
    ],
)
def test_what_an_address_becomes(url: str, clean: str) -> None:
    """Addresses keep to the characters of RFC 3986; one without a scheme leads nowhere and is left out."""
    assert clean_url(url) == clean


def test_escaping_marks_backslash_semicolon_comma_and_line_break() -> None:
    """The four escapes of RFC 5545 section 3.3.11, and no other."""
    assert escape('a\\b;c,d\ne:"f"') == b'a\\\\b\\;c\\,d\\ne:"f"'


@given(st.one_of(hostile_texts, st.text("\\^я👩a", min_size=30, max_size=400)))
def test_folding_is_icalendars_own(text: str) -> None:
    """Every fold falls where icalendar folds, and unfolding gives the line back."""
    line = b"SUMMARY:" + escape(clean_text(text))
    folded = fold(line)
    assert folded == Contentline(line.decode()).to_ical()
    assert folded.replace(b"\r\n ", b"") == line
    assert all(len(piece) <= 75 and piece.decode("utf-8") for piece in folded.split(b"\r\n"))


@pytest.mark.parametrize("octets", [73, 74, 75, 76, 148, 149])
def test_lines_are_folded_from_75_octets_on(octets: int) -> None:
    """74 octets stay one line; each further line carries 74 more."""
    assert fold(b"a" * octets).count(b"\r\n ") == (octets - 1) // 74
