"""Reading plans from files: one module a format, one way of understanding tables. Imports no database."""

from activities.importing.errors import PlanFileError, PlanPeriodUnknownError
from activities.importing.reader import read_plan
from activities.importing.reading import Defect, DefectCode, PlanReading, ReadActivity, Unplaced

__all__ = [
    "Defect",
    "DefectCode",
    "PlanFileError",
    "PlanPeriodUnknownError",
    "PlanReading",
    "ReadActivity",
    "Unplaced",
    "read_plan",
]
