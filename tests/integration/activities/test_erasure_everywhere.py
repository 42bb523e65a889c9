"""A name planted in every column that can hold one is found in none of them after its person was erased."""

import json
import re
import sqlite3
from contextlib import closing

import pytest
from sqlalchemy import Column, Integer, LargeBinary, String, Text

from activities.acting import Actor
from activities.erasure import erase_person
from activities.roles import Role
from engine.tables import metadata

NAME = "Канарейкина Зоя Львовна"
FORMS = ("Канарейкиной Зое Львовне", "Отчёт_Канарейкиной_З_Л.pdf", "З. Л. Канарейкина", "{email}", "<{email}>: unknown")
STEM = "канарейкин"

# Columns wide enough for a name that hold none, and why. Whatever is not listed here is planted.
NAMELESS = {
    "ids and names of the program's own": {
        *("definition.name", "definition.body", "instance.calendar_key", "instance.state", "setting.key"),
        *("ladder.name", "ladder.rung", "message.topic", "message.detail", "message.dedup_key", "notice.dedup_key"),
        *("notice.kind", "finding.code", "occurrence.key", "activity.workflow", "plan.workflow", "letter.cause_key"),
        *("letter.message_id", "letter.references_id", "history.event", "history.from_state", "history.to_state"),
        *("grant.actions", "occurrence.rrule", "pending_step.rrule", "plan.slug", "feed.etag"),
    },
    "short ids of people": {
        *("absence.recorded_by", "arrival.settled_by", "erasure.erased_by", "evidence.added_by", "history.actor"),
        *(
            "history.on_behalf_of",
            "pending_step.settled_by",
            "plan.imported_by",
            "plan.workflow_chosen_by",
            "plan.closed_by",
        ),
        *(
            "plan_amendment.applied_by",
            "reading_rule.made_by",
            "removal_act.made_by",
            "review_answer.answered_by",
            "row_relation.confirmed_by",
        ),
        *("submission.provided_by", "submission.submitted_by"),
    },
    "numbers, schedules and types that the program has read": {
        *("activity.number", "section.number", "activity.schedule", "arrived_file.media_type", "evidence.media_type"),
        *("plan.columns", "blob_scan.threat"),
    },
    "of the log, which is signed": {"log_checkpoint.note"},
    "addresses of machines, forgotten after minutes": {"throttle.address"},
    "what the act itself says": {"erasure.changed", "erasure.unsure"},
}
WIDE = 37  # wider than a UUID


def is_planted(column: Column) -> bool:
    """Whether a column may hold a name."""
    is_wide = isinstance(column.type, Text) or (isinstance(column.type, String) and (column.type.length or 0) >= WIDE)
    return is_wide and f"{column.table.name}.{column.name}" not in set().union(*NAMELESS.values())


def planted(column: Column, number: int, email: str) -> str:
    """Something that names her, another form in each row; now and then as JSON, in which letters are escaped."""
    said = FORMS[number % len(FORMS)].format(email=email)
    text = json.dumps({"said": [said, number]}) if number % 2 == 0 else f"сказала {said}, {number}"
    return text[: column.type.length] if column.type.length else text


def filler(column: Column, number: int) -> object:
    """A value that the column takes, where nothing else is said."""
    if isinstance(column.type, LargeBinary):
        return number.to_bytes(32, "big")
    if isinstance(column.type, String):
        return f"x{number}"[: column.type.length]
    if isinstance(column.type, Integer):
        return number
    return {"DATE": f"2026-03-{number % 28 + 1:02}", "BOOLEAN": 0}.get(str(column.type), "2026-03-02T06:00:00.000000Z")


def plant(raw: sqlite3.Connection, email: str) -> list[str]:
    """Add rows to every table that has room for a name, and fill the rows that are there; which columns."""
    done = []
    for table in metadata.sorted_tables:
        columns = [column for column in table.columns if is_planted(column)]
        if not columns:
            continue
        for number in range(900_000, 900_000 + 2 * len(FORMS)):
            row = {column.name: filler(column, number) for column in table.columns}
            row |= {column.name: planted(column, number, email) for column in columns}
            marks = ", ".join("?" for _ in row)
            raw.execute(f'INSERT INTO "{table.name}" VALUES ({marks})', list(row.values()))
        for column in columns:
            if table.name != "person":
                fresh = planted(column, 900_001, email)
                raw.execute(f'UPDATE "{table.name}" SET "{column.name}" = ? || rowid WHERE rowid < 900000', [fresh])
            done.append(f"{table.name}.{column.name}")
    return done


def found(raw: sqlite3.Connection, email: str) -> set[str]:
    """The columns in which she is named."""
    named = set()
    for table in metadata.sorted_tables:
        cursor = raw.execute(f'SELECT * FROM "{table.name}"')
        names = [each[0] for each in cursor.description]
        for row in cursor:
            named |= {f"{table.name}.{name}" for name, value in zip(names, row, strict=True) if names_her(value, email)}
    return named


def names_her(value: object, email: str) -> bool:
    """Whether a value of a column holds her name or address, plain or as JSON."""
    told = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    plain = re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), told)
    return STEM in plain.lower() or email in told


@pytest.fixture
def planted_house(house):
    """The house with her in it, everywhere."""
    admin = house.person("Жуков Пётр Данилович", Role.ADMINISTRATOR)
    zoya = house.person(NAME)
    with closing(sqlite3.connect(house.application.settings.data_dir.parent / "opora.db")) as raw:
        columns = plant(raw, zoya.email)
        raw.commit()
    return house, admin, zoya, columns


def test_she_is_found_nowhere(planted_house):
    """In every column that has room for her, and she is in none of them afterwards; the list of the rest holds."""
    house, admin, zoya, columns = planted_house
    path = house.application.settings.data_dir.parent / "opora.db"
    with closing(sqlite3.connect(path)) as raw:
        assert found(raw, zoya.email) >= set(columns)
        assert len(columns) >= 50
    erase_person(house.office, Actor(admin, "cli"), zoya, "заявление Канарейкиной З. Л.", metadata.sorted_tables)
    with closing(sqlite3.connect(path)) as raw:
        assert found(raw, zoya.email) == set()


def test_what_is_left_out_is_there():
    """No column is excused that is not in the schema any more."""
    there = {f"{table.name}.{column.name}" for table in metadata.sorted_tables for column in table.columns}
    assert set().union(*NAMELESS.values()) <= there
