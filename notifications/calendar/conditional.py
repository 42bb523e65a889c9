"""Whether a client already holds what we would send (RFC 9110 sections 8.8 and 13); knows no web framework."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

# RFC 9110 section 8.8.3: an opaque tag may hold commas, so a list is read tag by tag, never split.
_ENTITY_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\U0010ffff]*)"')
_SEPARATOR = re.compile(r"[ \t]*(?:,[ \t]*)+")


def strong_etag(body: bytes) -> str:
    """A strong validator, quotes included: equal exactly when the bytes are.

    A compressed body has other bytes and so another tag, provided that it is compressed alike each time.
    """
    return f'"{hashlib.sha256(body).hexdigest()}"'


def not_modified(
    *, if_none_match: str | None, if_modified_since: str | None, etag: str, last_modified: datetime
) -> bool:
    """Whether GET or HEAD is to be answered 304.

    Args:
        if_none_match: the header (several joined by commas), None where absent. Where present it alone decides
            (section 13.2.2); one that cannot be read matches nothing, so that the client gets the whole feed.
        if_modified_since: the header; one that is no date is ignored (section 13.1.3).
        etag: of what would be sent, with quotes.
        last_modified: of what would be sent, aware; compared in whole seconds, as the header has no finer ones.
    """
    if if_none_match is not None:
        return _matches(if_none_match, etag)
    since = _find_http_date(if_modified_since)
    return since is not None and last_modified.replace(microsecond=0) <= since


def _matches(if_none_match: str, etag: str) -> bool:
    header = if_none_match.strip(" \t")
    if header == "*":
        return True
    return _opaque_tags(etag)[0] in _opaque_tags(header)


def _opaque_tags(header: str) -> list[str]:
    """The tags of a list without their `W/` (weak comparison, section 8.8.3.2); none where the list is malformed."""
    tags = []
    position = _past_separator(header, 0)
    while position < len(header):
        tag = _ENTITY_TAG.match(header, position)
        if tag is None:
            return []
        tags.append(tag[1])
        position = _past_separator(header, tag.end())
        if position == tag.end() < len(header):
            return []
    return tags


def _past_separator(header: str, position: int) -> int:
    """Where the next tag starts; empty elements of a list are passed over (section 5.6.1.2)."""
    separator = _SEPARATOR.match(header, position)
    return separator.end() if separator else position


def _find_http_date(header: str | None) -> datetime | None:
    """The instant in any of the three forms of section 5.6.7, or None."""
    try:
        since = parsedate_to_datetime(header or "")
    except (ValueError, OverflowError):
        return None
    return since.replace(tzinfo=UTC) if since.tzinfo is None else since
