"""Header values that cannot become other headers, whatever stands in a title or a name."""

import re
import unicodedata
from email.header import Header

SUBJECT_LENGTH = 150
NAME_LENGTH = 100
"""Characters; longer ones are cut in every list of mails."""

_NOT_PLAIN = re.compile(r"[^A-Za-z0-9 -]")
_TO_ESCAPE = re.compile(r'(["\\])')
_ENCODED_WORD_MARK = re.compile(r"=(?=\?)")


def cleanse(text: str) -> str:
    """The text on one line, without what could steer a mail program.

    Line breaks and white space become one space; control, format (those that change the direction of writing among
    them) and half characters go; `=?`, which begins an encoded word (RFC 2047) that some Python versions would read
    as header text (cpython issue 121650), is taken apart.
    """
    visible = "".join(
        character
        for character in " ".join(text.split())
        if unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
    )
    return _ENCODED_WORD_MARK.sub("= ", " ".join(visible.split()))


def shorten(text: str, length: int = SUBJECT_LENGTH) -> str:
    """The text cut at a word's end, with an ellipsis where something is missing."""
    if len(text) <= length:
        return text
    cut = text[:length]
    at_word = cut.rpartition(" ")[0]
    return (at_word if len(at_word) > length // 2 else cut).rstrip(" ,;:.–—-") + "…"


def encode_text(text: str, header: str) -> Header:
    """A text, cleansed and cut, as the value of a header; in encoded words (RFC 2047) where it is not plain."""
    clean = shorten(cleanse(text))
    # A word too long to be folded would stand on a line of its own, and readers differ about the space before it.
    plain = clean.isascii() and all(len(word) <= 60 for word in clean.split())
    return Header(clean, "us-ascii" if plain else "utf-8", header_name=header)


def encode_mailbox(name: str, address: str, header: str) -> Header | str:
    """A name with its address (RFC 5322 §3.4); an address alone where the name is empty or the same."""
    clean = shorten(cleanse(name), NAME_LENGTH)
    if not clean or clean == address:
        return address
    if not clean.isascii():
        value = Header(clean, "utf-8", header_name=header)
        value.append(f"<{address}>", "us-ascii")
        return value
    if _NOT_PLAIN.search(clean):
        clean = '"' + _TO_ESCAPE.sub(r"\\\1", clean) + '"'
    return f"{clean} <{address}>"
