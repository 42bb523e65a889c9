"""What the letters say that sum up: the head's week, and the month of the observers."""

from dataclasses import dataclass
from datetime import date

from activities.invitations import Purpose
from notifications.mail.contexts import Context, Row


@dataclass(frozen=True, slots=True)
class WeeklySummary(Context):
    """A head's week.

    Attributes:
        finished: accepted within the last seven days.
        awaited: decisions that are awaited.
        accepted, planned: of the whole year, but for what was called off.
        overdue, coming: the first of them; `overdue_more`, `coming_more`: how many more there are.
    """

    day: date
    finished: int
    awaited: int
    accepted: int
    planned: int
    overdue: tuple[Row, ...]
    overdue_more: int
    coming: tuple[Row, ...]
    coming_more: int

    @property
    def leads_to(self) -> frozenset[Purpose]:
        """Decisions to make."""
        return frozenset({Purpose.DECISIONS} if self.awaited else ())


@dataclass(frozen=True, slots=True)
class PlanMonth:
    """What of one plan was due in a month, and what became of it; `open` holds the first of what is not finished."""

    title: str
    planned: int
    accepted: int
    not_performed: int
    cancelled: int
    submitted: int
    moved: int
    open: tuple[Row, ...]
    open_more: int


@dataclass(frozen=True, slots=True)
class MonthlyReport(Context):
    """Plan against fact of a month, named by its first day."""

    month: date
    plans: tuple[PlanMonth, ...]
