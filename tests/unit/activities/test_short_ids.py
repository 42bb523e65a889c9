"""Short ids: typed by people, forgiving of look-alike letters."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.short_ids import ALPHABET, find_short_id, new_short_id

SIX_BYTES = st.binary(min_size=6, max_size=6)


@given(st.sampled_from("paosg"), SIX_BYTES)
def test_a_new_short_id_is_found_as_it_is(prefix: str, random: bytes) -> None:
    """A made id is its prefix, a dash and 6 letters of the alphabet, and is recognised unchanged."""
    made = new_short_id(prefix, lambda _: random)
    assert made[:2] == f"{prefix}-"
    assert len(made) == 8
    assert set(made[2:]) <= set(ALPHABET)
    assert find_short_id(made) == made


def test_no_letter_looks_like_another() -> None:
    """The alphabet has 32 signs, none of them i, l, o or u."""
    assert len(set(ALPHABET)) == 32
    assert not set("ilou") & set(ALPHABET)


def test_all_signs_come_equally() -> None:
    """Each sign stands for 8 of the 256 values of a byte."""
    signs = [new_short_id("o", lambda _, byte=byte: bytes([byte] * 6))[-1] for byte in range(256)]
    assert {signs.count(sign) for sign in ALPHABET} == {8}


def test_it_takes_its_randomness_from_the_caller() -> None:
    """It asks for 6 bytes, as `os.urandom` gives them."""
    assert len({new_short_id("o", os.urandom) for _ in range(50)}) == 50


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("O-7K3F9Q", "o-7k3f9q"),
        (" o-7k3f9q\n", "o-7k3f9q"),
        ("o-oil111", "o-011111"),
        ("о-7к3f9q", "o-7k3f9q"),
        ("а-000000", "a-000000"),
    ],
)
def test_look_alikes_are_put_right(typed: str, meant: str) -> None:
    """Capitals, o for 0, i and l for 1, and Russian letters of the same shape are understood."""
    assert find_short_id(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "o-", "o7k3f9q", "o-7k3f9", "o-7k3f9qq", "o-7k3f9u", "oo-7k3f9q", "1-7k3f9q", "1.6.1"]
)
def test_anything_else_is_none(typed: str) -> None:
    """Another length, a letter outside the alphabet, no dash, no letter before it: no short id."""
    assert find_short_id(typed) is None
