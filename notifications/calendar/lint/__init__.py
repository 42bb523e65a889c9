"""A byte-level check of iCalendar files: what a subscriber's program may stumble over, with the line it stands in.

Stricter than the clients and independent of the code that renders: nothing here is shared with `rendering`.
Order of reading: `lines` (octets), `properties` (one content line), `values` (types), `grammar` (tables of RFC 5545),
`components` (what belongs together), `findings` (the words).
"""

from notifications.calendar.lint.components import check_calendars, nest
from notifications.calendar.lint.findings import Finding
from notifications.calendar.lint.lines import read_lines
from notifications.calendar.lint.properties import read_properties

__all__ = ["Finding", "lint"]


def lint(data: bytes) -> list[Finding]:
    """All that is wrong with a file, in the order of its lines; an empty list where nothing is.

    Any bytes may be given: nothing raises.
    """
    lines, findings = read_lines(data)
    properties, unreadable = read_properties(lines)
    calendars, misplaced = nest(properties)
    findings += [*unreadable, *misplaced, *check_calendars(calendars)]
    return sorted(findings, key=lambda finding: finding.line)
