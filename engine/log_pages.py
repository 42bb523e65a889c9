"""Reads the log for the audit, page by page, also where values in it are not what was ever written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, func, select
from sqlalchemy.exc import OperationalError

from engine.database import UNREADABLE
from engine.stored_values import DamagedValueError
from engine.stories import Record, fetch
from engine.tables import history, instance, log_checkpoint, log_head, log_leaf, log_tile
from engine.tiles import WIDTH
from engine.unit_of_work import Store

ONLY = 1
"""The row of the log's head."""


class Leaf(NamedTuple):
    """A leaf with its entry; None for what is not there or cannot be read."""

    position: int
    revision: int | None
    instance: str | None
    body: bytes | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """What is read at once: leaves from a tile's beginning on, their stored hashes, checkpoints among them.

    Args:
        tiles: nothing in the place of one that is missing.
        unreadable: sizes of checkpoints that cannot be read.
    """

    start: int
    leaves: Sequence[Leaf]
    tiles: Sequence[bytes]
    checkpoints: Sequence[Record]
    unreadable: Sequence[int] = ()


_START: BindParameter[int] = bindparam("start")
_END: BindParameter[int] = bindparam("end")
_PLACES = (
    select(log_leaf.c.position, history.c.revision, instance.c.public_id)
    .outerjoin(history, history.c.id == log_leaf.c.history_id)
    .outerjoin(instance, instance.c.id == history.c.instance_id)
    .where(log_leaf.c.position >= _START, log_leaf.c.position < _END)
    .order_by(log_leaf.c.position)
)
_LEAVES = _PLACES.add_columns(history.c.body)
_TILES = (
    select(log_tile.c.position, log_tile.c.hashes)
    .where(log_tile.c.level == 0, log_tile.c.position >= _START, log_tile.c.position < _END)
    .order_by(log_tile.c.position)
)
_SIZES = (
    select(log_checkpoint.c.size)
    .where(log_checkpoint.c.size > _START, log_checkpoint.c.size <= _END)
    .order_by(log_checkpoint.c.size)
)
_CHECKPOINTS = _SIZES.add_columns(log_checkpoint.c.root, log_checkpoint.c.note)
_HEAD = select(log_head.c.size).where(log_head.c.id == ONLY)
_LAST = select(func.max(log_leaf.c.position))


def read_ends(store: Store) -> tuple[int, int]:
    """How long the log says it is, -1 where that is no number, and how many leaves that makes at most.

    Raises:
        DatabaseUnavailableError: the database cannot be read; so does `read_page`.
    """
    with store.read() as connection:  # at one moment: the log may grow meanwhile
        last = connection.execute(_LAST).scalar()
        try:
            said = connection.execute(_HEAD).scalar() or 0
        except (OperationalError, DamagedValueError):
            said = None
    return -1 if said is None else said, 0 if last is None else int(last) + 1


def read_page(store: Store, start: int, end: int) -> Page:
    """The leaves from `start`, where a tile begins, up to `end`; what cannot be read is left out of it."""
    try:
        with store.read() as connection:
            return Page(
                start,
                leaves=_leaves(connection, start, end),
                tiles=_in_place(connection.execute(_TILES, _tiles_of(start, end)).all(), start, end),
                checkpoints=connection.execute(_CHECKPOINTS, {"start": start, "end": end}).all(),
            )
    except UNREADABLE:
        return _read_apart(store, start, end)


def read_leaf(store: Store, position: int) -> Leaf | None:
    """One leaf, without the bytes of its entry."""
    rows = fetch(store, _PLACES.params(start=position, end=position + 1))
    if rows is None:
        return Leaf(position, None, None)
    return Leaf(*rows[0]) if rows else None


def _leaves(connection: Connection, start: int, end: int) -> list[Leaf]:
    return [Leaf(*row) for row in connection.execute(_LEAVES, {"start": start, "end": end})]


def _tiles_of(start: int, end: int) -> dict[str, int]:
    return {"start": start // WIDTH, "end": (end - 1) // WIDTH + 1}


def _in_place(rows: Sequence[Record], start: int, end: int) -> list[bytes]:
    found = {row.position: row.hashes or b"" for row in rows}
    return [found.get(position, b"") for position in range(start // WIDTH, (end - 1) // WIDTH + 1)]


def _read_apart(store: Store, start: int, end: int) -> Page:
    tiles = [
        row
        for position in range(*_tiles_of(start, end).values())
        for row in fetch(store, _TILES.params(start=position, end=position + 1)) or ()
    ]
    checkpoints: list[Record] = []
    unreadable = []
    for each in fetch(store, _SIZES.params(start=start, end=end)) or ():
        found = fetch(store, _CHECKPOINTS.params(start=each.size - 1, end=each.size))
        checkpoints += found or ()
        unreadable += [each.size] if found is None else []
    return Page(start, _halve(store, start, end), _in_place(tiles, start, end), checkpoints, unreadable)


def _halve(store: Store, start: int, end: int) -> list[Leaf]:
    """The leaves; halving finds the one that cannot be read."""
    try:
        with store.read() as connection:
            return _leaves(connection, start, end)
    except UNREADABLE:
        if end - start == 1:
            return [each for each in (read_leaf(store, start),) if each]
        middle = (start + end) // 2
        return [*_halve(store, start, middle), *_halve(store, middle, end)]
