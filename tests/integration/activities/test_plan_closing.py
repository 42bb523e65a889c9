"""A plan is closed once nothing of it is open, by who may, and then stays as it is."""

from datetime import timedelta

import pytest

from activities.occurrences import OPEN_STATES
from activities.pending_steps import drop_pending
from activities.plan_closing import (
    OccurrencesOpenError,
    PlanNotAtWorkError,
    StepsWaitError,
    check_ended,
    close_plan,
)
from activities.plans import PlanStatus, get_plan
from activities.steps import PlanOverError, reopen
from engine.machine import RoleNotAllowedError
from engine.store import StaleRevisionError
from engine.tables import history, ladder
from engine.tick import fire_due
from tests.fixtures.amending import TO_MAY
from tests.fixtures.databases import on_sqlite


@pytest.fixture
def close(empty_desk, small_live):
    """Close the plan, by default as its coordinator."""

    def run(by=None, **more):
        return close_plan(empty_desk.office, empty_desk.actor(by or empty_desk.mary), small_live, **more)

    return run


def status(desk):
    """What the plan is now."""
    with desk.office.store.read() as connection:
        return get_plan(connection, None).status


def test_a_plan_of_which_nothing_is_open_is_closed(empty_desk, small_live, end, close):
    """It says when and by whom; its history has nothing added."""
    end()
    before = empty_desk.rows(history)
    closed = close()
    assert (closed.status, closed.closed_by) == (PlanStatus.CLOSED, empty_desk.mary.short_id)
    assert closed.closed_at == empty_desk.clock.now()
    with empty_desk.office.store.read() as connection:
        assert get_plan(connection, "moc-2026") == closed
    assert empty_desk.rows(history) == before


def test_nothing_of_a_closed_plan_reminds(empty_desk, end, close):
    """No ladder is left, and a year later nothing fires."""
    end()
    close()
    assert empty_desk.rows(ladder) == []
    empty_desk.clock.advance(timedelta(days=400))
    assert fire_due(empty_desk.office.store, empty_desk.office.execution) == 0


@on_sqlite
def test_what_is_open_is_counted_and_named(empty_desk, end, close):
    """With the command that lists exactly its states; the plan stays live."""
    end("1.2@2026-04", "2.3@no1")
    with pytest.raises(OccurrencesOpenError) as refused:
        close()
    assert refused.value.details == {
        "slug": "moc-2026",
        "count": 2,
        "references": "1.2@2026-04, 2.3@no1",
        "states": "--state awaiting_date --state planned",
    }
    assert status(empty_desk) is PlanStatus.LIVE


@on_sqlite
def test_a_long_list_is_cut_short_and_counted_whole(empty_desk, small_live, close):
    """Five names and a sign that there are more."""
    with pytest.raises(OccurrencesOpenError) as refused:
        close()
    assert refused.value.details["references"].count(", ") == 5
    assert refused.value.details["references"].endswith(", …")
    assert refused.value.details["count"] == len(empty_desk.occurrences(states=OPEN_STATES))


def test_steps_of_an_amendment_that_wait_keep_it_open(empty_desk, small_live, amend, end, close):
    """Even where the rows themselves have come to their end; once dropped it closes."""
    amend(TO_MAY, by=empty_desk.mary)
    end("1.1@2026-03-20")
    with pytest.raises(StepsWaitError) as refused:
        close()
    assert refused.value.details == {"slug": "moc-2026", "steps": 1, "references": "1.1@2026-03-20", "count": 1}
    end()
    with pytest.raises(StepsWaitError):
        close()
    assert status(empty_desk) is PlanStatus.LIVE
    drop_pending(empty_desk.office, empty_desk.actor(empty_desk.head), small_live, None, "год окончен")
    assert close().status is PlanStatus.CLOSED


@on_sqlite
def test_who_neither_coordinates_nor_approves_does_not_close(empty_desk, end, close):
    """An observer and an executor are refused; an approver of the plan closes it."""
    end()
    for person in (empty_desk.olga, empty_desk.paul):
        with pytest.raises(RoleNotAllowedError):
            close(person)
    assert status(empty_desk) is PlanStatus.LIVE
    assert close(empty_desk.head).closed_by == empty_desk.head.short_id


@on_sqlite
def test_it_is_closed_once(empty_desk, end, close):
    """The second time it says what the plan is."""
    end()
    first = close()
    with pytest.raises(PlanNotAtWorkError) as refused:
        close()
    assert refused.value.details["status"] == "closed"
    with empty_desk.office.store.read() as connection:
        assert get_plan(connection, None) == first


def test_what_happened_meanwhile_stops_it(empty_desk, small_live, end, close):
    """What was reopened and called off again after its archive was written is not in the archive."""
    end()
    actor = empty_desk.actor(empty_desk.head)
    with empty_desk.office.store.read() as connection:
        seen = check_ended(connection, actor, small_live.id)
    reopen(empty_desk.office, actor, empty_desk.occurrence("1.2").id, reason="ошибка")
    end()
    with pytest.raises(StaleRevisionError):
        close(seen=seen)
    assert status(empty_desk) is PlanStatus.LIVE


@on_sqlite
def test_a_plan_whose_archive_cannot_be_put_away_stays_live(empty_desk, end, close):
    """Whatever goes wrong there, nothing is closed."""

    def fail():
        raise OSError("no space")

    end()
    with pytest.raises(OSError, match="no space"):
        close(put_away=fail)
    assert status(empty_desk) is PlanStatus.LIVE


def test_nothing_of_a_closed_plan_is_opened_again(empty_desk, end, close):
    """Its coordinator is told so, and nothing happened."""
    end()
    close()
    before = empty_desk.rows(history)
    with pytest.raises(PlanOverError):
        reopen(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence("1.2").id, reason="ещё")
    assert empty_desk.rows(history) == before
