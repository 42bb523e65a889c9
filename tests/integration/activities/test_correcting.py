"""A person confirms what was read, or corrects a row of a draft."""

from datetime import timedelta

import pytest

from activities.correcting import confirm_reading, edit_activity
from activities.deadlines.schedule import Confidence
from activities.kinds import ActivityKind
from activities.plan_activities import list_activities, resolve_activity
from activities.plan_review import list_questions
from activities.plans import get_plan
from activities.references import AmbiguousReferenceError, UnknownReferenceError
from activities.review_answers import list_answers
from activities.review_question import Topic
from activities.row_editing import NothingToConfirmError, PlanIsLiveError
from engine.machine import RoleNotAllowedError


def row(desk, reference):
    """The activity that a reference names."""
    with desk.office.store.read() as connection:
        return resolve_activity(connection, reference)


def test_an_activity_is_named_as_people_name_it(desk):
    """By number, plan, section, its own id, its occurrence's id or reference; otherwise unknown or ambiguous."""
    target = row(desk, "1.1")
    names = (
        target.short_id,
        desk.occurrence("1.1").short_id,
        "moc-2026:1.1",
        "I/1.1",
        "moc-2026:i/1.1",
        "1.1@2026-03-20",
    )
    assert {row(desk, name).id for name in names} == {target.id}
    for unknown in ("9.9", "II/1.1", "moc-2027:1.1", "a-000000"):
        with pytest.raises(UnknownReferenceError):
            row(desk, unknown)
    desk.bring("План опорного центра на 2027 год\n\n1.1 | Отчёт | МОЦ | отчёт | до 1 июня\n")
    with pytest.raises(AmbiguousReferenceError) as refused:
        row(desk, "1.1")
    assert target.short_id in refused.value.details["candidates"]


def test_a_reading_is_confirmed_once(desk):
    """Until the coordinator confirms, the reading needs a look; afterwards its occurrences count as confirmed."""
    assert row(desk, "2.6").needs_a_look
    assert not desk.occurrence("2.6").is_confirmed
    confirmed = confirm_reading(desk.office, desk.actor(desk.mary), row(desk, "2.6"))
    assert not confirmed.needs_a_look
    assert desk.occurrence("2.6").is_confirmed
    desk.clock.advance(timedelta(days=1))
    assert confirm_reading(desk.office, desk.actor(desk.mary), confirmed) == confirmed


def test_only_the_coordinator_reviews(empty_desk, draft):
    """An approver or a contact neither confirms nor edits."""
    for person in (empty_desk.head, empty_desk.paul, empty_desk.olga):
        with pytest.raises(RoleNotAllowedError):
            confirm_reading(empty_desk.office, empty_desk.actor(person), row(empty_desk, "2.6"))
        with pytest.raises(RoleNotAllowedError):
            edit_activity(empty_desk.office, empty_desk.actor(person), row(empty_desk, "2.6"), kind=ActivityKind.EVENT)


def test_without_a_date_there_is_nothing_to_confirm(desk):
    """A deadline of which no date was read is not confirmed but set."""
    with pytest.raises(NothingToConfirmError):
        confirm_reading(desk.office, desk.actor(desk.mary), row(desk, "2.4"))


def test_a_drafts_deadline_is_read_anew(empty_desk, draft):
    """The new text is read like an imported one, the confirmation of the old reading falls, launch follows it."""
    confirm_reading(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk, "2.6"))
    edited = edit_activity(
        empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk, "2.6"), deadline="до 30 апреля"
    )
    assert (edited.deadline_text, edited.confidence, edited.confirmed_at) == ("до 30 апреля", Confidence.SURE, None)
    empty_desk.launch(draft)
    assert empty_desk.occurrence("2.6").key == "2026-04-30"


