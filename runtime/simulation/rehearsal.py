"""Living a plan through: the production tick at every instant at which something is due, and nobody acts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import partial

from sqlalchemy import BindParameter, Connection, Select, bindparam, func, select, union_all

from activities.acting import Actor
from activities.office import Office
from activities.people import list_people
from activities.plan_launch import PlanNotDraftError, launch_plan
from activities.plans import Plan, PlanStatus
from activities.roles import RUNNING, holds_anywhere
from engine.clock import VirtualClock
from engine.errors import N_, OporaError
from engine.outbox import dispatch
from engine.prepared import Prepared
from engine.tables import ladder, message
from notifications.handlers import build_handlers
from notifications.mail.mailbox import Budget
from notifications.mail.notices import is_any_open
from notifications.mail.post import Post
from notifications.mail.quiet import MORNING
from notifications.mail.send import send_due
from notifications.mail.transport import Envelope
from notifications.tables import letter
from runtime.bootstrap import Application
from runtime.simulation.outlook import Outlook, gather_outlook
from runtime.simulation.scratch import Scratch, open_scratch
from runtime.steps import STEPS, TickStep
from runtime.ticking import run_tick

CHANNEL = "cli"
LAUNCH_TIME = time(9, 0)
MESSAGES, LETTERS = "messages", "letters"
_UNSEEN = {"calendars", "log"}
# The real mailbox's budget would only spread letters over later hours; which week they belong to is what counts.
_NO_LIMIT = Budget(10**9, 10**9)


class NothingAheadError(OporaError):
    """The time to be lived through is over before it begins."""

    message = N_(
        "Nothing lies ahead between {starts_on} and {until}. Name a later day with --until, "
        "or, for a draft, an earlier day of launch with --from."
    )


class NobodyLaunchesError(OporaError):
    """A launch needs somebody who runs the plan."""

    message = N_("Nobody could launch “{slug}”. Name somebody first: opora person grant PERSON --role coordinator")


@dataclass(frozen=True, slots=True)
class Simulation:
    """A plan lived through.

    Attributes:
        starts_on: the day of launch; of a live plan, today.
        until: the last day, inclusive.
        ticks: how often something was due.
        letters: how many letters would have left the house.
    """

    plan: Plan
    starts_on: date
    until: date
    ticks: int
    letters: int
    outlook: Outlook


class CountingTransport:
    """Takes every letter and sends none."""

    def __init__(self) -> None:
        self.taken = 0

    def send(self, _envelope: Envelope) -> None:
        """Count it."""
        self.taken += 1


def simulate(real: Application, plan: Plan, *, from_on: date | None = None, until: date | None = None) -> Simulation:
    """Live a plan through in a scratch database: a draft is launched there, a live plan goes on from where it stands.

    Nobody acts: no evidence comes, nothing is decided. So it tells the most that people could be sent.

    Args:
        real: only read.
        plan: a draft or a live plan of `real`.
        from_on: the day on which a draft is launched, today by default.
        until: the last day lived through, by default the plan's.

    Raises:
        NothingAheadError: the last day is past.
        NobodyLaunchesError: a draft, and nobody coordinates or administers.
        PlanNotDraftError: `from_on` for a plan that runs already, or any day for a closed one.
    """
    if plan.status is PlanStatus.CLOSED or (from_on and plan.status is not PlanStatus.DRAFT):
        raise PlanNotDraftError(slug=plan.slug, status=plan.status.value)
    calendar = real.office.calendar
    began_at = calendar.at(from_on, LAUNCH_TIME) if from_on else real.store.clock.now()
    starts_on, last_on = calendar.day_of(began_at), until or plan.period.ends_on
    if last_on < starts_on:
        raise NothingAheadError(starts_on=starts_on, until=last_on)
    with open_scratch(real, plan.id, VirtualClock(began_at)) as scratch:
        if plan.status is PlanStatus.DRAFT:
            _launch(scratch, plan)
        transport = CountingTransport()
        ended_at = calendar.at(last_on + timedelta(days=1), time.min)
        ticks = _live(scratch, _steps(scratch.application, transport), ended_at)
        outlook = gather_outlook(scratch.application.office, plan, starts_on, last_on)
    return Simulation(plan, starts_on, last_on, ticks, transport.taken, outlook)


def _launch(scratch: Scratch, plan: Plan) -> None:
    office = scratch.application.office
    with office.store.read() as connection:
        runners = [each for each in list_people(connection) if holds_anywhere(connection, each.id, RUNNING)]
    if not runners:
        raise NobodyLaunchesError(slug=plan.slug)
    launch_plan(office, Actor(runners[0], CHANNEL), plan)


def _steps(application: Application, transport: CountingTransport) -> tuple[TickStep, ...]:
    """The production's parts of a tick, but that letters end in a count.

    Calendars and the log are left out: nobody looks at them here, and nothing that is told depends on them.
    """
    post = Post(application.post.sender, transport, application.links, application.settings.zone, _NO_LIMIT)
    ours = {MESSAGES: partial(_handle_messages, post), LETTERS: partial(_count_letters, post)}
    told = (step for step in STEPS if step.name not in _UNSEEN)
    return tuple(replace(step, run=ours.get(step.name, step.run)) for step in told)


def _handle_messages(post: Post, application: Application) -> int:
    return dispatch(application.store, build_handlers(application.office, post.sender.domain))


def _count_letters(post: Post, application: Application) -> int:
    return send_due(application.store, post)


def _live(scratch: Scratch, steps: Sequence[TickStep], ended_at: datetime) -> int:
    """Tick now and at each instant at which something is due; how often."""
    ticks = 0
    instant: datetime | None = scratch.clock.now()
    while instant is not None and instant < ended_at:
        scratch.clock.set(instant)
        for error in run_tick(scratch.application, steps).failures.values():
            raise error
        ticks += 1
        instant = _next_instant(scratch.application.office)
    return ticks


def _next_instant(office: Office) -> datetime | None:
    """When something is due next, later than now; None once nothing ever will be."""
    now = office.store.clock.now()
    with office.store.read() as connection:
        due = [_next_due(connection, now)]
        if is_any_open(connection):
            due.append(_next_morning(office, now))
    return min(filter(None, due), default=None)


def _next_due(connection: Connection, now: datetime) -> datetime | None:
    found: datetime | None = _EARLIEST.fetch(connection, {"now": now})[0][0]
    return found


def _earliest() -> Select[tuple[datetime]]:
    """Of all that waits for an instant, the first one later than now."""
    waiting = (ladder.c.due_at, message.c.available_at, letter.c.send_at)
    now: BindParameter[datetime] = bindparam("now")
    firsts = union_all(*(select(func.min(column).label("at")).where(column > now) for column in waiting)).subquery()
    return select(func.min(firsts.c.at))


_EARLIEST = Prepared(_earliest())


def _next_morning(office: Office, now: datetime) -> datetime:
    """When the next digests are written."""
    today = office.calendar.day_of(now)
    morning = office.calendar.at(office.calendar.roll_forward(today), MORNING)
    if morning > now:
        return morning
    return office.calendar.at(office.calendar.roll_forward(today + timedelta(days=1)), MORNING)
