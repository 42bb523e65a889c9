"""Reading a deadline: text and plan period in, `Schedule` out. Imports no database."""

from activities.deadlines.reader import read_deadline
from activities.deadlines.schedule import Confidence, Explanation, Schedule, ScheduleKind, Span, Window

__all__ = ["Confidence", "Explanation", "Schedule", "ScheduleKind", "Span", "Window", "read_deadline"]
