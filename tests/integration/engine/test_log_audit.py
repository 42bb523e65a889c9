"""Whatever is altered in the log or under it is found: a rewrite too, by whoever has kept an anchor."""

import sqlite3
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import psycopg
import pytest

from engine.audit import verify_history
from engine.checkpoints import TreeHead, read_anchor
from engine.log_audit import LogReport, NoKeyError, verify_log
from engine.tables import APPEND_ONLY, log_head, log_leaf
from engine.transparency import find_anchor, seal_history
from tests.fixtures.engine import Rig
from tests.fixtures.log import SIGNER, TestSigner

X = "X'01'"


@pytest.fixture
def sealed(rig: Rig) -> Rig:
    """Four errands of three entries each, sealed at 4, 8 and 12 leaves."""
    write(rig)
    return rig


def write(rig: Rig) -> list[TreeHead]:
    """The story of `sealed`; the anchors that went out."""
    heads = []
    started = rig.start(many=4)
    heads.append(seal(rig))
    for event in ("start", "touch"):
        for each in started:
            rig.clock.advance(timedelta(minutes=1))
            rig.fire(each.id, event)
        heads.append(seal(rig))
    return heads


def seal(rig: Rig) -> TreeHead:
    """Seal; the anchor of what is sealed."""
    seal_history(rig.store, SIGNER, page=3)
    return anchor(rig)


def anchor(rig: Rig) -> TreeHead:
    """The newest anchor, as somebody would have kept it."""
    with rig.store.read() as connection:
        return read_anchor(str(find_anchor(connection)))


def tamper(rig: Rig, *statements: str) -> None:
    """Change rows as somebody who can edit the file would."""
    url = rig.store.engine.url
    rig.close()
    names = [table.name for table in APPEND_ONLY]
    if url.get_backend_name() == "sqlite":
        raw: Any = sqlite3.connect(str(url.database), isolation_level=None)
        unlock = [f"DROP TRIGGER IF EXISTS {name}_no_{each}" for name in names for each in ("update", "delete")]
    else:
        raw = psycopg.connect(host=url.host, port=url.port, user=url.username, dbname=url.database, autocommit=True)
        unlock = [f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names]
        statements = tuple(each.replace(X, "decode('01', 'hex')") for each in statements)
    for statement in (*unlock, *statements):
        raw.execute(statement)
    raw.close()


def verify(rig: Rig, *anchors: TreeHead) -> LogReport:
    """Look, with the key that signed."""
    return verify_log(rig.store, [SIGNER], anchors)


def found(report: LogReport) -> list[tuple[str, int, str]]:
    """The findings without their words."""
    return [(each.instance, each.revision, each.code) for each in report.findings]


def public_id(number: int) -> str:
    """What an errand is called in findings."""
    return f"018f0000-0000-7000-8000-{number:012d}"


def test_what_was_sealed_is_clean(rig: Rig) -> None:
    """With all its anchors; what is not sealed yet is counted, not accused."""
    heads = write(rig)
    assert verify(rig, *heads) == LogReport(size=12, unsealed=0, checkpoints=3, proven=12, findings=())
    rig.start(many=2)
    assert verify(rig, *heads) == LogReport(size=12, unsealed=2, checkpoints=3, proven=12, findings=())


def test_nothing_sealed_is_clean(rig: Rig) -> None:
    """Before the first tick there is no log."""
    rig.start(many=2)
    assert verify(rig) == LogReport(0, 2, 0, 0, ())


@pytest.mark.parametrize("tiles", [1, 2, 8])
def test_a_log_of_many_tiles_is_clean_whatever_the_page(lite: Rig, tiles: int) -> None:
    """Checkpoints at, below and above the bounds of tiles and pages."""
    heads = []
    for many in (255, 1, 1, 511, 256, 3):
        lite.start(many=many)
        heads.append(seal(lite))
    report = verify_log(lite.store, [SIGNER], heads, tiles=tiles)
    assert report == LogReport(size=1027, unsealed=0, checkpoints=6, proven=1027, findings=())


