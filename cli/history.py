"""`opora history`: what happened to an occurrence, or to all of an activity's, and who did it."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from cli.changing import reference_argument
from cli.options import as_json
from cli.output import language, print_json, print_table
from cli.wording import day_text, instant_text, names_text, text, word
from engine.errors import N_
from notifications.labels import CHANNELS, STATES, label_step

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from activities.occurrences import Occurrence
    from engine.audit import HistoryEntry

ON_BEHALF = N_("{name}, for {other}")
BY_LINK = N_("by the link sent to {name}")
MOVED = N_("{what}: {before} → {after}")
DATES = {"starts_on": N_("first day"), "due_on": N_("evidence due")}
ERASED = N_("(what was said is erased)")
NO_DAY = N_("no day")
IN_PART = N_("in part")
LEFT_BEHIND = N_("followed it and stay: {names}")
REMOVED = N_("number {number} removed")
VERSION = N_("version {version}, digest {digest}")


@dataclass(frozen=True, slots=True)
class Told:
    """An entry with the occurrence it belongs to and the names of who acted."""

    occurrence: "Occurrence"
    entry: "HistoryEntry"
    actor: str
    on_behalf_of: str


@click.command("history", help=N_("Show what happened to an occurrence or an activity, and who did it."))
@reference_argument
@as_json
def command(*, reference: str, as_json: bool) -> None:
    from cli.context import open_application

    with closing(open_application()) as application, application.store.read() as connection:
        told = list_told(connection, _resolve(connection, reference))
        zone = application.office.calendar.zone
    if as_json:
        print_json([_told_json(each) for each in told])
        return
    columns = (N_("When"), N_("Occurrence"), N_("Who"), N_("What"), N_("State"), N_("How"), N_("What was said"))
    print_table(
        columns,
        [
            (
                instant_text(each.entry.entry.at, zone),
                each.occurrence.reference,
                _who(each),
                step_text(each),
                _states(each),
                _how(each),
                names_text(_said(each)),
            )
            for each in told
        ],
    )


def list_told(connection: "Connection", occurrences: "Sequence[Occurrence]") -> list[Told]:
    """All entries of some occurrences with the names of who acted, the oldest first."""
    from activities.people import list_people
    from engine.audit import list_entries

    names = {each.short_id: each.name for each in list_people(connection)}
    told = [
        Told(
            occurrence,
            each,
            actor=names.get(each.entry.actor, word(CHANNELS, each.entry.actor)),
            on_behalf_of=names.get(each.entry.on_behalf_of or "", each.entry.on_behalf_of or ""),
        )
        for occurrence in occurrences
        for each in list_entries(connection, occurrence.instance_id)
    ]
    return sorted(told, key=lambda each: (each.entry.entry.at, each.occurrence.id, each.entry.entry.revision))


def step_text(each: Told) -> str:
    """What was done, in a few words."""
    entry = each.entry.entry
    return label_step(entry.event, entry.from_state, entry.to_state, language())


def _resolve(connection: "Connection", reference: str) -> "list[Occurrence]":
    """The occurrence that is named, or all of the activity that is named without a period."""
    from activities.occurrences import OccurrenceFilter, list_occurrences, resolve_occurrence
    from activities.plan_activities import resolve_activity
    from activities.references import AmbiguousReferenceError

    try:
        return [resolve_occurrence(connection, reference)]
    except AmbiguousReferenceError:
        if "@" in reference or "~" in reference:
            raise
        named = resolve_activity(connection, reference)
        return list_occurrences(connection, OccurrenceFilter(activity_id=named.id))


def _who(each: Told) -> str:
    return text(ON_BEHALF, name=each.actor, other=each.on_behalf_of) if each.on_behalf_of else each.actor


def _states(each: Told) -> str:
    entry = each.entry.entry
    after = word(STATES, entry.to_state)
    return after if entry.from_state in {"", entry.to_state} else f"{word(STATES, entry.from_state)} → {after}"


def _how(each: Told) -> str:
    channel = each.entry.entry.channel
    return text(BY_LINK, name=each.actor) if channel == "link" else word(CHANNELS, channel)


def _said(each: Told) -> Iterator[str]:
    """What of the payload people want to read; the rest is in the JSON."""
    payload = each.entry.payload
    if payload is None:
        yield text(ERASED)
        return
    digest = each.entry.entry.subject_digest
    if "version" in payload and digest:
        yield text(VERSION, version=payload["version"], digest=digest.hex()[:12])
    if payload.get("partial"):
        yield text(IN_PART)
    if "removed" in payload:
        yield text(REMOVED, number=payload["removed"])
    if payload.get("left_behind"):
        yield text(LEFT_BEHIND, names=", ".join(payload["left_behind"]))
    yield from (str(payload[name]) for name in ("name", "note", "remark", "reason", "basis") if payload.get(name))
    yield from payload.get("files", ())
    yield from _moved(payload.get("dates", {}))


def _moved(dates: Mapping[str, tuple[str | None, str | None]]) -> Iterator[str]:
    for name, (before, after) in dates.items():
        yield text(MOVED, what=text(DATES[name]), before=_day(before), after=_day(after))


def _day(iso: str | None) -> str:
    return day_text(date.fromisoformat(iso)) if iso else text(NO_DAY)


def _told_json(each: Told) -> dict[str, Any]:
    entry = each.entry.entry
    return {
        "occurrence": each.occurrence.short_id,
        "reference": each.occurrence.reference,
        "revision": entry.revision,
        "at": entry.at,
        "event": entry.event,
        "from": entry.from_state,
        "to": entry.to_state,
        "actor": {"id": entry.actor, "name": each.actor},
        "on_behalf_of": {"id": entry.on_behalf_of, "name": each.on_behalf_of} if entry.on_behalf_of else None,
        "channel": entry.channel,
        "subject": entry.subject_digest.hex() if entry.subject_digest else None,
        "payload": each.entry.payload,
    }
