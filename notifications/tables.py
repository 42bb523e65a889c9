"""Tables of what leaves the house: letters, notices for the morning digest, calendar subscriptions and events."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from engine.tables import UtcDateTime, metadata

letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    # One letter per cause, recipient and kind: what is repeated after a crash finds it written already.
    Column("cause_key", String(120), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    Column("context", Text, nullable=False),
    Column("grant_id", ForeignKey("grant.id")),
    Column("message_id", String(200), nullable=False, unique=True),
    Column("references_id", String(200)),
    Column("state", String(16), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("send_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_token", String(36)),
    Column("lease_until", UtcDateTime),
    Column("sent_at", UtcDateTime),
    Column("error", Text),
    UniqueConstraint("cause_key", "person_id", "kind"),
    Index("ix_letter_send_at", "send_at"),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(254), primary_key=True),
    Column("paused_until", UtcDateTime),
    Column("reason", Text, nullable=False, server_default=""),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dedup_key", String(200), nullable=False, unique=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False, index=True),
)

subscription = Table(
    "subscription",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("token_digest", LargeBinary(32), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id")),
    Column("filters", Text, nullable=False),
    Column("language", String(8), nullable=False, server_default="ru"),
    Column("created_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
    Column("fetched_at", UtcDateTime),
)

feed_event = Table(
    "feed_event",
    metadata,
    Column("occurrence_id", ForeignKey("occurrence.id"), primary_key=True),
    Column("variant", String(16), primary_key=True),
    Column("language", String(8), primary_key=True),
    Column("digest", LargeBinary(32), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("cancelled", Boolean, nullable=False, server_default="0"),
    Column("body", LargeBinary, nullable=False),
)
