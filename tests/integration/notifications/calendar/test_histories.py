"""What subscribers may rely on through any history: identities stay, revisions rise, tags follow what is seen."""

import os
import random
import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, update

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.occurrences import OccurrenceFilter, get_occurrence
from activities.steps import NewDates, cancel, postpone, reopen, set_date, start
from activities.submissions import find_open_submission, withdraw
from activities.tables import activity, party
from engine.errors import OporaError
from notifications.calendar.entries import refresh, refresh_plan
from notifications.calendar.feeds import render_feed
from notifications.calendar.lint import lint
from notifications.calendar.presentation import EntryKind, FeedSpec, Presentation, Show
from notifications.tables import feed_event
from tests.fixtures.feeds import HOSTILE_TEXTS
from tests.fixtures.house import House

HISTORIES = int(os.environ.get("OPORA_FEED_HISTORIES", "3"))
"""How many in one run."""

_REVISION = re.compile(rb"(SEQUENCE|DTSTAMP|LAST-MODIFIED):[^\r]*\r\n")
_ENTRY = re.compile(rb"BEGIN:(?:VEVENT|VTODO)\r\n.*?END:(?:VEVENT|VTODO)\r\n", re.DOTALL)

PRESENTATIONS = [Presentation(Show.BOTH), Presentation(), Presentation(kind=EntryKind.TODO, alarm_days=2)]

LENGTH = 14
NUMBERS = ("1.1", "1.2", "1.3")
DEEDS = ("start", "hand_in", "accept", "return", "withdraw", "cancel", "reopen")
TEXTS = tuple(text[:200].encode("utf-8", "replace").decode().replace("\0", "") for text in HOSTILE_TEXTS)
"""As far as a database takes them; how entries treat the rest is tested where they are rendered."""


def imagine(seed: int) -> Iterator[tuple[Any, ...]]:
    """Things that happen, the same for a seed each time; the first of them each time, so that none is left out."""
    chance = random.Random(seed)
    yield ("nothing",)
    yield ("pass_days", 1)
    yield ("rename_party", "Лицей; имени, Ньютона")
    yield ("renumber", "1.3", "9.9")
    for _ in range(LENGTH):
        number, day = chance.choice(NUMBERS), date(2026, 3, 1) + timedelta(days=chance.randrange(120))
        yield chance.choice(
            [
                *((deed, number) for deed in DEEDS),
                ("set_date", number, day),
                ("postpone", number, day),
                ("rename", number, chance.choice(TEXTS)),
                ("say_result", number, chance.choice(TEXTS)),
                ("renumber", number, chance.choice(["", "9.9", "II.1"])),
                ("rename_party", chance.choice(["Школа № 12", "Лицей; имени, Ньютона"])),
                ("pass_days", chance.randrange(30)),
                ("nothing",),
            ]
        )


