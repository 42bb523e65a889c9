"""The bytes of an entry are canonical JSON, whatever stands in it."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import NotCanonicalError, canonical_json
from engine.history import Entry

DIGESTS = st.binary(min_size=32, max_size=32)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
ENTRIES = st.builds(
    Entry,
    instance=TEXTS,
    revision=st.integers(1, 2**53 - 1),
    at=st.datetimes(timezones=st.just(UTC)),
    event=TEXTS,
    from_state=TEXTS,
    to_state=TEXTS,
    actor=TEXTS,
    on_behalf_of=st.none() | TEXTS,
    channel=TEXTS,
    subject_digest=st.none() | DIGESTS,
    payload_digest=DIGESTS,
    previous_digest=DIGESTS,
)


@given(ENTRIES)
def test_the_bytes_of_an_entry_are_canonical(entry):
    """Written the short way, they are what the long way gives for the same values (RFC 8785)."""
    plain = json.loads(entry.body())
    assert canonical_json(plain) == entry.body()
    assert (plain["instance"], plain["revision"], plain["for"]) == (entry.instance, entry.revision, entry.on_behalf_of)


def test_half_a_character_is_refused():
    """No bytes could stand for it."""
    entry = Entry("i", 1, datetime(2026, 3, 2, tzinfo=UTC), "e", "", "s", "\ud800", None, "cli", None, b"", b"")
    with pytest.raises(NotCanonicalError):
        entry.body()
