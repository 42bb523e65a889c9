"""Starting, dating, postponing, cancelling, reopening."""

from datetime import date

import pytest
from sqlalchemy import update

from activities.guards import (
    ApproverNeededError,
    BasisMissingError,
    OutsideWindowError,
    ReasonMissingError,
)
from activities.period import PeriodError
from activities.steps import NewDates, cancel, postpone, reopen, set_date, start
from activities.tables import occurrence
from engine.machine import EventNotAllowedError, RoleNotAllowedError
from engine.tick import fire_due


def test_who_is_responsible_starts_before_the_day(desk):
    """The contact of the executing party may begin early; a stranger may not."""
    target = desk.occurrence("1.2")
    with pytest.raises(RoleNotAllowedError):
        start(desk.office, desk.actor(desk.paul), target.id)
    start(desk.office, desk.actor(desk.ann), target.id)
    assert desk.occurrence("1.2").state == "in_progress"


def test_the_timer_starts_on_the_first_day(desk, at):
    """On the first day of its window an occurrence is in progress without anybody's doing."""
    at(2026, 4, 1)
    fire_due(desk.office.store, desk.office.execution)
    assert desk.occurrence("1.2").state == "in_progress"
    assert "start" in desk.events("1.2")


def test_a_day_inside_the_window_is_clarified(desk):
    """It moves the dates and the evidence's day, and counts as no postponement."""
    set_date(desk.office, desk.actor(desk.mary), desk.occurrence("1.2").id, NewDates(date(2026, 4, 16)))
    seminar = desk.occurrence("1.2")
    assert (seminar.starts_on, seminar.ends_on, seminar.due_on) == (
        date(2026, 4, 16),
        date(2026, 4, 16),
        date(2026, 4, 23),
    )
    assert (seminar.planned_starts_on, seminar.planned_ends_on) == (date(2026, 4, 1), date(2026, 4, 30))
    assert (seminar.postponed, seminar.key) == (0, "2026-04")


def test_a_day_outside_the_window_is_no_clarification(desk):
    """Setting a day beyond what was planned is refused, whoever asks; nothing moves."""
    before = desk.occurrence("1.2")
    for days in (NewDates(date(2026, 5, 4)), NewDates(date(2026, 4, 2), starts_on=date(2026, 3, 31))):
        with pytest.raises(OutsideWindowError):
            set_date(desk.office, desk.actor(desk.mary), before.id, days)
    assert desk.occurrence("1.2") == before


def test_days_in_the_wrong_order_are_refused(desk):
    """A window whose last day stands before its first is no window."""
    with pytest.raises(PeriodError):
        set_date(
            desk.office,
            desk.actor(desk.mary),
            desk.occurrence("1.2").id,
            NewDates(date(2026, 4, 2), starts_on=date(2026, 4, 9)),
        )


def test_the_first_date_of_a_counted_run_is_what_was_planned(desk):
    """A run that waited for a date is planned from then on, confirmed by who set it, and stays within it."""
    target = desk.occurrence("2.2@no1")
    set_date(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 4, 3), starts_on=date(2026, 4, 1)))
    dated = desk.occurrence("2.2@no1")
    assert dated.state == "planned"
    assert (dated.planned_starts_on, dated.planned_ends_on) == (date(2026, 4, 1), date(2026, 4, 3))
    assert dated.planned_due_on == dated.due_on
    assert dated.is_confirmed
    assert not desk.occurrence("2.6").is_confirmed
    with pytest.raises(OutsideWindowError):
        set_date(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 4, 7)))


def test_opening_a_request_makes_the_next_one_wait(desk):
    """Once a request has a date, another waits under the next number; moving the date again makes no third."""
    target = desk.occurrence("2.3")
    set_date(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 3, 12)))
    assert [each.key for each in desk.occurrences(activity_id=target.activity_id)] == ["no1", "no2"]
    assert desk.occurrence("2.3@no2").state == "awaiting_date"
    set_date(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 3, 12)))
    assert [each.key for each in desk.occurrences(activity_id=target.activity_id)] == ["no1", "no2"]


def test_beyond_the_window_an_approver_postpones_with_reason_and_basis(desk):
    """Who, why and on what basis: each is asked for; then it counts, and the planned day stays on record."""
    target = desk.occurrence("1.1")
    later = NewDates(date(2026, 4, 10))
    order = {"reason": "нет данных", "basis": "приказ № 7"}
    with pytest.raises(ApproverNeededError):
        postpone(desk.office, desk.actor(desk.mary), target.id, later, **order)
    with pytest.raises(ReasonMissingError):
        postpone(desk.office, desk.actor(desk.head), target.id, later, reason=" ", basis="приказ № 7")
    with pytest.raises(BasisMissingError):
        postpone(desk.office, desk.actor(desk.head), target.id, later, reason="нет данных")
    assert desk.events("1.1") == ["create"]
    postpone(desk.office, desk.actor(desk.head), target.id, later, **order)
    moved = desk.occurrence("1.1")
    assert (moved.due_on, moved.planned_due_on) == (date(2026, 4, 10), date(2026, 3, 20))
    assert (moved.postponed, moved.key) == (1, "2026-03-20")


