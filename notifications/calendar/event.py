"""What one entry of a calendar feed is."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum

from notifications.calendar.escaping import clean_line, clean_text, clean_url

HIGHEST_SEQUENCE = 2**31 - 1
"""The largest INTEGER of RFC 5545 section 3.3.8."""


class Variant(StrEnum):
    """Which day of an occurrence an entry shows; one occurrence may stand in a feed under several."""

    DEADLINE = "deadline"
    WINDOW = "window"
    EVENT_DAY = "event_day"
    TODO = "todo"


class EventStatus(StrEnum):
    """STATUS as RFC 5545 section 3.8.1.11 allows it in a VEVENT (a VEVENT cannot be COMPLETED)."""

    TENTATIVE = "TENTATIVE"
    CONFIRMED = "CONFIRMED"
    CANCELLED = "CANCELLED"


class TodoStatus(StrEnum):
    """STATUS as the same section allows it in a VTODO."""

    NEEDS_ACTION = "NEEDS-ACTION"
    IN_PROCESS = "IN-PROCESS"
    COMPLETED = "COMPLETED"
    CANCELLED = "CANCELLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class EventContent:
    """All that a subscriber can see of an entry; its digest decides whether SEQUENCE rises.

    Text is cleansed on the way in, so that no row can hold what would break a feed (`escaping`).

    Args:
        occurrence_id: the occurrence's UUID, which no rename, renumbering, re-import or postponement changes.
        starts_on: first day.
        ends_on: last day, inclusive; equals `starts_on` for a single day. A task is due on it.
        status: of a task (`Variant.TODO`) a `TodoStatus`.
        busy: whether the day counts as taken; a deadline does not, a seminar may.

    Raises:
        ValueError: the days are out of order or have no day after them; the status is of the other kind.
        TypeError: they are instants.
    """

    occurrence_id: str
    variant: Variant
    summary: str
    starts_on: date
    ends_on: date
    description: str = ""
    status: EventStatus | TodoStatus = EventStatus.CONFIRMED
    categories: tuple[str, ...] = ()
    url: str = ""
    busy: bool = False

    def __post_init__(self) -> None:
        if isinstance(self.starts_on, datetime) or isinstance(self.ends_on, datetime):
            raise TypeError("an all-day entry takes dates, not instants")
        if isinstance(self.status, TodoStatus) is not self.is_task:
            raise ValueError(f"{self.status} is no status of a {self.variant}")
        if not self.starts_on <= self.ends_on < date.max:
            raise ValueError(f"no such days: {self.starts_on} to {self.ends_on}")
        # The dataclass is frozen; this is the one moment at which its text may still be set.
        object.__setattr__(self, "occurrence_id", clean_line(self.occurrence_id))
        object.__setattr__(self, "summary", clean_line(self.summary))
        object.__setattr__(self, "description", clean_text(self.description))
        object.__setattr__(self, "categories", tuple(filter(None, map(clean_line, self.categories))))
        object.__setattr__(self, "url", clean_url(self.url))

    @property
    def uid(self) -> str:
        """UID of the entry: the bare occurrence for its deadline, with the variant behind it for the others.

        A feed that shows window and deadline of one occurrence needs two UIDs (RFC 5545 section 3.8.4.7).
        """
        if self.variant is Variant.DEADLINE:
            return self.occurrence_id
        return f"{self.occurrence_id}-{self.variant.value}"

    @property
    def is_task(self) -> bool:
        """Whether it is a VTODO."""
        return self.variant is Variant.TODO

    @property
    def is_cancelled(self) -> bool:
        """Whether it is shown as called off."""
        return self.status in {EventStatus.CANCELLED, TodoStatus.CANCELLED}

    @property
    def takes_time(self) -> bool:
        """Whether calendars should show the days as taken: busy, and not called off."""
        return self.busy and not self.is_cancelled


@dataclass(frozen=True, slots=True)
class FeedEvent:
    """An entry as it is served: what is seen, and which revision of it.

    Args:
        sequence: rises by one when the content's digest changes; never falls.
        modified_at: when that was; shown as DTSTAMP and LAST-MODIFIED in whole seconds.

    Raises:
        ValueError: `modified_at` has no zone, or `sequence` is no INTEGER of RFC 5545.
    """

    content: EventContent
    sequence: int
    modified_at: datetime

    def __post_init__(self) -> None:
        if self.modified_at.tzinfo is None:
            raise ValueError("modified_at needs a zone")
        if not 0 <= self.sequence <= HIGHEST_SEQUENCE:
            raise ValueError(f"no such sequence: {self.sequence}")
        object.__setattr__(self, "modified_at", self.modified_at.astimezone(UTC))
