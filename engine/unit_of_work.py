"""The one transaction: everything that a step changes is committed together or not at all."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from engine.clock import Clock
from engine.database import reading, writing
from engine.faults import reach

_log = logging.getLogger(__name__)


class Bell(Protocol):
    """Says "look now" to the workers; may be lost, since the next tick finds the rows anyway."""

    def ring(self) -> None:
        """Wake a worker, if one listens."""
        ...


class SilentBell:
    """A bell for commands that run what is due themselves."""

    def ring(self) -> None:
        """Nobody listens."""


@dataclass(slots=True)
class UnitOfWork:
    """One open transaction and what follows once it is committed.

    Args:
        connection: every read and write of the step goes through it.
        now: the step's instant, read once so that all its rows agree.
        bell: rung after the commit if `ring_on_commit` was called.
    """

    connection: Connection
    now: datetime
    bell: Bell
    _after: list[Callable[[], object]] = field(default_factory=list)

    def on_commit(self, action: Callable[[], object]) -> None:
        """Run `action` once after the commit; asking twice for the same action runs it once."""
        if action not in self._after:
            self._after.append(action)

    def ring_on_commit(self) -> None:
        """Say "look now" once the rows that were written can be seen."""
        self.on_commit(self.bell.ring)

    def committed(self) -> None:
        """Run what was asked for. A failure is logged only: the step is done, and nobody may believe it is not."""
        for action in self._after:
            try:
                action()
            except Exception:  # noqa: BLE001  (whatever it is, the commit stands)
                _log.warning("an action after the commit failed", exc_info=True)


@dataclass(frozen=True, slots=True)
class Store:
    """The database together with the clock and the bell: what every service is given."""

    engine: Engine
    clock: Clock
    bell: Bell

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A transaction that commits at the end of the block and then rings; an exception rolls all back.

        Raises:
            DatabaseUnavailableError: the database cannot be opened or written; nothing was changed.
        """
        with writing(self.engine) as connection:
            work = UnitOfWork(connection, self.clock.now(), self.bell)
            yield work
            reach("transaction.ready")
        reach("transaction.committed")
        # After the commit: a bell rung earlier could wake a worker that does not see the rows yet.
        work.committed()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read-only transaction.

        Raises:
            DatabaseUnavailableError: the database cannot be opened or read.
        """
        with reading(self.engine) as connection:
            yield connection
