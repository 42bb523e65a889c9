"""`opora audit`: proof that history is what was written, for the office and for others."""

import json
import os
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.changing import reference_argument
from cli.options import as_json
from cli.output import language, print_facts, print_json, print_table, say
from engine.errors import N_, OporaError
from notifications.translation import translate

if TYPE_CHECKING:
    from engine.audit import Finding
    from engine.transparency import InclusionProof
    from runtime.bootstrap import Application
    from runtime.verification import Verification

WHOLE = N_("History is whole: {entries} entries of {instances} occurrences are as they were written.")
SEALED = N_("The log holds {size} of them under {checkpoints} checkpoints; {unsealed} more follow at the next tick.")
ANCHORS_MET = N_("All {count} anchors fit: nothing before them was rewritten or cut off.")
NO_ANCHOR = N_(
    "Without an anchor from outside nobody can say that it was not all written anew. Take the line with the checkpoint "
    "from a letter: opora audit verify --anchor “ORIGIN SIZE ROOT”"
)
EXPORTED = N_("{count} entries were written to {path}. Anybody can verify them: python verify.py {path} --key {key}")

WORDS = {
    "body": N_("a column was altered"),
    "digest": N_("the recorded bytes were altered"),
    "chain": N_("it does not follow the entry before it"),
    "revision": N_("an entry is missing or too many"),
    "payload": N_("the reason or note beside it was altered or is missing"),
    "event": N_("the workflow does not allow this step"),
    "state": N_("the states before and after it do not fit"),
    "date": N_("a date is not the one last set"),
    "definition": N_("the workflow was altered or is missing"),
    "orphan": N_("the occurrence is gone, its history is still there"),
    "unreadable": N_("a value cannot be read"),
    "sealed": N_("it is not what was sealed in the log"),
    "log": N_("the log was altered here"),
    "checkpoint": N_("the log does not lead to a checkpoint that was signed"),
    "signature": N_("a checkpoint was altered or signed by an unknown key"),
    "anchor": N_("the log is not the one that the anchor was sent out from"),
    "evidence": N_("the file of evidence is missing or not what it was"),
}


class HistoryAlteredError(OporaError):
    """Verification found something."""

    message = N_(
        "History was altered behind the program's back. The first bad entry: {instance}, revision {revision}. "
        "Keep a copy of the database as evidence, then restore a backup that verifies."
    )


class ExportExistsError(OporaError):
    """There is a file of that name."""

    message = N_("{path} is there already; an export never overwrites. Give another name.")


class ExportFolderError(OporaError):
    """The export cannot be written."""

    message = N_("The export {path} cannot be written: {reason}. Choose a folder that you may write, with free space.")


@click.group("audit", help=N_("Prove that the history was not altered."))
def group() -> None: ...


@group.command("verify", help=N_("Check history, its log and the files of evidence; 1 if anything was altered."))
@click.option(
    "--anchor",
    "anchors",
    multiple=True,
    metavar=N_("LINE"),
    help=N_("A checkpoint's line out of a letter or off a paper: finds a rewrite or a cut. Can be given again."),
)
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar=N_("KEY"),
    help=N_("The public key of the log before the present one, where the key was lost. Can be given again."),
)
@as_json
def verify_command(*, anchors: tuple[str, ...], keys: tuple[str, ...], as_json: bool) -> None:
    with closing(_open()) as application:
        verify(application, anchors, keys, as_json=as_json)


def _open() -> "Application":
    from cli.context import open_application
    from engine.unit_of_work import SilentBell

    return open_application(SilentBell())


def verify(application: "Application", anchors: Sequence[str] = (), keys: Sequence[str] = (), *, as_json: bool) -> None:
    """Verify an installation and print what was found.

    Raises:
        HistoryAlteredError: names the first bad entry.
        BadAnchorError, BadVerifierKeyError: what was given is none.
    """
    from engine.checkpoints import read_anchor
    from runtime.log_key import PublicLogKey
    from runtime.verification import verify_installation

    heads = [read_anchor(line) for line in anchors]
    found = verify_installation(application, heads, [PublicLogKey.parse(text) for text in keys])
    if as_json:
        print_json(_to_json(found))
    elif found.findings:
        print_table((N_("Where"), N_("Revision"), N_("Found")), map(_row, found.findings))
    if found.findings:
        first = found.findings[0]
        raise HistoryAlteredError(instance=first.instance, revision=first.revision)
    if not as_json:
        _say_whole(found, len(heads))


