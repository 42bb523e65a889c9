"""Reads a database with sqlite3 alone and says what it holds; nothing of the program is imported.

Whoever doubts the program's own audit reads this, and the words of `workflows/activity.yaml` put down a second time by
hand. Monday to Friday are working days.
"""

import json
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from hashlib import sha256
from pathlib import Path
from typing import Any

STAYS = "="
CLOSED = {"accepted", "not_performed", "cancelled"}
OPEN = {"planned", "awaiting_date", "in_progress", "evidence_submitted", "returned"}
WORKED_ON = {"planned", "in_progress", "returned"}

# (event, from) → where it may lead.
WAYS: dict[tuple[str, str], set[str]] = {
    ("start", "planned"): {"in_progress"},
    ("set_date", "awaiting_date"): {"planned"},
    **{("set_date", state): {STAYS} for state in ("planned", "in_progress")},
    **{("postpone", state): {STAYS} for state in WORKED_ON},
    **{(event, state): {STAYS} for event in ("ask_date", "decline_date") for state in WORKED_ON},
    **{("invite", state): {STAYS} for state in WORKED_ON | {"awaiting_date"}},
    **{("add_evidence", state): {STAYS} for state in WORKED_ON | {"awaiting_date"}},
    **{("submit", state): {"evidence_submitted"} for state in WORKED_ON},
    **{("report_outcome", state): {"evidence_submitted"} for state in WORKED_ON | {"awaiting_date"}},
    ("withdraw", "evidence_submitted"): {"in_progress"},
    ("accept", "evidence_submitted"): {"accepted", "not_performed"},
    ("return", "evidence_submitted"): {"returned"},
    **{("cancel", state): {"cancelled"} for state in OPEN},
    **{("reopen", state): {"in_progress"} for state in CLOSED},
}
LADDERS = {
    "beginning": {"planned"},
    "evidence": WORKED_ON,
    "decision": {"evidence_submitted"},
    "date_wanted": {"awaiting_date"},
}
MOSCOW = timezone(timedelta(hours=3))
MORNING = time(8, 0)


def _back(days: int) -> Callable[[date], date]:
    """So many days before, or on the last working day before that."""

    def count(day: date) -> date:
        day -= timedelta(days=days)
        return day - timedelta(days=max(day.weekday() - 4, 0))

    return count


def _forward(days: int) -> Callable[[date], date]:
    """So many days after, or on the first working day after that."""

    def count(day: date) -> date:
        day += timedelta(days=days)
        return day + timedelta(days=7 - day.weekday() if day.weekday() > 4 else 0)

    return count


def _working(days: int) -> Callable[[date], date]:
    """So many working days after, or before."""

    def count(day: date) -> date:
        left, way = abs(days), 1 if days > 0 else -1
        while left:
            day += timedelta(days=way)
            left -= day.weekday() < 5
        return day

    return count


# Rung → what it counts from, how, at which local time, and after how many days it comes again.
RUNGS: dict[str, tuple[str, Callable[[date], date], time, int]] = {
    "before_7": ("starts_on", _back(7), MORNING, 0),
    "before_1": ("starts_on", _back(1), MORNING, 0),
    "first_day": ("starts_on", lambda day: day, time(0, 5), 0),
    "due_14": ("due_on", _back(14), MORNING, 0),
    "due_7": ("due_on", _back(7), MORNING, 0),
    "due_1": ("due_on", _working(-1), MORNING, 0),
    "due": ("due_on", _back(0), MORNING, 0),
    "overdue": ("due_on", _working(1), MORNING, 0),
    "overdue_weekly": ("due_on", _forward(8), MORNING, 7),
    "waiting_2": ("submitted_at", _working(2), MORNING, 0),
    "waiting_5": ("submitted_at", _working(5), MORNING, 0),
    "waiting_10": ("submitted_at", _working(10), MORNING, 0),
    "monthly": ("entered_at", _forward(30), MORNING, 30),
}


@dataclass(frozen=True)
class Picture:
    """All that a database holds, as rows by name of table."""

    tables: dict[str, list[dict[str, Any]]]

    def instance(self, number: int) -> dict[str, Any]:
        """An instance by row id."""
        return next(row for row in self.tables["instance"] if row["id"] == number)

    def of(self, table: str, number: int) -> list[dict[str, Any]]:
        """An instance's rows of a table."""
        return [row for row in self.tables[table] if row["instance_id"] == number]


def read(path: Path) -> Picture:
    """Everything, in the order in which it was written."""
    connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True)
    connection.row_factory = sqlite3.Row
    names = ("instance", "history", "payload", "ladder", "message", "trial_letter")
    tables = {name: [dict(row) for row in connection.execute(f"SELECT * FROM {name} ORDER BY rowid")] for name in names}
    connection.close()
    return Picture(tables)