@pytest.mark.parametrize(
    ("statement", "finding"),
    [
        (f"UPDATE history SET body = {X} WHERE id = 6", (public_id(2), 2, "sealed")),
        ("DELETE FROM history WHERE id = 6", ("leaf 5", 0, "log")),
        ("UPDATE history SET id = 99 WHERE id = 6", ("leaf 5", 0, "log")),
        ("DELETE FROM log_leaf WHERE position = 5", ("leaf 5", 0, "log")),
        ("UPDATE log_leaf SET history_id = 99 WHERE position = 5", ("leaf 5", 0, "log")),
        (f"UPDATE log_tile SET hashes = {X}", (public_id(1), 1, "log")),
        ("DELETE FROM log_tile", (public_id(1), 1, "log")),
        (f"UPDATE log_checkpoint SET root = {X} WHERE size = 8", ("leaf 7", 0, "signature")),
        ("UPDATE log_checkpoint SET note = replace(note, '8', '9') WHERE size = 8", ("leaf 7", 0, "signature")),
        ("UPDATE log_checkpoint SET note = 'x' WHERE size = 8", ("leaf 7", 0, "signature")),
        ("UPDATE log_checkpoint SET size = 7 WHERE size = 8", ("leaf 6", 0, "signature")),
        ("UPDATE log_head SET size = 11", ("leaf 11", 0, "log")),
        ("DELETE FROM log_leaf WHERE position = 11", ("leaf 11", 0, "log")),
    ],
)
def test_an_edit_of_the_log_or_under_it_is_found(sealed: Rig, statement: str, finding: tuple[str, int, str]) -> None:
    """The first finding names the place."""
    tamper(sealed, statement)
    assert found(verify(sealed))[0] == finding


def test_entries_exchanged_between_leaves_are_found(sealed: Rig) -> None:
    """Each is not what was sealed at its place."""
    tamper(
        sealed,
        "UPDATE log_leaf SET history_id = 99 WHERE position = 5",
        "UPDATE log_leaf SET history_id = 6 WHERE position = 6",
        "UPDATE log_leaf SET history_id = 7 WHERE position = 5",
    )
    assert found(verify(sealed)) == [(public_id(3), 2, "sealed"), (public_id(2), 2, "sealed")]


def test_an_entry_taken_out_of_the_log_is_found(sealed: Rig) -> None:
    """Also where the leaf was given to another one: the entry was never sealed though later ones were."""
    tamper(sealed, "UPDATE log_leaf SET history_id = 99 WHERE position = 5", "UPDATE log_head SET settled_id = 12")
    assert (public_id(2), 2, "log") in found(verify(sealed))


def test_an_instance_replaced_with_all_its_history_is_found(sealed: Rig) -> None:
    """Its chain is whole and its state fits; only the log knows that it was another one."""
    started = sealed.start_one()
    sealed.fire(started.id, "start")
    sealed.fire(started.id, "touch")
    tamper(
        sealed,
        "DELETE FROM history WHERE instance_id = 2",
        "DELETE FROM payload WHERE instance_id = 2",
        "UPDATE payload SET instance_id = 2 WHERE instance_id = 5",
        *(f"UPDATE history SET instance_id = 2, id = {2 + 4 * n} WHERE instance_id = 5 AND revision = {n + 1}"
          for n in range(3)),
        "DELETE FROM message WHERE instance_id = 5",
        "DELETE FROM instance WHERE id = 5",
        f"UPDATE instance SET public_id = '{started.public_id}',"
        " entered_at = (SELECT at FROM history WHERE instance_id = 2 AND revision = 2) WHERE id = 2",
    )  # fmt: skip
    assert verify_history(sealed.store).findings == ()
    assert found(verify(sealed))[0] == (started.public_id, 1, "sealed")


FORGET = ("DELETE FROM log_leaf", "DELETE FROM log_tile", "DELETE FROM log_checkpoint", "DELETE FROM log_head")


def test_a_history_written_anew_is_found_by_an_anchor_only(rig: Rig) -> None:
    """Whoever holds database and key can make everything fit, but not what has left the house."""
    heads = write(rig)
    later = replace(heads[2], size=12)
    tamper(rig, *FORGET, *(f"DELETE FROM {each}" for each in ("ladder", "message", "payload", "history", "instance")))
    rig.clock.advance(timedelta(days=1))
    write(rig)
    assert verify_history(rig.store).findings == ()
    assert verify(rig).findings == ()
    report = verify(rig, later)
    assert [each.code for each in report.findings] == ["anchor"]


