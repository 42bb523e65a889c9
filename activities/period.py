"""A plan's or a report's period: first and last day, both inclusive."""

from dataclasses import dataclass
from datetime import date

from engine.errors import N_, OporaError


class PeriodError(OporaError):
    """A period whose last day stands before its first."""

    message = N_("The period {starts_on} to {ends_on} ends before it begins. Give the first day, then the last.")


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Calendar days from `starts_on` to `ends_on`, both inclusive.

    Raises:
        PeriodError: `ends_on` stands before `starts_on`.
    """

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if self.ends_on < self.starts_on:
            raise PeriodError(starts_on=self.starts_on, ends_on=self.ends_on)

    def contains(self, day: date) -> bool:
        """Whether the day lies in the period."""
        return self.starts_on <= day <= self.ends_on

    def clip(self, other: "Period") -> "Period | None":
        """What both periods share; None where they share no day."""
        starts_on, ends_on = max(self.starts_on, other.starts_on), min(self.ends_on, other.ends_on)
        return Period(starts_on, ends_on) if starts_on <= ends_on else None
