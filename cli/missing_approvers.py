"""How many approvers a workflow still lacks."""

import click

from cli.wording import counted


def say_who_is_missing(missing: int) -> None:
    """Say on stderr how many more people have to be approvers; nothing where enough are."""
    if missing:
        told = counted(
            "{count} approver is still missing for it: opora person grant PERSON --role approver",
            "{count} approvers are still missing for it: opora person grant PERSON --role approver",
            missing,
        )
        click.echo(told, err=True)
