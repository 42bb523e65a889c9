"""`opora occurrence add-evidence, remove-evidence, submit, outcome, withdraw`: what shows that it was done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.changing import Change, changing, reference_argument
from cli.days import DAY, DAY_METAVAR
from cli.options import acting
from cli.output import language, say
from cli.wording import names_text
from engine.errors import N_, OporaError
from notifications.labels import OUTCOMES
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.submissions import Submission

NOTHING_TO_ADD = N_("Say what to add: --file FILE, --link ADDRESS or --note TEXT.")
BAD_NUMBER = N_("“{typed}” is no number to report. Write it like participants=25.")
OPEN_PARTS = N_(
    "Not handed in yet: {open} of {all} parts ({names}). The whole was handed in all the same. "
    "See: opora activity matrix"
)
SEALED = N_("Version {version} is handed in; its digest begins with {digest}.")

files_option = click.option(
    "--file",
    "files",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar=N_("FILE"),
    help=N_("A file; may stand several times."),
)
links_option = click.option(
    "--link", "links", multiple=True, metavar=N_("ADDRESS"), help=N_("A web address; may stand several times.")
)
note_option = click.option("--note", default="", metavar=N_("TEXT"), help=N_("What is to be said beside it."))


class UnreadableFileError(OporaError):
    """A file on this machine cannot be read."""

    message = N_("{file} cannot be read: {reason}. Nothing of it was stored.")


class UnknownProviderError(OporaError):
    """`--provided-by` names neither a person nor a party."""

    message = N_("“{provider}” is neither a person nor a party. See: opora person list, opora party list.")


@click.command("add-evidence", help=N_("Store files, links or a note; they count once they are handed in."))
@reference_argument
@files_option
@links_option
@note_option
@acting()
def add_evidence(
    *, reference: str, files: Sequence[Path], links: Sequence[str], note: str, actor: str, on_behalf_of: str | None
) -> None:
    if not files and not links and not note:
        raise click.UsageError(translate(NOTHING_TO_ADD, language()))
    with changing(reference, actor, on_behalf_of) as change:
        _add(change, files, links)
        if note:
            from activities.evidence import add_note

            add_note(change.office, change.actor, change.target.id, note)


def _add(change: Change, files: Sequence[Path], links: Sequence[str]) -> None:
    from activities.evidence import add_file, add_link

    for path in files:
        try:
            with path.open("rb") as stream:
                add_file(change.office, change.actor, change.target.id, stream, name=path.name)
        except OSError as error:
            raise UnreadableFileError(file=path, reason=error.strerror) from error
    for link in links:
        add_link(change.office, change.actor, change.target.id, link)


@click.command("remove-evidence", help=N_("Take a piece out of what is handed in next; earlier versions keep it."))
@reference_argument
@click.argument("number", type=int, metavar=N_("NUMBER"))
@acting()
def remove_evidence(*, reference: str, number: int, actor: str, on_behalf_of: str | None) -> None:
    from activities import evidence

    with changing(reference, actor, on_behalf_of) as change:
        evidence.remove_evidence(change.office, change.actor, change.target.id, number)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed beside files and links."""

    note: str
    document_date: date | None
    document_place: str
    numbers: Mapping[str, int]
    provided_by: str | None
    personal_data: bool


def _read_numbers(_context: click.Context, _parameter: click.Parameter, typed: Sequence[str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for each in typed:
        name, equals, value = each.partition("=")
        if not equals or not name.strip() or not value.strip().isdecimal():
            raise click.BadParameter(translate(BAD_NUMBER, language(), typed=each))
        numbers[name.strip()] = int(value)
    return numbers


@click.command("submit", help=N_("Hand in the evidence gathered so far, with what is added here, to be decided on."))
@reference_argument
@files_option
@links_option
@note_option
@click.option("--document-date", type=DAY, metavar=DAY_METAVAR, help=N_("The date that the document bears."))
@click.option("--document-place", default="", metavar=N_("TEXT"), help=N_("Where the document lies on paper."))
@click.option(
    "--number",
    "numbers",
    multiple=True,
    callback=_read_numbers,
    metavar=N_("NAME=NUMBER"),
    help=N_("A number to report, such as participants=25; may stand several times."),
)
@click.option("--provided-by", metavar=N_("PERSON_OR_PARTY"), help=N_("Whose evidence it is, if not the submitter's."))
@click.option("--personal-data", is_flag=True, help=N_("It contains personal data."))
@acting()
def submit(
    *,
    reference: str,
    files: Sequence[Path],
    links: Sequence[str],
    actor: str,
    on_behalf_of: str | None,
    **typed: object,
) -> None:
    with changing(reference, actor, on_behalf_of) as change:
        submission = _submit(change, files, links, Typed(**typed))  # type: ignore[arg-type]
        _warn_of_open_parts(change)
        say(SEALED, version=submission.version, digest=submission.manifest_digest.hex()[:12])


def _warn_of_open_parts(change: Change) -> None:
    """What sums up the members' parts may be handed in before them: whoever does so is told."""
    from activities.parts import HANDED_IN, list_parts_of

    with change.office.store.read() as connection:
        parts = list_parts_of(connection, change.target)
    waiting = [each.member_name or "" for each in parts if each.is_open and each.state not in HANDED_IN]
    if waiting:
        say(OPEN_PARTS, open=len(waiting), all=len(parts), names=names_text(waiting))


def _submit(change: Change, files: Sequence[Path], links: Sequence[str], typed: Typed) -> "Submission":
    from activities.next_step import refuse_unless_possible
    from activities.submissions import SubmissionDetails, submit

    provided_by = _find_provider(change, typed.provided_by) if typed.provided_by else None
    # Asked before anything is stored: a refused submission shall leave no files behind.
    refuse_unless_possible(change.office, change.target, "submit")
    _add(change, files, links)
    details = SubmissionDetails(
        note=typed.note,
        document_on=typed.document_date,
        document_place=typed.document_place,
        numbers=typed.numbers,
        provided_by=provided_by,
        contains_personal_data=typed.personal_data,
    )
    return submit(change.office, change.actor, change.target.id, details)


def _find_provider(change: Change, text: str) -> str:
    """The short id of the person or party that a text names."""
    from activities.parties import UnknownPartyError, get_party
    from activities.people import find_person

    with change.office.store.read() as connection:
        person = find_person(connection, text)
        if person is not None:
            return person.short_id
        try:
            return get_party(connection, text).short_id
        except UnknownPartyError as error:
            raise UnknownProviderError(provider=text) from error


@click.command("outcome", help=N_("Report that there is no evidence to come, and why; it is decided on like evidence."))
@reference_argument
@click.argument("reason", type=click.Choice(list(OUTCOMES)))
@note_option
@acting()
def outcome(*, reference: str, reason: str, note: str, actor: str, on_behalf_of: str | None) -> None:
    from activities.manifest import OutcomeReason
    from activities.submissions import report_outcome

    with changing(reference, actor, on_behalf_of) as change:
        report_outcome(change.office, change.actor, change.target.id, OutcomeReason(reason), note)


@click.command("withdraw", help=N_("Take back what you handed in, as long as nobody has decided."))
@reference_argument
@acting()
def withdraw(*, reference: str, actor: str, on_behalf_of: str | None) -> None:
    from activities import submissions

    with changing(reference, actor, on_behalf_of) as change:
        submissions.withdraw(change.office, change.actor, change.target.id)