class Story:
    """A house to which things happen; rows are remembered by id, since their numbers change."""

    def __init__(self, folder: Path) -> None:
        self.house = House(folder, f"sqlite:///{folder / 'opora.db'}")
        self.ids = {number: self.house.occurrence(number) for number in ("1.1", "1.2", "1.3")}
        self.head = Actor(self.house.head, "cli")
        self.teacher = Actor(self.house.teacher, "cli")

    def tell(self, name: str, *arguments: object) -> None:
        """One thing happens, if the workflow allows it."""
        with suppress(OporaError):  # the state does not allow it: nothing happens, and nothing may change
            getattr(self, f"_{name}")(*arguments)

    def _start(self, number):
        start(self.house.office, self.teacher, self.ids[number].id)

    def _hand_in(self, number):
        # The house finds a row by its number as it stands now.
        self.house.hand_in(self._now(number).number, links=["https://school.example/news"], files=())

    def _now(self, number):
        with self.house.office.store.read() as connection:
            return get_occurrence(connection, self.ids[number].id)

    def _decide(self, number, verdict):
        with self.house.office.store.read() as connection:
            open_one = find_open_submission(connection, self.ids[number].id)
        if open_one is not None:
            request = DecisionRequest(open_one.id, open_one.manifest_digest, verdict, "Нет печати")
            decide(self.house.office, self.head, request)

    def _accept(self, number):
        self._decide(number, Verdict.ACCEPT)

    def _return(self, number):
        self._decide(number, Verdict.RETURN)

    def _withdraw(self, number):
        withdraw(self.house.office, self.teacher, self.ids[number].id)

    def _cancel(self, number):
        cancel(self.house.office, self.head, self.ids[number].id, reason="Не нужен", basis="приказ № 6")

    def _reopen(self, number):
        reopen(self.house.office, self.head, self.ids[number].id, reason="Ошибка")

    def _set_date(self, number, day):
        set_date(self.house.office, Actor(self.house.coordinator, "cli"), self.ids[number].id, NewDates(day))

    def _postpone(self, number, day):
        postpone(
            self.house.office, self.head, self.ids[number].id, NewDates(day), reason="Карантин", basis="приказ № 5"
        )

    def _change(self, table, where, **values):
        with self.house.office.store.write() as work:
            work.connection.execute(update(table).where(where).values(values))

    def _rename(self, number, title):
        self._change(activity, activity.c.id == self.ids[number].activity_id, title=title)

    def _say_result(self, number, text):
        self._change(activity, activity.c.id == self.ids[number].activity_id, result=text)

    def _renumber(self, number, other):
        self._change(activity, activity.c.id == self.ids[number].activity_id, number=other)

    def _rename_party(self, name):
        self._change(party, party.c.id == 1, name=name)

    def _pass_days(self, count):
        self.house.pass_time(days=count)

    def _nothing(self):
        refresh_plan(self.house.office, self.house.plan.id)

    def feeds(self):
        """The whole plan and what is served, in each way to show it."""
        today = self.house.office.today()
        with self.house.office.store.read() as connection:
            for language, presentation in zip(("ru", "en", "ru"), PRESENTATIONS, strict=True):
                spec = FeedSpec("МОЦ", OccurrenceFilter(), language, presentation)
                yield render_feed(connection, spec), render_feed(connection, spec, today)

    def anew(self):
        """The plan with entries made from nothing, as it is now; forgotten again."""
        office = self.house.office
        with office.store.write() as work:
            kept = work.connection.begin_nested()
            work.connection.execute(delete(feed_event))
            refresh(work, [each.id for each in self.ids.values()], office.working_day())
            body = render_feed(work.connection, FeedSpec("МОЦ", OccurrenceFilter(), "ru", PRESENTATIONS[0])).body
            kept.rollback()
        return body


def entries(body):
    """UID → bytes of an entry; a UID stands once."""
    found = _ENTRY.findall(body)
    by_uid = {re.search(rb"UID:(\S+)", each)[1]: each for each in found}
    assert len(by_uid) == len(found)
    return by_uid


def seen(data):
    """Without what tells revisions apart."""
    return _REVISION.sub(b"", data)


def sequence(entry):
    return int(re.search(rb"SEQUENCE:(\d+)", entry)[1])


def check(before, after):
    """What holds between two looks at a whole plan."""
    assert lint(after) == []
    old, new = entries(before), entries(after)
    assert old.keys() <= new.keys()
    for uid, entry in old.items():
        assert sequence(new[uid]) - sequence(entry) == (seen(new[uid]) != seen(entry))
        assert (new[uid] == entry) is (sequence(new[uid]) == sequence(entry))


@pytest.mark.parametrize("seed", range(HISTORIES))
def test_any_history(tmp_path, seed):
    """After each thing that happens: no UID is lost or double, SEQUENCE rises by one with a visible change of an entry
    and with nothing else, the tag of a calendar changes with what is seen of it and with nothing else, and every entry
    is what would be written today.
    """
    story = Story(tmp_path)
    try:
        story.house.tick()
        before = list(story.feeds())
        for step in imagine(seed):
            story.house.pass_time(seconds=1)
            story.tell(*step)
            story.house.tick()
            after = list(story.feeds())
            for (old, old_served), (new, new_served) in zip(before, after, strict=True):
                check(old.body, new.body)
                assert lint(new_served.body) == []
                assert (new.etag != old.etag) is (seen(new.body) != seen(old.body)), step
                assert (new_served.etag != old_served.etag) is (new_served.body != old_served.body), step
            before = after
            kept = entries(after[0][0].body)
            assert [uid for uid, each in entries(story.anew()).items() if seen(each) != seen(kept[uid])] == [], step
    finally:
        story.house.close()


def test_what_was_taken_back_is_another_revision(house):
    """Two changes that undo each other leave the same text under a higher SEQUENCE: programs keep the newest."""
    house.tick()

    def look():
        spec = FeedSpec("МОЦ", OccurrenceFilter())
        with house.office.store.read() as connection:
            return entries(render_feed(connection, spec).body)[house.occurrence("1.2").public_id.encode()]

    def rename(title):
        with house.office.store.write() as work:
            work.connection.execute(update(activity).where(activity.c.number == "1.2").values(title=title))
        house.tick()
        return look()

    first = look()
    title = house.occurrence("1.2").title
    rename("Иначе")
    last = rename(title)
    assert seen(last) == seen(first)
    assert (sequence(first), sequence(last)) == (0, 2)
