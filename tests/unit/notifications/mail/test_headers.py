"""Header values that stay values."""

import unicodedata

import pytest
from hypothesis import given, settings

from notifications.mail.headers import cleanse, shorten
from tests.fixtures.letters import hostile_words


@given(hostile_words)
@settings(max_examples=2000)
def test_what_is_cleansed_is_one_line_that_begins_no_encoded_word(text):
    """Neither control nor format characters are left, nor the mark of an encoded word; twice is as once."""
    clean = cleanse(text)
    assert "=?" not in clean
    assert clean == " ".join(clean.split())
    assert not {unicodedata.category(character) for character in clean} & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert cleanse(clean) == clean


def test_plain_words_are_left_alone():
    """A title that is harmless keeps every sign."""
    title = "1.6.1 Семинар «Мы — вместе»: 2+2=4? (№ 5)"
    assert cleanse(title) == title


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("short", "short"),
        ("one two three", "one two…"),
        ("indivisible-word", "indivisibl…"),
        ("exactly ten", "exactly…"),
        ("ten signs!", "ten signs!"),
    ],
)
def test_a_long_text_is_cut_at_a_word(text, expected):
    """An ellipsis says that something is missing."""
    assert shorten(text, 10) == expected
