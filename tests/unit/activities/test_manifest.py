"""The manifest of a submission: its bytes, its digest, and the way back."""

import json
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.manifest import (
    Manifest,
    ManifestError,
    ManifestFile,
    OutcomeReason,
    SubmissionKind,
    find_early_document,
)
from engine.canonical import sha256

PROTOCOL = ManifestFile("Протокол.pdf", 2048, "application/pdf", sha256(b"protocol"))
PHOTO = ManifestFile("photo.jpg", 4096, "image/jpeg", sha256(b"photo"))
EVIDENCE = Manifest(
    kind=SubmissionKind.EVIDENCE,
    occurrence_id="017f22e2-79b0-7cc3-98c4-dc0c0c07398f",
    version=2,
    files=(PROTOCOL, PHOTO),
    links=("https://example.org/b", "https://example.org/a"),
    note="Протокол подписан.",
    document_on=date(2026, 3, 12),
    document_place="папка 3-14",
    numbers={"participants": 24, "organisations": 3},
    provided_by="s-000001",
    entered_by="s-000002",
    contains_personal_data=True,
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
FILES = st.builds(ManifestFile, TEXT, st.integers(0, 10**12), TEXT, st.binary(min_size=32, max_size=32))
MANIFESTS = st.builds(
    lambda reason, **parts: Manifest(
        kind=SubmissionKind.OUTCOME if reason else SubmissionKind.EVIDENCE, outcome_reason=reason, **parts
    ),
    st.none() | st.sampled_from(OutcomeReason),
    occurrence_id=TEXT,
    version=st.integers(1, 1000),
    provided_by=TEXT,
    entered_by=TEXT,
    files=st.lists(FILES, max_size=3).map(tuple),
    links=st.lists(TEXT, max_size=3).map(tuple),
    note=TEXT,
    document_on=st.none() | st.dates(),
    document_place=TEXT,
    numbers=st.dictionaries(TEXT, st.integers(0, 10**6), max_size=3),
    contains_personal_data=st.booleans(),
)


@given(MANIFESTS)
def test_a_manifest_reads_back_from_its_bytes(manifest: Manifest) -> None:
    """The bytes give an equal manifest with the same digest, which is their SHA-256."""
    read = Manifest.from_json(manifest.to_bytes())
    assert read == manifest
    assert read.digest == manifest.digest == sha256(manifest.to_bytes())


def test_the_bytes_are_fixed_for_ever() -> None:
    """An auditor can compute the digest from what the documentation says, today and in years."""
    plain = Manifest(
        kind=SubmissionKind.OUTCOME,
        occurrence_id="x",
        version=1,
        outcome_reason=OutcomeReason.NOT_HELD,
        provided_by="s-000001",
        entered_by="s-000001",
        files=(ManifestFile("a.txt", 0, "text/plain", bytes(32)),),
    )
    assert plain.to_bytes() == (
        b'{"contains_personal_data":false,"document_on":null,"document_place":"","entered_by":"s-000001",'
        b'"files":[{"media_type":"text/plain","name":"a.txt","sha256":"' + b"0" * 64 + b'","size":0}],'
        b'"format":"opora-manifest-1","kind":"outcome","links":[],"note":"","numbers":{},"occurrence_id":"x",'
        b'"outcome_reason":"not_held","provided_by":"s-000001","version":1}'
    )


def test_the_order_in_which_evidence_came_does_not_change_the_digest() -> None:
    """Files, links and numbers put in another way round are the same evidence."""
    turned = replace(
        EVIDENCE,
        files=EVIDENCE.files[::-1],
        links=EVIDENCE.links[::-1],
        numbers=dict(reversed(EVIDENCE.numbers.items())),
    )
    assert turned.digest == EVIDENCE.digest


@pytest.mark.parametrize(
    "change",
    [
        {"occurrence_id": "017f22e2-79b0-7cc3-98c4-dc0c0c073990"},
        {"version": 3},
        {"files": (PROTOCOL,)},
        {"files": (PROTOCOL, replace(PHOTO, name="photo2.jpg"))},
        {"files": (PROTOCOL, replace(PHOTO, size=4097))},
        {"files": (PROTOCOL, replace(PHOTO, media_type="image/png"))},
        {"files": (PROTOCOL, replace(PHOTO, digest=sha256(b"other")))},
        {"links": ()},
        {"note": "Протокол не подписан."},
        {"document_on": None},
        {"document_place": "папка 3-15"},
        {"numbers": {"participants": 25, "organisations": 3}},
        {"kind": SubmissionKind.OUTCOME, "outcome_reason": OutcomeReason.NOT_DONE},
        {"provided_by": "s-000003"},
        {"entered_by": "s-000001"},
        {"contains_personal_data": False},
    ],
)
def test_every_part_counts(change: dict[str, Any]) -> None:
    """Whatever changes in a submission, its digest changes: an acceptance cannot slip onto other content."""
    assert replace(EVIDENCE, **change).digest != EVIDENCE.digest


@pytest.mark.parametrize(
    "change",
    [
        {"outcome_reason": OutcomeReason.NOT_DONE},
        {"kind": SubmissionKind.OUTCOME},
        {"version": 0},
        {"files": (replace(PHOTO, digest=b"short"),)},
        {"files": (replace(PHOTO, size=-1),)},
    ],
)
def test_a_manifest_that_contradicts_itself_is_refused(change: dict[str, Any]) -> None:
    """A reason without an outcome, an outcome without a reason, no version, no digest, no size."""
    with pytest.raises(ManifestError):
        replace(EVIDENCE, **change)


def altered(**change: Any) -> bytes:
    """The evidence's JSON with a part put otherwise."""
    plain = json.loads(EVIDENCE.to_bytes()) | change
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'"text"',
        b"[" * 100_000,
        EVIDENCE.to_bytes()[:-1],
        EVIDENCE.to_bytes() + b"\n",
        altered(format="opora-manifest-2"),
        altered(extra=1),
        altered(kind="gift"),
        altered(numbers={"participants": 0.5}),
        altered(files=[{"name": "a"}]),
        altered(document_on="12.03.2026"),
        altered(links="https://example.org/a"),
    ],
)
def test_bytes_that_no_manifest_gives_are_one_error(content: bytes) -> None:
    """Damaged bytes, another format, unknown or missing parts and another writing of the same are refused."""
    with pytest.raises(ManifestError, match="is not valid"):
        Manifest.from_json(content)


def test_altering_nothing_is_accepted() -> None:
    """The way in which the refused bytes were made is not itself the reason."""
    assert Manifest.from_json(altered()) == EVIDENCE


def test_a_document_dated_before_work_began_is_warned_of() -> None:
    """The warning names both dates; the first day itself, or no date, is fine."""
    warning = find_early_document(EVIDENCE, date(2026, 3, 13))
    assert warning is not None
    assert "12.03.2026" in warning.ru
    assert "13.03.2026" in warning.ru
    assert "2026-03-12" in warning.en
    assert find_early_document(EVIDENCE, date(2026, 3, 12)) is None
    assert find_early_document(replace(EVIDENCE, document_on=None), date(2026, 3, 13)) is None
