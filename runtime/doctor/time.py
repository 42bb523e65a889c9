"""The clock and the zone: wrong ones make wrong dates."""

from datetime import timedelta

from sqlalchemy import func, select

from engine.errors import N_
from engine.tables import history
from runtime.bootstrap import Application
from runtime.doctor.finding import Findings, failure, good, notice

TOLERANCE = timedelta(minutes=5)

ZONE = N_("In {zone} it is {time}.")
BEHIND = N_(
    "The clock shows {now}, but history was written at {last} already. Set the machine's clock (NTP) before going on: "
    "deadlines depend on it."
)
SANE = N_("The clock is not behind what was written already.")
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
