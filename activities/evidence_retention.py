"""Removing files with personal data after their time: the bytes go, the digest and an act stay.

152-ФЗ, article 5 part 7: personal data is kept no longer than its purpose needs. How long that is, the organisation
decides; here it counts from the end of the plan.

A file that was stored within the last day stays until the next time: somebody may be sending it anew at this moment.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from dateutil.relativedelta import relativedelta
from sqlalchemy import Connection, insert, select

from activities.acting import Actor
from activities.evidence_removal import is_young, remove_files
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
        needed_for: what keeps it: rows for which the same file was handed in without the mark, or whose time is not
            over; answers by mail that brought it and wait for the coordinator.
        is_young: it was stored within the last day, so it stays today.
    """

    digest: bytes
    name: str
    size: int
    reference: str
    needed_for: tuple[str, ...]
    is_young: bool

    @property
    def stays(self) -> bool:
        """Whether its bytes are kept for the time being."""
        return bool(self.needed_for) or self.is_young


@dataclass(frozen=True, slots=True)
class Term:
    """What is to be removed.

    Args:
        months: past the end of a plan.
        waiting: digest → in which answer by mail a file waits that is no evidence yet; it stays.
        basis: on what ground, for the act.
    """

    months: int
    waiting: Mapping[bytes, str]
    basis: str = ""


@dataclass(frozen=True, slots=True)
class _Sealed:
    occurrence_id: int
    manifest: Manifest
    is_over: bool


def list_expired(office: Office, connection: Connection, term: Term) -> list[Expired]:
    """Files of submissions marked «содержит ПДн» whose plan ended more than so many months ago, not removed yet."""
    sealed = _list_sealed(connection, office.today(), term.months)
    removed = set(connection.execute(select(removed_blob.c.blob_digest)).scalars())
    needed = _needed(connection, sealed)
    found: dict[bytes, Expired] = {}
    for each in sealed:
        if not each.is_over:
            continue
        for file in each.manifest.files:
            if file.digest not in removed and file.digest not in found:
                names = sorted(get_occurrence(connection, other).reference for other in needed.get(file.digest, ()))
                names += [term.waiting[file.digest]] if file.digest in term.waiting else []
                found[file.digest] = Expired(
                    digest=file.digest,
                    name=file.name,
                    size=file.size,
                    reference=get_occurrence(connection, each.occurrence_id).reference,
                    needed_for=tuple(names),
                    is_young=is_young(office, office.evidence.path_of(file.digest)),
                )
    return list(found.values())


def remove_expired(office: Office, actor: Actor, term: Term) -> tuple[int, list[Expired]] | None:
    """Record an act, then remove the bytes of what nobody needs any more; None where there is nothing to remove.

    The act comes first: were the work cut off, `evidence_orphans` would find the bytes that are left. So it would those
    of a file that somebody sends anew while it is removed and then gives up.

    Returns:
        The number of the act, and the files.

    Raises:
        RoleNotAllowedError: the actor neither coordinates nor administers.
        EvidenceFolderError: the folder cannot be written; the act stands.
    """
    with office.store.write() as work:
        check_holds_anywhere(work.connection, actor.person.id, RUNNING, "retain")
        going = [each for each in list_expired(office, work.connection, term) if not each.stays]
        if not going:
            return None
        act = {
            "made_at": work.now,
            "made_by": actor.person.short_id,
            "months": term.months,
            "basis": term.basis.strip(),
        }
        number: int = work.connection.execute(insert(removal_act).values(act).returning(removal_act.c.id)).scalar_one()
        rows = [{"blob_digest": each.digest, "act_id": number} for each in going]
        work.connection.execute(insert(removed_blob), rows)
    remove_files(office, [office.evidence.path_of(each.digest) for each in going])
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
