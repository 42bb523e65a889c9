"""What a deadline cell says, before any plan policy."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any


class ScheduleKind(StrEnum):
    """What sort of deadline a text names; `shared` meanings are in `docs/glossary.md`."""

    DATES = "dates"
    DEADLINE = "deadline"
    RECURRING = "recurring"
    CONTINUOUS = "continuous"
    QUOTA = "quota"
    ON_REQUEST = "on_request"
    UNDETERMINED = "undetermined"


class Confidence(StrEnum):
    """Whether a person must look: `sure` runs, `check` runs but mails only the coordinator, `ask` waits for a date."""

    SURE = "sure"
    CHECK = "check"
    ASK = "ask"


@dataclass(frozen=True, slots=True)
class Window:
    """First and last day, both inclusive; `start` None means from the plan's first day."""

    start: date | None
    due: date


@dataclass(frozen=True, slots=True)
class Explanation:
    """One sentence that a methodist understands: what was read, what was assumed."""

    ru: str
    en: str


@dataclass(frozen=True, slots=True)
class Span:
    """Characters `start:end` of the cell's text and the part they gave (`unread` where no rule read them)."""

    start: int
    end: int
    part: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """The reading of one deadline cell."""

    text: str
    kind: ScheduleKind
    occurrences: tuple[Window, ...]
    rrule: str | None
    count: int | None
    flags: tuple[str, ...]
    confidence: Confidence
    explanation: Explanation
    spans: tuple[Span, ...]

    def to_json(self) -> dict[str, Any]:
        """The reading as plain data: dates as ISO text, tuples as lists."""
        return {
            "text": self.text,
            "kind": self.kind.value,
            "occurrences": [
                {"start": window.start.isoformat() if window.start else None, "due": window.due.isoformat()}
                for window in self.occurrences
            ],
            "rrule": self.rrule,
            "count": self.count,
            "flags": list(self.flags),
            "confidence": self.confidence.value,
            "explanation": {"ru": self.explanation.ru, "en": self.explanation.en},
            "spans": [{"start": span.start, "end": span.end, "part": span.part} for span in self.spans],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Schedule":
        """The inverse of `to_json`."""
        return cls(
            text=data["text"],
            kind=ScheduleKind(data["kind"]),
            occurrences=tuple(
                Window(
                    start=date.fromisoformat(window["start"]) if window["start"] else None,
                    due=date.fromisoformat(window["due"]),
                )
                for window in data["occurrences"]
            ),
            rrule=data["rrule"],
            count=data["count"],
            flags=tuple(data["flags"]),
            confidence=Confidence(data["confidence"]),
            explanation=Explanation(**data["explanation"]),
            spans=tuple(Span(**span) for span in data["spans"]),
        )
