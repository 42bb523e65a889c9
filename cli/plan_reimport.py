"""`opora plan reimport`: a changed document amends a plan that is stored already."""

from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cli.days import DAY, DAY_METAVAR
from cli.followed import say_left_behind
from cli.options import NO_ACTOR, acting, as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.plan_read import given_period
from cli.wording import counted, names_text, text, window_text, word
from engine.errors import N_
from notifications.translation import translate

if TYPE_CHECKING:
    from activities.plan_amendments import Amendment
    from activities.plan_diff import PlanDiff
    from activities.plan_reimport import Proposal, RowEffects
    from activities.rescheduling import Effect

CHANGES = {
    "added": N_("added"),
    "removed": N_("removed"),
    "put_back": N_("put back"),
    "moved": N_("moved"),
    "renumbered": N_("renumbered"),
    "reworded": N_("reworded"),
    "deadline_changed": N_("deadline changed"),
    "agreed": N_("deadline as corrected"),
    "conflict": N_("conflict over the deadline"),
}
FIELDS = {
    "number": N_("number"),
    "section": N_("section"),
    "title": N_("title"),
    "responsible": N_("responsible"),
    "result": N_("result"),
    "deadline": N_("deadline"),
}
ACTIONS = {
    "add": N_("is added"),
    "move": N_("is moved"),
    "cancel": N_("is cancelled"),
    "reopen": N_("is reopened"),
    "leave": N_("stays as it is: {reason}"),
}
REASONS = {
    "finished": N_("it is finished"),
    "evidence": N_("there is evidence for it"),
    "date_set": N_("a person has set its date"),
}
NOTHING_TO_CHANGE = N_("There is nothing to change: “{slug}” says what {file} says.")
NOTHING_APPLIED = N_(
    "Nothing was changed. To apply it: opora plan reimport {slug} {file} --apply --basis “приказ № … от …” --as PERSON"
)
APPLIED = N_("“{slug}” is amended by {file} on the basis of {basis}.")
TELL_WHICH = N_(
    "Of these rows it is not sure that they are one. Say of each: --same {example} if it is one row, "
    "--apart {example} if one went and another came."
)
CORRECTED = N_("{document}; a person corrected it: {corrected}")
KEPT = N_("{document}; stays: {corrected}")
STAYED = N_(
    "Where the document changed what a person had corrected, the person's deadline stayed; "
    "opora activity show {example} has both. Of a draft it is changed by opora activity edit, of a live plan by "
    "opora occurrence postpone."
)
TAKE = N_(
    "Where the document changed what a person had corrected, the person's deadline stays. "
    "To take the document's instead: --take {example}."
)
LEAVES_BEHIND = N_("Follows what is cancelled, and stays as it is: {names}")
TAKEN_OUT = N_("{row} (taken out by an earlier amendment)")
WAITING = N_("{action} once whoever may do it says so")
WAITS = N_("{steps} for an approver: opora plan amendments {slug} shows them, with --apply they are carried out.")
AWAITING = N_("waiting for a date")


@click.command("reimport", help=N_("Compare a changed document with a plan; --apply amends the plan by it."))
@click.argument("plan", metavar="PLAN")
@click.argument("file", type=click.Path(path_type=Path), metavar=N_("FILE"))
@click.option("--from", "starts_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's first day."))
@click.option("--to", "ends_on", type=DAY, metavar=DAY_METAVAR, help=N_("The plan's last day."))
@click.option("--same", multiple=True, metavar=N_("ID=ROW"), help=N_("These two are one row; may stand several times."))
@click.option(
    "--apart", multiple=True, metavar=N_("ID=ROW"), help=N_("These two are two rows; may stand several times.")
)
@click.option(
    "--take",
    multiple=True,
    metavar="REF",
    help=N_("Of this row take the document's deadline, though a person has corrected it; may stand several times."),
)
@click.option(
    "--apply", "is_applied", is_flag=True, help=N_("Amend the plan; without it, only show what would change.")
)
@click.option("--basis", default="", metavar=N_("TEXT"), help=N_("The document that it rests on, with its number."))
@acting(required=False)
@as_json
def command(
    *,
    plan: str,
    file: Path,
    starts_on: date | None,
    ends_on: date | None,
    same: tuple[str, ...],
    apart: tuple[str, ...],
    take: tuple[str, ...],
    is_applied: bool,
    basis: str,
    actor: str | None,
    on_behalf_of: str | None,
    as_json: bool,
) -> None:
    from activities.plan_reimport import apply_reimport, propose_reimport
    from activities.plans import get_plan
    from cli.context import acting, open_application

    if is_applied and not actor:
        raise click.UsageError(translate(NO_ACTOR, language()))
    told = [*((pair, True) for pair in same), *((pair, False) for pair in apart)]
    with closing(open_application()) as application:
        who = acting(application, actor, on_behalf_of) if actor else None
        with application.store.read() as connection:
            target = get_plan(connection, plan)
        period = given_period(starts_on, ends_on)
        proposal = propose_reimport(application.office, target, file, period=period, told=told, taken=take, actor=who)
        amendment = apply_reimport(application.office, who, proposal, basis) if is_applied and who else None
    if as_json:
        print_json(_proposal_json(proposal) | {"applied": amendment is not None})
    else:
        _print_proposal(proposal)
    _say_what_next(proposal, file, amendment)


