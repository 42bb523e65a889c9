"""`opora backup FILE`: saves the database and the evidence."""

from pathlib import Path

import click

from cli.options import as_json
from cli.output import print_json, say
from engine.errors import N_

SAVED = N_("Saved to {path}: the database and {count} files of evidence, {size} bytes.")
NO_KEYS = N_("The keys in {folder} are not in it, on purpose. Keep a copy of them apart.")
MISSING = N_("{count} files of evidence are missing or damaged and could not be saved: {digests}")


@click.command("backup", help=N_("Save the database and the evidence to a .tar file; people can go on working."))
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), metavar=N_("FILE"))
@as_json
@click.pass_context
def command(context: click.Context, file: Path, *, as_json: bool) -> None:
    from runtime.backup import make_backup
    from runtime.settings import load_settings

    settings = load_settings()
    backup = make_backup(settings, file)
    missing = backup.manifest.missing
    if as_json:
        print_json({"path": str(file), "size": backup.size, "evidence": len(backup.manifest.evidence),
                    "missing": list(missing)})  # fmt: skip
    say(SAVED, path=file, count=len(backup.manifest.evidence), size=backup.size)
    say(NO_KEYS, folder=settings.keys_dir)
    if missing:
        say(MISSING, count=len(missing), digests=", ".join(missing))
        context.exit(1)
