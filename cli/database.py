"""`opora database`: the version of the schema."""

import click

from cli.options import as_json
from cli.output import print_json, print_table, say
from engine.errors import N_

UPGRADED = N_("The database is of version {version}.")


@click.group("database", help=N_("The database: its version and migrations."))
def group() -> None: ...


@group.command("upgrade", help=N_("Bring the database to this program's version; make a backup first."))
def upgrade() -> None:
    from engine.database import open_database
    from runtime import migrations
    from runtime.privileges import grant_access
    from runtime.settings import load_settings

    settings = load_settings()
    engine = open_database(settings.database_owner_url)
    if migrations.current(engine) is None:
        raise migrations.DatabaseNotInitialisedError
    migrations.upgrade(engine)
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
