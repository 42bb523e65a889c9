"""What exactly was submitted: the manifest of one version of evidence, whose digest a decision names."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from activities.deadlines.schedule import Explanation
from engine.canonical import NotCanonicalError, canonical_json, sha256
from engine.errors import N_, OporaError

# Stands in every manifest, so that one sealed today can be told from one of a later shape.
FORMAT = "opora-manifest-1"


class ManifestError(OporaError):
    """A manifest that contradicts itself, or bytes that are none."""

    message = N_("The evidence's manifest is not valid: {problem}. Submit the evidence again.")


class SubmissionKind(StrEnum):
    """Whether a submission shows what was done, or says why it was not."""

    EVIDENCE = "evidence"
    OUTCOME = "outcome"


class OutcomeReason(StrEnum):
    """Why an occurrence ends without evidence."""

    NOT_HELD = "not_held"
    NOT_DONE = "not_done"
    NOT_NEEDED = "not_needed"
    CARRIED_OVER = "carried_over"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True, order=True)
class ManifestFile:
    """One file: its name, size in bytes, media type (RFC 6838) and the SHA-256 of its content."""

    name: str
    size: int
    media_type: str
    digest: bytes


@dataclass(frozen=True, slots=True)
class Manifest:
    """One version of evidence, or the reason why there is none.

    Files and links are kept sorted, so that the order in which they came does not change the digest.

    Attributes:
        kind: evidence, or an outcome with its reason.
        occurrence_id: the occurrence's public id (UUID text).
        version: counts an occurrence's submissions from 1.
        files: what was attached.
        links: addresses of what lies elsewhere.
        note: what the submitter wrote.
        document_on: the date that the document bears; not that of the upload.
        document_place: where it lies on paper, e.g. a folder.
        numbers: what the activity counts, e.g. participants.
        outcome_reason: with kind `outcome` only.
        provided_by: opaque id of the person or party whose evidence it is.
        entered_by: opaque id of the person who put it in.
        contains_personal_data: «Содержит ПДн».

    Raises:
        ManifestError: a reason without an outcome or the reverse, a version below 1, a digest of another length.
    """

    kind: SubmissionKind
    occurrence_id: str
    version: int
    provided_by: str
    entered_by: str
    files: tuple[ManifestFile, ...] = ()
    links: tuple[str, ...] = ()
    note: str = ""
    document_on: date | None = None
    document_place: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)
    outcome_reason: OutcomeReason | None = None
    contains_personal_data: bool = False

    def __post_init__(self) -> None:
        if (self.kind is SubmissionKind.OUTCOME) != (self.outcome_reason is not None):
            raise ManifestError(problem=N_("an outcome, and only an outcome, has a reason"))
        if self.version < 1:
            raise ManifestError(problem=N_("versions count from 1"))
        if any(len(file.digest) != 32 or file.size < 0 for file in self.files):
            raise ManifestError(problem=N_("a file has no size or no SHA-256"))
        object.__setattr__(self, "files", tuple(sorted(self.files)))
        object.__setattr__(self, "links", tuple(sorted(self.links)))

    def to_bytes(self) -> bytes:
        """The canonical JSON that is hashed and kept."""
        return canonical_json(
            {
                "format": FORMAT,
                "kind": self.kind.value,
                "occurrence_id": self.occurrence_id,
                "version": self.version,
                "files": [
                    {"name": file.name, "size": file.size, "media_type": file.media_type, "sha256": file.digest.hex()}
                    for file in self.files
                ],
                "links": self.links,
                "note": self.note,
                "document_on": self.document_on.isoformat() if self.document_on else None,
                "document_place": self.document_place,
                "numbers": self.numbers,
                "outcome_reason": self.outcome_reason.value if self.outcome_reason else None,
                "provided_by": self.provided_by,
                "entered_by": self.entered_by,
                "contains_personal_data": self.contains_personal_data,
            }
        )

    @property
    def digest(self) -> bytes:
        """SHA-256 of `to_bytes`: what a decision and a grant name."""
        return sha256(self.to_bytes())

    @classmethod
    def from_json(cls, content: bytes) -> "Manifest":
        """The manifest that gave these bytes.

        Raises:
            ManifestError: no manifest gives exactly these bytes, so they are damaged or of another format.
        """
        try:
            manifest = cls._from_plain(json.loads(content))
            same = manifest.to_bytes() == content
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError, NotCanonicalError) as error:
            raise ManifestError(problem=str(error)) from error
        if not same:
            raise ManifestError(problem=N_("its bytes are not those that were sealed"))
        return manifest

    @classmethod
    def _from_plain(cls, plain: dict[str, Any]) -> "Manifest":
        return cls(
            kind=SubmissionKind(plain["kind"]),
            occurrence_id=plain["occurrence_id"],
            version=plain["version"],
            files=tuple(
                ManifestFile(file["name"], file["size"], file["media_type"], bytes.fromhex(file["sha256"]))
                for file in plain["files"]
            ),
            links=tuple(plain["links"]),
            note=plain["note"],
            document_on=date.fromisoformat(plain["document_on"]) if plain["document_on"] else None,
            document_place=plain["document_place"],
            numbers=plain["numbers"],
            outcome_reason=OutcomeReason(plain["outcome_reason"]) if plain["outcome_reason"] else None,
            provided_by=plain["provided_by"],
            entered_by=plain["entered_by"],
            contains_personal_data=plain["contains_personal_data"],
        )


def find_early_document(manifest: Manifest, began_on: date) -> Explanation | None:
    """A warning where the document bears a date before the work began; None where nothing is amiss."""
    dated_on = manifest.document_on
    if dated_on is None or dated_on >= began_on:
        return None
    return Explanation(
        ru=f"Документ датирован {dated_on:%d.%m.%Y}, а работа началась {began_on:%d.%m.%Y}: проверьте дату документа.",
        en=f"The document is dated {dated_on}, but work began on {began_on}: check the document's date.",
    )
