"""How long a year takes that is lived through beforehand, and what a working morning costs a real worker.

    python benchmarks/simulation.py [--rows 86] [--people 20] [--json]

A plan of that many rows, two occurrences each on average, is imported and `opora simulate` lives a year of it through:
once with the coordinator alone, who is then told of everything, once with that many people. Then it is launched in
earnest, on disk, and a worker's whole tick is run on some mornings; letters go into a folder. Of a morning: the tick,
of that timers, messages and digests, and of that the letters' way out; and a tick that finds nothing. Last the peak
memory of this process in megabytes (Linux).
Seconds and milliseconds of processor time, so that what else runs here counts little; of the morning also the clock's.
Goal: the year of the coordinator alone in under 10 seconds.
"""

import resource
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openpyxl import Workbook
from sqlalchemy import select

from activities.acting import Actor
from activities.people import Person, insert_person
from activities.plan_import import import_plan
from activities.plan_launch import launch_plan
from activities.plans import Plan
from activities.roles import Role, Scope, insert_role
from activities.tables import activity
from benchmarks.figures import Figure, options, show
from engine.clock import FileClock
from engine.unit_of_work import SilentBell
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.settings import Settings
from runtime.simulation import simulate
from runtime.steps import STEPS, TickStep
from runtime.ticking import run_tick

HEADINGS = ("№ п/п", "Мероприятие", "Ответственные", "Срок", "Результат")
MONTHS = ("февраль", "март", "апрель", "май", "июнь", "сентябрь", "октябрь", "ноябрь")
LAUNCHED_AT = datetime(2026, 1, 12, 6, 0, tzinfo=UTC)
FIRST_MORNING = datetime(2026, 3, 30, 5, 0, 30, tzinfo=UTC)
"""8:00 in Moscow, on a Monday."""
MORNINGS = 5
BUILDING = ("timers", "messages", "digests")
UNLIMITED = 10**6
KIBIBYTES_A_MEGABYTE = 1024


def deadline(number: int) -> str | date:
    """By turns a day, a month, a day that a month's work ends on, months, every quarter, all the year."""
    month = MONTHS[number % len(MONTHS)]
    day = date(2026, 2, 1) + timedelta(days=37 * number % 320)
    return (day, month, f"до {day:%d.%m.%Y}", "сентябрь-октябрь", "ежеквартально", "в течение года")[number % 6]


def write_plan(path: Path, rows: int) -> Path:
    """A plan in sections of twenty rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["План работы на 2026 год"])
    sheet.append(HEADINGS)
    for number in range(rows):
        if number % 20 == 0:
            sheet.append([f"Раздел {number // 20 + 1}. Работа с участниками"])
        title = f"Подготовить и провести мероприятие {number} для педагогов и школьных команд"
        sheet.append([f"{number // 20 + 1}.{number % 20 + 1}", title, "Центр", deadline(number), "Отчёт, справка"])
    book.save(path)
    return path


def furnish(folder: Path, rows: int, people: int) -> tuple[Application, Actor, Plan]:
    """An installation with the plan as a draft, and as many people: who coordinates, decides, watches, and owes."""
    clock = FileClock(folder / "clock")
    clock.set(LAUNCHED_AT)
    settings = Settings(
        _env_file=None,
        data_dir=folder / "data",
        database_url=f"sqlite:///{folder / 'opora.db'}",
        clock=f"file:{clock.path}",
        mail_per_day=UNLIMITED,
        mail_per_hour=UNLIMITED,
    )
    initialise(settings, Purpose.TEST)
    application = build_application(settings, SilentBell())
    with application.store.write() as work:
        named = [insert_person(work, f"p{each}@centre.example", f"Человек {each}", "", "ru") for each in range(people)]
        for person, role in zip(named, (Role.COORDINATOR, Role.APPROVER, Role.OBSERVER), strict=False):
            insert_role(work, person.id, role, Scope())
    actor = Actor(named[0], "cli")
    plan = import_plan(application.office, actor, write_plan(folder / "plan.xlsx", rows)).plan
    _share_out(application, named[3:])
    return application, actor, plan


def _share_out(application: Application, people: Sequence[Person]) -> None:
    """Each row is somebody's."""
    with application.store.write() as work:
        rows = work.connection.execute(select(activity.c.id).order_by(activity.c.id)).scalars().all()
        for number, key in enumerate(rows if people else ()):
            insert_role(work, people[number % len(people)].id, Role.RESPONSIBLE, Scope(activity_id=key))


