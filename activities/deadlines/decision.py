"""What a schedule is made of, before words are found for it."""

from dataclasses import dataclass, field

from activities.deadlines.schedule import ScheduleKind, Window

# Doubts that leave no date to rely on.
ASKING = {"no_such_day", "ends_before_start", "cancelled", "which_period"}


@dataclass(slots=True)
class Decision:
    """What a schedule is made of, before words are found for it."""

    kind: ScheduleKind
    windows: list[Window] = field(default_factory=list)
    rule: str | None = None
    count: int | None = None