def _say_what_next(proposal: "Proposal", file: Path, amendment: "Amendment | None") -> None:
    slug = proposal.stored.plan.slug
    if conflict := next(_conflicts(proposal), None):
        say(STAYED if amendment else TAKE, example=conflict)
    if proposal.diff.is_empty:
        say(NOTHING_TO_CHANGE, slug=slug, file=file.name)
    elif amendment is not None:
        say(APPLIED, slug=slug, file=file.name, basis=amendment.document.basis)
        say_left_behind(proposal.left_behind)
        say_what_waits(sum(each.reason == "not_allowed" for group in proposal.effects for each in group.effects), slug)
    else:
        if unsure := next(_uncertain_rows(proposal), None):
            say(TELL_WHICH, example=f"{unsure[0]}={unsure[2]}")
        say(NOTHING_APPLIED, slug=slug, file=file)


def say_what_waits(count: int, slug: str) -> None:
    """Say how many steps wait for somebody who may do them, and how they are done."""
    if count:
        say(WAITS, steps=counted("{count} step waits", "{count} steps wait", count), slug=slug)


def _print_proposal(proposal: "Proposal") -> None:
    diff = proposal.diff
    print_facts(
        [
            (N_("Plan"), proposal.stored.plan.slug),
            (N_("File"), proposal.file_name),
            (N_("SHA-256"), proposal.digest.hex()),
            (N_("Changes"), names_text(_counts(proposal))),
        ]
    )
    if changes := list(_change_rows(diff)):
        click.echo()
        print_table((N_("Activity"), N_("What"), N_("Before"), N_("After")), changes)
    if uncertain := list(_uncertain_rows(proposal)):
        click.echo()
        print_table((N_("Id"), N_("Before"), N_("Row"), N_("After"), N_("Likeness")), uncertain)
    if effects := [row for each in proposal.effects for row in _effect_rows(proposal, each)]:
        click.echo()
        print_table((N_("Occurrence"), N_("Before"), N_("After"), N_("What happens")), effects)
    if proposal.left_behind:
        names = names_text(each.reference for each in proposal.left_behind)
        click.echo("\n" + text(LEAVES_BEHIND, names=names))


def _counts(proposal: "Proposal") -> Iterator[str]:
    """How many rows of each change, and how many stay."""
    diff = proposal.diff
    counts = {"added": len(diff.added), "removed": len(diff.removed)}
    for change in diff.changed:
        for kind in change.kinds:
            counts[kind.value] = counts.get(kind.value, 0) + 1
    yield from (f"{word(CHANGES, name)} {counts[name]}" for name in CHANGES if counts.get(name))
    if uncertain := len(diff.uncertain) + len(proposal.put_back):
        yield text(N_("not sure {count}"), count=uncertain)
    yield text(N_("as before {count}"), count=len(diff.pairs) - len(diff.changed))


