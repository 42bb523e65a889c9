"""A transaction's followers run after its commit, once each, and cannot undo it."""

import logging
from contextlib import suppress

import pytest
from sqlalchemy import func, select

from engine.tables import instance
from tests.fixtures.engine import ERRAND, Rig


def test_actions_run_after_the_commit_in_order(rig: Rig) -> None:
    """An action sees what was committed; the same action asked for twice runs once."""
    seen: list[int] = []

    def look() -> None:
        with rig.store.read() as connection:
            seen.append(connection.execute(select(func.count()).select_from(instance)).scalar_one())

    with rig.store.write() as work:
        work.on_commit(look)
        rig.execution.start_many(work, ERRAND, [rig.a_start()])
        work.on_commit(look)
        assert seen == []
    assert seen == [1]


def test_nothing_follows_what_was_rolled_back(lite: Rig) -> None:
    """An exception in the block, and neither action nor bell."""
    ran: list[str] = []
    with suppress(RuntimeError), lite.store.write() as work:
        work.on_commit(lambda: ran.append("x"))
        work.ring_on_commit()
        raise RuntimeError
    assert (ran, lite.bell.rings) == ([], 0)


def test_a_follower_that_fails_does_not_look_like_a_failed_step(lite: Rig, caplog: pytest.LogCaptureFixture) -> None:
    """The step is committed: the caller hears of no failure, the log does, and the other followers run."""

    def fail() -> None:
        raise OSError("the bell is broken")

    with caplog.at_level(logging.WARNING), lite.store.write() as work:
        lite.execution.start_many(work, ERRAND, [lite.a_start()])
        work.on_commit(fail)
        work.ring_on_commit()
    assert len(lite.rows(instance)) == 1
    assert lite.bell.rings == 1
    assert "the bell is broken" in caplog.text


def test_the_transactions_instant_is_the_clocks(lite: Rig) -> None:
    """Read once, at its beginning."""
    with lite.store.write() as work:
        assert work.now == lite.clock.now()
