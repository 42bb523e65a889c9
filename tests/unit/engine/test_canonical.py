"""Canonical JSON is that of RFC 8785."""

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import LARGEST_EXACT_INTEGER, NotCanonicalError, canonical_json, sha256

TEXT = st.text(st.characters(exclude_categories=["Cs"]))
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST_EXACT_INTEGER, LARGEST_EXACT_INTEGER) | TEXT,
    lambda inner: st.lists(inner) | st.dictionaries(TEXT, inner),
    max_leaves=20,
)
SHORT_ESCAPES = {0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r", 0x22: '\\"', 0x5C: "\\\\"}


def jcs(value: Any) -> str:
    """RFC 8785 §3.2 written out by hand, without the json module."""
    match value:
        case None:
            return "null"
        case True | False:
            return "true" if value else "false"
        case int():
            return f"{value:d}"
        case str():
            return '"' + "".join(map(jcs_sign, value)) + '"'
        case list():
            return "[" + ",".join(map(jcs, value)) + "]"
        case _:
            members = sorted(value.items(), key=lambda member: utf16_units(member[0]))
            return "{" + ",".join(f"{jcs(key)}:{jcs(inner)}" for key, inner in members) + "}"


def jcs_sign(sign: str) -> str:
    """RFC 8785 §3.2.2.2: a two-letter escape, four hex digits for other controls, else the sign itself."""
    code = ord(sign)
    return SHORT_ESCAPES.get(code) or (f"\\u{code:04x}" if code < 0x20 else sign)


def utf16_units(text: str) -> list[int]:
    """The UTF-16 code units of a text, surrogate pairs worked out by RFC 2781 §2.1."""
    units = []
    for code in map(ord, text):
        above = code - 0x10000
        units += [code] if above < 0 else [0xD800 + (above >> 10), 0xDC00 + (above & 0x3FF)]
    return units


@given(VALUES)
def test_bytes_are_those_of_rfc_8785(value: Any) -> None:
    """For every accepted value the bytes equal those of an independent reading of the RFC."""
    assert canonical_json(value) == jcs(value).encode()


@given(VALUES)
def test_nothing_is_lost(value: Any) -> None:
    """Parsing the bytes gives the value back."""
    assert json.loads(canonical_json(value)) == value


def test_the_sorting_example_of_the_rfc() -> None:
    """Keys stand in the order of RFC 8785 §3.2.3, where an emoji comes before U+FB33."""
    keys = ["\u20ac", "\r", "\ufb33", "1", "\U0001f600", "\u0080", "\u00f6"]
    ordered = ["\r", "1", "\u0080", "\u00f6", "\u20ac", "\U0001f600", "\ufb33"]
    assert list(json.loads(canonical_json(dict.fromkeys(keys, 0)))) == ordered


def test_tuples_are_written_as_lists() -> None:
    """A tuple has the bytes of the list of its items."""
    assert canonical_json({"links": ("б", "а")}) == '{"links":["б","а"]}'.encode()


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        float("nan"),
        2**53,
        -(2**53),
        b"bytes",
        {1: "key"},
        {"deep": [{"er": 0.5}]},
        "\ud800",
        {"\ud800": 1},
        {1, 2},
    ],
)
def test_what_has_no_exact_form_is_refused(value: Any) -> None:
    """Fractions, large numbers, bytes, keys that are no text and half characters are errors, not approximations."""
    with pytest.raises(NotCanonicalError, match="cannot be recorded exactly"):
        canonical_json(value)


def test_sha256_is_the_raw_digest() -> None:
    """The digest is 32 bytes, those of FIPS 180-4's example."""
    assert sha256(b"abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    assert sha256(b"") == hashlib.sha256().digest()
