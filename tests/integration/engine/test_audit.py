"""Whatever somebody alters in the database behind the program's back is found, and the first bad entry is named."""

import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import psycopg
import pytest

from engine.audit import AuditReport, list_entries, verify_history
from engine.canonical import sha256
from engine.tables import history
from tests.fixtures.engine import ERRAND, Rig

DUE = date(2026, 5, 20)
LAST = 4


@pytest.fixture
def story(rig: Rig) -> Rig:
    """Three errands, each started, moved and handed in: four entries each."""
    for started in rig.start(many=3, due_on=DUE):
        rig.clock.advance(timedelta(minutes=1))
        rig.fire(started.id, "start", payload={"reason": "time"}, on_behalf_of="p-x", subject_digest=bytes(32))
        rig.fire(started.id, "move", "boss", anchors={"due_on": date(2026, 6, 1)})
        rig.fire(started.id, "hand_in", values={"note": "x"})
    return rig


def tamper(rig: Rig, *statements: str) -> AuditReport:
    """Change rows as somebody who can edit the file would, then look."""
    url = rig.store.engine.url
    rig.close()
    if url.get_backend_name() == "sqlite":
        raw: Any = sqlite3.connect(str(url.database), isolation_level=None)
        unlock = [f"DROP TRIGGER IF EXISTS history_no_{each}" for each in ("update", "delete", "replace")]
    else:
        raw = psycopg.connect(host=url.host, port=url.port, user=url.username, dbname=url.database, autocommit=True)
        unlock = ["SET session_replication_role = replica"]  # no trigger fires, no foreign key is looked at
    for statement in (*unlock, *statements):
        raw.execute(statement)
    raw.close()
    return verify_history(rig.store)


def public_id(rig: Rig, number: int) -> str:
    """What an errand is called in findings."""
    return str(rig.instance(number).public_id)


def first(rig: Rig, report: AuditReport) -> tuple[int, int]:
    """The instance's number and the revision of the first finding."""
    finding = report.findings[0]
    number = next(number for number in (1, 2, 3) if public_id(rig, number) == finding.instance)
    return number, finding.revision


def test_what_was_written_is_clean(story: Rig) -> None:
    """Untouched, nothing is found and everything was read, whatever the page."""
    for page in (1, 2, 3, 200):
        assert verify_history(story.store, page) == AuditReport(entries=12, instances=3, findings=())


def test_an_empty_database_is_clean(rig: Rig) -> None:
    """Nothing to read is nothing wrong."""
    assert verify_history(rig.store) == AuditReport(0, 0, ())


COLUMNS = {
    "at": "'2026-01-01T00:00:00.000000Z'",
    "event": "'touch'",
    "from_state": "'doing'",
    "to_state": "'done'",
    "actor": "'p-else'",
    "on_behalf_of": "'p-else'",
    "channel": "'web'",
    "subject_digest": "X'01'",
    "payload_digest": "X'01'",
    "previous_digest": "X'01'",
    "digest": "X'01'",
    "body": "X'01'",
    "revision": "77",
    "instance_id": "4",
}


def test_every_column_of_an_entry_is_tried() -> None:
    """Whoever adds one has to say how an edit of it is found; of `id` only the log can know (`test_log_audit`)."""
    assert {*COLUMNS, "id"} == set(history.c.keys())


@pytest.mark.parametrize("column", COLUMNS)
def test_an_edit_of_any_column_is_found(story: Rig, column: str) -> None:
    """The entry is named; entries before it are not accused."""
    story.start_one()  # has no second entry, so that one can be given to it
    value = COLUMNS[column].replace("X'01'", "decode('01', 'hex')" if "postgres" in story.url else "X'01'")
    report = tamper(story, f"UPDATE history SET {column} = {value} WHERE instance_id = 2 AND revision = 2")
    assert first(story, report) == (2, 2)
    others = {public_id(story, 4)} if column == "instance_id" else set()
    assert {finding.instance for finding in report.findings} == {public_id(story, 2), *others}


def test_an_edit_of_a_nullable_column_to_null_is_found(story: Rig) -> None:
    """Taking away for whom it was done is an edit too."""
    report = tamper(story, "UPDATE history SET on_behalf_of = NULL WHERE instance_id = 1 AND revision = 2")
    assert (first(story, report), report.findings[0].code) == ((1, 2), "body")


def _bytes(rig: Rig, value: bytes) -> str:
    """A literal."""
    return f"decode('{value.hex()}', 'hex')" if "postgres" in rig.url else f"X'{value.hex()}'"


def test_columns_and_bytes_edited_alike_are_found(rig: Rig) -> None:
    """Who also mends bytes and digest of an entry breaks the chain at the next one."""
    started = rig.start_one()
    rig.fire(started.id, "start")
    rig.fire(started.id, "touch")
    body = rig.rows(history, revision=2)[0].body.replace(b"p-worker", b"p-else")
    report = tamper(rig, f"UPDATE history SET actor = 'p-else', body = {_bytes(rig, body)} WHERE revision = 2")
    assert [(each.revision, each.code) for each in report.findings] == [(2, "digest")]
    report = tamper(rig, f"UPDATE history SET digest = {_bytes(rig, sha256(body))} WHERE revision = 2")
    assert [(each.revision, each.code) for each in report.findings] == [(3, "chain")]


