"""Tables of what leaves the house: letters, notices for the morning digest, calendar subscriptions and events."""

from sqlalchemy import (
    BigInteger,
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
    Column("short_id", String(16), nullable=False, unique=True),
    # One letter per cause, recipient and kind: what is repeated after a crash finds it written already.
    Column("cause_key", String(200), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("kind", String(32), nullable=False),
    Column("recipient", String(254), nullable=False),
    Column("language", String(8), nullable=False),
    # What the text needs, as JSON. Links are made from the grants it names only when the letter is sent.
    Column("context", Text, nullable=False),
    Column("message_id", String(320), nullable=False, unique=True),
    Column("references_id", String(320)),
    Column("state", String(16), nullable=False),
    Column("urgency", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # When a sender looks at it next: for a leased letter the end of the lease, for a finished one never.
    Column("send_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("lease_token", String(36)),
    Column("sent_at", UtcDateTime),
    Column("error", Text),
    UniqueConstraint("cause_key", "person_id", "kind"),
    Index("ix_letter_send_at", "send_at"),
    Index("ix_letter_sent_at", "sent_at"),
    Index("ix_letter_person_id", "person_id", "kind"),
)

mailbox = Table(
    "mailbox",
    metadata,
    Column("name", String(254), primary_key=True),
    Column("paused_until", UtcDateTime),
    # Pauses in a row; each makes the next one longer, a letter that goes through ends the row.
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
)

# A mail that came to our mailbox and concerns a letter of ours, see `mail.arrivals`; of its text nothing is kept.
arrival = Table(
    "arrival",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    # Of the mail's bytes: the same mail read again is known.
    Column("content_digest", LargeBinary(32), nullable=False, unique=True),
    Column("letter_id", ForeignKey("letter.id"), nullable=False, index=True),
    Column("sort", String(16), nullable=False),
    Column("sender", String(254), nullable=False),
    Column("arrived_at", UtcDateTime, nullable=False),
    # An English template with its values as JSON, said in the reader's language when shown.
    Column("template", Text, nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
    # NULL while a person has to look at it.
    Column("settled_at", UtcDateTime),
    Column("settled_by", String(64)),
    Column("outcome", String(16)),
)

# A file of a reply: no evidence until the coordinator confirms it.
arrived_file = Table(
    "arrived_file",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("arrival_id", ForeignKey("arrival.id"), nullable=False, index=True),
    # What it shows; NULL where the letter was about several things.
    Column("occurrence_id", ForeignKey("occurrence.id"), index=True),
    Column("blob_digest", ForeignKey("blob.digest"), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String(120), nullable=False),
)

# A mailbox that is read by IMAP: how far, and when next.
inbox = Table(
    "inbox",
    metadata,
    Column("name", String(400), primary_key=True),
    # RFC 9051 section 2.3.1.1: while the validity is the same, so are the numbers.
    Column("uid_validity", BigInteger),
    Column("last_uid", BigInteger, nullable=False, server_default="0"),
    Column("read_again_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("reason", Text, nullable=False, server_default=""),
)

notice = Table(
    "notice",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("dedup_key", String(200), nullable=False),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False),
    Column("kind", String(40), nullable=False),
    Column("raised_at", UtcDateTime, nullable=False),
    # Told in a digest, or found to be over when the digest was written.
    Column("settled_at", UtcDateTime),
    UniqueConstraint("dedup_key", "person_id"),
    Index("ix_notice_open", "person_id", sqlite_where=Column("settled_at").is_(None)),
)

# What a person wants of a kind of letter, where it is not the usual; see `mail.preferences`.
preference = Table(
    "preference",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("kind", String(32), primary_key=True),
    Column("pace", String(16), nullable=False),
    # ISO weekdays of a pace of chosen days, with spaces between.
    Column("days", String(16), nullable=False, server_default=""),
    Column("chosen_at", UtcDateTime, nullable=False),
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
    # How it is shown, see `presentation`.
    Column("show", String(16), nullable=False, server_default="deadline"),
    Column("kind", String(16), nullable=False, server_default="event"),
    Column("alarm_days", Integer),
    Column("colour", String(16)),
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
    # Somebody still has to do something for it, so that an alarm makes sense.
    Column("owed", Boolean, nullable=False, server_default="0"),
    # Behind all others, so that what asks for these alone reads no bodies.
    Column("body", LargeBinary, nullable=False),
    # Since when no calendar of a language has changed is asked at every fetch.
    Index("ix_feed_event_modified_at", "language", "modified_at"),
)

# That entries have changed since feeds were last looked at: a row a change, so that no writer waits for another.
feed_change = Table(
    "feed_change",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("raised_at", UtcDateTime, nullable=False),
)

# The bytes of a subscription as they are served, see `emission`.
feed = Table(
    "feed",
    metadata,
    Column("subscription_id", ForeignKey("subscription.id"), primary_key=True),
    Column("stale", Boolean, nullable=False, server_default="0"),
    # The local day whose rolling window it shows.
    Column("shown_on", Date, nullable=False),
    # Of the entries it was made of: while it is the same, so are the bytes.
    Column("stamp", LargeBinary(32), nullable=False),
    Column("etag", String(66), nullable=False),
    Column("modified_at", UtcDateTime, nullable=False),
    Column("events", Integer, nullable=False),
    Column("left_out", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("packed", LargeBinary, nullable=False),
)

throttle = Table(
    "throttle",
    metadata,
    # Who came with links that lead nowhere, or which calendar was handed out, counted over a few minutes and then
    # forgotten: an address is personal data.
    Column("address", String(64), primary_key=True),
    Column("window_at", UtcDateTime, nullable=False),
    Column("attempts", Integer, nullable=False),
)
