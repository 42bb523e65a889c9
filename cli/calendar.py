"""`opora calendar`: subscriptions with an address of their own, and calendar files."""

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from cli.calendar_address import begin_file, keep_up_files, print_address, with_code
from cli.calendar_lint import command as lint
from cli.calendar_presentation import presentation_words, presenting
from cli.occurrence_filter import resolve_filter
from cli.options import as_json
from cli.output import language, print_facts, print_json, print_table, say
from cli.wording import instant_text, names_text, text, word
from engine.errors import N_
from notifications.labels import STATES
from notifications.translation import LANGUAGES

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from notifications.calendar.presentation import Presentation
    from notifications.calendar.subscriptions import Subscription

REVOKED = N_("“{name}” can no longer be fetched. Calendar programs keep what they have until it is removed there.")
NOT_LAUNCHED = N_("“{slug}” has nothing that falls due: launch it first (opora plan launch {slug}).")
FULL = N_("It leaves out {count} entries, the farthest ahead first: narrow it by section, party or state.")
EVERYTHING = N_("everything")
WHOSE = N_("Say whose: --mine --person PERSON.")


@click.group("calendar", help=N_("Calendar subscriptions and files."))
def group() -> None:
    """The noun."""


group.add_command(lint)


@group.command("add", help=N_("Make a calendar that programs subscribe to; prints its address, once."))
@click.option("--name", required=True, metavar=N_("NAME"), help=N_("What subscribers see as the calendar's name."))
@click.option("--plan", metavar=N_("PLAN"), help=N_("Only this plan."))
@click.option("--section", metavar=N_("SECTION"), help=N_("Only this section of the plan, by number or title."))
@click.option("--party", metavar=N_("PARTY"), help=N_("Only what this party is named for."))
@click.option("--person", metavar=N_("PERSON"), help=N_("Whose calendar it is."))
@click.option("--mine", is_flag=True, help=N_("Only what that person answers for, as a party's contact."))
@click.option("--state", "states", multiple=True, type=click.Choice(list(STATES)), help=N_("Only in this state."))
@click.option("--language", "speaks", type=click.Choice(LANGUAGES), help=N_("The calendar's language."))
@presenting
@with_code
@as_json
def add(
    *,
    name: str,
    plan: str | None,
    section: str | None,
    party: str | None,
    person: str | None,
    mine: bool,
    states: tuple[str, ...],
    speaks: str | None,
    presentation: "Presentation",
    code: bool | None,
    as_json: bool,
) -> None:
    from activities.people import get_person
    from cli.context import open_application
    from notifications.calendar.subscriptions import NewSubscription, add_subscription

    if mine and person is None:
        raise click.UsageError(text(WHOSE))
    with closing(open_application()) as application:
        with application.store.read() as connection:
            owner = get_person(connection, person).id if person else None
            named = resolve_filter(connection, plan=plan, section=section, party=party, person=None)
        wanted = replace(named, person_id=owner if mine else None, states=states or None)
        asked = NewSubscription(name, wanted, speaks or language(), owner, presentation)
        added, token = add_subscription(application.office, asked)
        print_address(application, added, token, as_json=as_json, code=code)
        begin_file(application, added, token)


@group.command("list", help=N_("All calendar subscriptions, and when each was last fetched."))
@as_json
def list_(*, as_json: bool) -> None:
    from cli.context import open_application
    from notifications.calendar.subscriptions import list_subscriptions

    with closing(open_application()) as application, application.store.read() as connection:
        found = list_subscriptions(connection)
        if as_json:
            print_json([_plain(connection, each) for each in found])
            return
        zone = application.settings.zone
        columns = (N_("Id"), N_("Title"), N_("Shows"), N_("Last fetched"), N_("Revoked"))
        rows = [
            (
                each.short_id,
                each.name,
                _shows(connection, each),
                instant_text(each.fetched_at, zone),
                instant_text(each.revoked_at, zone),
            )
            for each in found
        ]
    print_table(columns, rows)


@group.command("show", help=N_("One calendar subscription; its address is not stored and cannot be shown."))
@click.argument("subscription", metavar=N_("CALENDAR"))
@as_json
def show(*, subscription: str, as_json: bool) -> None:
    from cli.context import open_application
    from notifications.calendar.feeds import render_feed
    from notifications.calendar.subscriptions import get_subscription

    with closing(open_application()) as application, application.store.read() as connection:
        found = get_subscription(connection, subscription)
        if as_json:
            print_json(_plain(connection, found))
            return
        feed = render_feed(connection, found.spec, application.office.today())
        zone = application.settings.zone
        facts = (
            (N_("Id"), found.short_id),
            (N_("Title"), found.name),
            (N_("Belongs to"), _owner(connection, found)),
            (N_("Shows"), _shows(connection, found)),
            (N_("As"), presentation_words(found.presentation)),
            (N_("Entries"), feed.events),
            (N_("Language"), found.language),
            (N_("Made"), instant_text(found.created_at, zone)),
            (N_("Last fetched"), instant_text(found.fetched_at, zone)),
            (N_("Revoked"), instant_text(found.revoked_at, zone)),
        )
    print_facts(facts)
    if feed.left_out:
        say(FULL, count=feed.left_out)


