"""A row that an amendment took out and a later document has again is put back when a person says that it is it."""

from datetime import date

import pytest

from activities.pending_steps import list_pending
from activities.plan_activities import list_activities
from activities.plan_diff import ChangeKind
from activities.plan_reimport import UncertainRowsError
from activities.rescheduling import Action, LeftReason
from activities.steps import cancel
from activities.tables import activity
from tests.fixtures.amending import BASIS, TO_MAY, effects_of, last_entry, rows

SEMINAR = "1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n"
REVIEW = "2.4 | Публиковать обзор | Дом творчества | публикация | март, октябрь\n"
COUNCIL = "2.3 | Собрать координационный совет | МОЦ | протокол | по отдельному графику\n"


@pytest.fixture
def without(small_live, amend):
    """Take rows out, as an approver."""
    return lambda *lines: amend(*((line, "") for line in lines))


@pytest.fixture
def same(compare):
    """What a person says so that the one row that may come back does."""

    def pair(*changes):
        (found,) = compare(*changes).put_back
        return [(f"{found.activity.short_id}={found.place + 1}", True)]

    return pair


def test_a_row_that_comes_back_is_asked_about(empty_desk, without, compare, amend):
    """Until somebody says whether it is the same row, nothing of the document is applied."""
    before = empty_desk.occurrence("1.2")
    without(SEMINAR)
    (found,) = compare(TO_MAY).put_back
    assert (found.activity.id, found.likeness) == (before.activity_id, 1.0)
    with pytest.raises(UncertainRowsError) as refused:
        amend(TO_MAY)
    assert refused.value.details["example"] == f"{found.activity.short_id}=2"
    assert rows(empty_desk)[0][2] == "до 20 марта"


def test_the_same_row_is_put_back_with_its_history(empty_desk, without, compare, same, amend):
    """It keeps its short id; what the amendment cancelled is reopened on the new document's basis."""
    was = empty_desk.occurrence("1.2")
    without(SEMINAR)
    told = same()
    proposal = compare(told=told)
    assert [change.kinds for change in proposal.diff.changed] == [(ChangeKind.PUT_BACK,)]
    assert effects_of(proposal) == [(Action.REOPEN, "1.2@2026-04", None)]
    amendment = amend(told=told, basis="приказ № 20")
    back = empty_desk.occurrence("1.2")
    assert (back.id, back.state, back.activity_id) == (was.id, "in_progress", was.activity_id)
    assert empty_desk.events("1.2") == ["create", "cancel", "reopen"]
    entry = last_entry(empty_desk, back)
    assert entry.entry.subject_digest == amendment.document.digest
    assert (entry.payload["basis"], entry.payload["reason"]) == ("приказ № 20", "возвращено в план")
    assert [each[0] for each in rows(empty_desk)] == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4"]
    assert compare().diff.is_empty


def test_a_row_that_only_looks_like_it_is_new(empty_desk, without, same, amend):
    """The old one stays out with its cancelled work."""
    without(SEMINAR)
    ((pair, _),) = same()
    amend(told=[(pair, False)])
    found = [(each.state, each.key) for each in empty_desk.occurrences() if each.number == "1.2"]
    assert found == [("cancelled", "2026-04"), ("planned", "2026-04")]
    assert len(empty_desk.rows(activity)) == 8


def test_a_row_that_comes_back_with_other_dates_is_moved(empty_desk, without, compare, same, amend):
    """What has a window in the new document is reopened and moved, what has none stays cancelled, the rest comes."""
    without(REVIEW)
    to_may = ("март, октябрь", "октябрь, ноябрь, декабрь")
    amend(to_may, told=same(to_may))
    states = {each.key: each.state for each in empty_desk.occurrences() if each.number == "2.4"}
    assert states == {"2026-03": "cancelled", "2026-10": "in_progress", "2026-11": "planned", "2026-12": "planned"}
    without(REVIEW)
    shifted = ("март, октябрь", "октябрь, ноябрь, 20.12.2026")
    amend(shifted, told=same(shifted))
    runs = {each.key: each.ends_on for each in empty_desk.occurrences() if each.number == "2.4" and each.is_open}
    assert sorted(map(str, runs.values())) == ["2026-10-31", "2026-11-30", "2026-12-20"]


def test_what_a_person_called_off_stays_called_off(empty_desk, without, compare, same, amend):
    """Only what the amendment itself had cancelled comes back with the row."""
    desk, march = empty_desk, empty_desk.occurrence("2.4@2026-03").id
    cancel(desk.office, desk.actor(desk.head), march, reason="карантин", basis="приказ")
    without(REVIEW)
    told = same()
    assert effects_of(compare(told=told)) == [
        (Action.REOPEN, "2.4@2026-10", None),
        (Action.LEAVE, "2.4@2026-03", LeftReason.FINISHED),
    ]
    amend(told=told)
    assert desk.occurrence("2.4@2026-03").state == "cancelled"


def test_a_run_without_a_date_is_awaited_anew(empty_desk, without, same, amend):
    """Reopened work would begin without a day; a new run waits for one."""
    without(COUNCIL)
    amend(told=same())
    found = [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "2.3"]
    assert found == [("no1", "cancelled"), ("no2", "awaiting_date")]


def test_a_coordinator_puts_back_and_leaves_the_move_to_the_approver(empty_desk, small_live, without, same, amend):
    """Reopening is theirs; a window beyond the planned one waits."""
    without(SEMINAR)
    june = ("| апрель", "| июнь")
    amend(june, told=same(june), by=empty_desk.mary)
    assert (empty_desk.occurrence("1.2").state, empty_desk.occurrence("1.2").ends_on) == (
        "in_progress",
        date(2026, 4, 30),
    )
    with empty_desk.office.store.read() as connection:
        (step,) = list_pending(connection, small_live.id)
    assert (step.occurrence.number, step.effect.planned.ends_on) == ("1.2", date(2026, 6, 30))


def test_a_row_whose_cancellation_still_waits_just_goes_on(empty_desk, small_live, compare, same, amend):
    """The coordinator took it out and puts it back before the approver acted: nothing was cancelled, nothing waits."""
    amend((SEMINAR, ""), by=empty_desk.mary)
    told = same()
    assert effects_of(compare(told=told, by=empty_desk.mary)) == []
    amend(told=told, by=empty_desk.mary, basis=BASIS)
    assert empty_desk.events("1.2") == ["create"]
    with empty_desk.office.store.read() as connection:
        assert list_pending(connection, small_live.id) == []
        assert all(each.removed_at is None for each in list_activities(connection, small_live.id))
