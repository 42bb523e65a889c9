"""The log: one tree over the entries of all instances, so that none can be changed, added or left out afterwards.

An instance's chain says that its own entries follow one another. It cannot say that a whole instance was not replaced,
nor that everything was not written anew: the log can, to whoever has kept one of its checkpoints.

Entries enter in the order in which the sealer finds them, which is that of their ids but for one thing. PostgreSQL
gives ids out before the transactions commit, so an entry may come to light after a later one was sealed. The head
therefore remembers up to which id nothing can come any more (`settled_id`); beyond it, entries without a leaf are
looked for.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from engine.checkpoints import Signer, TreeHead, read_checkpoint, sign_checkpoint
from engine.database import DatabaseDamagedError
from engine.errors import N_, OporaError
from engine.faults import reach
from engine.merkle import leaf_hashes, prove_consistency, prove_inclusion, tree_root
from engine.tables import history, instance, log_checkpoint, log_head, log_leaf
from engine.tiles import TileReader, append_leaves
from engine.unit_of_work import Store, UnitOfWork

PAGE = 1000
Record = Row[*tuple[Any, ...]]
_ONLY = 1
_NOTHING = {"id": _ONLY, "size": 0, "settled_id": 0, "awaited_id": 0, "awaited_transaction": 0}


class NotSealedError(OporaError):
    """An entry is not in the log yet."""

    message = N_("Entry {revision} of {instance} is not in the log yet. Run opora tick, then ask again.")


class UnknownEntryError(OporaError):
    """No such entry."""

    message = N_("There is no entry {revision} in this history. Leave --revision out for the newest one.")


class NoCheckpointError(OporaError):
    """Nothing was ever sealed."""

    message = N_("There is no checkpoint yet: nothing has happened. Once something has, run opora tick.")


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """That an entry stands in the log.

    Args:
        body: the exact bytes of the entry.
        position: its leaf, counted from 0.
        path: the audit path (RFC 6962 §2.1.1) in the tree of the checkpoint.
        checkpoint: the signed note.
    """

    instance: str
    revision: int
    body: bytes
    position: int
    path: tuple[bytes, ...]
    checkpoint: str


_SETTLED: BindParameter[int] = bindparam("settled")
_UNSEALED = (
    select(history.c.id, history.c.body)
    .outerjoin(log_leaf, log_leaf.c.history_id == history.c.id)
    .where(history.c.id > _SETTLED, log_leaf.c.position.is_(None))
    .order_by(history.c.id)
)
_HEAD = select(log_head).where(log_head.c.id == _ONLY)
_NEWEST = select(log_checkpoint.c.note).order_by(log_checkpoint.c.size.desc()).limit(1)
# PostgreSQL: every transaction before the first has ended, none from the second on has begun.
_HORIZON = text(
    "SELECT pg_snapshot_xmin(now)::text::bigint AS ended, pg_snapshot_xmax(now)::text::bigint AS begun"
    " FROM pg_current_snapshot() AS now"
)


def seal_history(store: Store, signer: Signer, page: int = PAGE) -> int:
    """Put new entries into the log, a page a transaction, and sign a checkpoint at the end; how many entries.

    Any number of workers may do so at once: they take turns, and each entry becomes one leaf.

    Raises:
        TileMissingError: the log's stored hashes were damaged; nothing was added.
    """
    with store.read() as connection:
        if _is_idle(connection):
            return 0
    sealed, more = 0, True
    while more:
        with store.write() as work:
            count = _seal_page(work, signer, page)
        sealed, more = sealed + count, count == page
    return sealed


def _is_idle(connection: Connection) -> bool:
    """Whether nothing is to be done; a look that takes no lock."""
    head = connection.execute(_HEAD).first()
    if head is None:
        return connection.execute(select(history.c.id).limit(1)).first() is None
    _refuse_nonsense(head)
    if head.awaited_id > head.settled_id or _newest_size(connection) != head.size:
        return False
    return connection.execute(_UNSEALED.limit(1), {"settled": head.settled_id}).first() is None


def _seal_page(work: UnitOfWork, signer: Signer, page: int) -> int:
    connection = work.connection
    head = _lock_head(connection)
    # Asked before the entries are read: what had ended by now has left all its entries in sight.
    horizon = connection.execute(_HORIZON).one() if connection.dialect.name == "postgresql" else None
    found = connection.execute(_UNSEALED.limit(page), {"settled": head.settled_id}).all()
    _append(connection, head.size, found)
    reach("log.appended")
    size, is_last = head.size + len(found), len(found) < page
    values = {"size": size, **(_settled(connection, head, horizon) if is_last else {})}
    connection.execute(update(log_head).where(log_head.c.id == _ONLY).values(values))
    if is_last and _newest_size(connection) != size:
        _sign(work, signer, size)
    return len(found)


def _lock_head(connection: Connection) -> Record:
    """The head's row, held until the transaction ends: sealers take turns."""
    locked = _HEAD.with_for_update()
    head = connection.execute(locked).first()
    if head is None:
        # Another sealer may begin the log at this moment.
        with suppress(IntegrityError), connection.begin_nested():
            connection.execute(insert(log_head).values(_NOTHING))
        head = connection.execute(locked).one()
    _refuse_nonsense(head)
    return head


