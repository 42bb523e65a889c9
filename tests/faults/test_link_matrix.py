"""Who × which version × which answer × expiry × substitution × keys: of all cells only the right ones decide.

Holders differ in their roles, in being away and in standing in for somebody. `make test` looks at the cells that are
wrong in at most one way, `make faults` (`OPORA_FAULT_TRIALS`) at every one. What answer each cell is given is said
here a second time, in the fewest words; that a wrong one changes nothing is read from the tables.
"""

import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

from flask.testing import FlaskClient

from activities.absences import NewAbsence, end_absence, record_absence
from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide, find_decision
from activities.grants import TIME_TO_LIVE, issue_grant
from activities.people import Person
from activities.roles import Role, Scope, take_role
from activities.steps import cancel
from activities.submissions import Submission, withdraw
from activities.tables import person
from notifications.keys import Keys
from notifications.links import make_token
from tests.fixtures.house import House

MOST_WRONGS = 9 if int(os.environ.get("OPORA_FAULT_TRIALS", "100")) >= 1000 else 1
GONE, BAD, INCOMPLETE, SEE_OTHER = 410, 404, 422, 303

# Holder → whether the decision is theirs.
HOLDERS = {
    "approver": True,
    "approver who is away": True,
    "substitute": True,
    "substitute of who is back": False,
    "substitute whose own it is": False,
    "approver whose own it is": False,
    "approver no more": False,
    "gone from the centre": False,
    "nobody in particular": False,
}
# Version → whether it can be decided.
VERSIONS = {"newest": True, "taken back": False, "decided": False, "of work that was cancelled": False}
# Answer → the form's fields, and the status that a link in order gets; 303 decides.
ANSWERS: dict[str, tuple[dict[str, Any], int]] = {
    "accept": ({"decision": "accept"}, SEE_OTHER),
    "accept in part": ({"decision": "partial", "remark": "кроме фото"}, SEE_OTHER),
    "return": ({"decision": "return", "remark": "нет печати"}, SEE_OTHER),
    "return without a word": ({"decision": "return"}, INCOMPLETE),
    "nothing": ({}, INCOMPLETE),
    "everything": ({"decision": ["accept", "partial", "return"]}, INCOMPLETE),
    "another event": ({"decision": "cancel", "remark": "x"}, INCOMPLETE),
    "to another manifest": ({"decision": "accept", "seen": "0" * 64}, GONE),
}
KEYS = {"the same": True, "an older one, kept": True, "an older one, dropped": False}


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination."""

    holder: str
    version: str
    answer: str
    expired: bool
    key: str

    @property
    def wrongs(self) -> int:
        """In how many ways it is wrong."""
        right = HOLDERS[self.holder], VERSIONS[self.version], ANSWERS[self.answer][1] == SEE_OTHER, KEYS[self.key]
        return self.expired + right.count(False)

    @property
    def status(self) -> int:
        """What it is answered by."""
        if not KEYS[self.key]:
            return BAD
        if self.version == "decided" and self.holder != "gone from the centre":
            return SEE_OTHER  # to the page that says who decided
        if not HOLDERS[self.holder] or not VERSIONS[self.version] or self.expired:
            return GONE
        return ANSWERS[self.answer][1]


CELLS = [Cell(*each) for each in product(HOLDERS, VERSIONS, ANSWERS, (False, True), KEYS)]


class Board:
    """A house with every holder's link to every version, put back to how it was after each decision."""

    def __init__(self, house: House, folder: Path) -> None:
        self.house = house
        self.sent = 0
        self.began_at = house.clock.now()
        self.tokens: dict[tuple[str, str], str] = {}
        self.holders = self._people()
        self.versions = self._versions()
        self._change_people()
        self._path, self._kept = Path(str(house.office.store.engine.url.database)), folder / "kept.db"
        _copy(self._path, self._kept)

    def _people(self) -> dict[str, tuple[Person, Person | None]]:
        house = self.house
        away, back, absent = (house.person(name, Role.APPROVER) for name in ("Ушла", "Вернулась", "Больна"))
        return {
            "approver": (house.head, None),
            "approver who is away": (away, None),
            "substitute": (house.person("Подменяет"), away),
            "substitute of who is back": (house.person("Подменяла"), back),
            "substitute whose own it is": (house.teacher, absent),
            "approver whose own it is": (house.person("Сама и сдала", Role.APPROVER), None),
            "approver no more": (house.deputy, None),
            "gone from the centre": (house.person("Уволена", Role.APPROVER), None),
            "nobody in particular": (house.person("Никто"), None),
        }

    def _versions(self) -> dict[str, Submission]:
        house, office = self.house, self.house.office
        teacher, head = Actor(house.teacher, "cli"), Actor(house.head, "cli")
        own = self.holders["approver whose own it is"][0].short_id
        taken = house.hand_in("1.2", provided_by=own)
        withdraw(office, teacher, taken.occurrence_id)
        newest = house.hand_in("1.2", note="снова", provided_by=own)
        decided, cancelled = house.hand_in("1.3", provided_by=own), house.hand_in("1.1", provided_by=own)
        links = {"newest": newest, "taken back": taken, "decided": decided, "of work that was cancelled": cancelled}
        self.tokens = {
            (holder, version): self._token(who, of, sent)
            for holder, (who, of) in self.holders.items()
            for version, sent in links.items()
        }
        decide(office, head, DecisionRequest(decided.id, decided.manifest_digest, Verdict.ACCEPT))
        cancel(office, head, cancelled.occurrence_id, reason="нет денег", basis="приказ 5")
        return links

    def _token(self, who: Person, absent: Person | None, sent: Submission) -> str:
        with self.house.office.store.write() as work:
            granted = issue_grant(work, who.id, sent.id, absent.id if absent else None)
        return make_token(granted, self.house.application.keys)

    def _change_people(self) -> None:
        office, chief = self.house.office, Actor(self.house.coordinator, "cli")
        days = date(2026, 3, 1), date(2026, 6, 30)
        for holder in ("substitute", "substitute of who is back", "substitute whose own it is"):
            substitute, absent = self.holders[holder]
            assert absent
            record_absence(office, Actor(absent, "cli"), NewAbsence(absent, substitute, *days))
            if holder.endswith("back"):
                end_absence(office, chief, absent)
        with office.store.write() as work:
            take_role(work, self.house.deputy.id, Role.APPROVER, Scope())
            gone = person.c.id == self.holders["gone from the centre"][0].id
            work.connection.execute(person.update().where(gone).values(active=False))

    def answer(self, client: FlaskClient, cell: Cell) -> int:
        """Send a cell's form; the status of the answer."""
        fields, _ = ANSWERS[cell.answer]
        form = {"seen": self.versions[cell.version].manifest_digest.hex(), "remark": "", **fields}
        # From another address each time, as bad links are counted by it.
        self.sent += 1
        came = {"REMOTE_ADDR": f"192.0.{self.sent // 250}.{self.sent % 250}"}
        return client.post(
            f"/d/{self.tokens[cell.holder, cell.version]}", data=form, environ_overrides=came
        ).status_code

    def decided(self) -> tuple[Verdict, str, int, int | None] | None:
        """What is decided on the newest version, by whom and in whose place; None where nothing is."""
        with self.house.office.store.read() as connection:
            found = find_decision(connection, self.versions["newest"].id)
        if found is None:
            return None
        other = found.on_behalf_of
        return found.verdict, found.remark, found.person.id, other.id if other else None

    def state(self) -> dict[str, Any]:
        """Every row of every table, but for the count of bad links."""
        return self.house.dump() | {"throttle": []}

    def put_back(self) -> None:
        """Let the database be as it was before any answer."""
        _copy(self._kept, self._path)


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as read, closing(sqlite3.connect(target)) as written:
        read.backup(written)


