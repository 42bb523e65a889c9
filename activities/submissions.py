"""Submissions: a version of evidence, or an outcome with its reason, sealed by the digest of its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from activities.acting import Actor
from activities.allocation import allocate_short_id
from activities.date_requests import settle_date_requests
from activities.evidence import Evidence, EvidenceKind, list_evidence
from activities.firing import Attempt, fire
from activities.grants import void_grants
from activities.manifest import Manifest, ManifestFile, OutcomeReason, SubmissionKind
from activities.occurrences import Occurrence, get_occurrence
from activities.office import Office
from activities.tables import decision, occurrence, submission
from engine.errors import N_, OporaError
from engine.tables import instance
from engine.unit_of_work import UnitOfWork


class NothingSubmittedError(OporaError):
    """No submission waits for a decision."""

    message = N_("Nothing is submitted here at the moment. See: opora occurrence show.")


class TwoProvidersError(OporaError):
    """Evidence is of one provider; who else stands behind it could decide on it unnoticed."""

    message = N_("Say for whom it is submitted once: with --for PERSON, or with --provided-by PERSON_OR_PARTY.")


@dataclass(frozen=True, slots=True)
class SubmissionDetails:
    """What the submitter says beside the files and links.

    Args:
        provided_by: short id of the person or party whose evidence it is; the submitter's own where None.
        numbers: what the activity counts.
    """

    note: str = ""
    document_on: date | None = None
    document_place: str = ""
    numbers: Mapping[str, int] = field(default_factory=dict)
    provided_by: str | None = None
    contains_personal_data: bool = False


@dataclass(frozen=True, slots=True)
class Submission:
    """A sealed submission; `submitted_by` and `provided_by` are short ids."""

    id: int
    short_id: str
    occurrence_id: int
    version: int
    kind: SubmissionKind
    manifest: Manifest
    manifest_digest: bytes
    submitted_at: datetime
    submitted_by: str
    provided_by: str | None
    withdrawn_at: datetime | None


def submit(office: Office, actor: Actor, occurrence_id: int, details: SubmissionDetails) -> Submission:
    """Seal the evidence gathered so far and hand it to the approver.

    Raises:
        guards.EvidenceMissingError: nothing to submit, or only a note where a note does not suffice.
        TwoProvidersError: submitted on behalf of one, provided by another.
        EventNotAllowedError, RoleNotAllowedError: the occurrence or the role does not allow it.
    """
    if actor.on_behalf_of and details.provided_by not in {None, actor.on_behalf_of.short_id}:
        raise TwoProvidersError
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        pieces = list_evidence(work.connection, occurrence_id)
        manifest = _evidence_manifest(work.connection, actor, target, pieces, details)
        shown = bool(manifest.files or manifest.links)
        values = {
            "evidence": shown or bool(manifest.note and target.note_suffices),
            "evidence_or_note": shown or bool(manifest.note),
        }
        return _seal(office, work, actor, target, attempt=_attempt("submit", manifest, values), manifest=manifest)


def report_outcome(office: Office, actor: Actor, occurrence_id: int, reason: OutcomeReason, note: str) -> Submission:
    """Submit that there is no evidence, and why; decided like any submission."""
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        manifest = Manifest(
            kind=SubmissionKind.OUTCOME,
            occurrence_id=target.public_id,
            version=_next_version(work.connection, occurrence_id),
            provided_by=_for_whom(actor, None),
            entered_by=actor.person.short_id,
            note=note.strip(),
            outcome_reason=reason,
        )
        return _seal(
            office,
            work,
            actor,
            target,
            attempt=_attempt("report_outcome", manifest, {"outcome": True}),
            manifest=manifest,
        )


def withdraw(office: Office, actor: Actor, occurrence_id: int) -> None:
    """Take back what was submitted, as long as nobody has decided.

    Raises:
        RoleNotAllowedError: someone else submitted it.
        NothingSubmittedError: nothing waits for a decision.
    """
    with office.store.write() as work:
        target = get_occurrence(work.connection, occurrence_id)
        current = find_open_submission(work.connection, occurrence_id)
        if current is None:
            raise NothingSubmittedError
        mine = actor.person.short_id == current.submitted_by
        attempt = Attempt(
            "withdraw",
            extra_roles=frozenset({"submitter"}) if mine else frozenset(),
            subject_digest=current.manifest_digest,
        )
        fire(office, work, actor, target, attempt)
        taken_back = update(submission).where(submission.c.id == current.id)
        work.connection.execute(taken_back.values(withdrawn_at=work.now))
        void_grants(work, [current.id])


def _evidence_manifest(
    connection: Connection, actor: Actor, target: Occurrence, pieces: list[Evidence], details: SubmissionDetails
) -> Manifest:
    notes = [each.name for each in pieces if each.kind is EvidenceKind.NOTE]
    return Manifest(
        kind=SubmissionKind.EVIDENCE,
        occurrence_id=target.public_id,
        version=_next_version(connection, target.id),
        provided_by=_for_whom(actor, details.provided_by),
        entered_by=actor.person.short_id,
        files=tuple(
            ManifestFile(each.name, each.size or 0, each.media_type, each.blob_digest)
            for each in pieces
            if each.blob_digest is not None
        ),
        links=tuple(each.name for each in pieces if each.kind is EvidenceKind.LINK),
        note="\n".join(part for part in (*notes, details.note.strip()) if part),
        document_on=details.document_on,
        document_place=details.document_place.strip(),
        numbers=dict(details.numbers),
        contains_personal_data=details.contains_personal_data,
    )


def _for_whom(actor: Actor, provided_by: str | None) -> str:
    return provided_by or (actor.on_behalf_of or actor.person).short_id


def _attempt(event: str, manifest: Manifest, values: Mapping[str, bool]) -> Attempt:
    payload = {"version": manifest.version, "note": manifest.note, "files": [each.name for each in manifest.files]}
    return Attempt(event, values, payload, subject_digest=manifest.digest)


def _seal(
    office: Office, work: UnitOfWork, actor: Actor, target: Occurrence, *, attempt: Attempt, manifest: Manifest
) -> Submission:
    fire(office, work, actor, target, attempt)
    settle_date_requests(work, target.id)
    earlier = select(submission.c.id).where(submission.c.occurrence_id == target.id)
    void_grants(work, list(work.connection.execute(earlier).scalars()))
    row = {
        "short_id": allocate_short_id(work.connection, submission, "s"),
        "occurrence_id": target.id,
        "version": manifest.version,
        "kind": manifest.kind.value,
        "manifest": manifest.to_bytes().decode(),
        "manifest_digest": manifest.digest,
        "submitted_at": work.now,
        "submitted_by": actor.person.short_id,
        "provided_by": manifest.provided_by,
    }
    stored = work.connection.execute(insert(submission).values(row).returning(*submission.c)).mappings().one()
    return _from_row(stored)


def _next_version(connection: Connection, occurrence_id: int) -> int:
    latest = select(func.max(submission.c.version)).where(submission.c.occurrence_id == occurrence_id)
    return (connection.execute(latest).scalar() or 0) + 1


def find_open_submission(connection: Connection, occurrence_id: int) -> Submission | None:
    """The submission that waits for a decision, or None.

    What was handed in and then called off with its occurrence waits for nobody, though nobody has decided on it.
    """
    decided = select(decision.c.submission_id).where(decision.c.settles)
    waiting = (
        select(submission)
        .join(occurrence, occurrence.c.id == submission.c.occurrence_id)
        .join(instance, instance.c.id == occurrence.c.instance_id)
        .where(
            occurrence.c.id == occurrence_id,
            instance.c.state == "evidence_submitted",
            submission.c.withdrawn_at.is_(None),
            submission.c.id.not_in(decided),
        )
    )
    row = connection.execute(waiting.order_by(submission.c.version.desc()).limit(1)).mappings().first()
    return _from_row(row) if row else None


def get_submission(connection: Connection, submission_id: int) -> Submission:
    """A submission by row id, which is known to exist."""
    row = connection.execute(select(submission).where(submission.c.id == submission_id)).mappings().one()
    return _from_row(row)


def list_submissions(connection: Connection, occurrence_id: int) -> list[Submission]:
    """All versions, the first one first."""
    rows = select(submission).where(submission.c.occurrence_id == occurrence_id).order_by(submission.c.version)
    return [_from_row(row) for row in connection.execute(rows).mappings()]


def _from_row(row: RowMapping) -> Submission:
    return Submission(
        **{name: row[name] for name in Submission.__slots__ if name not in {"kind", "manifest"}},
        kind=SubmissionKind(row["kind"]),
        manifest=Manifest.from_json(row["manifest"].encode()),
    )
