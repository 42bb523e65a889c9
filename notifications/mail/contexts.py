"""What letters say, as plain values: written when the cause arises, kept as JSON, made text when the letter is sent.

Names, titles and dates stand here as they were at that moment. Links do not: a link is made from the grant, whose
public id stands here, and the key, which lies outside the database.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from typing import Any

from pydantic import TypeAdapter

from activities.invitations import Purpose


@dataclass(frozen=True, slots=True)
class Row:
    """An occurrence as a letter shows it.

    Attributes:
        public_id: the occurrence's UUID, under which mail programs gather its letters.
        reference: what people type after a command.
        days_over: how many days it is overdue, 0 if it is not.
        wanted_on, asked_by: another date that somebody asks for; `remark` says why.
        invitation: public id of the recipient's invitation to send evidence for it; None where there is none.
        for_whom: name of who is away, where the recipient only stands in; empty where the row is their own.
        parts: how many members have handed in their parts of it, of how many; None where it has none.
        times: how many occurrences of the same activity the row stands for, where one question asks about them all.
    """

    public_id: str
    reference: str
    number: str
    title: str
    result: str
    deadline_text: str
    starts_on: date | None
    ends_on: date | None
    due_on: date | None
    parties: tuple[str, ...]
    days_over: int = 0
    remark: str = ""
    times: int = 1
    invitation: str | None = None
    wanted_on: date | None = None
    asked_by: str = ""
    for_whom: str = ""
    parts: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class FileName:
    """A submitted file: name and size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """A submission that waits for a decision.

    Attributes:
        submission_id: row id, looked at again before the letter is sent.
        outcome: the reason of an outcome (`OutcomeReason`); empty for evidence.
        grant: public id of the recipient's grant, None for one who is only told.
        unconfirmed: the deadline's reading is to be confirmed, so that only the coordinator is written to.
        accepted_by: who has accepted it already, where several have to.
        for_whom: short id of who is away, where the recipient decides in their place; the row has the name.
    """

    row: Row
    submission_id: int
    version: int
    outcome: str
    note: str
    files: tuple[FileName, ...]
    links: int
    submitted_at: datetime
    submitted_by: str
    grant: str | None
    unconfirmed: bool = False
    accepted_by: tuple[str, ...] = ()
    for_whom: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a letter says, beside the recipient's name."""

    name: str

    @property
    def is_answer(self) -> bool:
        """Whether it answers what the recipient has just done: then it may come at night."""
        return False

    @property
    def leads_to(self) -> frozenset[Purpose]:
        """The pages of their own on which the recipient finds what it is about."""
        return frozenset({Purpose.DECISIONS} if any(item.grant for item in self.waiting()) else ())

    def rows(self) -> Iterator[Row]:
        """The occurrences it is about."""
        return iter(())

    def waiting(self) -> tuple[Waiting, ...]:
        """The submissions that it asks a decision for."""
        return ()

    def with_waiting(self, waiting: tuple[Waiting, ...]) -> "Context | None":
        """The same with only these of them; None where nothing is left to say."""
        return None if self.waiting() and not waiting else self


@dataclass(frozen=True, slots=True)
class EvidenceAwaits(Context):
    """Decisions are awaited from the recipient."""

    items: tuple[Waiting, ...]

    def rows(self) -> Iterator[Row]:
        """The occurrences it is about."""
        return (item.row for item in self.items)

    def waiting(self) -> tuple[Waiting, ...]:
        """All items."""
        return self.items

    def with_waiting(self, waiting: tuple[Waiting, ...]) -> Context | None:
        """The same with only these items."""
        return replace(self, items=waiting) if waiting else None


@dataclass(frozen=True, slots=True)
class Escalation(Context):
    """A decision is late: to the approver a reminder, to the coordinator word of it.

    Attributes:
        working_days: for how long it has waited.
        approvers: who is to decide, where the recipient is not.
        deputies: who may decide because it is late; None before it is late enough.
        as_deputy: the recipient is asked because it is late.
    """

    item: Waiting
    working_days: int
    approvers: tuple[str, ...]
    deputies: tuple[str, ...] | None = None
    as_deputy: bool = False

    def rows(self) -> Iterator[Row]:
        """The one occurrence."""
        return iter((self.item.row,))

    def waiting(self) -> tuple[Waiting, ...]:
        """The one submission."""
        return (self.item,)


