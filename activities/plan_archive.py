"""The archive of a plan that is over: its report, its evidence and its history in one .zip that needs no program.

It is written before the plan is closed, under a name of its own, and only takes its place as the plan closes: whoever
finds an archive has all of the plan in it.
"""

import hashlib
import io
import json
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from sqlalchemy import Connection

from activities.acting import Actor
from activities.archive_readme import render_readme
from activities.evidence import fold_file_name
from activities.evidence_folder import EvidenceFolder, EvidenceMissingError
from activities.evidence_overview import read_removals
from activities.evidence_scanning import read_scans
from activities.manifest import ManifestFile
from activities.occurrences import OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.plan_closing import Ended, check_ended, close_plan
from activities.plan_reporting import gather_report
from activities.plans import Plan
from activities.report_document import write_report
from activities.submissions import list_submissions
from engine.checkpoints import Signer, verifier_key
from engine.errors import N_, OporaError
from engine.history_export import iter_export
from engine.transparency import seal_history

DIGESTS = "SHA256SUMS"
_FORBIDDEN = str.maketrans(dict.fromkeys('<>:"/\\|?*', "_"))


class ArchiveExistsError(OporaError):
    """There is a file of that name."""

    message = N_("{path} is there already; an archive never overwrites, and the plan stays live. Give another name.")


class ArchiveFolderError(OporaError):
    """The archive cannot be written."""

    message = N_(
        "The archive {path} cannot be written: {reason}. The plan stays live. "
        "Choose a folder that you may write, with free space."
    )


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A file of evidence that is not in the archive: its place there, and why (`removed`, `infected`, `missing`)."""

    place: str
    reason: str


@dataclass(frozen=True, slots=True)
class Archive:
    """An archive that was written; `digest` is its SHA-256, `files` counts the evidence in it."""

    path: Path
    digest: bytes
    files: int
    left_out: tuple[LeftOut, ...]


@dataclass(frozen=True, slots=True)
class _Piece:
    """A file of a submission, or with `content` what was sealed of it; where it lies in the archive."""

    place: str
    file: ManifestFile | None
    content: bytes = b""
    refused: str = ""


class _Writer:
    """A zip in the making, which notes the SHA-256 of all that it holds."""

    def __init__(self, package: ZipFile) -> None:
        self.package = package
        self.digests: dict[str, str] = {}

    def add(self, name: str, content: io.BufferedIOBase) -> None:
        hasher = hashlib.sha256()
        # Neither the time of day nor the account that wrote it: the day of the report and the log's instants count.
        info = ZipInfo(name)
        info.compress_type = ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        with self.package.open(info, "w", force_zip64=True) as target:
            while chunk := content.read(1 << 20):
                hasher.update(chunk)
                target.write(chunk)
        self.digests[name] = hasher.hexdigest()

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add(name, io.BytesIO(content))


def archive_and_close(office: Office, actor: Actor, live: Plan, key: Signer, path: Path) -> tuple[Plan, Archive]:
    """Write a plan's archive and close the plan; where one of them fails there is no archive and the plan is live.

    Args:
        office: where.
        actor: a coordinator or approver of the whole plan.
        live: the plan.
        key: signs what the log has not sealed yet.
        path: the archive, readable by the own account only.

    Raises:
        ArchiveExistsError, ArchiveFolderError: no archive.
        PlanNotAtWorkError, RoleNotAllowedError, StepsWaitError, OccurrencesOpenError, StaleRevisionError: see
            `close_plan`.
    """
    if path.exists():
        raise ArchiveExistsError(path=path)
    with office.store.read() as connection:
        seen = check_ended(connection, actor, live.id)
    seal_history(office.store, key)
    try:
        with tempfile.TemporaryDirectory(prefix=".opora-archive-", dir=path.parent) as folder:
            staged = Path(folder) / "archive.zip"
            archive = _write(office, seen, key, staged, path)
            return _close(office, actor, seen, staged, path), archive
    except OSError as error:
        raise ArchiveFolderError(path=path, reason=error.strerror or error) from error


def _close(office: Office, actor: Actor, seen: Ended, staged: Path, path: Path) -> Plan:
    placed = False

    def put_away() -> None:
        nonlocal placed
        _move(staged, path)
        placed = True

    try:
        return close_plan(office, actor, seen.plan, seen=seen, put_away=put_away)
    except BaseException:
        if placed:
            path.unlink()
        raise


def _move(staged: Path, path: Path) -> None:
    # Opened for writing only if it is new: of two who close at the same moment one has to give way.
    try:
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as error:
        raise ArchiveExistsError(path=path) from error
    try:
        staged.replace(path)
    except BaseException:
        path.unlink()
        raise


def _write(office: Office, ended: Ended, key: Signer, staged: Path, path: Path) -> Archive:
    history = staged.with_name("history.jsonl")
    plan = ended.plan
    with office.store.read() as connection:
        report = gather_report(connection, plan, plan.period, office.today(), office.calendar)
        pieces = list(_iter_pieces(connection, plan))
        own = {each.public_id for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan.id))}
    _export(office, key, own, history)
    document = io.BytesIO()
    write_report(report, document)
    with os.fdopen(os.open(staged, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
        with ZipFile(file, "w") as package:
            writer = _Writer(package)
            writer.add_bytes("report.docx", document.getvalue())
            with history.open("rb") as content:
                writer.add("history.jsonl", content)
            left_out = tuple(_add_pieces(writer, office.evidence, pieces))
            named = [(each.place, each.reason) for each in left_out]
            writer.add_bytes("README.txt", render_readme(plan, verifier_key(key), named).encode())
            lines = "".join(f"{digest}  {name}\n" for name, digest in writer.digests.items())
            package.writestr(ZipInfo(DIGESTS), lines)
        file.flush()
        os.fsync(file.fileno())
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256").digest()
    return Archive(path, digest, sum(each.file is not None for each in pieces) - len(left_out), left_out)


def _export(office: Office, key: Signer, own: set[str], path: Path) -> None:
    """The whole log, without which nothing is proven, and what was said at this plan's steps alone."""
    with path.open("w", encoding="utf-8") as out:
        for line in iter_export(office.store, key, with_payload=True):
            if line.get("payload") and json.loads(line["body"])["instance"] not in own:
                line["payload"] = None
            out.write(json.dumps(line, ensure_ascii=False) + "\n")


