"""The organisation's own table of days, as the working calendar asks for it."""

from collections.abc import Iterator, Mapping
from datetime import date

from sqlalchemy import select

from activities.tables import day_override
from engine.prepared import Prepared
from engine.unit_of_work import Store

_DAYS = Prepared(select(day_override.c.day, day_override.c.is_working))


class StoredOverrides(Mapping[date, bool]):
    """Day → whether it is worked, as the database had it at the last `reload`.

    Not read at each question: a step asks while it holds its own transaction, and SQLite has no room for a second.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._days: dict[date, bool] = {}
        self.reload()

    def reload(self) -> None:
        """Read the table anew; call it between transactions."""
        with self._store.read() as connection:
            self._days = dict(_DAYS.fetch(connection, {}))

    def __getitem__(self, day: date) -> bool:
        return self._days[day]

    def __iter__(self) -> Iterator[date]:
        return iter(self._days)

    def __len__(self) -> int:
        return len(self._days)
