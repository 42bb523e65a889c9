"""Text on its way into a calendar: cleansed of what breaks parsers, escaped, folded (RFC 5545 sections 3.1, 3.3.11)."""

import re
from urllib.parse import quote

LINE_OCTETS = 74
"""Octets of a line before it is folded. RFC 5545 allows 75; icalendar, whose bytes we match, keeps one in reserve,
which the space before a continuation then uses up."""

# All that some parser or other takes for the end of a line (Python's `str.splitlines` is widely used).
_LINE_BREAKS = re.compile("\r\n|[\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029]")
# Controls that RFC 5545 forbids, their C1 kin, and the byte order mark, which icalendar strips from a value's start.
_DROPPED = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
# What UTF-8 cannot carry, and what XML, hence CalDAV, cannot.
_REPLACED = re.compile("[\ud800-\udfff\ufffe\uffff]")

_CONTINUATION_BITS, _CONTINUATION = 0xC0, 0x80
_ESCAPE_PREFIXES = b"\\^"
# RFC 3986 section 2: everything else is percent-encoded; `%` stays where it already encodes something.
_URL_CHARACTERS = "%:/?#[]@!$&'()*+,;=-._~"
_BARE_PERCENT = re.compile("%(?![0-9A-Fa-f]{2})")
_SCHEME = re.compile("[A-Za-z][A-Za-z0-9+.-]*:")


def clean_text(text: str) -> str:
    r"""The text without anything that breaks a feed; lines are parted by LF.

    Controls go, lone surrogates become U+FFFD. icalendar takes `\N` in a text for a line break (a path such as
    `D:\News` loses a letter): an invisible word joiner keeps the two characters apart.
    """
    return _without_controls(text).replace("\\N", "\\\u2060N")


def clean_line(text: str) -> str:
    """As `clean_text`, on one line: for names and titles."""
    return clean_text(text).replace("\n", " ").replace("\t", " ").strip()


def clean_url(url: str) -> str:
    """The address in the characters of RFC 3986; empty where it has no scheme and so leads nowhere."""
    address = _BARE_PERCENT.sub("%25", _without_controls(url).strip())
    return quote(address, safe=_URL_CHARACTERS) if _SCHEME.match(address) else ""


def _without_controls(text: str) -> str:
    if text.isprintable():
        return text
    text = _LINE_BREAKS.sub("\n", text)
    return _REPLACED.sub("\ufffd", _DROPPED.sub("", text))


def escape(text: str) -> bytes:
    """A cleansed text as TEXT value: backslash, semicolon, comma and line break escaped, UTF-8."""
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    return text.replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n").encode()


def fold(line: bytes) -> bytes:
    """A content line in pieces of at most 75 octets, parted by CRLF and a space, byte-identical to icalendar's.

    No character is split, nor (kindness to simple clients) a backslash or caret from what it escapes.
    """
    if len(line) <= LINE_OCTETS:
        return line
    pieces, start = [], 0
    while len(line) - start > LINE_OCTETS:
        end = start + LINE_OCTETS
        while line[end] & _CONTINUATION_BITS == _CONTINUATION:
            end -= 1
        if line[end - 1] in _ESCAPE_PREFIXES:
            end -= 1
        pieces.append(line[start:end])
        start = end
    pieces.append(line[start:])
    return b"\r\n ".join(pieces)
