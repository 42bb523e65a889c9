"""Reads history for the audit, also where values in it are not what was ever written: as far as they can be read.

SQLite stores any value in any column. Read in pages by key, each page in a short transaction of its own: with SQLite's
rollback journal an open cursor would keep everybody from committing.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BindParameter, Row, Select, bindparam, select

from engine.database import UNREADABLE
from engine.tables import history, instance, payload
from engine.unit_of_work import Store

Record = Row[*tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Story:
    """An instance's row, its entries by revision, its payloads.

    Args:
        head: None where it cannot be read.
        broken_at: the revision from which on something cannot be read, 0 where it is the row; what was read before is
            here. None where all of it is.
    """

    id: int
    public_id: str
    head: Record | None
    entries: Sequence[Record]
    payloads: Sequence[Record]
    broken_at: int | None = None


def fetch(store: Store, statement: Select[Any]) -> Sequence[Record] | None:
    """The rows of a query, or None where a value in them cannot be read.

    Raises:
        DatabaseUnavailableError: the database cannot be read; so does `iter_stories`.
    """
    try:
        with store.read() as connection:
            return connection.execute(statement).all()
    except UNREADABLE:
        return None


_LAST: BindParameter[int] = bindparam("last")
_PAGE: BindParameter[int] = bindparam("page")
_HEADS = select(instance).where(instance.c.id > _LAST).order_by(instance.c.id).limit(_PAGE)
_FIRST: BindParameter[int] = bindparam("first")
_ENTRIES = (
    select(history)
    .where(history.c.instance_id.between(_FIRST, _LAST))
    .order_by(history.c.instance_id, history.c.revision)
)
_BESIDE = select(payload).join(
    history, (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision)
)
_PAYLOADS = select(payload).where(payload.c.instance_id.between(_FIRST, _LAST))


def iter_stories(store: Store, page: int) -> Iterator[Story]:
    """All instances in the order of their row ids, so many in a transaction."""
    last = 0
    while stories := _read_stories(store, last, page):
        yield from stories
        last = stories[-1].id


def _read_stories(store: Store, last: int, page: int) -> list[Story]:
    """The instances after `last`; where a value cannot be read, one at a time, so that only its own is left out."""
    try:
        return _read_page(store, last, page)
    except UNREADABLE:
        return _read_stories(store, last, 1) if page > 1 else [_read_apart(store, last)]


def _read_apart(store: Store, last: int) -> Story:
    """The instance after `last`, in which something cannot be read: as far as it can."""
    (key,) = fetch(store, select(instance.c.id).where(instance.c.id > last).order_by(instance.c.id).limit(1)) or ()
    heads = fetch(store, select(instance).where(instance.c.id == key.id)) or (None,)
    names = fetch(store, select(instance.c.public_id).where(instance.c.id == key.id)) or ()
    name = next((each.public_id for each in names), None) or f"#{key.id}"
    ids = fetch(store, select(history.c.id).where(history.c.instance_id == key.id).order_by(history.c.revision)) or ()
    entries: list[Record] = []
    payloads: list[Record] = []
    for number, each in enumerate(ids, 1):
        found = fetch(store, select(history).where(history.c.id == each.id))
        beside = fetch(store, _BESIDE.where(history.c.id == each.id))
        if found is None or beside is None:
            return Story(key.id, name, heads[0], entries, payloads, broken_at=number)
        entries, payloads = [*entries, *found], [*payloads, *beside]
    return Story(key.id, name, heads[0], entries, payloads, broken_at=0)


def _read_page(store: Store, last: int, page: int) -> list[Story]:
    with store.read() as connection:
        heads = connection.execute(_HEADS, {"last": last, "page": page}).all()
        if not heads:
            return []
        keys = {"first": heads[0].id, "last": heads[-1].id}
        entries = _by_instance(connection.execute(_ENTRIES, keys).all())
        payloads = _by_instance(connection.execute(_PAYLOADS, keys).all())
    return [Story(head.id, head.public_id, head, entries[head.id], payloads[head.id]) for head in heads]


def _by_instance(rows: Sequence[Record]) -> defaultdict[int, list[Record]]:
    grouped: defaultdict[int, list[Record]] = defaultdict(list)
    for row in rows:
        grouped[row.instance_id].append(row)
    return grouped
