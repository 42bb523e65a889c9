"""`opora database`: the version of the schema, and moving house."""

import sys
from typing import TYPE_CHECKING

import click

from cli.options import as_json
from cli.output import language, print_json, print_table, say
from engine.errors import N_
from notifications.translation import translate

if TYPE_CHECKING:
    from runtime.database_move import Moved, Target
    from runtime.log_key import PublicLogKey
    from runtime.settings import Settings

UPGRADED = N_("The database is of version {version}.")
WAITING = N_("Copying to {target}. People can read meanwhile; whoever wants to write waits, then is told to come back.")
COPIED = N_("{rows} rows of {tables} tables were copied and read back: both databases hold the same.")
VERIFIED = N_("History was verified there: {entries} entries, {size} of them in the log, up to the newest checkpoint.")
ALTERED = N_("It had been altered before it was copied: {count} findings, which came along. See: opora audit verify")
LEFT = N_("These tables are not Opora's and were left where they are: {tables}")
NEXT = N_(
    "Nobody can work here any more. Next, on every machine:\n"
    "  OPORA_DATABASE_URL={target}    in .env, with the password if one is needed\n"
    "  opora doctor                   check the installation, then start web server and workers\n"
    "Evidence and keys were not copied: docs/howto/several-machines.md says which machine needs what.\n"
    "To take the move back, stop what works there and run here: opora database reopen"
)
REOPENED = N_("What is here counts again. What was done in the other database since the move is not here.")


@click.group("database", help=N_("The database: its version, migrations, moving it elsewhere."))
def group() -> None: ...


@group.command("upgrade", help=N_("Bring the database to this program's version; make a backup first."))
def upgrade() -> None:
    from engine.database import open_database
    from runtime import migrations
    from runtime.database_marks import refuse_closed
    from runtime.privileges import grant_access
    from runtime.settings import load_settings

    settings = load_settings()
    engine = open_database(settings.database_owner_url)
    if migrations.current(engine) is None:
        raise migrations.DatabaseNotInitialisedError
    migrations.upgrade(engine, refuse_closed)
    grant_access(settings, engine)
    say(UPGRADED, version=migrations.newest())


@group.command("version", help=N_("Show the database's version and the program's."))
@as_json
def version(*, as_json: bool) -> None:
    from engine.database import open_database
    from runtime import migrations
    from runtime.settings import load_settings

    found = migrations.current(open_database(load_settings().database_url))
    if as_json:
        print_json({"database": found, "program": migrations.newest()})
    else:
        print_table((N_("Database"), N_("Program")), [(found, migrations.newest())])


@group.command("copy", help=N_("Copy everything into another, empty database, verify it there, and close this one."))
@click.option(
    "--to", "url", required=True, metavar=N_("ADDRESS"), help=N_("The other database, as OPORA_DATABASE_URL.")
)
@click.option(
    "--owner", "owner_url", metavar=N_("ADDRESS"), help=N_("Who owns the tables there, as OPORA_DATABASE_OWNER_URL.")
)
@click.option("--stopped", is_flag=True, help=N_("You have seen that web server and workers have ended everywhere."))
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar=N_("KEY"),
    help=N_("The public key of the log before the present one, where the key was lost. Can be given again."),
)
@as_json
@click.pass_context
def copy(
    context: click.Context, *, url: str, owner_url: str | None, stopped: bool, keys: tuple[str, ...], as_json: bool
) -> None:
    from runtime.database_move import Target
    from runtime.log_key import PublicLogKey
    from runtime.settings import load_settings

    target = Target(url, owner_url)
    earlier = [PublicLogKey.parse(text) for text in keys]
    say(WAITING, target=target.name)
    moved = _copy(load_settings(), target, earlier, stopped=stopped)
    if as_json:
        print_json(_plain(moved))
    else:
        rows = [(name, each.rows, each.digest.hex()) for name, each in moved.tables.items()]
        print_table((N_("Table"), N_("Rows"), N_("Digest")), rows)
    _conclude(moved)
    if moved.findings:
        context.exit(1)


@group.command("reopen", help=N_("Take a move back: what is in this database counts again."))
@click.option("--yes", is_flag=True, help=N_("Do not ask."))
def reopen(*, yes: bool) -> None:
    from runtime.database_move import reopen_database
    from runtime.settings import load_settings

    question = N_("Has everything that works in the other database been stopped?")
    if not yes:
        click.confirm(translate(question, language()), abort=True, err=True)
    reopen_database(load_settings())
    say(REOPENED)


def _copy(settings: "Settings", target: "Target", earlier: "list[PublicLogKey]", *, stopped: bool) -> "Moved":
    from runtime.database_move import count_rows, move_database

    with click.progressbar(length=count_rows(settings), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:

        def tell(table: str, count: int) -> None:
            bar.label = table
            bar.update(count)

        return move_database(settings, target, tell, stopped=stopped, earlier_keys=earlier)


def _conclude(moved: "Moved") -> None:
    say(COPIED, rows=sum(each.rows for each in moved.tables.values()), tables=len(moved.tables))
    say(VERIFIED, entries=moved.entries, size=moved.log_size)
    if moved.findings:
        say(ALTERED, count=len(moved.findings))
    if moved.left:
        say(LEFT, tables=", ".join(moved.left))
    say(NEXT, target=moved.target)


def _plain(moved: "Moved") -> dict[str, object]:
    return {
        "target": moved.target,
        "tables": {name: {"rows": each.rows, "digest": each.digest.hex()} for name, each in moved.tables.items()},
        "entries": moved.entries,
        "log_size": moved.log_size,
        "findings": len(moved.findings),
        "left": list(moved.left),
    }
