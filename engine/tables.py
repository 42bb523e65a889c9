"""The engine's tables and the one `MetaData` that the rooms above add theirs to.

Integer keys inside, UUIDv7 text outside, digests as bytes.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    event,
)
from sqlalchemy.dialects.postgresql import TIMESTAMP
from sqlalchemy.types import TypeEngine

from engine.clock import format_instant, parse_instant
from engine.stored_values import INSTANT, DamagedValueError

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class UtcDateTime(TypeDecorator[datetime]):
    """The only instant type: refuses naive values; `…Z` text on SQLite, `timestamptz` on PostgreSQL.

    SQLAlchemy's own `DateTime` drops the zone on SQLite without a word.
    """

    impl = String(27)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Fixed-width text where the database has no instant type."""
        if dialect.name == "postgresql":
            return dialect.type_descriptor(TIMESTAMP(timezone=True))
        return dialect.type_descriptor(String(27))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """Refuse a naive instant; otherwise UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive instant was about to be stored")
        return value.astimezone(UTC) if dialect.name == "postgresql" else format_instant(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002  (the interface)
        """An aware instant in UTC.

        Raises:
            DamagedValueError: what is stored is no instant.
        """
        if value is None:
            return None
        if isinstance(value, datetime):
            return value.astimezone(UTC)
        try:
            return parse_instant(value)
        except (ValueError, TypeError) as error:  # SQLite keeps anything anywhere
            raise DamagedValueError(value, INSTANT) from error


definition = Table(
    "definition",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", String(64), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

instance = Table(
    "instance",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("definition_id", ForeignKey("definition.id"), nullable=False),
    Column("calendar_key", String(64), nullable=False),
    Column("state", String(40), nullable=False, index=True),
    Column("revision", Integer, nullable=False),
    Column("starts_on", Date),
    Column("due_on", Date, index=True),
    Column("submitted_at", UtcDateTime),
    Column("entered_at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    CheckConstraint("revision >= 1", name="revision_counts"),
)

history = Table(
    "history",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("instance_id", ForeignKey("instance.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(40), nullable=False),
    Column("from_state", String(40), nullable=False),
    Column("to_state", String(40), nullable=False),
    Column("actor", String(64), nullable=False),
    Column("on_behalf_of", String(64)),
    Column("channel", String(16), nullable=False),
    Column("subject_digest", LargeBinary(32)),
    Column("payload_digest", LargeBinary(32), nullable=False),
    Column("previous_digest", LargeBinary(32), nullable=False),
    Column("digest", LargeBinary(32), nullable=False, unique=True),
    Column("body", LargeBinary, nullable=False),
    Index("uq_history_instance_id_revision", "instance_id", "revision", unique=True),
)

payload = Table(
    "payload",
    metadata,
    Column("instance_id", ForeignKey("instance.id"), primary_key=True),
    Column("revision", Integer, primary_key=True),
    Column("salt", LargeBinary(16)),
    Column("body", LargeBinary),
    Column("erased_at", UtcDateTime),
)

# The one row that sealers lock: how far the log reaches and what is left to look for (see `transparency`).
log_head = Table(
    "log_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("size", Integer, nullable=False),
    # Every entry up to here is in the log or will never be there.
    Column("settled_id", Integer, nullable=False),
    # Up to here that is so once every transaction before the awaited one has ended.
    Column("awaited_id", Integer, nullable=False),
    Column("awaited_transaction", BigInteger, nullable=False),
)

# No foreign key to history: on PostgreSQL its check would write a lock into each entry.
log_leaf = Table(
    "log_leaf",
    metadata,
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("history_id", Integer, nullable=False, unique=True),
)

log_tile = Table(
    "log_tile",
    metadata,
    Column("level", Integer, primary_key=True, autoincrement=False),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("hashes", LargeBinary, nullable=False),
)

log_checkpoint = Table(
    "log_checkpoint",
    metadata,
    Column("size", Integer, primary_key=True, autoincrement=False),
    Column("root", LargeBinary(32), nullable=False),
    Column("note", Text, nullable=False),
    Column("signed_at", UtcDateTime, nullable=False),
)

ladder = Table(
    "ladder",
    metadata,
    Column("instance_id", ForeignKey("instance.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("rung", String(40), nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text),
    # In the order in which ticks claim: whole plans are due at eight in the morning, and none is sorted for it.
    Index("ix_ladder_due_at_instance_id", "due_at", "instance_id"),
)

message = Table(
    "message",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("topic", String(40), nullable=False),
    Column("instance_id", ForeignKey("instance.id"), nullable=False),
    Column("revision", Integer, nullable=False),
    Column("detail", String(80), nullable=False, server_default=""),
    Column("dedup_key", String(200), nullable=False, unique=True),
    Column("created_at", UtcDateTime, nullable=False),
    Column("available_at", UtcDateTime),
    Column("attempts", Integer, nullable=False, server_default="0"),
    Column("done_at", UtcDateTime),
    Column("dead_at", UtcDateTime),
    Column("error", Text),
    # Finished messages have no `available_at`, so the index holds only what waits.
    Index(
        "ix_message_available_at",
        "available_at",
        sqlite_where=Column("available_at").is_not(None),
        postgresql_where=Column("available_at").is_not(None),
    ),
)

HISTORY_IS_APPEND_ONLY = "history is append-only"

# Tables that only grow, and what an INSERT is refused by: an existing row with one of these, which also stops REPLACE
# (it deletes without a DELETE trigger).
APPEND_ONLY = {
    history: "id = NEW.id OR digest = NEW.digest OR (instance_id = NEW.instance_id AND revision = NEW.revision)",
    log_leaf: "position = NEW.position OR history_id = NEW.history_id",
    log_checkpoint: "size = NEW.size",
}


def _sqlite_triggers(name: str, taken: str) -> tuple[str, ...]:
    refuse = f"BEGIN SELECT RAISE(ABORT, '{HISTORY_IS_APPEND_ONLY}'); END"
    exists = f"EXISTS (SELECT 1 FROM {name} WHERE {taken})"
    return (
        f"CREATE TRIGGER {name}_no_update BEFORE UPDATE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_delete BEFORE DELETE ON {name} {refuse}",
        f"CREATE TRIGGER {name}_no_replace BEFORE INSERT ON {name} WHEN {exists} {refuse}",
    )


def _postgresql_triggers(name: str) -> tuple[str, ...]:
    refuse = f"BEGIN RAISE EXCEPTION '{HISTORY_IS_APPEND_ONLY}'; END"
    changes = f"BEFORE UPDATE OR DELETE OR TRUNCATE ON {name}"
    return (
        f"CREATE FUNCTION {name}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {refuse} $$",
        f"CREATE TRIGGER {name}_no_change {changes} FOR EACH STATEMENT EXECUTE FUNCTION {name}_refuse()",
    )


for _table, _taken in APPEND_ONLY.items():
    for _dialect, _statements in (
        ("sqlite", _sqlite_triggers(_table.name, _taken)),
        ("postgresql", _postgresql_triggers(_table.name)),
    ):
        for _statement in _statements:
            # DDL interpolates % signs; ours has none.
            event.listen(_table, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
