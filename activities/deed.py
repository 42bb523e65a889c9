"""What somebody does in one open transaction: handed down together, since none of the three means anything alone."""

from dataclasses import dataclass

from sqlalchemy import Connection

from activities.acting import Actor
from activities.office import Office
from engine.unit_of_work import UnitOfWork


@dataclass(frozen=True, slots=True)
class Deed:
    """Where, in which transaction, and who."""

    office: Office
    work: UnitOfWork
    actor: Actor

    @property
    def connection(self) -> Connection:
        """The transaction's own."""
        return self.work.connection
