"""Whether a client already holds what would be sent."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.http import parse_etags

from notifications.calendar.conditional import not_modified, strong_etag

ETAG = '"a,b"'
LAST_MODIFIED = datetime(2026, 3, 2, 6, 0, 0, 999_999, tzinfo=UTC)
SAME_SECOND = "Mon, 02 Mar 2026 06:00:00 GMT"


def _answer(if_none_match: str | None = None, if_modified_since: str | None = None, etag: str = ETAG) -> bool:
    return not_modified(
        if_none_match=if_none_match, if_modified_since=if_modified_since, etag=etag, last_modified=LAST_MODIFIED
    )


def test_the_etag_is_strong_quoted_and_follows_the_bytes() -> None:
    """Equal bytes, equal tag; one octet more, another; no W/ before it."""
    assert strong_etag(b"a") == strong_etag(b"a") != strong_etag(b"a ")
    assert strong_etag(b"a")[0] == strong_etag(b"a")[-1] == '"'


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        ('"a,b"', True),
        ('W/"a,b"', True),
        ('"x", "a,b" ,"y"', True),
        ('"x","a,b"', True),
        (', ,"a,b",', True),
        ("*", True),
        (" * ", True),
        ('"x"', False),
        ('"a", "b"', False),
        ('"A,B"', False),
        ("", False),
        ("a,b", False),
        ('"a,b', False),
        ('w/"a,b"', False),
        ('"x" "a,b"', False),
        ('"x""a,b"', False),
        ('"x", *', False),
        ('junk, "a,b"', False),
    ],
)
def test_if_none_match(header: str, answer: bool) -> None:
    """Lists, the star and weak comparison (RFC 9110 section 13.1.2); what cannot be read matches nothing."""
    assert _answer(header) is answer


def test_a_weak_tag_of_ours_matches_too() -> None:
    """Comparison is weak on both sides (section 8.8.3.2)."""
    assert _answer('"a"', etag='W/"a"')


@pytest.mark.parametrize(
    ("header", "answer"),
    [
        (SAME_SECOND, True),
        ("Mon, 02 Mar 2026 06:00:01 GMT", True),
        ("Mon, 02 Mar 2026 05:59:59 GMT", False),
        ("Monday, 02-Mar-26 06:00:00 GMT", True),
        ("Mon Mar  2 06:00:00 2026", True),
        ("yesterday", False),
        ("", False),
        ("Mon, 99 Mar 2026 06:00:00 GMT", False),
        ("Mon, 02 Mar 99999999999 06:00:00 GMT", False),
        (None, False),
    ],
)
def test_if_modified_since(header: str | None, answer: bool) -> None:
    """Whole seconds, the three forms of a date (section 5.6.7); what is no date is ignored."""
    assert _answer(if_modified_since=header) is answer


@pytest.mark.parametrize("if_none_match", ['"x"', "", "junk"])
def test_if_none_match_alone_decides_where_it_is_sent(if_none_match: str) -> None:
    """The date is not looked at beside a tag (section 13.2.2)."""
    assert not _answer(if_none_match, SAME_SECOND)


# Werkzeug reads the empty tag, which the RFC allows, as "None".
_tags = st.text(st.characters(min_codepoint=0x23, max_codepoint=0x7E), min_size=1, max_size=5)


@given(st.lists(st.tuples(st.sampled_from(["", "W/"]), _tags), min_size=1), _tags)
def test_well_formed_lists_are_read_as_werkzeug_reads_them(sent: list[tuple[str, str]], ours: str) -> None:
    """A second reading by a library that others rely on gives the same answer."""
    header = ", ".join(f'{weak}"{tag}"' for weak, tag in sent)
    assert _answer(header, etag=f'"{ours}"') is parse_etags(header).contains_weak(ours)


@given(st.text(), st.text())
def test_no_header_raises(if_none_match: str, if_modified_since: str) -> None:
    """Strangers write these headers: any text is answered."""
    assert _answer(if_none_match) in {True, False}
    assert _answer(None, if_modified_since) in {True, False}