@dataclass(frozen=True, slots=True)
class Returned(Context):
    """Evidence was sent back, with the reason."""

    row: Row
    remark: str
    by: str
    decided_at: datetime
    version: int

    def rows(self) -> Iterator[Row]:
        """The one occurrence."""
        return iter((self.row,))


@dataclass(frozen=True, slots=True)
class Decided(Context):
    """The receipt of a decision.

    Attributes:
        verdict: `accept` or `return`.
        own: the recipient has decided; else it was decided about what the recipient submitted.
        digest: the first 16 hexadecimal digits of the manifest's SHA-256.
        settles: it ended the matter; else another approver has to accept too.
    """

    row: Row
    verdict: str
    partial: bool
    outcome: str
    remark: str
    by: str
    channel: str
    decided_at: datetime
    version: int
    digest: str
    own: bool
    settles: bool = True

    @property
    def is_answer(self) -> bool:
        """Who decides gets the receipt at once."""
        return self.own

    def rows(self) -> Iterator[Row]:
        """The one occurrence."""
        return iter((self.row,))


@dataclass(frozen=True, slots=True)
class Move:
    """A date was set or moved; `row` holds the new one.

    Attributes:
        first: it is the occurrence's first date, or its day within the planned window: nothing was put off.
        starts_on_before, due_on_before: what is no longer true; None where there was no date.
    """

    row: Row
    first: bool
    starts_on_before: date | None
    due_on_before: date | None
    by: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class DateMoved(Context):
    """Dates were set or moved: one letter for all that an amendment moved."""

    items: tuple[Move, ...]

    def rows(self) -> Iterator[Row]:
        """The occurrences."""
        return (each.row for each in self.items)


@dataclass(frozen=True, slots=True)
class DateDeclined(Context):
    """The date stands although another was asked for; `row.wanted_on` is that other one."""

    row: Row
    by: str
    reason: str

    def rows(self) -> Iterator[Row]:
        """The one occurrence."""
        return iter((self.row,))


@dataclass(frozen=True, slots=True)
class Turn:
    """A row that was called off, or opened again; who did it, why, and the document it rests on."""

    row: Row
    by: str
    reason: str
    basis: str


@dataclass(frozen=True, slots=True)
class Turned(Context):
    """Rows were called off, or opened again: one letter for all that an amendment turned."""

    items: tuple[Turn, ...]

    def rows(self) -> Iterator[Row]:
        """The occurrences."""
        return (each.row for each in self.items)


@dataclass(frozen=True, slots=True)
class SignIn(Context):
    """The links that are the recipient's own.

    Attributes:
        owed: what evidence is awaited for, each with its invitation.
        awaited: how many decisions are awaited from the recipient.
        dates: how many questions about dates.
    """

    owed: tuple[Row, ...]
    awaited: int
    dates: int = 0

    @property
    def is_answer(self) -> bool:
        """Somebody waits for it."""
        return True

    @property
    def leads_to(self) -> frozenset[Purpose]:
        """Decisions to make, dates to give."""
        found = {Purpose.DECISIONS: self.awaited, Purpose.DATES: self.dates}
        return frozenset(purpose for purpose, count in found.items() if count)

    def rows(self) -> Iterator[Row]:
        """What is owed."""
        return iter(self.owed)


@dataclass(frozen=True, slots=True)
class Trial(Context):
    """Nothing but that letters arrive."""

    sent_at: datetime

    @property
    def is_answer(self) -> bool:
        """Somebody waits for it."""
        return True


def write_context(context: Context) -> str:
    """The JSON text of a context."""
    return _adapter_of(type(context)).dump_json(context).decode()


def read_context(sort: type[Context], text: str) -> Context:
    """The context that `write_context` made the text of."""
    context: Context = _adapter_of(sort).validate_json(text)
    return context


def _adapter_of(sort: type[Context]) -> TypeAdapter[Any]:
    return _adapter(sort)  # type: ignore[arg-type]  # mypy takes the __hash__ of the values for that of the class


@cache
def _adapter(sort: type[Context]) -> TypeAdapter[Any]:
    return TypeAdapter(sort)
