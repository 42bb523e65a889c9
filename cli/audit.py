"""`opora audit verify`: whether history is what was written."""

from typing import Any

import click

from cli.options import as_json
from cli.output import language, print_json, print_table, say
from engine.audit import AuditReport, Finding, verify_history
from engine.errors import N_, OporaError
from engine.unit_of_work import Store
from notifications.translation import translate

WHOLE = N_("History is whole: {entries} entries of {instances} occurrences are as they were written.")

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
}


class HistoryAlteredError(OporaError):
    """Verification found something."""

    message = N_(
        "History was altered behind the program's back. The first bad entry: {instance}, revision {revision}. "
        "Keep a copy of the database as evidence, then restore a backup that verifies."
    )


@click.group("audit", help=N_("Verify that the history was not altered."))
def group() -> None: ...


@group.command("verify", help=N_("Check every entry, its chain and the present state; 1 if anything was altered."))
@as_json
def verify_command(*, as_json: bool) -> None:
    from cli.context import open_application
    from engine.unit_of_work import SilentBell

    verify(open_application(SilentBell()).store, as_json=as_json)


def verify(store: Store, *, as_json: bool) -> None:
    """Verify a database's history and print what was found.

    Raises:
        HistoryAlteredError: names the first bad entry.
    """
    report = verify_history(store)
    if as_json:
        print_json(_to_json(report))
    elif report.findings:
        print_table((N_("Occurrence"), N_("Revision"), N_("Found")), map(_row, report.findings))
    if report.findings:
        first = report.findings[0]
        raise HistoryAlteredError(instance=first.instance, revision=first.revision)
    if not as_json:
        say(WHOLE, entries=report.entries, instances=report.instances)


def _row(finding: Finding) -> tuple[object, ...]:
    return finding.instance, finding.revision or None, translate(WORDS[finding.code], language())


def _to_json(report: AuditReport) -> dict[str, Any]:
    return {
        "entries": report.entries,
        "instances": report.instances,
        "findings": [
            {"instance": each.instance, "revision": each.revision, "code": each.code, "message": each.message}
            for each in report.findings
        ],
    }
