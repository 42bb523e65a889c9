"""A ready text: what is asked of a superior body, in plain lines that any messenger takes."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from activities.decisions import find_decision
from activities.occurrences import Occurrence
from activities.office import Office
from activities.people import Person
from activities.ready_texts import Sheet
from activities.submissions import list_submissions
from activities.tables import plan
from engine.errors import N_
from notifications.links import Links
from notifications.mail.headers import cleanse
from notifications.mail.wording import word_day
from notifications.translation import translate

GREETING = N_("Good day, {name}!")
NOBODY = N_("Good day!")
ASKED = N_("By the plan “{plan}” this is awaited of you ({body}):")
RESULT = N_("What is needed: {result}")
DUE = N_("By: {day}")
OVERDUE = N_("It was due on {day}")
REMARK = N_("Returned: {remark}")
LINK = N_("Send it here: {url}")
HOW = N_(
    "No registration is needed: open the link, add a file or an address, press “Hand in”. The links are for you alone "
    "and count until {day}; please do not pass them on."
)
NO_LINK = N_("Please send it in answer to this message.")


@dataclass(frozen=True, slots=True)
class AskedRow:
    """One thing that is asked for; `url` is empty where there is no link, `remark` unless it was returned."""

    number: str
    title: str
    result: str
    due_on: date | None
    is_overdue: bool
    remark: str
    url: str


@dataclass(frozen=True, slots=True)
class ReadyText:
    """Who asks whom for what.

    Attributes:
        name: of the person who is written to; empty where nobody is known.
        body: the party that they speak for.
        plan: the plan's title; where rows are of several plans, all of them.
        counts_until: the first day on which a link counts no more; None without links.
        sender: who signs.
    """

    name: str
    body: str
    plan: str
    rows: tuple[AskedRow, ...]
    counts_until: date | None
    sender: str


def find_link_urls(sheet: Sheet, links: Links) -> dict[int, str]:
    """Occurrence id → the link that was given out for it; empty while no link leads to where people can reach."""
    urls = {key: links.find_invitation_url(each) for key, each in sheet.invitations.items()}
    return {key: url for key, url in urls.items() if url}


def put_into_words(
    connection: Connection, office: Office, sheet: Sheet, chosen: Collection[Occurrence], letterhead: "Letterhead"
) -> str:
    """The text that asks the contact of a sheet for what was chosen, in the contact's language."""
    urls = find_link_urls(sheet, letterhead.links)
    ends = [sheet.invitations[each.id].expires_at for each in chosen if each.id in urls]
    wanted = ReadyText(
        name=sheet.contact.name if sheet.contact else "",
        body=sheet.body.name,
        plan=_titles(connection, chosen),
        rows=tuple(_row(connection, each, office.working_day(), urls) for each in chosen),
        counts_until=office.calendar.day_of(min(ends)) if ends else None,
        sender=letterhead.sender.name,
    )
    return render_ready_text(wanted, sheet.contact.language if sheet.contact else letterhead.sender.language)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who signs a ready text, and what makes its links."""

    sender: Person
    links: Links


def _titles(connection: Connection, chosen: Collection[Occurrence]) -> str:
    ids = {each.plan_id for each in chosen}
    return "; ".join(connection.execute(select(plan.c.title).where(plan.c.id.in_(ids)).order_by(plan.c.id)).scalars())


def _row(connection: Connection, each: Occurrence, working_day: date, urls: Mapping[int, str]) -> AskedRow:
    return AskedRow(
        number=each.number,
        title=" — ".join(filter(None, (each.title, each.member_name))),
        result=each.result,
        due_on=each.due_on,
        is_overdue=each.is_overdue(working_day),
        remark=_remark(connection, each) if each.state == "returned" else "",
        url=urls.get(each.id, ""),
    )


def _remark(connection: Connection, each: Occurrence) -> str:
    """Why it was returned the last time."""
    decided = [find_decision(connection, one.id) for one in list_submissions(connection, each.id)]
    return next((one.remark for one in reversed(decided) if one), "")


def render_ready_text(asked: ReadyText, language: str) -> str:
    """The text in a language (`ru` or `en`); lines of others are cleansed of what could pass for lines of ours."""
    greeting = translate(GREETING, language, name=cleanse(asked.name)) if asked.name else translate(NOBODY, language)
    lead = translate(ASKED, language, plan=cleanse(asked.plan), body=cleanse(asked.body))
    rows = ["\n".join(_lines(each, language)) for each in asked.rows]
    if asked.counts_until:
        end = translate(HOW, language, day=word_day(asked.counts_until, language))
    else:
        end = translate(NO_LINK, language)
    return "\n\n".join((greeting, lead, *rows, end, cleanse(asked.sender))) + "\n"


def _lines(row: AskedRow, language: str) -> Sequence[str]:
    lines = [f"— {cleanse(f'{row.number} {row.title}'.strip())}"]
    if row.result:
        lines.append(translate(RESULT, language, result=cleanse(row.result)))
    if row.due_on:
        lines.append(translate(OVERDUE if row.is_overdue else DUE, language, day=word_day(row.due_on, language)))
    if row.remark:
        lines.append(translate(REMARK, language, remark=cleanse(row.remark)))
    if row.url:
        lines.append(translate(LINK, language, url=row.url))
    return lines