def test_an_anchor_says_from_where_on_history_was_rewritten(rig: Rig) -> None:
    """The first entry after the last anchor that still fits is named."""
    heads = write(rig)
    body = "CAST('{}' AS BLOB)" if "sqlite" in rig.url else "'{}'"
    tamper(rig, *FORGET, f"UPDATE history SET body = {body} WHERE id = 10")
    seal(rig)
    assert verify(rig).findings == ()
    assert found(verify(rig, *heads)) == [(public_id(1), 3, "anchor")]
    assert found(verify(rig, heads[0], heads[2])) == [(public_id(1), 2, "anchor")]
    assert found(verify(rig, heads[2])) == [(public_id(1), 1, "anchor")]


def test_a_cut_tail_is_found_by_an_anchor_only(rig: Rig) -> None:
    """Everything after eight entries gone, the log with it: whole, but shorter than it once was."""
    heads = write(rig)
    tamper(
        rig,
        "DELETE FROM history WHERE revision = 3",
        "DELETE FROM payload WHERE revision = 3",
        "UPDATE instance SET revision = 2",
        *FORGET,
    )
    seal(rig)
    assert verify_history(rig.store).findings == ()
    assert verify(rig, *heads[:2]).findings == ()
    assert found(verify(rig, *heads)) == [("leaf 8", 0, "anchor")]


def test_a_cut_log_is_found_by_its_checkpoints(sealed: Rig) -> None:
    """Where they were left."""
    tamper(sealed, "DELETE FROM log_leaf WHERE position >= 8", "UPDATE log_head SET size = 8, settled_id = 8")
    assert found(verify(sealed)) == [("leaf 8", 0, "checkpoint")]


def test_without_a_key_there_is_nothing_to_believe(sealed: Rig) -> None:
    """Nobody's signature counts: that is said, and no crash."""
    with pytest.raises(NoKeyError, match="opora audit key"):
        verify_log(sealed.store, [])


def test_a_head_that_is_said_to_reach_far_beyond_the_leaves_is_found_at_once(sealed: Rig) -> None:
    """The audit reads what is there, however long the log is said to be, and however far it is said to be sealed."""
    size = sealed.rows(log_head)[0].size
    tamper(sealed, f"UPDATE log_head SET size = {1 << 30}")
    assert found(verify(sealed)) == [(f"leaf {size}", 0, "log")]
    tamper(sealed, f"UPDATE log_head SET size = {size}, settled_id = {1 << 30}")
    assert found(verify(sealed)) == [("leaf 0", 0, "log")]


def test_an_anchor_of_another_log_is_told_apart(sealed: Rig) -> None:
    """It says nothing about this one."""
    assert found(verify(sealed, replace(anchor(sealed), origin="other"))) == [("leaf 0", 0, "anchor")]


def test_checkpoints_of_a_key_that_was_lost_are_good_if_it_is_named(sealed: Rig) -> None:
    """A log goes on under a new key; the old one's public half still verifies what it signed."""
    new = TestSigner("opora.test/new", bytes(32))
    sealed.start_one()
    seal_history(sealed.store, new)
    assert verify_log(sealed.store, [new, SIGNER]).findings == ()
    assert [each.code for each in verify_log(sealed.store, [new]).findings] == ["signature"] * 3


def test_stored_hashes_above_the_leaves_are_held_too(lite: Rig) -> None:
    """Who proves an entry relies on them."""
    lite.start(many=600)
    seal(lite)
    tamper(lite, f"UPDATE log_tile SET hashes = {X} WHERE level = 1")
    assert found(verify(lite)) == [("leaf 0", 0, "log")]


@pytest.mark.parametrize(
    "change",
    [
        "log_tile SET hashes = 'text'",
        "log_checkpoint SET note = 7",
        "log_checkpoint SET root = 'text'",
        "log_leaf SET history_id = 'x' WHERE position = 3",
        "history SET body = 'text' WHERE id = 3",
    ],
)
def test_a_value_of_another_kind_is_a_finding_and_no_crash(lite: Rig, change: str) -> None:
    """SQLite stores anything anywhere."""
    write(lite)
    tamper(lite, f"UPDATE {change}")
    assert verify(lite).findings


def test_sealing_goes_on_while_the_log_is_verified(rig: Rig, make_rig: Callable[..., Rig]) -> None:
    """What is added between two pages is no finding."""
    rig.start(many=300)
    seal(rig)
    other = make_rig(rig.url)
    begun = verify_log(rig.store, [SIGNER], tiles=1)
    other.fire(1, "touch")
    seal_history(other.store, SIGNER)
    assert begun.findings == verify_log(rig.store, [SIGNER], tiles=1).findings == ()
    assert len(rig.rows(log_leaf)) == 301
