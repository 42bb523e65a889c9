"""How long a calendar export takes, side by side in one run.

    python benchmarks/feeds.py [--sizes 1000,10000,50000] [--repeat 3] [--json]

For each number of entries, medians in milliseconds:

- icalendar: `to_ical` of a whole calendar whose components are already built;
- ics.py, vobject: `serialize` of the same entries, once; of what either can say (they have no bytes in common with us);
- cold: every entry rendered by us, and the calendar joined;
- warm: one entry changed, the other bytes kept from before, and the calendar joined;
- joining: ready bytes joined, the limit for warm.

Entries and components are built beforehand, for all. Then the peak memory in megabytes (Linux only) of a process
that makes that many entries one by one and writes them out.
Goals: cold at most 0.25 of icalendar's time, warm within 3 times joining, memory under 150 MB.
"""

import argparse
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parents[1]))

from icalendar import Calendar

from benchmarks.figures import Figure, options, show
from notifications.calendar.event import EventContent, FeedEvent, Variant
from notifications.calendar.rendering import Frame, iter_calendar, render_calendar, render_event
from notifications.calendar.writing import build_entry

MODIFIED_AT = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
PLAN = Frame("План")
KIBIBYTES_A_MEGABYTE = 1024


def iter_events(count: int) -> Iterator[FeedEvent]:
    """Entries as a plan gives them: Russian text of about 300 characters."""
    for number in range(count):
        day = date(2026, 1, 1) + timedelta(days=number % 365)
        content = EventContent(
            occurrence_id=f"01990f6e-7c1a-7000-8000-{number:012d}",
            variant=Variant.DEADLINE,
            summary=f"! {number % 9}.{number % 40} Семинар для школьных библиотекарей, обмен опытом; справка",
            description=(
                "Состояние: в работе\nОтветственные: Управление образования, школа № 12\n"
                "Результат: справка, приказ об итогах\nПервоначальный срок: 28 февраля 2026 г.\n"
                f"Открыть: https://opora.example/o/o-{number:06x}"
            ),
            starts_on=day,
            ends_on=day,
            categories=("II. Работа с кадрами", "в работе"),
            url=f"https://opora.example/o/o-{number:06x}",
        )
        yield FeedEvent(content, sequence=number % 5, modified_at=MODIFIED_AT)


def measure(run: Callable[[], bytes | str], repeat: int) -> float:
    times = []
    for _ in range(repeat):
        started = perf_counter()
        run()
        times.append(perf_counter() - started)
    return median(times)


def ics_writer(events: Sequence[FeedEvent]) -> Callable[[], str]:
    """The entries as ics.py's own, ready to be written."""
    import ics

    calendar = ics.Calendar()
    for event in events:
        content = event.content
        made = ics.Event(
            name=content.summary,
            begin=content.starts_on.isoformat(),
            uid=content.uid,
            description=content.description,
            url=content.url,
            categories=set(content.categories),
            status=content.status.value,
            last_modified=event.modified_at,
        )
        made.make_all_day()
        calendar.events.add(made)
    return calendar.serialize


def vobject_writer(events: Sequence[FeedEvent]) -> Callable[[], str]:
    """The entries as vobject's own, ready to be written."""
    import vobject

    calendar = vobject.iCalendar()
    for event in events:
        content, made = event.content, calendar.add("vevent")
        values = {
            "uid": content.uid,
            "summary": content.summary,
            "dtstart": content.starts_on,
            "dtend": content.ends_on + timedelta(days=1),
            "dtstamp": event.modified_at.astimezone(vobject.icalendar.utc),
            "last-modified": event.modified_at.astimezone(vobject.icalendar.utc),
            "sequence": str(event.sequence),
            "status": content.status.value,
            "transp": "TRANSPARENT",
            "description": content.description,
            "url": content.url,
        }
        for name, value in values.items():
            made.add(name).value = value
        made.add("categories").value = list(content.categories)
    return calendar.serialize


def compare(count: int, repeat: int) -> dict[str, float]:
    """Seconds of each way to write the same bytes; that they are the same is checked first."""
    events = list(iter_events(count))
    calendar = Calendar.from_ical(render_calendar(PLAN, []))
    calendar.subcomponents = [build_entry(event) for event in events]
    kept = [render_event(event) for event in events]
    pieces = list(iter_calendar(PLAN, kept))

    def cold() -> bytes:
        return render_calendar(PLAN, map(render_event, events))

    def warm() -> bytes:
        kept[count // 2] = render_event(replace(events[count // 2], sequence=9))
        return render_calendar(PLAN, kept)

    if not cold() == calendar.to_ical() == b"".join(pieces):
        raise SystemExit("the ways to write the calendar disagree")
    others = {"ics.py": ics_writer(events), "vobject": vobject_writer(events)}
    return {
        "icalendar": measure(calendar.to_ical, repeat),
        **{name: measure(write, 1) for name, write in others.items()},
        "cold": measure(cold, repeat),
        "warm": measure(warm, repeat * 5),
        "joining": measure(lambda: b"".join(pieces), repeat * 5),
    }


def peak_memory(count: int) -> float:
    """Megabytes that a fresh process takes at most to export so many entries."""
    command = [sys.executable, __file__, "--export", str(count)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def export(count: int) -> None:
    with Path("/dev/null").open("wb") as out:
        out.writelines(iter_calendar(PLAN, map(render_event, iter_events(count))))
    # Not `getrusage`: its maximum starts from that of the process that started this one.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(int(status["VmHWM"].split()[0]) / KIBIBYTES_A_MEGABYTE)


def figures(count: int, repeat: int) -> Iterator[Figure]:
    took = {name: 1000 * seconds for name, seconds in compare(count, repeat).items()}
    cold, warm = f"all of {count:,} entries written", f"one of {count:,} entries changed"
    for other, goal, note in (
        ("icalendar", "at most 0.25", "its components were built before"),
        ("ics.py", "", "says less of an entry"),
        ("vobject", "", "says less of an entry"),
    ):
        yield Figure("feeds", cold, took["cold"], "ms", limit=took[other], against=other, goal=goal, note=note)
    note = "ready bytes joined, the others kept"
    yield Figure("feeds", warm, took["warm"], "ms", 0, took["joining"], "joining", "at most 3", note)
    yield Figure("feeds", f"memory to export {count:,} entries", peak_memory(count), "MB", goal="under 150")


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--sizes", default="1000,10000,50000", help="numbers of entries, parted by commas")
    parser.add_argument("--repeat", type=int, default=3, help="runs of which the median is taken")
    parser.add_argument("--export", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.export:
        export(arguments.export)
        return
    for size in arguments.sizes.split(","):
        show(figures(int(size), arguments.repeat), as_json=arguments.json)


if __name__ == "__main__":
    main()
