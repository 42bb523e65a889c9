"""White space as documents carry it, folded to what a person sees."""

import re

# Besides what Python calls white space: zero-width space, joiners, word joiner, byte order mark.
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff"
_SOFT_HYPHEN = "\u00ad"
_SPACE = re.compile(rf"[\s{_INVISIBLE}]+")
_LINE_BREAK = re.compile(r"[\n\r\v\f\u0085\u2028\u2029]+")


def fold(text: str) -> str:
    """The text on one line: every run of white space one blank, none at the ends, no soft hyphens."""
    return _SPACE.sub(" ", text.replace(_SOFT_HYPHEN, "")).strip()


def fold_lines(text: str) -> str:
    """The text with each line folded and no empty lines; where an author broke a line, it stays broken."""
    return "\n".join(filter(None, map(fold, _LINE_BREAK.split(text))))


def ink(text: str) -> str:
    """The text without any white space: what conservation counts."""
    return _SPACE.sub("", text.replace(_SOFT_HYPHEN, ""))
