"""The one transaction: everything that a step changes is committed together or not at all."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy import Connection, Engine

from engine.clock import Clock
from engine.database import reading, writing


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
    """

    connection: Connection
    now: datetime
    _after: list[Callable[[], None]] = field(default_factory=list)

    def on_commit(self, action: Callable[[], None]) -> None:
        """Run `action` once after the commit; asking twice for the same action runs it once."""
        if action not in self._after:
            self._after.append(action)


@dataclass(frozen=True, slots=True)
class Store:
    """The database together with the clock and the bell: what every service is given."""

    engine: Engine
    clock: Clock
    bell: Bell

    @contextmanager
    def write(self) -> Iterator[UnitOfWork]:
        """A transaction that commits at the end of the block and then rings; an exception rolls all back."""
        with writing(self.engine) as connection:
            work = UnitOfWork(connection, self.clock.now())
            yield work
        # After the commit: a bell rung earlier could wake a worker that does not see the rows yet.
        for action in work._after:  # noqa: SLF001  (the same module)
            action()

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A short read-only transaction."""
        with reading(self.engine) as connection:
            yield connection
