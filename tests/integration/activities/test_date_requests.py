"""Asking for another date: moves nothing, stands in the history, and waits for an answer."""

from datetime import date

import pytest

from activities.date_requests import PastDateError, ask_date, decline_date, find_date_request
from activities.guards import NothingAskedError, ReasonMissingError
from activities.steps import NewDates, cancel, postpone, reopen
from engine.machine import EventNotAllowedError, RoleNotAllowedError


def waiting(desk, reference):
    with desk.office.store.read() as connection:
        found = find_date_request(connection, desk.occurrence(reference).id)
    return found and (found.person.name, found.wanted_on, found.reason)


def test_asking_moves_nothing(desk):
    """The dates stay, the history has the step, and the newest request is the one that waits."""
    before = desk.occurrence("1.2")
    ask_date(desk.office, desk.actor(desk.ann), before.id, date(2026, 5, 20), " Ремонт зала ")
    ask_date(desk.office, desk.actor(desk.ann), before.id, date(2026, 5, 27), "Ремонт до 25 мая")
    after = desk.occurrence("1.2")
    assert (after.starts_on, after.due_on, after.state) == (before.starts_on, before.due_on, before.state)
    assert desk.events("1.2")[-2:] == ["ask_date", "ask_date"]
    assert waiting(desk, "1.2") == (desk.ann.name, date(2026, 5, 27), "Ремонт до 25 мая")


def test_moving_the_date_answers_it(desk):
    """Whoever postpones has answered; nothing waits any more."""
    target = desk.occurrence("1.2")
    ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 4, 20), "Ремонт")
    postpone(desk.office, desk.actor(desk.mary), target.id, NewDates(date(2026, 4, 22)))
    assert waiting(desk, "1.2") is None


def test_calling_it_off_answers_it_too(desk):
    """Opened again, it does not ask for a date that was wanted before."""
    target = desk.occurrence("1.2")
    ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 4, 20), "Ремонт")
    cancel(desk.office, desk.actor(desk.head), target.id, reason="Отпало", basis="приказ № 5")
    reopen(desk.office, desk.actor(desk.head), target.id, reason="Ошибка")
    assert waiting(desk, "1.2") is None


def test_declining_lets_the_date_stand(desk):
    """With a reason, by a coordinator or approver; what was not asked for cannot be declined."""
    target = desk.occurrence("1.2")
    ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 5, 20), "Ремонт")
    with pytest.raises(RoleNotAllowedError):
        decline_date(desk.office, desk.actor(desk.ann), target.id, "Нет")
    with pytest.raises(ReasonMissingError):
        decline_date(desk.office, desk.actor(desk.mary), target.id, " ")
    decline_date(desk.office, desk.actor(desk.mary), target.id, "Ждут к 25 марта")
    assert desk.events("1.2")[-1] == "decline_date"
    assert waiting(desk, "1.2") is None
    with pytest.raises(NothingAskedError):
        decline_date(desk.office, desk.actor(desk.mary), target.id, "Ещё раз")


def test_what_makes_no_sense_is_refused(desk):
    """A day that is over, no reason, a stranger: nothing is recorded."""
    target = desk.occurrence("1.2")
    with pytest.raises(PastDateError):
        ask_date(desk.office, desk.actor(desk.ann), target.id, date(2020, 1, 1), "Ремонт")
    with pytest.raises(ReasonMissingError):
        ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 5, 20), "")
    with pytest.raises(RoleNotAllowedError):
        ask_date(desk.office, desk.actor(desk.paul), target.id, date(2026, 5, 20), "Ремонт")
    assert waiting(desk, "1.2") is None
    assert "ask_date" not in desk.events("1.2")


def test_evidence_answers_it_too(desk):
    """Once evidence is handed in, no other date is asked for, and none can be."""
    target = desk.occurrence("1.2")
    ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 5, 20), "Ремонт")
    desk.hand_in("1.2", desk.ann)
    assert waiting(desk, "1.2") is None
    with pytest.raises(EventNotAllowedError):
        ask_date(desk.office, desk.actor(desk.ann), target.id, date(2026, 5, 20), "Ремонт")
