"""`opora restore FILE`: brings a backup back."""

from pathlib import Path

import click

from cli.output import say
from engine.clock import parse_instant
from engine.errors import N_

RESTORED = N_("Brought back what was saved at {made_at}: the database and {count} files of evidence, all verified.")
NEXT = N_("Put the copy of your keys into {folder}, or make new ones (old links stop working): opora init")
OLDER = N_("The database is of the older version {version}. Now run: opora database upgrade, then opora audit verify")
ALTERED = N_("The history or its log was altered before the backup was made: {count} findings. See: opora audit verify")
UNSIGNED = N_(
    "History and its log are whole, but no key was there to check the log's signatures with. "
    "Once the keys are back: opora audit verify"
)
MISSING = N_("These files of evidence were missing when the backup was made: {digests}")


@click.command("restore", help=N_("Bring back what a backup holds, into an empty data folder; verified."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar=N_("FILE"))
@click.option(
    "--key",
    "keys",
    multiple=True,
    metavar=N_("KEY"),
    help=N_("The public key of the log before the present one, where the key was lost. Can be given again."),
)
@click.pass_context
def command(context: click.Context, file: Path, keys: tuple[str, ...]) -> None:
    from runtime.log_key import PublicLogKey
    from runtime.restore import restore_backup
    from runtime.settings import load_settings

    settings = load_settings()
    restored = restore_backup(settings, file, [PublicLogKey.parse(text) for text in keys])
    manifest = restored.manifest
    made_at = parse_instant(manifest.made_at).astimezone(settings.zone)
    say(RESTORED, made_at=made_at, count=len(manifest.evidence))
    if manifest.missing:
        say(MISSING, digests=", ".join(manifest.missing))
    if restored.findings is None:
        say(OLDER, version=manifest.schema)
    elif not restored.findings and not restored.signatures_checked:
        say(UNSIGNED)
    say(NEXT, folder=settings.keys_dir)
    if restored.findings:
        say(ALTERED, count=len(restored.findings))
        context.exit(1)
