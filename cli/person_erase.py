"""`opora person erase`: erases what names a person, and writes the act on it."""

import errno
import os
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cli.options import acting
from cli.output import say
from engine.database import DatabaseUnavailableError
from engine.errors import N_, OporaError

if TYPE_CHECKING:
    from activities.acting import Actor
    from activities.erasure import Erasure
    from activities.people import Person
    from runtime.bootstrap import Application

ERASED = N_("{id} was erased: {rows} rows changed, {payloads} payloads of history and {letters} letters removed.")
PAPERS = N_("The act: {act}. The extract of the log: {extract}. Write the name into the printed act by hand.")
UNSURE = N_("The family name alone still stands in {count} places, perhaps somebody else's; the act lists them.")
BEYOND = N_(
    "Not reached: what evidence files say, backups, letters that were sent, exports. "
    "See docs/howto/verify-history.md, “Erasure”."
)
COMPACTING = N_("Writing the database's files anew…")


class PapersFolderError(OporaError):
    """The act cannot be written."""

    message = N_("The act cannot be written to {folder}: {reason}. Name a folder that you may write with --out.")


class CompactionError(OporaError):
    """The database's files could not be written anew."""

    message = N_(
        "The person is erased and the act is written, but old pages may still lie in the database's files: {reason}. "
        "Stop Opora and run the command again without --reason, with the person's id."
    )


@click.command("erase", help=N_("Erase what names a person; what they did stays, under an id. Cannot be undone."))
@click.argument("person", metavar=N_("PERSON"))
@click.option("--reason", default="", metavar=N_("TEXT"), help=N_("On what ground, for the act."))
@click.option(
    "--out",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    metavar=N_("FOLDER"),
    help=N_("Where the act and the extract of the log go."),
)
@click.option("--text", "as_text", is_flag=True, help=N_("The act as .txt instead of .docx."))
@acting()
def erase_command(
    *, person: str, reason: str, folder: Path, as_text: bool, actor: str, on_behalf_of: str | None
) -> None:
    from activities.erasure import find_erasure
    from activities.people import get_person
    from cli.context import acting, open_application

    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of)
        with application.store.read() as connection:
            leaver = get_person(connection, person)
            done = None if reason else find_erasure(connection, leaver.id)
        _make_folder(folder)
        done = done or _erase(application, who, leaver, reason)
        act = folder / f"erasure-{leaver.short_id}{'.txt' if as_text else '.docx'}"
        _write_papers(application, done, act)
        # Last, since it may have to wait for others: the papers are there whatever comes of it.
        _compact(application)
    say(BEYOND)


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PapersFolderError(folder=folder, reason=error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PapersFolderError(folder=folder, reason=os.strerror(errno.EACCES))


def _erase(application: "Application", who: "Actor", leaver: "Person", reason: str) -> "Erasure":
    from activities.erasure import PAYLOADS, erase_person
    from activities.personal_traces import find_traces
    from activities.plans import list_plans
    from engine.tables import metadata
    from notifications.calendar.emission import emit_anew
    from notifications.calendar.entries import refresh_plan
    from notifications.calendar.feed_folder import FeedFolder
    from notifications.mail.kept_letters import remove_letters

    done = erase_person(application.office, who, leaver, reason, metadata.sorted_tables)
    traces = find_traces(leaver.name, leaver.email, leaver.short_id)
    letters = remove_letters(application.settings.mail_dir, traces.name_the_person)
    with application.store.read() as connection:
        plans = list_plans(connection)
    for plan in plans:
        # Entries of calendars are stored as they are served, and so are calendars, in files too.
        refresh_plan(application.office, plan.id)
    emit_anew(application.office)
    if application.settings.feed_dir:
        FeedFolder(application.settings.feed_dir).keep_up(application.office)
    rows = sum(count for name, count in done.changed.items() if name != PAYLOADS)
    say(ERASED, id=done.person, rows=rows, payloads=done.changed[PAYLOADS], letters=letters)
    if done.unsure:
        say(UNSURE, count=len(done.unsure))
    return done


def _write_papers(application: "Application", done: "Erasure", act: Path) -> None:
    from activities.erasure_act import write_act, write_extract
    from engine.transparency import find_anchor

    extract = act.with_suffix(".jsonl")
    with application.store.read() as connection:
        anchor = find_anchor(connection)
    try:
        write_act(done, anchor, application.settings.zone, act)
        write_extract(done, anchor, extract)
    except OSError as error:
        raise PapersFolderError(folder=act.parent, reason=error.strerror or error) from error
    say(PAPERS, act=act, extract=extract)


def _compact(application: "Application") -> None:
    from engine.compaction import compact
    from engine.database import open_database

    say(COMPACTING)
    application.close()
    owner = open_database(application.settings.database_owner_url)
    try:
        compact(owner)
    except DatabaseUnavailableError as error:
        raise CompactionError(reason=error.details["reason"]) from error
    finally:
        owner.dispose()
