"""The engine's tables and the one `MetaData` that the rooms above add theirs to.

Integer keys inside, UUIDv7 text outside, digests as bytes.
"""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    DDL,
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
        """An aware instant in UTC."""
        if value is None:
            return None
        return value.astimezone(UTC) if isinstance(value, datetime) else parse_instant(value)


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

ladder = Table(
    "ladder",
    metadata,
    Column("instance_id", ForeignKey("instance.id"), primary_key=True),
    Column("name", String(40), primary_key=True),
    Column("rung", String(40), nullable=False),
    Column("due_at", UtcDateTime, nullable=False, index=True),
    Column("failures", Integer, nullable=False, server_default="0"),
    Column("error", Text),
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

# An INSERT is refused where (instance, revision) exists, which also stops REPLACE: it deletes without a DELETE trigger.
_REFUSE = f"SELECT RAISE(ABORT, '{HISTORY_IS_APPEND_ONLY}')"
_TAKEN = (
    "SELECT 1 FROM history WHERE id = NEW.id OR digest = NEW.digest"
    " OR (instance_id = NEW.instance_id AND revision = NEW.revision)"
)
SQLITE_HISTORY_TRIGGERS = (
    f"CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN {_REFUSE}; END",
    f"CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN {_REFUSE}; END",
    f"CREATE TRIGGER history_no_replace BEFORE INSERT ON history WHEN EXISTS ({_TAKEN}) BEGIN {_REFUSE}; END",
)

_RAISE = f"BEGIN RAISE EXCEPTION '{HISTORY_IS_APPEND_ONLY}'; END"
_CHANGES = "BEFORE UPDATE OR DELETE OR TRUNCATE ON history"
POSTGRESQL_HISTORY_TRIGGERS = (
    f"CREATE FUNCTION history_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ {_RAISE} $$",
    f"CREATE TRIGGER history_no_change {_CHANGES} FOR EACH STATEMENT EXECUTE FUNCTION history_refuse()",
)

for _statements, _dialect in ((SQLITE_HISTORY_TRIGGERS, "sqlite"), (POSTGRESQL_HISTORY_TRIGGERS, "postgresql")):
    for _statement in _statements:
        # DDL interpolates % signs; ours has none.
        event.listen(history, "after_create", DDL(_statement).execute_if(dialect=_dialect))  # type: ignore[no-untyped-call]
