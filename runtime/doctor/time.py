"""The clock and the zone: wrong ones make wrong dates."""

from datetime import datetime, timedelta

from sqlalchemy import func, select, text

from engine.errors import N_
from engine.tables import history
from runtime.bootstrap import Application
from runtime.doctor.finding import Findings, failure, good, notice

TOLERANCE = timedelta(minutes=5)
APART = timedelta(seconds=30)

ZONE = N_("In {zone} it is {time}.")
BEHIND = N_(
    "The clock shows {now}, but history was written at {last} already. Set the machine's clock (NTP) before going on: "
    "deadlines depend on it."
)
SANE = N_("The clock is not behind what was written already.")
APART_FROM_SERVER = N_(
    "This machine's clock differs from the database server's by {seconds} seconds. Set both by NTP: where several "
    "machines work, timers and retries go by the clock of whichever comes first."
)
AS_SERVER = N_("This machine's clock goes with the database server's.")
MOVED = N_("The clock is a file, {path}: this installation is for trying things out.")


def check_clock(application: Application) -> Findings:
    """Time is not behind the newest entry of history."""
    now = application.store.clock.now()
    yield good("zone", ZONE, zone=application.settings.zone.key, time=now.astimezone(application.settings.zone))
    if application.settings.clock:
        yield notice("clock_file", MOVED, path=application.settings.clock)
    with application.store.read() as connection:
        last = connection.execute(select(func.max(history.c.at))).scalar()
    if last is not None and now < last - TOLERANCE:
        zone = application.settings.zone
        yield failure("clock", BEHIND, now=now.astimezone(zone), last=last.astimezone(zone))
    else:
        yield good("clock", SANE)


def check_server_clock(application: Application) -> Findings:
    """Machines that work on one database agree on the time: each of them is held against the server's clock."""
    if application.settings.clock or application.store.engine.dialect.name != "postgresql":
        return
    with application.store.read() as connection:
        theirs: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
        apart = abs(application.store.clock.now() - theirs)
    if apart > APART:
        yield failure("server_clock", APART_FROM_SERVER, seconds=round(apart.total_seconds()))
    else:
        yield good("server_clock", AS_SERVER)
