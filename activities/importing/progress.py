"""How far the reading of a long file has come."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar


class Stage(StrEnum):
    """What is being worked through."""

    FILE = "file"
    PAGES = "pages"
    ROWS = "rows"


@dataclass(frozen=True, slots=True)
class Progress:
    """`done` of `total` pages or rows; a total of 0 is not known, as while a file is opened."""

    stage: Stage
    done: int
    total: int


Report = Callable[[Progress], None]
Item = TypeVar("Item")


def stay_silent(_: Progress) -> None:
    """For callers who show nothing."""


def counted(items: Iterable[Item], total: int, stage: Stage, report: Report) -> Iterator[Item]:
    """The items as they come, reporting at every hundredth part and at the end."""
    step = max(1, total // 100)
    for done, item in enumerate(items, 1):
        yield item
        if done % step == 0 or done == total:
            report(Progress(stage, done, total))
