"""What a plan says, apart from where it comes from: headings and rows, of a document just read or of a stored plan."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from activities.deadlines.schedule import Schedule
from activities.importing import PlanReading
from activities.plan_activities import Activity, list_activities
from activities.plans import Section, list_sections
from activities.tables import section


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading; `parent` is the place of the heading above it among the plan's headings."""

    number: str
    title: str
    level: int
    parent: int | None

    @property
    def text(self) -> str:
        """Number and title on one line."""
        return ". ".join(filter(None, (self.number.rstrip(". "), self.title)))


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A row.

    Attributes:
        deadline: as it holds, and `schedule` its reading.
        heading: the place of its innermost heading, None where it stands outside the sections.
        document_deadline: the document's own cell where a person has written another deadline, else None.
    """

    number: str
    title: str
    responsible: tuple[str, ...]
    result: str
    deadline: str
    schedule: Schedule
    heading: int | None
    document_deadline: str | None = None

    @property
    def cell(self) -> str:
        """The deadline as the document writes it."""
        return self.deadline if self.document_deadline is None else self.document_deadline


@dataclass(frozen=True, slots=True)
class PlanContent:
    """A plan's title, headings and rows, in its order."""

    title: str
    headings: tuple[Heading, ...]
    rows: tuple[PlanRow, ...]

    def path_of(self, heading: int | None) -> tuple[int, ...]:
        """The places of a heading and those above it, outermost first."""
        path: list[int] = []
        while heading is not None:
            path.insert(0, heading)
            heading = self.headings[heading].parent
        return tuple(path)

    def section_text(self, heading: int | None) -> str:
        """The headings down to one, on one line; empty outside the sections."""
        return " / ".join(self.headings[each].text for each in self.path_of(heading))


def content_of_reading(reading: PlanReading) -> PlanContent:
    """The content of a document."""
    # As importing stores them: of two headings with one path, rows stand below the last.
    places: dict[tuple[str, ...], int] = {}
    headings = []
    for place, each in enumerate(reading.sections):
        headings.append(Heading(each.number, each.title, each.level, places.get(each.path[:-1])))
        places[each.path] = place
    return PlanContent(
        title=reading.title,
        headings=tuple(headings),
        rows=tuple(
            PlanRow(
                number=each.number,
                title=each.title,
                responsible=each.responsible,
                result=each.result,
                deadline=each.deadline,
                schedule=each.schedule,
                heading=places.get(each.section),
            )
            for each in reading.activities
        ),
    )


def list_present(connection: Connection, plan_id: int) -> tuple[list[Section], list[Activity]]:
    """The headings and rows of a stored plan, without what amendments took out of it."""
    gone = set(connection.execute(select(section.c.id).where(section.c.removed_at.is_not(None))).scalars())
    sections = [each for each in list_sections(connection, plan_id) if each.id not in gone]
    return sections, [each for each in list_activities(connection, plan_id) if each.removed_at is None]


def content_of_stored(title: str, sections: Sequence[Section], activities: Sequence[Activity]) -> PlanContent:
    """The content of a stored plan, of the sections and rows that are given."""
    places = {each.id: place for place, each in enumerate(sections)}
    return PlanContent(
        title=title,
        headings=tuple(
            Heading(each.number, each.title, each.level, places.get(each.parent_id or 0)) for each in sections
        ),
        rows=tuple(
            PlanRow(
                number=each.number,
                title=each.title,
                responsible=each.responsible,
                result=each.result,
                deadline=each.deadline_text,
                schedule=each.schedule,
                heading=places.get(each.section_id or 0),
                document_deadline=each.document_deadline,
            )
            for each in activities
        ),
    )
