"""Taking a person's name out of every text in the database, whichever room's table it stands in.

It goes by the schema: free text is what has the type `Text`, or is wide enough for an address; enumerations and ids are
short. A table that is added later is so covered without a word here. Payloads of history are erased whole, since their
digest binds every letter; manifests keep the digest of what was once submitted.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, RowMapping, String, Table, Text, and_, delete, select, tuple_, update

from activities.manifest import Manifest, ManifestError
from activities.personal_traces import Traces
from activities.tables import submission
from engine.tables import definition, history, instance, log_checkpoint, log_head, log_leaf, log_tile, payload

PAGE = 500
WIDE = 200
"""Characters; what is shorter is an enumeration or an id."""
PROOF = frozenset({history, payload, instance, definition, log_checkpoint, log_head, log_leaf, log_tile})
"""Tables that hold ids, digests and enumerations only, and payload, which is erased and not rewritten."""

Record = Row[*tuple[Any, ...]]


@dataclass(slots=True)
class Redaction:
    """What was done.

    Attributes:
        changed: name of the table → rows.
        unsure: rows where the family name stands, as `table.column, row`; a person must look at them.
    """

    changed: Counter[str] = field(default_factory=Counter)
    unsure: list[str] = field(default_factory=list)


def redact_tables(connection: Connection, tables: Iterable[Table], traces: Traces) -> Redaction:
    """Take the person out of every free text of these tables, within the caller's transaction."""
    done = Redaction()
    for table in tables:
        texts = [column for column in table.columns if _is_free_text(column)]
        if table in PROOF or not texts:
            continue
        for row in _iter_rows(connection, table, texts):
            _redact_row(connection, table, row, traces, done)
    return done


def _is_free_text(column: Column[Any]) -> bool:
    if isinstance(column.type, Text):
        return True
    return isinstance(column.type, String) and (column.type.length or 0) >= WIDE


def _iter_rows(connection: Connection, table: Table, texts: list[Column[Any]]) -> Iterator[RowMapping]:
    """All rows by their key, a page at a time, so that memory stays flat."""
    keys = list(table.primary_key.columns)
    page = select(*keys, *(column for column in texts if column not in keys)).order_by(*keys).limit(PAGE)
    last: tuple[Any, ...] | None = None
    while True:
        rows = connection.execute(page if last is None else page.where(tuple_(*keys) > last)).mappings().all()
        yield from rows
        if len(rows) < PAGE:
            return
        last = tuple(rows[-1][column] for column in keys)


def _redact_row(connection: Connection, table: Table, row: RowMapping, traces: Traces, done: Redaction) -> None:
    values = {name: text for name, text in row.items() if isinstance(text, str)}
    fresh = {name: _redacted(table, name, text, traces) for name, text in values.items()}
    changed = {name: text for name, text in fresh.items() if text != values[name]}
    if changed:
        _write(connection, table, row, changed)
        done.changed[table.name] += 1
    for name, text in fresh.items():
        if traces.may_name_the_person(text):
            key = ", ".join(str(row[column.name]) for column in table.primary_key)
            done.unsure.append(f"{table.name}.{name}, {key}")


def _redacted(table: Table, name: str, text: str, traces: Traces) -> str:
    if table is submission and name == "manifest":
        return _redacted_manifest(text, traces)
    if text[:1] in {"{", "["}:
        return _redacted_json(text, traces)
    return traces.redact(text)


def _redacted_json(text: str, traces: Traces) -> str:
    """Value by value: in the text itself a letter may be written as an escape."""
    try:
        plain = json.loads(text)
    except ValueError:
        return traces.redact(text)
    fresh = _redacted_value(plain, traces)
    return text if fresh == plain else json.dumps(fresh, ensure_ascii=False)


def _redacted_value(value: Any, traces: Traces) -> Any:
    if isinstance(value, str):
        return traces.redact(value)
    if isinstance(value, list):
        return [_redacted_value(each, traces) for each in value]
    if isinstance(value, dict):
        return {traces.redact(key): _redacted_value(each, traces) for key, each in value.items()}
    return value


def _redacted_manifest(text: str, traces: Traces) -> str:
    """A manifest that can still be read: its files and links are sorted anew, its canonical form is kept."""
    try:
        manifest = Manifest.from_json(text.encode())
    except ManifestError:
        return _redacted_json(text, traces)
    fresh = replace(
        manifest,
        files=tuple(replace(each, name=traces.redact(each.name)) for each in manifest.files),
        links=tuple(traces.redact(each) for each in manifest.links),
        note=traces.redact(manifest.note),
        document_place=traces.redact(manifest.document_place),
        numbers={traces.redact(name): count for name, count in manifest.numbers.items()},
    )
    return fresh.to_bytes().decode()


def _write(connection: Connection, table: Table, row: RowMapping, changed: Mapping[str, str]) -> None:
    keys = table.primary_key.columns
    here = and_(*(column == row[column.name] for column in keys))
    moved = {name: text for name, text in changed.items() if name in keys}
    if moved:
        there = and_(*(column == moved.get(column.name, row[column.name]) for column in keys))
        if connection.execute(select(*keys).where(there)).first():
            # Two spellings of one name have become the same.
            connection.execute(delete(table).where(here))
            return
    connection.execute(update(table).where(here).values(changed))


def erase_payloads(connection: Connection, traces: Traces, short_id: str, now: datetime) -> int:
    """Erase each payload that names the person, salt included; how many.

    One names the person by its words, or by an account of the operating system that nobody else has acted under.
    """
    accounts = _own_accounts(connection, short_id)
    erased = 0
    for row in _iter_payloads(connection):
        is_own = short_id in {row.actor, row.on_behalf_of} and _account(row.body) in accounts
        if is_own or any(map(traces.name_the_person, _texts(json.loads(row.body)))):
            here = (payload.c.instance_id == row.instance_id) & (payload.c.revision == row.revision)
            connection.execute(update(payload).where(here).values(body=None, salt=None, erased_at=now))
            erased += 1
    return erased


def _iter_payloads(connection: Connection) -> Iterator[Record]:
    page = (
        select(history.c.id, history.c.instance_id, history.c.revision, history.c.actor, history.c.on_behalf_of)
        .add_columns(payload.c.body)
        .join(payload, (payload.c.instance_id == history.c.instance_id) & (payload.c.revision == history.c.revision))
        .where(payload.c.body.is_not(None))
        .order_by(history.c.id)
        .limit(PAGE)
    )
    last = 0
    while rows := connection.execute(page.where(history.c.id > last)).all():
        yield from rows
        last = rows[-1].id


def _own_accounts(connection: Connection, short_id: str) -> set[str]:
    """Accounts of the operating system under which only this person has acted; a shared one names nobody."""
    own: set[str] = set()
    shared: set[str] = set()
    for row in _iter_payloads(connection):
        account = _account(row.body)
        if account is not None:
            (own if row.actor == short_id else shared).add(account)
    return own - shared


def _account(body: bytes) -> str | None:
    found = json.loads(body).get("os_user")
    return found if isinstance(found, str) else None


def _texts(value: Any) -> Iterator[str]:
    """Every text in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for name, each in value.items():
            yield name
            yield from _texts(each)