def test_a_deleted_entry_is_found(story: Rig) -> None:
    """The missing revision is named."""
    report = tamper(story, "DELETE FROM history WHERE instance_id = 2 AND revision = 2")
    assert (first(story, report), report.findings[0].code) == ((2, 2), "revision")


def test_a_deleted_first_entry_is_found(story: Rig) -> None:
    """Also the very first."""
    report = tamper(story, "DELETE FROM history WHERE instance_id = 3 AND revision = 1")
    assert (first(story, report), report.findings[0].code) == ((3, 1), "revision")


def test_a_cut_tail_is_found(story: Rig) -> None:
    """The chain that is left is whole, but the instance stands further on."""
    report = tamper(story, f"DELETE FROM history WHERE instance_id = 3 AND revision >= {LAST}")
    assert first(story, report) == (3, LAST)


def test_a_history_deleted_whole_is_found(story: Rig) -> None:
    """An instance without any entry."""
    report = tamper(story, "DELETE FROM history WHERE instance_id = 1")
    assert first(story, report) == (1, 1)


def test_a_history_emptied_altogether_is_found(story: Rig) -> None:
    """Each instance lacks its first entry, in their order."""
    report = tamper(story, "TRUNCATE history" if "postgres" in story.url else "DELETE FROM history")
    assert (report.entries, first(story, report)) == (0, (1, 1))
    assert {finding.instance for finding in report.findings} == {public_id(story, number) for number in (1, 2, 3)}


def _copy(revision: int, into: int, new_revision: int) -> str:
    columns = "at, event, from_state, to_state, actor, on_behalf_of, channel, subject_digest, payload_digest,"
    columns += " previous_digest"
    return (
        f"INSERT INTO history (id, instance_id, revision, {columns}, digest, body)"
        f" SELECT 99, {into}, {new_revision}, {columns}, payload_digest, body FROM history"
        f" WHERE instance_id = 1 AND revision = {revision}"
    )


def test_an_inserted_entry_is_found(story: Rig) -> None:
    """Added behind the last one."""
    report = tamper(story, _copy(3, into=2, new_revision=LAST + 1))
    assert first(story, report) == (2, LAST + 1)


def test_an_inserted_entry_in_between_is_found(story: Rig) -> None:
    """Put between two, the others moved up."""
    report = tamper(
        story,
        "UPDATE history SET revision = revision + 100 WHERE instance_id = 2 AND revision > 1",
        "UPDATE history SET revision = revision - 99 WHERE instance_id = 2 AND revision > 100",
        _copy(2, into=2, new_revision=2),
    )
    assert first(story, report) == (2, 2)


def test_reordered_entries_are_found(story: Rig) -> None:
    """Two revisions exchanged."""
    report = tamper(
        story,
        "UPDATE history SET revision = 99 WHERE instance_id = 2 AND revision = 2",
        "UPDATE history SET revision = 2 WHERE instance_id = 2 AND revision = 3",
        "UPDATE history SET revision = 3 WHERE instance_id = 2 AND revision = 99",
    )
    assert first(story, report) == (2, 2)


def test_entries_swapped_between_instances_are_found(story: Rig) -> None:
    """Each bears the name of the other."""
    report = tamper(
        story,
        "UPDATE history SET instance_id = 1, revision = 99 WHERE instance_id = 2 AND revision = 3",
        "UPDATE history SET instance_id = 2 WHERE instance_id = 1 AND revision = 3",
        "UPDATE history SET revision = 3 WHERE instance_id = 1 AND revision = 99",
    )
    assert first(story, report) == (1, 3)
    assert {finding.instance for finding in report.findings} == {public_id(story, 1), public_id(story, 2)}


@pytest.mark.parametrize(
    "change",
    [
        "state = 'done'",
        "revision = 3",
        "revision = 5",
        "due_on = '2026-07-01'",
        "due_on = NULL",
        "starts_on = '2026-07-01'",
        "submitted_at = '2026-01-01T00:00:00.000000Z'",
        "submitted_at = NULL",
        "submitted_at = created_at",
        "entered_at = '2026-01-01T00:00:00.000000Z'",
        "public_id = 'somebody-else'",
    ],
)
def test_an_instance_that_is_not_what_its_history_says_is_found(story: Rig, change: str) -> None:
    """State, revision, dates and name of the row are held against the history."""
    report = tamper(story, f"UPDATE instance SET {change} WHERE id = 2")
    assert report.findings
    assert {finding.instance for finding in report.findings} == {public_id(story, 2)}


def test_another_workflow_put_under_an_instance_is_found(story: Rig) -> None:
    """The first entry says by which definition it was started."""
    other = story.start(replace(ERRAND, name="other"))[0]
    report = tamper(story, f"UPDATE instance SET definition_id = {other.definition_id} WHERE id = 2")
    assert [(each.revision, each.code) for each in report.findings] == [(1, "definition")]
    assert first(story, report) == (2, 1)