def _change_rows(diff: "PlanDiff") -> Iterator[tuple[str, str, str, str]]:
    if diff.title:
        yield text(N_("Plan")), text(N_("title")), diff.title.before, diff.title.after
    for heading in diff.headings:
        yield heading.before or heading.after, text(N_("section")), heading.before, heading.after
    for place in diff.added:
        row = diff.new.rows[place]
        yield row.number, word(CHANGES, "added"), "", _row_text(row.title, row.deadline)
    for place in diff.removed:
        row = diff.old.rows[place]
        yield row.number, word(CHANGES, "removed"), _row_text(row.title, row.deadline), ""
    for change in diff.changed:
        row = diff.old.rows[change.pair.old]
        name = row.number or row.title
        kinds = names_text(word(CHANGES, kind.value) for kind in change.kinds)
        if not change.fields:
            yield name, kinds, "", _row_text(row.title, row.deadline)
        for field in change.fields:
            before, after = field.before, field.after
            if field.corrected is not None:
                before = text(CORRECTED, document=before, corrected=field.corrected)
            if field.corrected is not None and "conflict" in change.kinds:
                after = text(KEPT, document=after, corrected=field.corrected)
            yield name, f"{kinds}: {word(FIELDS, field.field)}", before, after


def _conflicts(proposal: "Proposal") -> Iterator[str]:
    """Short ids of the rows where the document and a person differ."""
    for change in proposal.diff.changed:
        if "conflict" in change.kinds:
            yield proposal.activities[change.pair.old].short_id


def _row_text(title: str, deadline: str) -> str:
    return " — ".join(filter(None, (title, deadline)))


def _uncertain_rows(proposal: "Proposal") -> Iterator[tuple[str, str, str, str, str]]:
    diff = proposal.diff
    for pair in diff.uncertain:
        before, after = diff.old.rows[pair.old], diff.new.rows[pair.new]
        yield (
            proposal.activities[pair.old].short_id,
            _row_text(before.title, before.deadline),
            str(pair.new + 1),
            _row_text(after.title, after.deadline),
            f"{pair.likeness:.0%}",
        )
    for each in proposal.put_back:
        gone, after = each.activity, diff.new.rows[each.place]
        was = text(TAKEN_OUT, row=_row_text(gone.title, gone.deadline_text))
        now = _row_text(after.title, after.deadline)
        yield gone.short_id, was, str(each.place + 1), now, f"{each.likeness:.0%}"


def _effect_rows(proposal: "Proposal", group: "RowEffects") -> Iterator[tuple[str, str, str, str]]:
    for effect in group.effects:
        target, planned = effect.occurrence, effect.planned
        number = proposal.diff.new.rows[group.place].number if group.place is not None else ""
        name = target.reference if target else f"{number}@{planned.key if planned else ''}"
        before = dates_text(target.starts_on, target.ends_on) if target else ""
        after = dates_text(planned.starts_on, planned.ends_on) if planned else ""
        yield name, before, after, _action_text(effect)


def dates_text(starts_on: date | None, ends_on: date | None) -> str:
    """The days of an occurrence, or that they are awaited."""
    return window_text(starts_on, ends_on) if ends_on else text(AWAITING)


def _action_text(effect: "Effect") -> str:
    if effect.reason == "not_allowed":
        return text(WAITING, action=text(ACTIONS["move" if effect.planned else "cancel"], reason=""))
    reason = word(REASONS, effect.reason.value) if effect.reason else ""
    return text(ACTIONS[effect.action.value], reason=reason)


def _proposal_json(proposal: "Proposal") -> dict[str, Any]:
    from activities.plan_diff_json import diff_to_json

    return {
        "plan": proposal.stored.plan.slug,
        "file": proposal.file_name,
        "digest": proposal.digest.hex(),
        **diff_to_json(proposal.diff),
        "put_back": [
            {"id": each.activity.short_id, "row": each.place + 1, "likeness": round(each.likeness, 2)}
            for each in proposal.put_back
        ],
        "left_behind": [each.short_id for each in proposal.left_behind],
        "occurrences": [_effect_json(effect) for group in proposal.effects for effect in group.effects],
    }


def _effect_json(effect: "Effect") -> dict[str, Any]:
    target, planned = effect.occurrence, effect.planned
    return {
        "action": effect.action.value,
        "id": target.short_id if target else None,
        "key": target.key if target else planned.key if planned else None,
        "starts_on": planned.starts_on if planned else None,
        "ends_on": planned.ends_on if planned else None,
        "due_on": planned.due_on if planned else None,
        "reason": effect.reason.value if effect.reason else None,
    }