def _say_whole(found: "Verification", anchors: int) -> None:
    say(WHOLE, entries=found.history.entries, instances=found.history.instances)
    say(SEALED, size=found.log.size, checkpoints=found.log.checkpoints, unsealed=found.log.unsealed)
    if anchors:
        say(ANCHORS_MET, count=anchors)
    else:
        say(NO_ANCHOR)


def _row(finding: "Finding") -> tuple[object, ...]:
    return finding.instance, finding.revision or None, translate(WORDS[finding.code], language())


def _to_json(found: "Verification") -> dict[str, Any]:
    return {
        "entries": found.history.entries,
        "instances": found.history.instances,
        "log": {
            "size": found.log.size,
            "unsealed": found.log.unsealed,
            "checkpoints": found.log.checkpoints,
            "proven": found.log.proven,
        },
        "evidence": found.files,
        "findings": [
            {"instance": each.instance, "revision": each.revision, "code": each.code, "message": each.message}
            for each in found.findings
        ],
    }


@group.command("checkpoint", help=N_("Print the newest signed checkpoint and its anchor, to keep outside."))
@as_json
def checkpoint_command(*, as_json: bool) -> None:
    from engine.checkpoints import read_checkpoint
    from engine.transparency import get_checkpoint

    with closing(_open()) as application, application.store.read() as connection:
        note = get_checkpoint(connection)
    head = read_checkpoint(note)
    if as_json:
        print_json({"note": note, "anchor": head.anchor(), "origin": head.origin, "size": head.size})
        return
    click.echo(note)
    print_facts([(N_("Anchor"), head.anchor())])


@group.command("key", help=N_("Print the log's public key, for those who verify elsewhere."))
def key_command() -> None:
    from engine.checkpoints import verifier_key

    with closing(_open()) as application:
        click.echo(verifier_key(application.log_key))


@group.command("prove", help=N_("Print the proof (JSON) that an entry stands in the log; by default the newest."))
@reference_argument
@click.option("--revision", type=click.IntRange(min=1), metavar=N_("NUMBER"), help=N_("Which entry of its history."))
def prove_command(*, reference: str, revision: int | None) -> None:
    from activities.occurrences import resolve_occurrence
    from engine.transparency import prove_entry

    with closing(_open()) as application, application.store.read() as connection:
        target = resolve_occurrence(connection, reference)
        print_json(_proof_json(prove_entry(connection, target.instance_id, revision)))


def _proof_json(proof: "InclusionProof") -> dict[str, Any]:
    from engine.merkle import leaf_hash

    return {
        "instance": proof.instance,
        "revision": proof.revision,
        "body": proof.body.decode(),
        "leaf": proof.position,
        "leaf_hash": leaf_hash(proof.body).hex(),
        "path": [each.hex() for each in proof.path],
        "checkpoint": proof.checkpoint,
    }


@group.command("export", help=N_("Write history, log and checkpoints to a file that docs/verify.py verifies."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar=N_("FILE"))
@click.option("--with-payload", is_flag=True, help=N_("With reasons, notes and names of files: personal data."))
def export_command(*, file: Path, with_payload: bool) -> None:
    from engine.checkpoints import verifier_key

    with closing(_open()) as application:
        count = write_export(application, file, with_payload=with_payload)
        key = verifier_key(application.log_key)
    say(EXPORTED, count=count, path=file, key=key)


def write_export(application: "Application", path: Path, *, with_payload: bool) -> int:
    """Write the export, readable by the own account only; how many entries.

    Raises:
        ExportExistsError: the file is there.
        ExportFolderError: it cannot be written; no half of it is left.
        NoCheckpointError: nothing was sealed yet.
    """
    from engine.history_export import iter_export

    staged = path.with_name(f".{path.name}.new")
    entries = 0
    if path.exists():
        raise ExportExistsError(path=path)
    try:
        with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as out:
            for line in iter_export(application.store, application.log_key, with_payload=with_payload):
                entries += "leaf" in line
                out.write(json.dumps(line, ensure_ascii=False) + "\n")
        staged.replace(path)
    except OSError as error:
        raise ExportFolderError(path=path, reason=error.strerror or error) from error
    finally:
        staged.unlink(missing_ok=True)
    return entries
