"""Entries of calendars after a changed document has amended the plan."""

import re

import pytest

from activities.occurrences import OccurrenceFilter
from notifications.calendar.entries import refresh_changed
from notifications.calendar.feeds import render_feed
from notifications.calendar.lint import lint
from notifications.calendar.presentation import FeedSpec
from tests.fixtures.amending import TO_MAY


@pytest.fixture
def look(empty_desk):
    """UID → summary, first day and SEQUENCE of each entry, brought up to date first."""

    def entries():
        refresh_changed(empty_desk.office)
        with empty_desk.office.store.read() as connection:
            body = render_feed(connection, FeedSpec("МОЦ", OccurrenceFilter())).body
        assert lint(body) == []
        found = re.findall(r"BEGIN:VEVENT\r\n(.*?)END:VEVENT", body.decode().replace("\r\n ", ""), re.DOTALL)
        facts = [dict(line.split(":", 1) for line in each.splitlines()) for each in found]
        return {each["UID"]: (each["SUMMARY"], each["DTSTART;VALUE=DATE"], int(each["SEQUENCE"])) for each in facts}

    return entries


def test_an_entry_outlives_the_documents_changes(empty_desk, small_live, amend, look):
    """Reworded, renumbered and moved, a row's entry has its old UID and a higher SEQUENCE; the others stay as bytes."""
    uid = empty_desk.occurrence("1.1").public_id
    before = look()
    assert before[uid][:2] == ("1.1 Подготовить справку об охвате кружками", "20260320")
    amend(("1.1 | Подготовить справку", "4 | Подготовить справки"), TO_MAY)
    after = look()
    assert after[uid][:2] == ("4 Подготовить справки об охвате кружками", "20260520")
    assert after[uid][2] > before[uid][2]
    assert after.keys() == before.keys()
    assert {each for each in before if before[each] != after[each]} == {uid}


def test_the_same_document_again_changes_no_entry(small_live, amend, look):
    """A document that was brought already leaves every entry as it is."""
    amend(TO_MAY)
    before = look()
    assert amend(TO_MAY) is None
    assert look() == before