def simulated(rows: int, people: int) -> Iterator[Figure]:
    """A year lived through."""
    with tempfile.TemporaryDirectory() as folder:
        application, _, plan = furnish(Path(folder), rows, people)
        with closing(application):
            began = process_time()
            lived = simulate(application, plan)
            seconds = process_time() - began
    note = f"{lived.outlook.occurrences} occurrences, {lived.letters} letters"
    goal = "under 10" if people == 1 else ""
    yield Figure("simulation", f"a year of {rows} rows simulated, people: {people}", seconds, "s", goal=goal, note=note)


@dataclass
class Stopwatch:
    """Processor time of the parts of a tick, in milliseconds by name."""

    spent: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def steps(self) -> tuple[TickStep, ...]:
        """The production's, each timed."""
        return tuple(replace(step, run=partial(self._run, step)) for step in STEPS)

    def _run(self, step: TickStep, application: Application) -> int:
        began = process_time()
        done = step.run(application)
        self.spent[step.name] += 1000 * (process_time() - began)
        return done


def mornings(rows: int, people: int) -> Iterator[Figure]:
    """A worker's ticks in a launched plan."""
    with tempfile.TemporaryDirectory() as folder:
        application, actor, draft = furnish(Path(folder), rows, people)
        with closing(application):
            launch_plan(application.office, actor, draft)
            run_tick(application)
            told = [_morning(application, Path(folder), day) for day in range(MORNINGS)]
            quiet = [_tick(application)[0] for _ in range(20)]
    what = f"working morning, {rows} rows, people: {people}"
    letters = f"median of {MORNINGS} mornings, letters a morning {median(each[2] for each in told):.0f}"
    by_clock = f"by the clock {median(each[1] for each in told):.0f} ms; {letters}"
    yield Figure("simulation", what, median(each[0] for each in told), "ms", note=by_clock)
    parts = [sum(each[3][name] for name in BUILDING) for each in told]
    yield Figure("simulation", "of that timers, messages, digests", median(parts), "ms")
    yield Figure("simulation", "of that letters", median(each[3]["letters"] for each in told), "ms")
    yield Figure("simulation", "a tick that finds nothing", median(quiet), "ms")
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / KIBIBYTES_A_MEGABYTE
    yield Figure("simulation", "peak memory of all that", peak, "MB")


def _morning(application: Application, folder: Path, number: int) -> tuple[float, float, int, dict[str, float]]:
    FileClock(folder / "clock").set(FIRST_MORNING + timedelta(days=number))
    before, watch = _letters(folder), Stopwatch()
    processor, clock = _tick(application, watch.steps())
    return processor, clock, _letters(folder) - before, watch.spent


def _tick(application: Application, steps: Sequence[TickStep] = STEPS) -> tuple[float, float]:
    processor, clock = process_time(), perf_counter()
    report = run_tick(application, steps)
    if report.failures:
        raise next(iter(report.failures.values()))
    return 1000 * (process_time() - processor), 1000 * (perf_counter() - clock)


def _letters(folder: Path) -> int:
    return len(list((folder / "data").rglob("*.eml")))


def measure(rows: int, people: int) -> Iterator[Figure]:
    yield from simulated(rows, 1)
    yield from simulated(rows, people)
    yield from mornings(rows, people)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--rows", type=int, default=86, help="of the plan")
    parser.add_argument("--people", type=int, default=20, help="who are written to")
    arguments = parser.parse_args()
    show(measure(arguments.rows, arguments.people), as_json=arguments.json)


if __name__ == "__main__":
    main()
