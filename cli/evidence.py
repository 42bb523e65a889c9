"""`opora evidence`: what was handed in, to look at, to fetch, to check."""

import hashlib
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.changing import reference_argument
from cli.evidence_care import orphans, retain
from cli.evidence_known import care_json, care_text, read_care, refuse_unfit
from cli.evidence_scan import scan
from cli.options import as_json
from cli.output import print_json, print_table, say
from cli.wording import instant_text, names_text, size_text, text
from engine.errors import N_, OporaError

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.evidence import Evidence
    from activities.evidence_folder import EvidenceFolder
    from activities.occurrences import Occurrence

FETCHED = N_("{name} is in {file}, {size}; its SHA-256 is what was recorded.")
REMOVED_BY_ACT = N_("{count} files were removed after their time, act No. {number} of {at}.")
ALL_WHOLE = N_("All {count} files of evidence are what they were.")
CHUNK_BYTES = 1 << 20


class OutputFileError(OporaError):
    """A file cannot be written where it should go."""

    message = N_("{file} cannot be written: {reason}. Name another file with --out.")


class NotAFileError(OporaError):
    """A link or a note is no file to fetch."""

    message = N_("Number {number} is no file; it says: {name}")


class UnknownPieceError(OporaError):
    """No such number on this occurrence."""

    message = N_("There is no evidence with the number {number} here. See: opora evidence list {reference}.")


class EvidenceDamagedError(OporaError):
    """Files of evidence are gone or were changed."""

    message = N_(
        "{count} files of evidence are missing or damaged. Keep what is there, and bring them back from a backup: "
        "opora restore."
    )


@click.group("evidence", help=N_("Show and fetch what was handed in."))
def group() -> None:
    """The noun."""


@group.command("list", help=N_("List all evidence of an occurrence, and which versions hold it."))
@reference_argument
@as_json
def list_(*, reference: str, as_json: bool) -> None:
    from activities.occurrences import resolve_occurrence
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        pieces = _list_pieces(connection, resolve_occurrence(connection, reference))
        care = read_care(connection, {piece.blob_digest for piece, _ in pieces if piece.blob_digest})
        zone = application.office.calendar.zone
    if as_json:
        print_json([piece_json(piece, versions) | care_json(piece, care) for piece, versions in pieces])
        return
    columns = (N_("Number"), N_("What"), N_("Size"), N_("SHA-256"), N_("Added"), N_("Versions"), N_("To know"))
    print_table(
        columns,
        [
            (
                piece.id,
                piece.name,
                size_text(piece.size) if piece.size is not None else "",
                piece.blob_digest.hex() if piece.blob_digest else "",
                instant_text(piece.added_at, zone),
                _versions_text(piece, versions),
                care_text(piece, care, zone),
            )
            for piece, versions in pieces
        ],
    )


def _list_pieces(connection: "Connection", target: "Occurrence") -> "list[tuple[Evidence, list[int]]]":
    """Every piece with the versions that hold it."""
    from activities.evidence import list_evidence
    from activities.submissions import list_submissions

    sealed = list_submissions(connection, target.id)
    pieces = list_evidence(connection, target.id, with_removed=True)
    return [(piece, [each.version for each in sealed if _holds(each.manifest, piece)]) for piece in pieces]


def _holds(manifest: Any, piece: "Evidence") -> bool:
    if piece.blob_digest is not None:
        return any((file.name, file.digest) == (piece.name, piece.blob_digest) for file in manifest.files)
    return piece.name in manifest.links or piece.name in manifest.note.splitlines()


def _versions_text(piece: "Evidence", versions: list[int]) -> str:
    said = names_text(map(str, versions))
    return names_text(filter(None, (said, text(N_("removed"))))) if piece.removed_at else said


def piece_json(piece: "Evidence", versions: list[int]) -> dict[str, Any]:
    """A piece of evidence as data for programs."""
    return {
        "number": piece.id,
        "kind": piece.kind.value,
        "name": piece.name,
        "size": piece.size,
        "digest": piece.blob_digest.hex() if piece.blob_digest else None,
        "added_at": piece.added_at,
        "added_by": piece.added_by,
        "removed": piece.removed_at is not None,
        "versions": versions,
    }


@group.command("get", help=N_("Fetch a file of evidence; a file that is there already is not overwritten."))
@reference_argument
@click.argument("number", type=int, metavar=N_("NUMBER"))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar=N_("FILE"),
    help=N_("Where it goes; by default under its own name."),
)
def get(*, reference: str, number: int, out: Path | None) -> None:
    from activities.occurrences import resolve_occurrence
    from cli.context import open_application

    with closing(open_application()) as application:
        with application.store.read() as connection:
            pieces = _list_pieces(connection, resolve_occurrence(connection, reference))
            care = read_care(connection, {piece.blob_digest for piece, _ in pieces if piece.blob_digest})
        piece = next((piece for piece, _ in pieces if piece.id == number), None)
        if piece is None:
            raise UnknownPieceError(number=number, reference=reference)
        if piece.blob_digest is None:
            raise NotAFileError(number=number, name=piece.name)
        refuse_unfit(piece, care, application.office.calendar.zone)
        target = out or Path(piece.name)
        _fetch(application.office.evidence, piece.blob_digest, target)
    say(FETCHED, name=piece.name, file=target, size=size_text(piece.size or 0))


def _fetch(folder: "EvidenceFolder", digest: bytes, target: Path) -> None:
    """Copy a file, and keep the copy only if its bytes are those that were recorded."""
    from activities.evidence_folder import EvidenceMissingError

    hasher = hashlib.sha256()
    with folder.open(digest) as source:
        try:
            with target.open("xb") as copy:
                while chunk := source.read(CHUNK_BYTES):
                    hasher.update(chunk)
                    copy.write(chunk)
        except OSError as error:
            raise OutputFileError(file=target, reason=error.strerror) from error
    if hasher.digest() != digest:
        target.unlink()
        raise EvidenceMissingError(digest=digest.hex())


@group.command("verify", help=N_("Read every file of evidence again; 1 if one is missing or was changed."))
@as_json
def verify(*, as_json: bool) -> None:
    from activities.evidence import list_damaged
    from activities.evidence_overview import list_acts
    from cli.context import open_application

    with closing(open_application()) as application:
        count, damaged = list_damaged(application.office)
        with application.store.read() as connection:
            acts = list_acts(connection)
        zone = application.office.calendar.zone
    if as_json:
        removed = [{"act": act, "made_at": made_at, "files": files} for act, made_at, files in acts]
        print_json({"files": count, "damaged": [digest.hex() for digest in damaged], "removed": removed})
    elif damaged:
        print_table((N_("SHA-256"),), [(digest.hex(),) for digest in damaged])
    for act, made_at, files in acts:
        say(REMOVED_BY_ACT, count=files, number=act, at=instant_text(made_at, zone))
    if damaged:
        raise EvidenceDamagedError(count=len(damaged))
    say(ALL_WHOLE, count=count)


group.add_command(orphans)
group.add_command(retain)
group.add_command(scan)
