"""What the domain's services are given at start."""

from dataclasses import dataclass
from datetime import date

from activities.evidence_folder import EvidenceFolder
from activities.virus_scanner import Scanner
from activities.working_calendar import WorkingCalendar
from engine.execution import Execution
from engine.unit_of_work import Store


@dataclass(frozen=True, slots=True)
class Office:
    """The database with its clock, the engine, the evidence folder and the organisation's working calendar.

    Attributes:
        scanner: looks for viruses in what is sent; None where none is set.
        home_url: where people outside find the start page; empty while nobody can reach it.
    """

    store: Store
    execution: Execution
    evidence: EvidenceFolder
    calendar: WorkingCalendar
    scanner: Scanner | None = None
    home_url: str = ""

    def today(self) -> date:
        """The local day in the organisation's time zone."""
        return self.calendar.day_of(self.store.clock.now())

    def working_day(self) -> date:
        """Today, or on a day off the last working day before it: as of that day a thing is overdue or not."""
        return self.calendar.roll_back(self.today())