def _iter_pieces(connection: Connection, plan: Plan) -> Iterator[_Piece]:
    """What was handed in and not taken back, version by version."""
    for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan.id)):
        for sealed in list_submissions(connection, each.id):
            if sealed.withdrawn_at is None:
                # Two rows may have one number: the short id tells them apart.
                folder = f"evidence/{_fold(each.reference)} ({each.short_id})/v{sealed.version}"
                yield _Piece(f"{folder}/manifest.json", None, sealed.manifest.to_bytes())
                yield from _iter_files(connection, folder, sealed.manifest.files)


def _iter_files(connection: Connection, folder: str, files: tuple[ManifestFile, ...]) -> Iterator[_Piece]:
    digests = {file.digest for file in files}
    removed, scans = read_removals(connection, digests), read_scans(connection, digests)
    taken = {"manifest.json"}
    for file in files:
        name = _fold(file.name)
        if name.casefold() in taken:
            name = f"{file.digest.hex()[:12]} {name}"
        taken.add(name.casefold())
        infected = file.digest in scans and scans[file.digest].threat
        refused = "removed" if file.digest in removed else "infected" if infected else ""
        yield _Piece(f"{folder}/{name}", file, refused=refused)


def _fold(name: str) -> str:
    """A name that every system can unpack."""
    return fold_file_name(name.translate(_FORBIDDEN))


def _add_pieces(writer: _Writer, evidence: EvidenceFolder, pieces: list[_Piece]) -> Iterator[LeftOut]:
    for piece in pieces:
        if piece.file is None:
            writer.add_bytes(piece.place, piece.content)
        elif piece.refused:
            yield LeftOut(piece.place, piece.refused)
        elif not _add_file(writer, evidence, piece.place, piece.file.digest):
            yield LeftOut(piece.place, "missing")


def _add_file(writer: _Writer, evidence: EvidenceFolder, place: str, digest: bytes) -> bool:
    """Add a file that is what its name says; a damaged one is no evidence, and must not stop the others."""
    try:
        evidence.check(digest)
    except EvidenceMissingError:
        return False
    with evidence.open(digest) as content:
        writer.add(place, content)
    return True
