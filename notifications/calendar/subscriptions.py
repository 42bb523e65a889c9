"""Subscriptions: a name, what is asked for, and a revocable address whose secret is stored as a digest only."""

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from activities.allocation import allocate_short_id
from activities.occurrences import OccurrenceFilter
from activities.office import Office
from activities.short_ids import find_short_id
from activities.spelling import spelling_key
from activities.tables import party, party_spelling
from engine.canonical import sha256
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork
from notifications.calendar.presentation import DEFAULT, EntryKind, FeedSpec, Presentation, Show
from notifications.tables import feed, subscription

TOKEN_BYTES = 24


class UnknownSubscriptionError(OporaError):
    """No such subscription."""

    message = N_("There is no calendar subscription “{subscription}”. See: opora calendar list.")


class AmbiguousSubscriptionError(OporaError):
    """Several subscriptions share a name."""

    message = N_("Several calendar subscriptions are called “{subscription}”: {short_ids}. Give one of these ids.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A calendar subscription; its address is not stored and is shown once."""

    id: int
    short_id: str
    name: str
    person_id: int | None
    filter: OccurrenceFilter
    language: str
    presentation: Presentation
    created_at: datetime
    revoked_at: datetime | None
    fetched_at: datetime | None

    @property
    def spec(self) -> FeedSpec:
        """What its feed is of."""
        return FeedSpec(self.name, self.filter, self.language, self.presentation)


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What a subscription shall be, and whose."""

    name: str
    filter: OccurrenceFilter
    language: str = "ru"
    person_id: int | None = None
    presentation: Presentation = DEFAULT


def add_subscription(office: Office, wanted: NewSubscription) -> tuple[Subscription, str]:
    """Store a subscription; with it the secret part of its address, which cannot be shown again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with office.store.write() as work:
        row = {
            "short_id": allocate_short_id(work.connection, subscription, "c"),
            "name": wanted.name.strip(),
            "token_digest": token_digest(token),
            "person_id": wanted.person_id,
            "filters": _filter_to_json(work.connection, wanted.filter),
            "language": wanted.language,
            "show": wanted.presentation.show.value,
            "kind": wanted.presentation.kind.value,
            "alarm_days": wanted.presentation.alarm_days,
            "colour": wanted.presentation.colour,
            "created_at": work.now,
        }
        # A worker makes the bytes, so that the first program to ask is not kept waiting.
        work.ring_on_commit()
        stored = work.connection.execute(insert(subscription).values(row).returning(*subscription.c)).mappings().one()
        return _from_row(work.connection, stored), token


def rotate_subscription(office: Office, wanted: Subscription) -> str:
    """Give a subscription a new address; the old one is dead at once. A revoked subscription lives again by it."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with office.store.write() as work:
        work.ring_on_commit()
        same = update(subscription).where(subscription.c.id == wanted.id)
        work.connection.execute(same.values(token_digest=token_digest(token), revoked_at=None))
    return token


def revoke_subscription(office: Office, wanted: Subscription) -> None:
    """Let a subscription's address lead nowhere; its bytes are gone with it."""
    with office.store.write() as work:
        same = update(subscription).where(subscription.c.id == wanted.id)
        work.connection.execute(same.values(revoked_at=work.now))
        work.connection.execute(delete(feed).where(feed.c.subscription_id == wanted.id))


def find_subscription_by_token(connection: Connection, token: str) -> Subscription | None:
    """The subscription that an address leads to; None if there is none or it was revoked."""
    live = (subscription.c.token_digest == token_digest(token)) & subscription.c.revoked_at.is_(None)
    row = connection.execute(select(subscription).where(live)).mappings().first()
    return _from_row(connection, row) if row else None


def find_live_subscription(connection: Connection, subscription_id: int) -> Subscription | None:
    """A subscription by row id; None if it was revoked."""
    live = (subscription.c.id == subscription_id) & subscription.c.revoked_at.is_(None)
    row = connection.execute(select(subscription).where(live)).mappings().first()
    return _from_row(connection, row) if row else None


def get_subscription(connection: Connection, text: str) -> Subscription:
    """A subscription by short id or name.

    Raises:
        UnknownSubscriptionError: none is called so.
        AmbiguousSubscriptionError: several have this name.
    """
    short_id = find_short_id(text)
    known = list_subscriptions(connection)
    found = [each for each in known if each.short_id == short_id] or [
        each for each in known if each.name == text.strip()
    ]
    if not found:
        raise UnknownSubscriptionError(subscription=text)
    if len(found) > 1:
        raise AmbiguousSubscriptionError(subscription=text, short_ids=", ".join(each.short_id for each in found))
    return found[0]


def list_subscriptions(connection: Connection) -> list[Subscription]:
    """All subscriptions, revoked ones too, the oldest first."""
    rows = connection.execute(select(subscription).order_by(subscription.c.id)).mappings().all()
    return [_from_row(connection, row) for row in rows]


def record_fetches(work: UnitOfWork, fetched: Mapping[int, datetime]) -> None:
    """Note when subscriptions were last fetched: telemetry, gathered in memory and written now and then."""
    for subscription_id, at in fetched.items():
        same = update(subscription).where(subscription.c.id == subscription_id)
        work.connection.execute(same.values(fetched_at=at))


def token_digest(token: str) -> bytes:
    """What is stored of a secret: its SHA-256 (the secret is random, so it needs no salt)."""
    return sha256(token.encode())


_FILTER_FIELDS = ("plan_id", "section_id", "person_id")


def _filter_to_json(connection: Connection, wanted: OccurrenceFilter) -> str:
    plain = {name: getattr(wanted, name) for name in _FILTER_FIELDS if getattr(wanted, name) is not None}
    if wanted.states is not None:
        plain["states"] = sorted(wanted.states)
    if wanted.party_id is not None:
        # By its name and not by its row, which is gone once two parties turn out to be one.
        name = connection.execute(select(party.c.name).where(party.c.id == wanted.party_id)).scalar_one()
        plain["party_spelling"] = spelling_key(name)
    return json.dumps(plain, sort_keys=True, ensure_ascii=False)


def _filter_from_json(connection: Connection, text: str) -> OccurrenceFilter:
    plain = json.loads(text)
    spelling = plain.pop("party_spelling", None)
    if spelling is not None:
        meant = select(party_spelling.c.party_id).where(party_spelling.c.spelling_key == spelling)
        plain["party_id"] = connection.execute(meant).scalar_one()
    return OccurrenceFilter(**plain)


def _from_row(connection: Connection, row: RowMapping) -> Subscription:
    plain = ("id", "short_id", "name", "person_id", "language", "created_at", "revoked_at", "fetched_at")
    return Subscription(
        **{name: row[name] for name in plain},
        filter=_filter_from_json(connection, row["filters"]),
        presentation=Presentation(Show(row["show"]), EntryKind(row["kind"]), row["alarm_days"], row["colour"]),
    )