def check(picture: Picture) -> None:
    """What must hold at any moment, whatever happened and whatever was broken off.

    Raises:
        AssertionError: it does not.
    """
    for row in picture.tables["instance"]:
        _check_history(row, picture.of("history", row["id"]), picture.of("payload", row["id"]))
        _check_ladders(row, picture.of("ladder", row["id"]))
        _check_messages(row, picture.of("message", row["id"]))
    letters = [row["dedup_key"] for row in picture.tables["trial_letter"]]
    done = [row["dedup_key"] for row in picture.tables["message"] if row["done_at"]]
    assert sorted(letters) == sorted(done), "a letter for each message that was handled, and no other"


def _check_history(instance: dict[str, Any], entries: list[dict[str, Any]], payloads: list[dict[str, Any]]) -> None:
    entries = sorted(entries, key=lambda row: row["revision"])
    sealed = {row["revision"]: row for row in payloads}
    assert [row["revision"] for row in entries] == list(range(1, instance["revision"] + 1)), "one entry a revision"
    assert set(sealed) == set(range(1, instance["revision"] + 1)), "one payload a revision"
    state, due_on, previous = "", None, bytes(32)
    for row in entries:
        _check_bytes(instance, row, previous)
        payload = sealed[row["revision"]]
        assert sha256(payload["salt"] + payload["body"]).digest() == row["payload_digest"], "payload"
        assert row["from_state"] == state, "each step begins where the last one ended"
        if row["revision"] > 1:
            ways = WAYS[row["event"], state]
            assert row["to_state"] in {state if way == STAYS else way for way in ways}, "a step that the workflow knows"
        state, previous = row["to_state"], row["digest"]
        due_on = json.loads(payload["body"]).get("dates", {}).get("due_on", [None, due_on])[1]
    assert (state, due_on) == (instance["state"], instance["due_on"]), "history folded is what stands in the row"


def _check_bytes(instance: dict[str, Any], row: dict[str, Any], previous: bytes) -> None:
    assert row["previous_digest"] == previous, "the chain"
    assert row["digest"] == sha256(row["body"]).digest(), "the digest of the bytes"
    told = json.loads(row["body"])
    names = {"revision": "revision", "at": "at", "event": "event", "from": "from_state", "to": "to_state"}
    assert {name: row[column] for name, column in names.items()} == {name: told[name] for name in names}, "the columns"
    assert (told["instance"], told["actor"]) == (instance["public_id"], row["actor"]), "whose entry it is"


def _check_ladders(instance: dict[str, Any], ladders: list[dict[str, Any]]) -> None:
    armed = {row["name"] for row in ladders}
    state = instance["state"]
    assert all(state in LADDERS[name] for name in armed), f"{state} wants none of {armed}"
    wanted = {
        "beginning": state == "planned" and instance["starts_on"],
        "evidence": state in WORKED_ON and instance["due_on"],
        "date_wanted": state == "awaiting_date",
    }
    missing = {name for name, is_wanted in wanted.items() if is_wanted} - armed
    assert not missing, f"{state} lacks {missing}"
    assert all(row["failures"] == 0 for row in ladders), "nothing failed"
    for row in ladders:
        due_at = datetime.fromisoformat(row["due_at"])
        assert _is_due_at(row["rung"], instance, due_at), f"{row['rung']} is not due at {due_at}"


def _is_due_at(rung: str, instance: dict[str, Any], due_at: datetime) -> bool:
    anchor, count, at, repeats = RUNGS[rung]
    local = due_at.astimezone(MOSCOW)
    # A repetition: go back to the week that it belongs to, whatever day off it was rolled over.
    begin = _day(instance[anchor])
    rounds = range(400) if repeats else range(1)
    return local.time() == at and any(count(begin + timedelta(days=repeats * each)) == local.date() for each in rounds)


def _day(anchor: str) -> date:
    return datetime.fromisoformat(anchor).astimezone(MOSCOW).date() if "T" in anchor else date.fromisoformat(anchor)


def _check_messages(instance: dict[str, Any], messages: list[dict[str, Any]]) -> None:
    steps = [row["revision"] for row in messages if not row["detail"]]
    assert sorted(steps) == list(range(1, instance["revision"] + 1)), "one message a step"
    assert len({row["dedup_key"] for row in messages}) == len(messages), "no message twice"


def reminders(picture: Picture) -> dict[int, list[tuple[int, str, str]]]:
    """Of each instance its reminders: id, ladder, and the instant that the rung was armed for."""
    found = defaultdict(list)
    for row in picture.tables["message"]:
        if row["detail"]:
            found[row["instance_id"]].append((row["id"], row["topic"], row["dedup_key"].split(":", 3)[3]))
    return found
