"""`opora evidence scan`: files that were stored before there was a virus scanner, or before it knew the virus."""

from contextlib import closing
from typing import TYPE_CHECKING

import click

from cli.options import as_json
from cli.output import print_json, print_table, say
from cli.wording import instant_text, text
from engine.errors import N_, OporaError

if TYPE_CHECKING:
    from activities.evidence_scanning import InfectedEvidence, ScanReport
    from runtime.bootstrap import Application

SCANNED = N_("Files looked at now: {count}; without a virus: {clean}.")
NOT_LOOKED_AT = N_("Not checked: {digest}: {problem}")
NONE_INFECTED = N_("No evidence with a virus is known.")


class InfectedEvidenceError(OporaError):
    """Evidence carries a virus."""

    message = N_(
        "A virus is known in {count} pieces of evidence. Nothing was deleted: decision pages warn and hand them out no "
        "more, coordinators are told by the next morning digest. Do not open them; ask for other files."
    )


class UnscannedEvidenceError(OporaError):
    """Of some files nothing is known."""

    message = N_("{count} files could not be checked; they stand above. The rest is known.")


@click.command(
    "scan", help=N_("Let the virus scanner look at stored files that nobody has checked; 1 if a virus is known.")
)
@click.option("--again", is_flag=True, help=N_("Look at all of them anew, as scanners learn."))
@as_json
def scan(*, again: bool, as_json: bool) -> None:
    from activities.evidence_scanning import list_infected, scan_stored
    from cli.context import open_application

    with closing(open_application()) as application:
        report = scan_stored(application.office, again=again)
        with application.store.read() as connection:
            known = list_infected(connection)
        if as_json:
            _print_plain(application, report, known)
        else:
            _print(application, report, known)
    if known:
        raise InfectedEvidenceError(count=len(known))
    if report.unread:
        raise UnscannedEvidenceError(count=len(report.unread))


def _print(application: "Application", report: "ScanReport", known: "list[InfectedEvidence]") -> None:
    zone = application.settings.zone
    say(SCANNED, count=report.clean + len(report.infected), clean=report.clean)
    for digest, problem in report.unread.items():
        say(NOT_LOOKED_AT, digest=digest.hex(), problem=text(problem))
    if not known:
        say(NONE_INFECTED)
        return
    columns = (N_("Occurrence"), N_("Number"), N_("File"), N_("Virus"), N_("Checked"), N_("Added by"))
    rows = [
        (
            _reference(application, each),
            each.evidence_id,
            each.name,
            each.scan.threat,
            instant_text(each.scan.scanned_at, zone),
            each.added_by,
        )
        for each in known
    ]
    print_table(columns, rows)


def _print_plain(application: "Application", report: "ScanReport", known: "list[InfectedEvidence]") -> None:
    print_json(
        {
            "scanned": report.clean + len(report.infected),
            "unread": {digest.hex(): problem for digest, problem in report.unread.items()},
            "infected": [
                {
                    "occurrence": _reference(application, each),
                    "number": each.evidence_id,
                    "name": each.name,
                    "digest": each.digest.hex(),
                    "threat": each.scan.threat,
                    "scanned_at": each.scan.scanned_at,
                    "added_by": each.added_by,
                }
                for each in known
            ],
        }
    )


def _reference(application: "Application", found: "InfectedEvidence") -> str:
    from activities.occurrences import get_occurrence

    with application.store.read() as connection:
        return get_occurrence(connection, found.occurrence_id).reference
