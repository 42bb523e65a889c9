"""The worker's process: hears the bell and ticks."""

import gc
import logging
from functools import partial

from engine.errors import OporaError
from runtime.bootstrap import Application
from runtime.queue import open_queue, run_consumer
from runtime.ticking import run_tick

_log = logging.getLogger(__name__)


def run_worker(application: Application) -> None:
    """Work until SIGTERM or SIGINT.

    Raises:
        QueueUrlError: there is no bell to hear.
        and what `Application.post` refuses.
    """
    _ = application.post  # a setting of the mail that cannot be used is told at start, not each minute
    queue = open_queue(application.settings.huey_url)
    # What is loaded by now stays: looking through it for garbage took a seventh of a batch's time.
    gc.collect()
    gc.freeze()
    _log.info("the worker is ready: it looks each minute and when the bell rings")
    run_consumer(queue, partial(_look, application), application.settings.workers)
    _log.info("the worker has stopped")


def _look(application: Application) -> None:
    try:
        report = run_tick(application)
    except OporaError as error:
        # The database is away, say: one line a minute, and the next look tries again.
        _log.warning("%s", error)
        return
    done = ", ".join(f"{name} {count}" for name, count in report.done.items() if count)
    if done:
        _log.info("done: %s", done)
