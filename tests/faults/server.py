"""A server process of its own over an installation, to be raced with others.

What the process needs stands here, so that it can be forked from a server that has imported it.
"""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from multiprocessing.context import BaseContext
from typing import Any

from engine.unit_of_work import SilentBell
from runtime.bootstrap import build_application
from runtime.settings import Settings
from tests.fixtures.web_server import serving
from web.app import create_app

LONGEST_SECONDS = 60


def serve_pages(settings: Settings, told: Any, over: Any) -> None:
    """Serve an installation's pages, tell at which address, and end when told."""
    with closing(build_application(settings, SilentBell())) as application, serving(create_app(application)) as base:
        told.put(base)
        over.wait()


@contextmanager
def running(context: BaseContext, settings: Settings, processes: int) -> Iterator[list[str]]:
    """Serve an installation by so many processes; gives their addresses."""
    told, over = context.Queue(), context.Event()
    with ExitStack() as ended:
        ended.callback(over.set)
        for _ in range(processes):
            process: Any = context.Process(target=serve_pages, args=(settings, told, over))  # type: ignore[attr-defined]
            process.start()
            ended.callback(process.join, LONGEST_SECONDS)
        ended.callback(over.set)
        yield [told.get(timeout=LONGEST_SECONDS) for _ in range(processes)]
