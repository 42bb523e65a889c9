"""Reading plans from files: one module a format, one way of understanding tables. Imports no database.

`read_plan` reads in a process of its own (`confinement`); `reader.read_here` does the work.
"""

from activities.importing.confinement import Limits, read_plan, read_table
from activities.importing.errors import PlanFileError, PlanPeriodUnknownError
from activities.importing.reading import Defect, DefectCode, PlanReading, ReadActivity, Unplaced

__all__ = [
    "Defect",
    "DefectCode",
    "Limits",
    "PlanFileError",
    "PlanPeriodUnknownError",
    "PlanReading",
    "ReadActivity",
    "Unplaced",
    "read_plan",
    "read_table",
]
