"""What a program makes of the calendar, before and after three changes: two lines of figures."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from urllib.request import urlopen

MOVED_TO = "20261111"
PATIENCE_SECONDS = 90
LOOKS_A_SECOND = 2


@dataclass(frozen=True)
class Entry:
    """An entry as the program has it.

    Attributes:
        day: of its beginning, `20261111`; with a time behind it where the program took it for no whole day.
        cancelled: whether the program knows that it is called off.
    """

    day: str
    cancelled: bool


Entries = Mapping[str, Entry]
"""By UID."""


def tell_before(program: str, work: Path, look: Callable[[], Entries]) -> None:
    """How many entries of those that are served the program has, and how many it takes for whole days."""
    wanted = fetch(work).count(b"BEGIN:VEVENT")
    entries = _patiently(look, lambda seen: len(seen) == wanted)
    whole_days = sum(len(each.day) == len(MOVED_TO) for each in entries.values())
    _say(f"{program}: has {len(entries)} entries of {wanted}, {whole_days} of whole days")


def tell_after(program: str, work: Path, look: Callable[[], Entries]) -> None:
    """Whether what was moved, called off and taken out is so in the program too."""
    moved, off, gone = (work / "moved").read_text().split()

    def follows(entries: Entries) -> list[bool]:
        return [
            entries.get(moved, Entry("", cancelled=False)).day == MOVED_TO,
            entries.get(off, Entry("", cancelled=False)).cancelled,
            gone not in entries,
        ]

    entries = _patiently(look, lambda seen: all(follows(seen)))
    told = zip(("moved", "called off", "taken out"), follows(entries), strict=True)
    _say(f"{program}: follows " + ", ".join(f"{name}: {'yes' if good else 'NO'}" for name, good in told))


def fetch(work: Path) -> bytes:
    """The calendar as it is served now."""
    with urlopen((work / "url").read_text()) as answer:
        body: bytes = answer.read()
    return body


def wait_for_changes(work: Path) -> None:
    """Until the server has made its changes."""
    while not (work / "moved").exists():
        Event().wait(1 / LOOKS_A_SECOND)


def _patiently(look: Callable[[], Entries], is_enough: Callable[[Entries], bool]) -> Entries:
    """What the program has once it has what is expected, or after a while; programs fetch when they like."""
    for _ in range(PATIENCE_SECONDS * LOOKS_A_SECOND):
        entries = look()
        if is_enough(entries):
            break
        Event().wait(1 / LOOKS_A_SECOND)
    return entries


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