def test_the_kind_follows_the_deadline_unless_a_person_chose_it(empty_desk, draft):
    """«В течение года» makes ongoing work of a row; of one whose kind was chosen it does not."""
    chief = empty_desk.actor(empty_desk.mary)
    followed = edit_activity(empty_desk.office, chief, row(empty_desk, "1.1"), deadline="в течение года")
    assert followed.kind is ActivityKind.ONGOING
    edit_activity(empty_desk.office, chief, row(empty_desk, "2.6"), kind=ActivityKind.EVENT)
    kept = edit_activity(empty_desk.office, chief, row(empty_desk, "2.6"), deadline="в течение года")
    assert kept.kind is ActivityKind.EVENT


def test_a_live_plan_is_not_edited(desk):
    """Neither deadline nor kind of a launched row changes."""
    with desk.office.store.read() as connection:
        before = list_activities(connection, row(desk, "1.1").plan_id)
    with pytest.raises(PlanIsLiveError):
        edit_activity(desk.office, desk.actor(desk.mary), row(desk, "1.1"), deadline="до 1 июня")
    with desk.office.store.read() as connection:
        assert list_activities(connection, row(desk, "1.1").plan_id) == before


def answers(desk, plan):
    """Topic, answer and person of what was answered at review."""
    with desk.office.store.read() as connection:
        return [(each.topic, each.value, each.answered_by) for each in list_answers(connection, plan.id)]


def offered(desk, slug, topic, number):
    """How the question about a row was answered before, when the same words come again."""
    with desk.office.store.read() as connection:
        queue = list_questions(connection, get_plan(connection, slug), thorough=True)
    (question,) = [each for each in queue.open if each.topic is topic and each.place == number]
    return question.earlier.answer if question.earlier else None


NEXT_YEAR = """План опорного центра на 2027 год

1.1 | Направить сводную заявку | МОЦ | заявка | {deadline}
"""


def test_a_confirmation_is_an_answer_of_the_review(empty_desk, draft):
    """Kept with who gave it, once, and offered when the words come again."""
    for _ in range(2):
        confirm_reading(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk, "2.6"))
    assert answers(empty_desk, draft) == [("deadline", "accept", empty_desk.mary.name)]
    empty_desk.bring(NEXT_YEAR.format(deadline="17 апереля 2026 г."))
    assert offered(empty_desk, "moc-2027", Topic.DEADLINE, "1.1") == "accept"


def test_a_correction_is_an_answer_of_the_review(empty_desk, draft):
    """The deadline and the kind that were typed are offered as they would be from the prompt."""
    by_mary = empty_desk.actor(empty_desk.mary)
    edit_activity(empty_desk.office, by_mary, row(empty_desk, "2.4"), deadline="до  1 июня")
    edit_activity(empty_desk.office, by_mary, row(empty_desk, "2.6"), kind=ActivityKind.EVENT)
    assert answers(empty_desk, draft) == [
        ("deadline", "до 1 июня", empty_desk.mary.name),
        ("kind", "event", empty_desk.mary.name),
    ]
    empty_desk.bring(NEXT_YEAR.format(deadline="по отдельному графику"))
    assert offered(empty_desk, "moc-2027", Topic.DEADLINE, "1.1") == "до 1 июня"
    assert offered(empty_desk, "moc-2027", Topic.KIND, "1.1") == "event"


def test_a_correction_without_a_date_makes_no_rule(empty_desk, draft):
    """It is kept, the row is asked about again, and nobody is offered a text that answers nothing."""
    by_mary = empty_desk.actor(empty_desk.mary)
    edit_activity(empty_desk.office, by_mary, row(empty_desk, "2.4"), deadline="по согласованию")
    assert answers(empty_desk, draft) == [("deadline", "по согласованию", empty_desk.mary.name)]
    assert offered(empty_desk, "moc-2026", Topic.DEADLINE, "2.4") is None
    empty_desk.bring(NEXT_YEAR.format(deadline="по отдельному графику"))
    assert offered(empty_desk, "moc-2027", Topic.DEADLINE, "1.1") is None


def test_a_correction_that_nobody_asked_for_is_no_answer(empty_desk, draft):
    """A sure deadline is corrected for its row alone."""
    edit_activity(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk, "1.1"), deadline="до 30 марта")
    assert answers(empty_desk, draft) == []
