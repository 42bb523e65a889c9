"""`opora init`: makes what an installation needs, and says what to do next."""

import click

from cli.output import say
from engine.errors import N_

PURPOSES = ("production", "demo", "simulation", "test")

MADE = {
    "folder": N_("Made the data folder {path}."),
    "keys": N_("Made the keys that sign links in {path}. Keep a copy of them apart: no backup holds them."),
    "database": N_("Made the database ({purpose})."),
}
ALL_THERE = N_("Everything is there already ({purpose}); nothing was changed.")
NEXT_STEPS = N_(
    "Next:\n"
    "  opora doctor                        check the installation\n"
    "  opora person add ADDRESS --name NAME --role coordinator   add yourself\n"
    "  opora plan import FILE --as PERSON  read your plan\n"
    "  opora up                            run the web server and the worker"
)


@click.command("init", help=N_("Make the data folder, the keys and the database; what is there stays as it is."))
@click.option(
    "--purpose",
    type=click.Choice(PURPOSES),
    help=N_("What a new database is for (production by default); it stays so. Others allow a clock that can be moved."),
)
def command(purpose: str | None) -> None:
    from runtime.installation import Purpose, initialise
    from runtime.settings import load_settings

    settings = load_settings()
    done = initialise(settings, Purpose(purpose) if purpose else None)
    paths = {"folder": settings.data_dir, "keys": settings.keys_dir}
    for each in done.made:
        say(MADE[each], path=paths.get(each), purpose=done.purpose.value)
    if not done.made:
        say(ALL_THERE, purpose=done.purpose.value)
    say(NEXT_STEPS)
