"""The sealer puts each entry into the log once, in a definite order, whoever else does the same at the time."""

import threading
from collections.abc import Callable
from contextlib import suppress

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from engine import transparency
from engine.checkpoints import open_checkpoint, read_checkpoint
from engine.merkle import check_consistency, leaf_hash, root_from_inclusion
from engine.tables import HISTORY_IS_APPEND_ONLY, history, log_checkpoint, log_head, log_leaf, log_tile
from engine.tiles import TileMissingError
from engine.transparency import (
    NoCheckpointError,
    NotSealedError,
    UnknownEntryError,
    find_anchor,
    find_checkpoint,
    get_checkpoint,
    prove_entry,
    prove_growth,
    seal_history,
)
from tests.fixtures.engine import Rig
from tests.fixtures.log import SIGNER
from tests.fixtures.naive_tree import naive_root


def bodies(rig: Rig) -> list[bytes]:
    """The sealed entries' bytes in the order of their leaves."""
    query = select(history.c.body).join(log_leaf, log_leaf.c.history_id == history.c.id).order_by(log_leaf.c.position)
    with rig.store.read() as connection:
        return list(connection.execute(query).scalars())


def positions(rig: Rig) -> list[int]:
    """The leaves' numbers."""
    return [row.position for row in rig.rows(log_leaf)]


def newest(rig: Rig) -> str:
    """The newest checkpoint."""
    with rig.store.read() as connection:
        return get_checkpoint(connection)


def test_entries_become_leaves_in_the_order_of_their_writing(rig: Rig) -> None:
    """Page after page; the root is that of RFC 6962 over the entries' bytes; a second look finds nothing."""
    started = rig.start(many=5)
    rig.fire(started[3].id, "start")
    assert seal_history(rig.store, SIGNER, page=4) == 6
    assert bodies(rig) == [row.body for row in rig.rows(history)]
    head = open_checkpoint(newest(rig), SIGNER)
    assert (head.origin, head.size, head.root) == (SIGNER.name, 6, naive_root(bodies(rig)))
    assert seal_history(rig.store, SIGNER) == 0
    assert len(rig.rows(log_checkpoint)) == 1


def test_a_log_of_several_tiles_keeps_its_root_as_it_grows(lite: Rig) -> None:
    """Whatever is added at a time: below, at and beyond the width of a tile, twice over."""
    for many in (1, 254, 1, 1, 300, 255, 2):
        lite.start(many=many)
        seal_history(lite.store, SIGNER, page=200)
        assert read_checkpoint(newest(lite)).root == naive_root(bodies(lite))
    assert {(row.level, row.position) for row in lite.rows(log_tile)} == {(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)}


def test_nothing_to_seal_writes_nothing(rig: Rig) -> None:
    """An empty database has no checkpoint, and is told so calmly."""
    assert seal_history(rig.store, SIGNER) == 0
    assert rig.rows(log_head) == []
    with rig.store.read() as connection:
        assert find_checkpoint(connection) is None
        assert find_anchor(connection) is None
        with pytest.raises(NoCheckpointError):
            get_checkpoint(connection)


@pytest.mark.parametrize("workers", [2, 8])
def test_many_seal_at_once_and_each_entry_is_one_leaf(rig: Rig, make_rig: Callable[..., Rig], workers: int) -> None:
    """While more is written."""
    started = rig.start(many=30)
    rigs = [make_rig(rig.url) for _ in range(workers)]
    gate, failures = threading.Barrier(workers + 1), []

    def seal(own: Rig) -> None:
        gate.wait(30)
        try:
            for _ in range(5):
                seal_history(own.store, SIGNER, page=3)
        except Exception as error:  # noqa: BLE001
            failures.append(error)

    threads = [threading.Thread(target=seal, args=(own,)) for own in rigs]
    for thread in threads:
        thread.start()
    gate.wait(30)
    for each in started:
        rig.fire(each.id, "touch")
    for thread in threads:
        thread.join(60)
    assert failures == []
    seal_history(rig.store, SIGNER)
    assert positions(rig) == list(range(60))
    assert {row.history_id for row in rig.rows(log_leaf)} == {row.id for row in rig.rows(history)}
    assert open_checkpoint(newest(rig), SIGNER).root == naive_root(bodies(rig))


@pytest.mark.needs("postgresql")
def test_an_entry_that_comes_to_light_late_is_sealed_all_the_same(
    make_rig: Callable[..., Rig], postgres_url: str
) -> None:
    """PostgreSQL gives out ids before the commit: a lower one may appear after a higher one was sealed."""
    rig = make_rig(postgres_url)
    first, second = rig.start(many=2)
    seal_history(rig.store, SIGNER)
    with rig.store.write() as slow:
        rig.execution.fire(slow, rig.a_firing(first.id, "touch"))
        for _ in range(3):  # however often it looks meanwhile
            rig.fire(second.id, "touch")
            assert seal_history(rig.store, SIGNER) == 1
    assert seal_history(rig.store, SIGNER) == 1
    assert [row.history_id for row in rig.rows(log_leaf)] == [1, 2, 4, 5, 6, 3]
    seal_history(rig.store, SIGNER)
    assert rig.rows(log_head)[0].settled_id == 6