def test_inside_the_window_the_coordinator_postpones(desk):
    """Within what was planned a coordinator moves the day alone, and it is not counted."""
    target = desk.occurrence("1.2")
    postpone(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 4, 24)))
    moved = desk.occurrence("1.2")
    assert (moved.ends_on, moved.postponed) == (date(2026, 4, 24), 0)


def test_a_postponed_document_keeps_its_beginning(desk):
    """A new last day of a document does not turn its beginning into that day."""
    target = desk.occurrence("1.1")
    postpone(desk.office, desk.actor(desk.head), target.id, NewDates(date(2026, 4, 10)), reason="сбой", basis="письмо")
    assert desk.occurrence("1.1").starts_on == target.starts_on


def test_reminders_follow_the_new_day(desk, at):
    """After a postponement the ladder counts from the new day, not from the old one."""
    at(2026, 3, 19)
    fire_due(desk.office.store, desk.office.execution)
    assert desk.ladders("1.1")["evidence"] == "due"
    postpone(
        desk.office,
        desk.actor(desk.head),
        desk.occurrence("1.1").id,
        NewDates(date(2026, 5, 29)),
        reason="сбой",
        basis="письмо",
    )
    assert desk.ladders("1.1")["evidence"] == "due_14"


def test_cancelling_takes_an_approver_a_reason_and_a_basis(desk):
    """Cancelled is final: no ladder stays armed, and nothing but reopening is possible."""
    target = desk.occurrence("1.1")
    with pytest.raises(RoleNotAllowedError):
        cancel(desk.office, desk.actor(desk.mary), target.id, reason="не нужно", basis="приказ № 8")
    with pytest.raises(ReasonMissingError):
        cancel(desk.office, desk.actor(desk.head), target.id, reason="", basis="приказ № 8")
    with pytest.raises(BasisMissingError):
        cancel(desk.office, desk.actor(desk.head), target.id, reason="не нужно", basis="")
    cancel(desk.office, desk.actor(desk.head), target.id, reason="не нужно", basis="приказ № 8")
    assert desk.occurrence("1.1").state == "cancelled"
    assert desk.ladders("1.1") == {}
    with pytest.raises(EventNotAllowedError) as refused:
        start(desk.office, desk.actor(desk.mary), target.id)
    assert refused.value.details["allowed"] == "reopen"


def test_reopening_takes_a_reason(desk):
    """What was cancelled goes on where work goes on, with its reminders."""
    target = desk.occurrence("1.1")
    cancel(desk.office, desk.actor(desk.head), target.id, reason="не нужно", basis="приказ № 8")
    with pytest.raises(ReasonMissingError):
        reopen(desk.office, desk.actor(desk.mary), target.id, reason="")
    reopen(desk.office, desk.actor(desk.mary), target.id, reason="всё же нужно")
    assert desk.occurrence("1.1").state == "in_progress"
    assert "evidence" in desk.ladders("1.1")
    assert desk.events("1.1") == ["create", "cancel", "reopen"]


def test_what_was_due_before_the_record_is_taken_up_again_by_a_new_day(desk, at):
    """It is never overdue by itself; postponed to a day to come it is work like any other."""
    target = desk.occurrence("1.1")
    with desk.office.store.write() as work:
        silent = update(occurrence).where(occurrence.c.id == target.id)
        work.connection.execute(silent.values(before_record=True))
    assert not desk.occurrence("1.1").is_overdue(date(2026, 12, 1))
    moved_to = NewDates(date(2026, 6, 30))
    postpone(desk.office, desk.actor(desk.head), target.id, moved_to, reason="взяли снова", basis="приказ № 9")
    assert not desk.occurrence("1.1").before_record
    assert desk.occurrence("1.1").is_overdue(date(2026, 12, 1))


def test_overdue_is_derived(desk, at):
    """The day after its due day an occurrence is overdue in the same state; submitted it is not."""
    target = desk.occurrence("1.1")
    assert not target.is_overdue(date(2026, 3, 20))
    assert target.is_overdue(date(2026, 3, 21))
    desk.hand_in("1.1", desk.paul)
    assert not desk.occurrence("1.1").is_overdue(date(2026, 3, 21))
