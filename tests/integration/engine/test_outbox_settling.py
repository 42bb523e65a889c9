"""What was given up is seen, tried again, or dropped for good by a person."""

import logging
from datetime import timedelta

import pytest

from engine.outbox import (
    ATTEMPTS,
    Message,
    MessageState,
    UnknownMessageError,
    drop_message,
    list_messages,
    retry_message,
)
from engine.tables import message
from engine.unit_of_work import UnitOfWork
from tests.fixtures.engine import Rig


def _fail(_work: UnitOfWork, _given: Message) -> None:
    raise RuntimeError("the clerk is ill")


def _listed(rig: Rig, *states: MessageState) -> list[tuple[int, MessageState]]:
    with rig.store.read() as connection:
        return [(each.message.id, each.state) for each in list_messages(connection, states)]


@pytest.fixture
def dead(rig: Rig) -> int:
    """The id of a message that was given up."""
    rig.start_one()
    for _ in range(ATTEMPTS):
        rig.dispatch({"create": [_fail]})
        rig.clock.advance(timedelta(days=1))
    (row,) = rig.rows(message)
    assert row.dead_at is not None
    return int(row.id)


def test_a_message_is_listed_by_its_state(rig: Rig, dead: int) -> None:
    """Dead, waiting and done stand apart; the newest comes first, with its trouble and its instance."""
    rig.start_one()
    assert _listed(rig, MessageState.DEAD) == [(dead, MessageState.DEAD)]
    assert _listed(rig, MessageState.DEAD, MessageState.WAITING) == [
        (dead + 1, MessageState.WAITING),
        (dead, MessageState.DEAD),
    ]
    with rig.store.read() as connection:
        (found,) = list_messages(connection, [MessageState.DEAD])
    assert "the clerk is ill" in (found.error or "")
    assert found.message.attempts == ATTEMPTS


def test_a_dead_message_is_tried_again(rig: Rig, dead: int) -> None:
    """It is handled at the next dispatch, once."""
    seen: list[int] = []
    with rig.store.write() as work:
        retry_message(work, dead)
    assert rig.dispatch({"create": [lambda _work, given: seen.append(given.id)]}) == 1
    assert seen == [dead]
    assert _listed(rig, MessageState.DONE) == [(dead, MessageState.DONE)]


def test_a_dropped_message_is_never_handled_and_says_who_dropped_it(
    rig: Rig, dead: int, caplog: pytest.LogCaptureFixture
) -> None:
    """The row stays with name and reason, and the log has a line."""
    with caplog.at_level(logging.WARNING), rig.store.write() as work:
        drop_message(work, dead, "p-234567", "told by telephone")
    assert rig.dispatch({"create": [_fail]}) == 0
    (row,) = rig.rows(message)
    assert (row.error, row.dead_at, row.done_at) == ("dropped by p-234567: told by telephone", None, rig.clock.now())
    assert f"message {dead} was dropped by p-234567" in caplog.text


def test_what_is_not_dead_is_neither_retried_nor_dropped(rig: Rig) -> None:
    """A message that waits is left alone; the refusal names it."""
    rig.start_one()
    (row,) = rig.rows(message)
    with pytest.raises(UnknownMessageError, match=str(row.id)), rig.store.write() as work:
        retry_message(work, row.id)
    with pytest.raises(UnknownMessageError), rig.store.write() as work:
        drop_message(work, row.id, "p-234567", "why")
    assert rig.rows(message) == [row]
