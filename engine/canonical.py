"""The one byte form of a value that is hashed: canonical JSON, and SHA-256 over it.

The bytes are those of RFC 8785 (JSON Canonicalization Scheme) for every value accepted here. Fractions are refused:
the RFC writes numbers as ECMAScript doubles do, and nothing that Opora hashes needs one.
"""

import hashlib
import json
from collections.abc import Mapping
from types import NoneType
from typing import Any

from engine.errors import N_, OporaError

# RFC 8785 §3.2.2.3: a number is a double, exact for whole numbers up to this.
LARGEST_EXACT_INTEGER = 2**53 - 1

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode
# The kinds as they mostly come, first: to look through a union or to ask an abstract class takes long.
_PLAIN = (str, bool, NoneType)
_LISTS = (list, tuple)
_MAPPINGS = (dict, Mapping)


class NotCanonicalError(OporaError):
    """A value has no canonical form: a fraction, too large a number, half a character, a key that is no text."""

    message = N_("{value} cannot be recorded exactly. Write it as text or as a whole number below 2^53.")


def canonical_json(value: Any) -> bytes:
    """The canonical UTF-8 bytes of nested mappings with text keys, lists, tuples, text, whole numbers, booleans, None.

    Raises:
        NotCanonicalError: anything else stands inside.
    """
    return canonical_bytes(_encode(_ordered(value)))


def canonical_bytes(text: str) -> bytes:
    """The UTF-8 bytes of JSON that is canonical already.

    Raises:
        NotCanonicalError: it holds half a character, such as of a file name that is not UTF-8.
    """
    try:
        return text.encode()
    except UnicodeEncodeError as error:
        raise NotCanonicalError(value=ascii(error.object[error.start : error.end])) from error


def sha256(content: bytes) -> bytes:
    """The 32 bytes of SHA-256 (FIPS 180-4)."""
    return hashlib.sha256(content).digest()


def _ordered(value: Any) -> Any:
    """The value with the keys of each mapping in the order of their UTF-16 code units (RFC 8785 §3.2.3)."""
    if isinstance(value, _PLAIN):
        return value
    if isinstance(value, int) and abs(value) <= LARGEST_EXACT_INTEGER:
        return int(value)
    if isinstance(value, _LISTS):
        return [_ordered(item) for item in value]
    if isinstance(value, _MAPPINGS) and all(isinstance(key, str) for key in value):
        keys = sorted(value, key=_utf16_units) if len(value) > 1 else value
        return {str(key): _ordered(value[key]) for key in keys}
    raise NotCanonicalError(value=ascii(value))


def _utf16_units(key: str) -> bytes:
    # Lone surrogates pass here and are refused at encoding, with the one message.
    return key.encode("utf-16-be", "surrogatepass")
