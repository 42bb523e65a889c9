"""History with its log as lines of JSON, for whoever wants to verify it without this program (docs/verify.py).

The first line says which log it is and by which key it is signed. Then each entry in the order of the leaves: its
number, its hash as stored, the exact bytes. A checkpoint stands behind the leaf that it ends with; the last line is
one.
"""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import BindParameter, Connection, Row, bindparam, select

from engine.checkpoints import Verifier, read_checkpoint, verifier_key
from engine.log_pages import read_ends
from engine.tables import history, log_checkpoint, log_leaf, log_tile, payload
from engine.tiles import WIDTH, split_tile
from engine.transparency import get_checkpoint
from engine.unit_of_work import Store

FORMAT = "opora-history-1"
Record = Row[*tuple[Any, ...]]

_START: BindParameter[int] = bindparam("start")
_END: BindParameter[int] = bindparam("end")
_LEAVES = (
    select(log_leaf.c.position, history.c.body, payload.c.salt, payload.c.body.label("said"))
    .outerjoin(history, history.c.id == log_leaf.c.history_id)
    .outerjoin(payload, (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision))
    .where(log_leaf.c.position >= _START, log_leaf.c.position < _END)
    .order_by(log_leaf.c.position)
)
_TILE = select(log_tile.c.hashes).where(log_tile.c.level == 0, log_tile.c.position == _START)
_CHECKPOINTS = select(log_checkpoint.c.size, log_checkpoint.c.note).where(
    log_checkpoint.c.size > _START, log_checkpoint.c.size <= _END
)


def iter_export(store: Store, key: Verifier, *, with_payload: bool) -> Iterator[dict[str, Any]]:
    """What is sealed up to the newest checkpoint, line by line; read in pages, so that nobody waits.

    Args:
        store: the database.
        key: the one that signs now.
        with_payload: with reasons, notes and names, as far as they are not erased.

    Raises:
        NoCheckpointError: nothing was sealed yet.
    """
    with store.read() as connection:
        size = read_checkpoint(get_checkpoint(connection)).size
    # A note that was forged may state any size; what is not there cannot be exported.
    size = min(size, read_ends(store)[1])
    yield {"format": FORMAT, "origin": key.name, "key": verifier_key(key), "with_payload": with_payload}
    for start in range(0, size, WIDTH):
        with store.read() as connection:
            lines = list(_page(connection, start, min(size, start + WIDTH), with_payload=with_payload))
        yield from lines


def _page(connection: Connection, start: int, end: int, *, with_payload: bool) -> Iterator[dict[str, Any]]:
    """The lines of a tile."""
    keys = {"start": start, "end": end}
    hashes = split_tile(connection.execute(_TILE, {"start": start // WIDTH}).scalar() or b"")
    notes = {row.size: row.note for row in connection.execute(_CHECKPOINTS, keys)}
    for row in connection.execute(_LEAVES, keys):
        place = row.position - start
        yield {
            "leaf": row.position,
            "hash": hashes[place].hex() if place < len(hashes) else None,
            "body": None if row.body is None else row.body.decode(errors="replace"),
            **({"payload": _payload(row)} if with_payload else {}),
        }
        if row.position + 1 in notes:
            yield {"checkpoint": notes[row.position + 1]}


def _payload(row: Record) -> dict[str, str] | None:
    if row.salt is None or row.said is None:
        return None
    return {"salt": row.salt.hex(), "body": row.said.decode(errors="replace")}