def test_only_the_right_cell_decides(house: House, tmp_path: Path) -> None:
    """Every cell gets its answer; the right ones decide as said, by whom it says; nothing else changes a row."""
    board, client = Board(house, tmp_path), house.web().test_client()
    wanted = [each for each in CELLS if each.wrongs <= MOST_WRONGS]
    for key, expired in product(KEYS, (False, True)):
        _change_keys(board, key)
        house.clock.set(board.began_at + (TIME_TO_LIVE if expired else TIME_TO_LIVE / 2))
        before = board.state()
        cells = [each for each in wanted if (each.key, each.expired) == (key, expired)]
        for cell in (each for each in cells if each.wrongs):
            assert (cell, board.answer(client, cell)) == (cell, cell.status)
        assert board.state() == before
        for cell in (each for each in cells if not each.wrongs):
            assert (cell, board.answer(client, cell)) == (cell, cell.status)
            assert board.decided() == _expected(board, cell)
            board.put_back()
    assert sum(not each.wrongs for each in wanted) == 18


def _expected(board: Board, cell: Cell) -> tuple[Verdict, str, int, int | None]:
    fields, _ = ANSWERS[cell.answer]
    verdict = Verdict.RETURN if cell.answer == "return" else Verdict.ACCEPT
    who, absent = board.holders[cell.holder]
    return verdict, fields.get("remark", ""), who.id, absent.id if absent else None


def _change_keys(board: Board, key: str) -> None:
    folder = board.house.application.settings.keys_dir
    assert folder
    if key == "an older one, kept" and not (folder / "link-2.key").exists():
        Keys.rotate(folder)
    if key == "an older one, dropped":
        (folder / "link-1.key").unlink(missing_ok=True)
    board.house.application.refresh()
