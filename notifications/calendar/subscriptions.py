"""Subscriptions: a name, what is asked for, and a revocable address whose secret is stored as a digest only."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from activities.allocation import allocate_short_id
from activities.occurrences import OccurrenceFilter
from activities.office import Office
from activities.short_ids import find_short_id
from engine.canonical import sha256
from engine.errors import N_, OporaError
from notifications.tables import subscription

TOKEN_BYTES = 24


class UnknownSubscriptionError(OporaError):
    """No such subscription."""

    message = N_("There is no calendar subscription “{subscription}”. See: opora calendar list.")


@dataclass(frozen=True, slots=True)
class Subscription:
    """A calendar subscription; its address is not stored and is shown once."""

    id: int
    short_id: str
    name: str
    person_id: int | None
    filter: OccurrenceFilter
    language: str
    created_at: datetime
    revoked_at: datetime | None
    fetched_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewSubscription:
    """What a subscription shall be."""

    name: str
    filter: OccurrenceFilter
    language: str = "ru"
    person_id: int | None = None


def add_subscription(office: Office, wanted: NewSubscription) -> tuple[Subscription, str]:
    """Store a subscription; with it the secret part of its address, which cannot be shown again."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with office.store.write() as work:
        row = {
            "short_id": allocate_short_id(work.connection, subscription, "c"),
            "name": wanted.name.strip(),
            "token_digest": token_digest(token),
            "person_id": wanted.person_id,
            "filters": _filter_to_json(wanted.filter),
            "language": wanted.language,
            "created_at": work.now,
        }
        stored = work.connection.execute(insert(subscription).values(row).returning(*subscription.c)).mappings().one()
        return _from_row(stored), token


def rotate_subscription(office: Office, wanted: Subscription) -> str:
    """Give a subscription a new address; the old one is dead at once."""
    token = secrets.token_urlsafe(TOKEN_BYTES)
    with office.store.write() as work:
        same = update(subscription).where(subscription.c.id == wanted.id)
        work.connection.execute(same.values(token_digest=token_digest(token), revoked_at=None))
    return token


def revoke_subscription(office: Office, wanted: Subscription) -> None:
    """Let a subscription's address lead nowhere."""
    with office.store.write() as work:
        same = update(subscription).where(subscription.c.id == wanted.id)
        work.connection.execute(same.values(revoked_at=work.now))


def find_subscription_by_token(connection: Connection, token: str) -> Subscription | None:
    """The subscription that an address leads to; None if there is none or it was revoked."""
    live = (subscription.c.token_digest == token_digest(token)) & subscription.c.revoked_at.is_(None)
    row = connection.execute(select(subscription).where(live)).mappings().first()
    return _from_row(row) if row else None


def get_subscription(connection: Connection, text: str) -> Subscription:
    """A subscription by short id or name.

    Raises:
        UnknownSubscriptionError: none is called so.
    """
    short_id = find_short_id(text)
    for each in list_subscriptions(connection):
        if each.short_id == short_id or each.name == text.strip():
            return each
    raise UnknownSubscriptionError(subscription=text)


def list_subscriptions(connection: Connection) -> list[Subscription]:
    """All subscriptions, revoked ones too, the oldest first."""
    rows = connection.execute(select(subscription).order_by(subscription.c.id)).mappings()
    return [_from_row(row) for row in rows]


def record_fetches(office: Office, fetched: dict[int, datetime]) -> None:
    """Note when subscriptions were last fetched: telemetry, gathered in memory and written now and then."""
    with office.store.write() as work:
        for subscription_id, at in fetched.items():
            same = update(subscription).where(subscription.c.id == subscription_id)
            work.connection.execute(same.values(fetched_at=at))


def token_digest(token: str) -> bytes:
    """What is stored of a secret: its SHA-256 (the secret is random, so it needs no salt)."""
    return sha256(token.encode())


_FILTER_FIELDS = ("plan_id", "section_id", "party_id", "person_id")


def _filter_to_json(wanted: OccurrenceFilter) -> str:
    plain = {name: getattr(wanted, name) for name in _FILTER_FIELDS if getattr(wanted, name) is not None}
    if wanted.states is not None:
        plain["states"] = sorted(wanted.states)
    return json.dumps(plain, sort_keys=True)


def _from_row(row: RowMapping) -> Subscription:
    plain = ("id", "short_id", "name", "person_id", "language", "created_at", "revoked_at", "fetched_at")
    return Subscription(**{name: row[name] for name in plain}, filter=OccurrenceFilter(**json.loads(row["filters"])))
