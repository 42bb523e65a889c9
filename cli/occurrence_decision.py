"""`opora occurrence accept, return`: deciding on exactly what is handed in now."""

from typing import TYPE_CHECKING

import click

from cli.changing import Change, changing, reference_argument
from cli.options import acting
from cli.output import say
from cli.wording import names_text, text
from engine.errors import N_, OporaError
from notifications.labels import OUTCOMES, label

if TYPE_CHECKING:
    from activities.submissions import Submission

DECIDES_ON = N_("To be decided on: version {version} of {day}, digest {digest}: {what}")
OUTCOME_SAYS = N_("there is no evidence, {reason}")

version_option = click.option(
    "--version", "version", type=int, metavar=N_("NUMBER"), help=N_("Decide only if this is the version that waits.")
)
digest_option = click.option(
    "--digest", metavar=N_("PREFIX"), help=N_("Decide only if the digest of what waits begins so.")
)


class OtherVersionError(OporaError):
    """What waits is not what the person wants to decide on."""

    message = N_(
        "What waits for a decision is version {version}, digest {digest}; you named another one. Nothing was decided. "
        "Look at it first: opora occurrence show {id}."
    )


@click.command("accept", help=N_("Accept what is handed in: as done, or that it was not performed."))
@reference_argument
@version_option
@digest_option
@click.option("--partial", is_flag=True, help=N_("It is done, but not in full; say with --remark what is missing."))
@click.option("--remark", default="", metavar=N_("TEXT"), help=N_("What is to be remarked."))
@acting()
def accept(
    *,
    reference: str,
    version: int | None,
    digest: str | None,
    partial: bool,
    remark: str,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    with changing(reference, actor, on_behalf_of) as change:
        _decide(change, "accept", version=version, digest=digest, remark=remark, partial=partial)


@click.command("return", help=N_("Give it back to be put right, and say why."))
@reference_argument
@version_option
@digest_option
@click.option("--reason", "remark", default="", metavar=N_("TEXT"), help=N_("What has to be put right."))
@acting()
def return_(
    *,
    reference: str,
    version: int | None,
    digest: str | None,
    remark: str,
    actor: str,
    on_behalf_of: str | None,
) -> None:
    with changing(reference, actor, on_behalf_of) as change:
        _decide(change, "return", version=version, digest=digest, remark=remark, partial=False)


def _decide(
    change: Change, verdict: str, *, version: int | None, digest: str | None, remark: str, partial: bool
) -> None:
    from activities.decisions import DecisionRequest, Verdict, decide

    waiting = _find_waiting(change, verdict)
    whole = waiting.manifest_digest.hex()
    if version not in {None, waiting.version} or not whole.startswith((digest or "").lower()):
        raise OtherVersionError(version=waiting.version, digest=whole[:12], id=change.target.short_id)
    say(DECIDES_ON, version=waiting.version, day=_day(change, waiting), digest=whole[:12], what=_contents(waiting))
    request = DecisionRequest(
        submission_id=waiting.id,
        manifest_digest=waiting.manifest_digest,
        verdict=Verdict(verdict),
        remark=remark,
        partial=partial,
    )
    decide(change.office, change.actor, request)


def _find_waiting(change: Change, verdict: str) -> "Submission":
    from activities.next_step import refuse_unless_possible
    from activities.submissions import NothingSubmittedError, find_open_submission

    refuse_unless_possible(change.office, change.target, verdict)
    with change.office.store.read() as connection:
        waiting = find_open_submission(connection, change.target.id)
    if waiting is None:
        raise NothingSubmittedError
    return waiting


def _day(change: Change, waiting: "Submission") -> str:
    from cli.wording import instant_text

    return instant_text(waiting.submitted_at, change.office.calendar.zone)


def _contents(waiting: "Submission") -> str:
    manifest = waiting.manifest
    if manifest.outcome_reason is not None:
        from cli.output import language

        said = text(OUTCOME_SAYS, reason=label(OUTCOMES, manifest.outcome_reason.value, language()))
        return names_text(filter(None, (said, manifest.note)))
    return names_text(filter(None, (*(file.name for file in manifest.files), *manifest.links, manifest.note)))