def _refuse_nonsense(head: Record) -> None:
    if not all(isinstance(each, int) for each in head):  # SQLite stores any value in any column
        raise DatabaseDamagedError(reason="the log's head says no numbers")


def _append(connection: Connection, size: int, found: Sequence[Record]) -> None:
    if not found:
        return
    if any(entry.body is None for entry in found):
        raise DatabaseDamagedError(reason="an entry of the history has no content")
    rows = [{"position": position, "history_id": entry.id} for position, entry in enumerate(found, size)]
    try:
        connection.execute(insert(log_leaf), rows)
    except IntegrityError as error:  # its head is locked, so nobody else can have appended
        raise DatabaseDamagedError(reason="the log's head and its leaves do not fit") from error
    append_leaves(connection, size, leaf_hashes([entry.body for entry in found]))


def _settled(connection: Connection, head: Record, horizon: Record | None) -> dict[str, int]:
    """How far nothing can come any more, now that every entry in sight is sealed.

    SQLite has one writer, which gives out ids in the order of commits. On PostgreSQL a transaction that holds an
    earlier id has begun before the newest entry was seen, so it is waited for that all of these have ended. (A step
    has written other rows by the time it takes an id, so it is a transaction that the snapshot knows.)
    """
    newest = connection.execute(select(func.max(history.c.id))).scalar() or 0
    if horizon is None:
        return {"settled_id": newest, "awaited_id": newest}
    # Fewer have begun than had once before: the rows were brought here from another server.
    is_foreign = head.awaited_transaction > horizon.begun
    settled = head.awaited_id if horizon.ended >= head.awaited_transaction and not is_foreign else head.settled_id
    if head.awaited_id > settled and not is_foreign:
        return {}
    begun = connection.execute(_HORIZON).one().begun
    return {"settled_id": settled, "awaited_id": newest, "awaited_transaction": begun}


def _sign(work: UnitOfWork, signer: Signer, size: int) -> None:
    head = TreeHead(signer.name, size, tree_root(size, TileReader(work.connection)))
    row = {"size": size, "root": head.root, "note": sign_checkpoint(head, signer), "signed_at": work.now}
    work.connection.execute(insert(log_checkpoint).values(row))
    reach("log.signed")


def _newest_size(connection: Connection) -> int:
    return connection.execute(select(func.max(log_checkpoint.c.size))).scalar() or 0


def find_checkpoint(connection: Connection) -> str | None:
    """The newest checkpoint as a signed note, or None where nothing was sealed yet."""
    return connection.execute(_NEWEST).scalar()


def get_checkpoint(connection: Connection) -> str:
    """The newest checkpoint as a signed note.

    Raises:
        NoCheckpointError: nothing was sealed yet.
    """
    found = find_checkpoint(connection)
    if found is None:
        raise NoCheckpointError
    return found


def find_anchor(connection: Connection) -> str | None:
    """The newest checkpoint as an anchor, or None where nothing was sealed yet."""
    note = find_checkpoint(connection)
    return None if note is None else read_checkpoint(note).anchor()


def prove_entry(connection: Connection, instance_id: int, revision: int | None = None) -> InclusionProof:
    """That an entry, by default the newest of the instance, stands in the log of the newest checkpoint.

    Reads as many tiles as the tree is high, whatever its size.

    Raises:
        UnknownEntryError: the instance has no such entry.
        NotSealedError: it is not in the log yet, or not below a checkpoint.
        NoCheckpointError: nothing was sealed yet.
    """
    entry = _get_entry(connection, instance_id, revision)
    note = get_checkpoint(connection)
    head = read_checkpoint(note)
    if entry.position is None or entry.position >= head.size:
        raise NotSealedError(instance=entry.public_id, revision=entry.revision)
    return InclusionProof(
        instance=entry.public_id,
        revision=entry.revision,
        body=entry.body,
        position=entry.position,
        path=tuple(prove_inclusion(entry.position, head.size, TileReader(connection))),
        checkpoint=note,
    )


def _get_entry(connection: Connection, instance_id: int, revision: int | None) -> Record:
    wanted = (
        select(instance.c.public_id, history.c.revision, history.c.body, log_leaf.c.position)
        .join(history, history.c.instance_id == instance.c.id)
        .outerjoin(log_leaf, log_leaf.c.history_id == history.c.id)
        .where(instance.c.id == instance_id)
        .order_by(history.c.revision.desc())
        .limit(1)
    )
    if revision is not None:
        wanted = wanted.where(history.c.revision == revision)
    found: Record | None = connection.execute(wanted).first()
    if found is None:
        raise UnknownEntryError(revision=revision)
    return found


def prove_growth(connection: Connection, size: int) -> tuple[bytes, ...]:
    """That the log of the newest checkpoint only adds to the one over its first `size` leaves (RFC 6962 §2.1.2).

    Raises:
        IndexError: the log was never that long.
        NoCheckpointError: nothing was sealed yet.
    """
    newest = read_checkpoint(get_checkpoint(connection)).size
    return tuple(prove_consistency(size, newest, TileReader(connection)))