@pytest.mark.needs("postgresql")
def test_an_id_that_was_rolled_back_holds_nothing_up(make_rig: Callable[..., Rig], postgres_url: str) -> None:
    """Once nothing runs that could hold an earlier id, the sealer looks only beyond."""
    rig = make_rig(postgres_url)
    started = rig.start_one()
    with suppress(ZeroDivisionError), rig.store.write() as work:
        rig.execution.fire(work, rig.a_firing(started.id, "touch"))
        raise ZeroDivisionError
    rig.fire(started.id, "touch")
    assert seal_history(rig.store, SIGNER) == 2
    assert seal_history(rig.store, SIGNER) == 0
    assert rig.rows(log_head)[0].settled_id == 3
    assert transparency._is_idle(rig.store.engine.connect())


@pytest.mark.needs("postgresql")
def test_a_log_brought_from_another_server_goes_on(make_rig: Callable[..., Rig], postgres_url: str) -> None:
    """There, more transactions had begun than have here: what was awaited will not be told apart any more."""
    rig = make_rig(postgres_url)
    started = rig.start_one()
    seal_history(rig.store, SIGNER)
    with rig.store.write() as work:
        work.connection.execute(update(log_head).values(awaited_transaction=2**40, awaited_id=1, settled_id=0))
    for _ in range(3):
        rig.fire(started.id, "touch")
        assert seal_history(rig.store, SIGNER) == 1
    seal_history(rig.store, SIGNER)
    assert rig.rows(log_head)[0].settled_id == 4


def test_a_sealer_that_died_between_pages_leaves_a_checkpoint_owed(rig: Rig) -> None:
    """The next one signs it, even if nothing has happened since."""
    rig.start(many=3)
    with rig.store.write() as work:
        assert transparency._seal_page(work, SIGNER, 3) == 3
    assert rig.rows(log_checkpoint) == []
    assert seal_history(rig.store, SIGNER) == 0
    assert read_checkpoint(newest(rig)).size == 3


def test_every_entry_is_proven_and_every_checkpoint_grows_into_the_next(rig: Rig) -> None:
    """Checked by what a stranger has: the bytes, the path, two notes."""
    started = rig.start(many=7)
    heads = []
    for each in started:
        rig.fire(each.id, "touch")
        seal_history(rig.store, SIGNER)
        heads.append(read_checkpoint(newest(rig)))
    with rig.store.read() as connection:
        proofs = [prove_entry(connection, each.id, revision) for each in started for revision in (1, 2)]
        growth = [prove_growth(connection, head.size) for head in heads]
    for proof in proofs:
        head = open_checkpoint(proof.checkpoint, SIGNER)
        leaf = leaf_hash(proof.body)
        assert root_from_inclusion(leaf, proof.position, head.size, proof.path) == head.root == heads[-1].root
    for head, steps in zip(heads, growth, strict=True):
        check_consistency(head.size, head.root, heads[-1].size, heads[-1].root, steps)


def test_a_proof_of_what_is_not_there_is_refused(rig: Rig) -> None:
    """Nothing sealed, not sealed yet, no such entry."""
    first = rig.start_one()
    with rig.store.read() as connection, pytest.raises(NoCheckpointError):
        prove_entry(connection, first.id)
    seal_history(rig.store, SIGNER)
    rig.fire(first.id, "touch")
    with rig.store.read() as connection:
        assert prove_entry(connection, first.id, 1).position == 0
        with pytest.raises(NotSealedError):
            prove_entry(connection, first.id)
        with pytest.raises(UnknownEntryError):
            prove_entry(connection, first.id, 9)


@pytest.mark.parametrize("table", ["log_leaf", "log_checkpoint"])
def test_the_log_only_grows(rig: Rig, table: str) -> None:
    """Leaves and checkpoints can be neither changed nor deleted."""
    rig.start_one()
    seal_history(rig.store, SIGNER)
    column = "position" if table == "log_leaf" else "size"
    for statement in (f"UPDATE {table} SET {column} = 7", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match=HISTORY_IS_APPEND_ONLY), rig.store.write() as work:
            work.connection.execute(text(statement))


def test_the_log_cannot_be_replaced(lite: Rig) -> None:
    """REPLACE deletes without a word to a DELETE trigger, so it is the INSERT that is refused."""
    lite.start_one()
    seal_history(lite.store, SIGNER)
    for statement in (
        "REPLACE INTO log_leaf SELECT position, 7 FROM log_leaf",
        "REPLACE INTO log_leaf SELECT 7, history_id FROM log_leaf",
        "REPLACE INTO log_checkpoint SELECT size, zeroblob(32), note, signed_at FROM log_checkpoint",
    ):
        with pytest.raises(DBAPIError, match=HISTORY_IS_APPEND_ONLY), lite.store.write() as work:
            work.connection.execute(text(statement))


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize("table", ["log_leaf", "log_checkpoint"])
def test_the_log_cannot_be_truncated(make_rig: Callable[..., Rig], postgres_url: str, table: str) -> None:
    """Only PostgreSQL can empty a table at one stroke."""
    rig = make_rig(postgres_url)
    with pytest.raises(DBAPIError, match=HISTORY_IS_APPEND_ONLY), rig.store.write() as work:
        work.connection.execute(text(f"TRUNCATE {table}"))


def test_damaged_tiles_are_said_and_nothing_is_added(rig: Rig) -> None:
    """The sealer builds on what is stored, so it refuses what cannot be."""
    rig.start_one()
    seal_history(rig.store, SIGNER)
    rig.start_one()
    with rig.store.write() as work:
        work.connection.execute(delete(log_tile))
    with pytest.raises(TileMissingError):
        seal_history(rig.store, SIGNER)
    with rig.store.write() as work:
        work.connection.execute(insert(log_tile).values(level=0, position=0, hashes=bytes(31)))
    with pytest.raises(TileMissingError):
        seal_history(rig.store, SIGNER)
    assert positions(rig) == [0]
