"""Removing files with personal data after their time: the bytes go, the digest and an act stay.

152-ФЗ, article 5 part 7: personal data is kept no longer than its purpose needs. How long that is, the organisation
decides; here it counts from the end of the plan.
"""

from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.evidence_orphans import folder_now
from activities.evidence_tables import removal_act, removed_blob
from activities.manifest import Manifest
from activities.occurrences import get_occurrence
from activities.office import Office
from activities.roles import RUNNING, check_holds_anywhere
from activities.tables import activity, evidence, occurrence, plan, submission
from engine.errors import N_, OporaError


class NoRetentionError(OporaError):
    """Nobody has said how long personal data is kept."""

    message = N_("How long is personal data kept after a plan ends? Set OPORA_PERSONAL_DATA_MONTHS, or give --months.")


@dataclass(frozen=True, slots=True)
class Expired:
    """A file whose time is over.

    Attributes:
        reference: the row for which it was handed in.
        needed_for: rows for which the same file was handed in without the mark, or whose time is not over: it stays.
    """

    digest: bytes
    name: str
    size: int
    reference: str
    needed_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Sealed:
    occurrence_id: int
    manifest: Manifest
    is_over: bool


def list_expired(connection: Connection, today: date, months: int) -> list[Expired]:
    """Files of submissions marked «содержит ПДн» whose plan ended more than so many months ago, not removed yet."""
    sealed = _list_sealed(connection, today, months)
    removed = set(connection.execute(select(removed_blob.c.blob_digest)).scalars())
    needed = _needed(connection, sealed)
    found: dict[bytes, Expired] = {}
    for each in sealed:
        if not each.is_over:
            continue
        for file in each.manifest.files:
            if file.digest not in removed and file.digest not in found:
                names = sorted(get_occurrence(connection, other).reference for other in needed.get(file.digest, ()))
                reference = get_occurrence(connection, each.occurrence_id).reference
                found[file.digest] = Expired(file.digest, file.name, file.size, reference, tuple(names))
    return list(found.values())


def remove_expired(office: Office, actor: Actor, months: int, basis: str) -> tuple[int, list[Expired]] | None:
    """Record an act, then remove the bytes of what nobody needs any more; None where there is nothing to remove.

    The act comes first: were the work cut off, `evidence_orphans` would find the bytes that are left.

    Returns:
        The number of the act, and the files.

    Raises:
        RoleNotAllowedError: the actor neither coordinates nor administers.
    """
    began = folder_now(office)
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, RUNNING, "retain")
        going = [each for each in list_expired(work.connection, office.today(), months) if not each.needed_for]
        if not going:
            return None
        act = {"made_at": work.now, "made_by": actor.person.short_id, "months": months, "basis": basis.strip()}
        number: int = work.connection.execute(insert(removal_act).values(act).returning(removal_act.c.id)).scalar_one()
        rows = [{"blob_digest": each.digest, "act_id": number} for each in going]
        work.connection.execute(insert(removed_blob), rows)
    for each in going:
        path = office.evidence.path_of(each.digest)
        # Whoever sends the same file anew since then has stored it anew.
        if path.exists() and path.stat().st_mtime <= began:
            path.unlink()
    return number, going


def _list_sealed(connection: Connection, today: date, months: int) -> list[_Sealed]:
    rows = connection.execute(
        select(submission.c.occurrence_id, submission.c.manifest, plan.c.ends_on)
        .join(occurrence, occurrence.c.id == submission.c.occurrence_id)
        .join(activity, activity.c.id == occurrence.c.activity_id)
        .join(plan, plan.c.id == activity.c.plan_id)
        .order_by(submission.c.id)
    )
    sealed = []
    for row in rows:
        manifest = Manifest.from_json(row.manifest.encode())
        past = row.ends_on + relativedelta(months=months) < today
        sealed.append(_Sealed(row.occurrence_id, manifest, past and manifest.contains_personal_data))
    return sealed


def _needed(connection: Connection, sealed: list[_Sealed]) -> dict[bytes, set[int]]:
    """Digest → occurrences that need it still: by a submission, or because it is gathered there for the next one."""
    needed: dict[bytes, set[int]] = {}
    over = {(file.digest, each.occurrence_id) for each in sealed if each.is_over for file in each.manifest.files}
    for each in sealed:
        if not each.is_over:
            for file in each.manifest.files:
                needed.setdefault(file.digest, set()).add(each.occurrence_id)
    gathered = select(evidence.c.blob_digest, evidence.c.occurrence_id).where(
        evidence.c.blob_digest.is_not(None), evidence.c.removed_at.is_(None)
    )
    for row in connection.execute(gathered):
        if (row.blob_digest, row.occurrence_id) not in over:
            needed.setdefault(row.blob_digest, set()).add(row.occurrence_id)
    return needed
