"""The parts of a tick, in the order in which one gives the next its work."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from engine.errors import N_
from engine.outbox import dispatch
from engine.tick import fire_due
from engine.transparency import seal_history
from notifications.calendar.emission import emit_feeds
from notifications.calendar.entries import refresh_changed, refresh_occurrence
from notifications.calendar.feed_folder import FeedFolder
from notifications.handlers import build_handlers
from notifications.mail.digest import write_digests
from notifications.mail.inbox import read_inbox
from notifications.mail.send import send_due
from notifications.mail.summaries import write_summaries
from runtime.bootstrap import Application


@dataclass(frozen=True, slots=True)
class TickStep:
    """A part of a tick.

    Attributes:
        name: marked text.
        run: does what is due and says how many things it did; nothing left is 0.
    """

    name: str
    run: Callable[[Application], int]


def _fire_timers(application: Application) -> int:
    return fire_due(application.store, application.office.execution)


def _handle_messages(application: Application) -> int:
    office = application.office
    others = [partial(refresh_occurrence, office)]
    handlers = build_handlers(office, application.post.sender.domain, others, application.settings.quiet_hours)
    return dispatch(application.store, handlers)


def _write_digests(application: Application) -> int:
    return write_digests(application.office, application.post.sender.domain)


def _write_summaries(application: Application) -> int:
    return write_summaries(application.office, application.post.sender.domain)


def _refresh_feeds(application: Application) -> int:
    return int(refresh_changed(application.office)) + emit_feeds(application.office)


def _keep_up_files(application: Application) -> int:
    folder = application.settings.feed_dir
    return FeedFolder(folder).keep_up(application.office) if folder else 0


def _seal_log(application: Application) -> int:
    return seal_history(application.store, application.log_key)


def _read_inbox(application: Application) -> int:
    inbox = application.inbox
    return sum(each.concerns_us for each in read_inbox(application.office, inbox)) if inbox else 0


def _send_letters(application: Application) -> int:
    return send_due(application.store, application.post)


STEPS = (
    # Before the digests, which tell what came.
    TickStep(N_("mailbox"), _read_inbox),
    TickStep(N_("timers"), _fire_timers),
    TickStep(N_("messages"), _handle_messages),
    TickStep(N_("digests"), _write_digests),
    TickStep(N_("summaries"), _write_summaries),
    TickStep(N_("calendars"), _refresh_feeds),
    TickStep(N_("calendar files"), _keep_up_files),
    # Before the letters, so that they carry a checkpoint of what they speak of.
    TickStep(N_("log"), _seal_log),
    TickStep(N_("letters"), _send_letters),
)
