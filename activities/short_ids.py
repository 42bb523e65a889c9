"""Short ids that people read aloud and type: `o-7k3f9q`.

The letters are Crockford's base 32 in lower case: no i, l, o or u, so that none is taken for another sign
(https://www.crockford.com/base32.html). 30 random bits: who stores one checks that it is free.
"""

import re
from collections.abc import Callable

ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
LENGTH = 6

_SHORT_ID = re.compile(rf"([a-z])-([{ALPHABET}]{{{LENGTH}}})")
# What a person types for a letter that is not in the alphabet, and with a Russian keyboard.
_LOOK_ALIKES = str.maketrans("oil", "011")
_RUSSIAN_TWINS = str.maketrans("авсенкмортху", "abcehkmoptxy")


def new_short_id(prefix: str, random_bytes: Callable[[int], bytes]) -> str:
    """A random short id of a kind of thing; whether it is taken already, the caller asks its table.

    Args:
        prefix: one lower-case letter for the kind: p(lan), a(ctivity), o(ccurrence), s(ubmission), g(rant) …
        random_bytes: gives that many unpredictable bytes (`os.urandom`).
    """
    return f"{prefix}-{''.join(ALPHABET[byte & 31] for byte in random_bytes(LENGTH))}"


def find_short_id(typed: str) -> str | None:
    """The short id that was typed, its look-alike letters put right; None where it is none."""
    prefix, dash, letters = typed.strip().lower().translate(_RUSSIAN_TWINS).partition("-")
    mended = f"{prefix}{dash}{letters.translate(_LOOK_ALIKES)}"
    return mended if _SHORT_ID.fullmatch(mended) else None