@group.command("revoke", help=N_("Let a calendar's address lead nowhere from now on."))
@click.argument("subscription", metavar=N_("CALENDAR"))
def revoke(*, subscription: str) -> None:
    from cli.context import open_application
    from notifications.calendar.subscriptions import get_subscription, revoke_subscription

    with closing(open_application()) as application:
        with application.store.read() as connection:
            found = get_subscription(connection, subscription)
        revoke_subscription(application.office, found)
        keep_up_files(application)
    say(REVOKED, name=found.name)


@group.command("rotate", help=N_("Give a calendar a new address, also a revoked one; the old one is dead at once."))
@click.argument("subscription", metavar=N_("CALENDAR"))
@with_code
@as_json
def rotate(*, subscription: str, code: bool | None, as_json: bool) -> None:
    from cli.context import open_application
    from notifications.calendar.subscriptions import get_subscription, rotate_subscription

    with closing(open_application()) as application:
        with application.store.read() as connection:
            found = get_subscription(connection, subscription)
        token = rotate_subscription(application.office, found)
        print_address(application, found, token, as_json=as_json, code=code)
        begin_file(application, found, token)


@group.command("export", help=N_("Write a whole plan as a calendar file to standard output."))
@click.option("--plan", metavar=N_("PLAN"), help=N_("Which plan; not needed where there is only one."))
@click.option("--language", "speaks", type=click.Choice(LANGUAGES), help=N_("The calendar's language."))
def export(*, plan: str | None, speaks: str | None) -> None:
    from activities.occurrences import OccurrenceFilter
    from activities.plans import get_plan
    from cli.context import open_application
    from notifications.calendar.entries import refresh_plan
    from notifications.calendar.feeds import render_feed
    from notifications.calendar.presentation import FeedSpec

    with closing(open_application()) as application:
        with application.store.read() as connection:
            chosen = get_plan(connection, plan)
        refresh_plan(application.office, chosen.id)
        with application.store.read() as connection:
            whole = FeedSpec(chosen.title, OccurrenceFilter(plan_id=chosen.id), speaks or language())
            feed = render_feed(connection, whole)
    if not feed.events:
        say(NOT_LAUNCHED, slug=chosen.slug)
    click.echo(feed.body, nl=False)


def _plain(connection: "Connection", each: "Subscription") -> dict[str, object]:
    return {
        "id": each.short_id,
        "name": each.name,
        "person": _owner(connection, each) or None,
        "shows": _choices(connection, each),
        "show": each.presentation.show,
        "kind": each.presentation.kind,
        "alarm_days": each.presentation.alarm_days,
        "colour": each.presentation.colour,
        "language": each.language,
        "created_at": each.created_at,
        "fetched_at": each.fetched_at,
        "revoked_at": each.revoked_at,
    }


def _owner(connection: "Connection", each: "Subscription") -> str:
    from activities.people import get_person_by_id

    return "" if each.person_id is None else get_person_by_id(connection, each.person_id).name


def _shows(connection: "Connection", each: "Subscription") -> str:
    """What a subscription is limited to, in words."""
    chosen = _choices(connection, each)
    states = [word(STATES, state) for state in each.filter.states or ()]
    parts = [str(value) for name, value in chosen.items() if name != "states"]
    return names_text([*parts, *states]) or text(EVERYTHING)


def _choices(connection: "Connection", each: "Subscription") -> dict[str, object]:
    from activities.parties import list_parties
    from activities.people import get_person_by_id
    from activities.plans import list_plans, list_sections

    wanted = each.filter
    plans = {plan.id: plan.slug for plan in list_plans(connection)}
    choices: dict[str, object] = {}
    if wanted.plan_id is not None:
        choices["plan"] = plans[wanted.plan_id]
    if wanted.plan_id is not None and wanted.section_id is not None:
        sections = {section.id: section for section in list_sections(connection, wanted.plan_id)}
        section = sections[wanted.section_id]
        choices["section"] = f"{section.number} {section.title}".strip()
    if wanted.party_id is not None:
        choices["party"] = {party.id: party.name for party in list_parties(connection)}[wanted.party_id]
    if wanted.person_id is not None:
        choices["person"] = get_person_by_id(connection, wanted.person_id).name
    if wanted.states is not None:
        choices["states"] = sorted(wanted.states)
    return choices