def test_an_altered_workflow_is_found(story: Rig) -> None:
    """A definition whose text is not the one its digest names, and everything started with it."""
    report = tamper(story, "UPDATE definition SET body = replace(body, 'touch', 'tough')")
    assert (report.findings[0].instance, report.findings[0].code) == ("errand", "definition")
    assert {finding.code for finding in report.findings} == {"definition"}


def test_a_destroyed_workflow_is_found(story: Rig) -> None:
    """A body that is no definition is said so, and the rest is read all the same."""
    report = tamper(story, "UPDATE definition SET body = '{}'")
    assert [each.message for each in report.findings[:2]] == [
        "the stored workflow is not the one its digest names",
        "the stored workflow cannot be read",
    ]
    assert report.entries == 12


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE payload SET body = NULL WHERE instance_id = 2 AND revision = 2",
        "UPDATE payload SET salt = NULL WHERE instance_id = 2 AND revision = 2",
        "DELETE FROM payload WHERE instance_id = 2 AND revision = 2",
        "UPDATE payload SET erased_at = created_at FROM instance WHERE instance_id = 2 AND payload.revision = 2",
        "UPDATE payload SET body = salt WHERE instance_id = 2 AND revision = 2",
    ],
)
def test_a_payload_that_is_not_the_one_recorded_is_found(story: Rig, change: str) -> None:
    """Altered, gone without a mark, or marked and not gone."""
    report = tamper(story, change)
    assert (first(story, report), report.findings[0].code) == ((2, 2), "payload")


def test_a_payload_of_no_entry_is_found(story: Rig) -> None:
    """One row too many."""
    report = tamper(
        story,
        "INSERT INTO payload SELECT 2, 9, salt, body, erased_at FROM payload WHERE revision = 1 AND instance_id = 2",
    )
    assert (first(story, report), report.findings[0].code) == ((2, 9), "payload")


def test_an_erased_payload_is_clean(story: Rig) -> None:
    """Erasing reason and salt, with a mark, leaves the chain valid."""
    report = tamper(
        story,
        "UPDATE payload SET salt = NULL, body = NULL, erased_at = (SELECT min(at) FROM history) WHERE instance_id = 2",
    )
    assert report.findings == ()


def test_an_event_that_the_workflow_does_not_know_is_found(story: Rig) -> None:
    """Even where bytes and digests were made anew, a step that nobody could take shows."""
    report = tamper(story, "UPDATE history SET event = 'fly' WHERE instance_id = 2 AND revision = 2")
    assert "event" in {finding.code for finding in report.findings}


def test_entries_without_their_instance_are_found(rig: Rig) -> None:
    """An instance taken out leaves its entries behind."""
    rig.start(many=2)
    report = tamper(rig, "DELETE FROM instance WHERE id = 1")
    assert [(each.instance, each.revision, each.code) for each in report.findings] == [("#1", 1, "orphan")]


@pytest.mark.parametrize("change", ["at = 'noon'", "revision = 'two'", "digest = 7", "body = 'text'", "actor = 5"])
def test_a_value_of_another_kind_is_a_finding_and_no_crash(lite: Rig, change: str) -> None:
    """SQLite stores anything anywhere; only that instance is left unread, whatever the page."""
    lite.start(many=3)
    report = tamper(lite, f"UPDATE history SET {change} WHERE instance_id = 2")
    assert {finding.instance for finding in report.findings} == {public_id(lite, 2)}
    assert report.instances == 3


def test_many_write_while_history_is_verified(rig: Rig, make_rig: Callable[..., Rig]) -> None:
    """Steps go on while pages are read: none fails, none waits for the whole, and nothing false is found."""
    started = rig.start(many=40)
    other = make_rig(rig.url)
    begun, stop, written = threading.Event(), threading.Event(), []

    def write() -> None:
        while not stop.is_set():
            for each in started:
                written.append(other.fire(each.id, "touch").instance.revision)
                begun.set()

    thread = threading.Thread(target=write)
    thread.start()
    begun.wait(30)
    reports = []
    while len(written) < 80 or len(reports) < 3:
        before = len(written)
        reports.append((verify_history(rig.store, page=5), len(written) - before))
    stop.set()
    thread.join(30)
    assert all(report.findings == () for report, _ in reports)
    assert max(meanwhile for _, meanwhile in reports) > 0


def test_entries_are_listed_with_what_was_said(story: Rig) -> None:
    """In order, with the payload, and without it once it is erased."""
    with story.store.read() as connection:
        entries = list_entries(connection, 2)
    assert [(each.entry.event, each.entry.revision) for each in entries] == [
        ("create", 1),
        ("start", 2),
        ("move", 3),
        ("hand_in", 4),
    ]
    assert entries[1].payload == {"reason": "time"}
    assert entries[2].payload == {"dates": {"due_on": ["2026-05-20", "2026-06-01"]}}
    assert {each.entry.instance for each in entries} == {public_id(story, 2)}
    tamper(story, "UPDATE payload SET salt = NULL, body = NULL WHERE instance_id = 2 AND revision = 2")
    with story.store.read() as connection:
        assert list_entries(connection, 2)[1].payload is None
