"""What libical, which Evolution, KOrganizer and many others read with, makes of the feed; needs its bindings."""

import sys
from pathlib import Path

import gi

gi.require_version("ICalGLib", "3.0")
from following import Entry, fetch, tell_after, tell_before  # noqa: E402
from gi.repository import ICalGLib  # noqa: E402

KIND = ICalGLib.ComponentKind.VEVENT_COMPONENT


def main(work: Path) -> None:
    calendar = _read(work)
    tell = tell_after if (work / "moved").exists() else tell_before
    tell("libical", work, lambda: {event.get_uid(): _entry(event) for event in _events(calendar)})
    if calendar.count_errors():
        sys.stdout.write(f"libical: finds {calendar.count_errors()} errors\n")


def _read(work: Path) -> ICalGLib.Component:
    return ICalGLib.Component.new_from_string(fetch(work).decode())


def _events(calendar: ICalGLib.Component) -> list[ICalGLib.Component]:
    found, event = [], calendar.get_first_component(KIND)
    while event is not None:
        found.append(event)
        event = calendar.get_next_component(KIND)
    return found


def _entry(event: ICalGLib.Component) -> Entry:
    cancelled = event.get_status() == ICalGLib.PropertyStatus.CANCELLED
    return Entry(event.get_dtstart().as_ical_string(), cancelled)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
