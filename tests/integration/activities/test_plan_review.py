"""What a plan asks a person, and what the answers do."""

from datetime import date, timedelta

import pytest

from activities.deadlines.schedule import Confidence
from activities.enrolment import deactivate, give_role
from activities.kinds import ActivityKind
from activities.people import PersonInactiveError
from activities.plan_activities import list_activities
from activities.plan_review import (
    AnsweredAlreadyError,
    QuestionGoneError,
    answer_question,
    list_questions,
    skip_question,
)
from activities.plans import get_plan
from activities.relations import list_relations
from activities.review_answers import list_answers
from activities.review_carrying_out import DatesDoNotFitError, NoDateReadError, NotAnAnswerError
from activities.review_question import Topic
from activities.roles import Role, Scope
from activities.tables import activity
from engine.machine import RoleNotAllowedError

ROWS_OF_TWO = "1 | Отчёт А | МОЦ | отчёт | по графику\n2 | Отчёт Б | МОЦ | отчёт | по графику\n"
PLAN = """План опорного центра на 2026 год

1.1 | Провести инвентаризацию программ | МОЦ, Школа № 12 | справка | апрель, октябрь
1.2 | Проверить содержание программ | МОЦ | справка | в период проведения инвентаризации программ
1.3 | Направить сводную заявку | РМЦ, МОЦ | заявка | 17 апереля 2026 г.
1.4 | Собрать совет | Управление образования | протокол | по отдельному графику
1.5 | Изучить затруднения | Управление образование | справка | май
1.5 | Изучить запросы | МОЦ, Школа № 12 | справка | до 1 июня
"""


@pytest.fixture
def brought(empty_desk):
    """The draft."""
    return empty_desk.bring(PLAN).plan


def asked(desk, plan, *, thorough=False):
    """The open questions as (topic, place)."""
    return [(each.topic.value, each.place) for each in queue(desk, plan, thorough=thorough).open]


def queue(desk, plan, *, thorough=False):
    """The questions as they stand."""
    with desk.office.store.read() as connection:
        return list_questions(connection, get_plan(connection, plan.slug), thorough=thorough)


def question(desk, plan, topic, place, *, thorough=True):
    """The open question on a topic at a place."""
    found = queue(desk, plan, thorough=thorough).open
    return next(each for each in found if (each.topic, each.place) == (topic, place))


def answer(desk, plan, topic, place, value, *, person=None):
    """Answer it, as the coordinator unless another person is named."""
    digest = question(desk, plan, topic, place).digest
    return answer_question(desk.office, desk.actor(person or desk.mary), plan, digest, value)


def row(desk, plan, number):
    """A row as stored."""
    with desk.office.store.read() as connection:
        return next(each for each in list_activities(connection, plan.id) if each.number == number)


def standings(desk, plan, number):
    """How the parties of a row stand."""
    return [each.standing.value for each in row(desk, plan, number).parties]


def test_a_plan_asks_only_what_is_not_sure(empty_desk, brought):
    """Assumed and missing dates, guessed kinds, near names, several parties in a row, remarks: each once."""
    assert asked(empty_desk, brought) == [
        ("deadline", "1.2"),
        ("deadline", "1.3"),
        ("deadline", "1.4"),
        ("kind", "1.4"),
        ("kind", "1.5"),
        ("kind", "1.5"),
        ("party", "1.5"),
        ("standing", "1.1, 1.5"),
        ("standing", "1.3"),
        ("finding", "39"),
    ]
    told_by_a_word = set(asked(empty_desk, brought, thorough=True)) - set(asked(empty_desk, brought))
    assert {topic for topic, _ in told_by_a_word} == {"kind"}


def test_an_accepted_reading_is_confirmed_and_remembered(empty_desk, brought):
    """The row is confirmed, the question is gone, and who said so and when is kept."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.3", "accept")
    assert row(empty_desk, brought, "1.3").confirmed_at is not None
    assert ("deadline", "1.3") not in asked(empty_desk, brought)
    with empty_desk.office.store.read() as connection:
        (kept,) = list_answers(connection, brought.id)
    assert (kept.value, kept.asked, kept.answered_by) == ("accept", "17 апереля 2026 г.", "Зимина Мария Львовна")
    assert kept.answered_at == empty_desk.clock.now()


def test_a_typed_deadline_is_read_anew(empty_desk, brought):
    """It stands in the draft from then on, confirmed even where it was read with an assumption that was shown."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.4", "20 мая 2026 г.")
    council = row(empty_desk, brought, "1.4")
    assert (council.deadline_text, council.confidence) == ("20 мая 2026 г.", Confidence.SURE)
    answer(empty_desk, brought, Topic.DEADLINE, "1.3", "последняя неделя августа")
    assert not row(empty_desk, brought, "1.3").needs_a_look


def test_a_text_without_a_date_is_refused(empty_desk, brought):
    """It would change nothing for the better; nothing is stored."""
    with pytest.raises(NoDateReadError):
        answer(empty_desk, brought, Topic.DEADLINE, "1.4", "как получится")
    assert row(empty_desk, brought, "1.4").deadline_text == "по отдельному графику"
    with empty_desk.office.store.read() as connection:
        assert list_answers(connection, brought.id) == []


def test_a_row_may_wait_for_its_date(empty_desk, brought):
    """It is not asked about again, not even once the plan is live; the row stays as it is."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.4", "wait")
    assert ("deadline", "1.4") not in asked(empty_desk, brought)
    empty_desk.launch(brought)
    assert asked(empty_desk, brought)[:2] == [("deadline", "1.2"), ("deadline", "1.3")]
    assert empty_desk.occurrence("1.4").state == "awaiting_date"


def test_a_proposed_relation_is_confirmed(empty_desk, brought):
    """The inventory is proposed for what happens in its period; confirmed, it dates the row at launch."""
    proposed = question(empty_desk, brought, Topic.DEADLINE, "1.2")
    leader = row(empty_desk, brought, "1.1").short_id
    assert (proposed.proposed, proposed.choices) == (f"within row {leader}", (f"within row {leader}", "wait"))
    answer(empty_desk, brought, Topic.DEADLINE, "1.2", proposed.proposed)
    empty_desk.launch(brought)
    keys = [each.key for each in empty_desk.occurrences() if each.number == "1.2"]
    assert keys == ["2026-04", "2026-10"]
    assert all(each.is_confirmed for each in empty_desk.occurrences() if each.number == "1.2")


def test_a_corrected_deadline_ends_the_relation(empty_desk, brought):
    """A row with a date of its own follows no other."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.2", question(empty_desk, brought, Topic.DEADLINE, "1.2").proposed)
    from activities.correcting import edit_activity

    target = row(empty_desk, brought, "1.2")
    edit_activity(empty_desk.office, empty_desk.actor(empty_desk.mary), target, deadline="до 1 июля")
    with empty_desk.office.store.read() as connection:
        assert list_relations(connection, brought.id) == []


def test_a_relation_ends_with_the_confirmation_of_its_row(empty_desk, brought):
    """When an amendment takes the confirmation back, the row is asked about again and follows nothing."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.2", question(empty_desk, brought, Topic.DEADLINE, "1.2").proposed)
    with empty_desk.office.store.write() as work:
        changed = activity.update().where(activity.c.number == "1.2")
        work.connection.execute(changed.values(confirmed_at=None, deadline_text="в ходе инвентаризации"))
    assert ("deadline", "1.2") in asked(empty_desk, brought)
    with empty_desk.office.store.read() as connection:
        assert list_relations(connection, brought.id) == []


def test_a_kind_is_chosen(empty_desk, brought):
    """The row takes it; a kind that does not exist is refused."""
    with pytest.raises(NotAnAnswerError):
        answer(empty_desk, brought, Topic.KIND, "1.4", "party")
    answer(empty_desk, brought, Topic.KIND, "1.4", "event")
    assert row(empty_desk, brought, "1.4").kind is ActivityKind.EVENT
    assert ("kind", "1.4") not in asked(empty_desk, brought, thorough=True)


def test_a_name_means_another_party_or_its_own(empty_desk, brought):
    """Apart, the row names a party of its own; of another name, that one."""
    answer(empty_desk, brought, Topic.PARTY, "1.5", "apart")
    named = {each.name for each in _rows_named(empty_desk, brought, "Изучить затруднения").parties}
    assert named == {"Управление образование"}


def test_a_typed_name_is_a_known_party(empty_desk, brought):
    """The spelling goes over with its rows; an unknown name is refused."""
    from activities.parties import UnknownPartyError

    with pytest.raises(UnknownPartyError):
        answer(empty_desk, brought, Topic.PARTY, "1.5", "Лига юных")
    answer(empty_desk, brought, Topic.PARTY, "1.5", "Школа № 12")
    named = {each.name for each in _rows_named(empty_desk, brought, "Изучить затруднения").parties}
    assert named == {"Школа № 12"}
    assert {each.name for each in row(empty_desk, brought, "1.4").parties} == {"Управление образования"}


def _rows_named(desk, plan, title):
    with desk.office.store.read() as connection:
        return next(each for each in list_activities(connection, plan.id) if each.title == title)


def test_parties_stand_as_a_person_says_in_all_rows_alike(empty_desk, brought):
    """One answer holds for every row that names the same parties in that order, and for no other."""
    assert standings(empty_desk, brought, "1.3") == ["organiser", "executor"]
    answer(empty_desk, brought, Topic.STANDING, "1.1, 1.5", "executor,informed")
    assert standings(empty_desk, brought, "1.1") == ["executor", "informed"]
    last = _rows_named(empty_desk, brought, "Изучить запросы")
    assert [each.standing.value for each in last.parties] == ["executor", "informed"]
    assert standings(empty_desk, brought, "1.3") == ["organiser", "executor"]
    for wrong in ("executor", "executor,guest", "executor,informed,informed"):
        with pytest.raises(NotAnAnswerError):
            answer(empty_desk, brought, Topic.STANDING, "1.3", wrong)


def test_the_standings_of_an_answer_are_not_asked_again(empty_desk, brought):
    """What a person chose is no proposal any more."""
    answer(empty_desk, brought, Topic.STANDING, "1.1, 1.5", "executor,informed")
    assert ("standing", "1.1, 1.5") not in asked(empty_desk, brought)


def test_a_remark_is_noted_once(empty_desk, brought):
    """Afterwards it is not put again."""
    answer(empty_desk, brought, Topic.FINDING, "39", "noted")
    assert ("finding", "39") not in asked(empty_desk, brought)


def test_only_the_coordinator_answers(empty_desk, brought):
    """On every topic others are refused, and nothing is kept."""
    places = {(each.topic, each.place): each.choices[0] for each in queue(empty_desk, brought).open}
    for (topic, place), value in places.items():
        for person in (empty_desk.head, empty_desk.paul, empty_desk.olga):
            with pytest.raises(RoleNotAllowedError):
                answer(empty_desk, brought, topic, place, value, person=person)
    give_role(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.ann, Role.COORDINATOR, Scope())
    gone = deactivate(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.ann)
    for (topic, place), value in places.items():
        with pytest.raises((RoleNotAllowedError, PersonInactiveError)):
            answer(empty_desk, brought, topic, place, value, person=gone)
    with empty_desk.office.store.read() as connection:
        assert list_answers(connection, brought.id) == []


def test_an_answer_is_given_once(empty_desk, brought):
    """Who comes later learns who answered what; an answer to what was never asked is refused."""
    digest = question(empty_desk, brought, Topic.DEADLINE, "1.4").digest
    answer(empty_desk, brought, Topic.DEADLINE, "1.4", "wait")
    with pytest.raises(AnsweredAlreadyError) as refused:
        answer_question(empty_desk.office, empty_desk.actor(empty_desk.mary), brought, digest, "до 1 мая")
    assert refused.value.details["answer"] == "wait"
    with pytest.raises(QuestionGoneError):
        answer_question(empty_desk.office, empty_desk.actor(empty_desk.mary), brought, bytes(32), "wait")


def test_what_was_skipped_comes_last(empty_desk, brought):
    """Going on begins with what was not seen yet."""
    first = queue(empty_desk, brought).open[0]
    skip_question(empty_desk.office, empty_desk.actor(empty_desk.mary), brought, first.digest)
    after = queue(empty_desk, brought).open
    assert after[-1].digest == first.digest
    assert len(after) == 10


def test_a_phrase_is_offered_the_answer_it_had(empty_desk, brought):
    """In another plan the same words come with what was said of them, when and by whom; nothing is done by itself."""
    answer(empty_desk, brought, Topic.DEADLINE, "1.4", "wait")
    answer(empty_desk, brought, Topic.KIND, "1.4", "event")
    empty_desk.clock.advance(timedelta(days=300))
    other = empty_desk.bring(
        "План опорного центра на 2027 год\n\n1 | Собрать совет заново | МОЦ | протокол | По  отдельному графику\n"
    ).plan
    date_asked, kind_asked = queue(empty_desk, other).open
    assert (date_asked.earlier.answer, date_asked.earlier.plan_slug) == ("wait", "moc-2026")
    assert date_asked.earlier.made_by == "Зимина Мария Львовна"
    assert date_asked.earlier.made_at.date() == date(2026, 3, 2)
    assert kind_asked.earlier.answer == "event"
    assert row(empty_desk, other, "1").kind is ActivityKind.DELIVERABLE


def test_the_plans_own_rule_goes_before_another_plans(empty_desk, brought):
    """What was said in this plan counts more than what was said later in another one."""
    text = f"План опорного центра на 2027 год\n\n{ROWS_OF_TWO}"
    first = empty_desk.bring(text).plan
    second = empty_desk.bring(text.replace("2027", "2028")).plan
    answer(empty_desk, first, Topic.DEADLINE, "1", "10 мая")
    empty_desk.clock.advance(timedelta(days=1))
    answer(empty_desk, second, Topic.DEADLINE, "1", "20 мая")
    assert question(empty_desk, first, Topic.DEADLINE, "2").earlier.answer == "10 мая"
    assert question(empty_desk, second, Topic.DEADLINE, "2").earlier.answer == "20 мая"


def test_a_relation_makes_no_rule(empty_desk, brought):
    """A row of this plan means nothing elsewhere."""
    from activities.tables import reading_rule

    answer(empty_desk, brought, Topic.DEADLINE, "1.2", question(empty_desk, brought, Topic.DEADLINE, "1.2").proposed)
    assert empty_desk.rows(reading_rule) == []


def test_a_day_of_a_headings_month_makes_no_rule(empty_desk):
    """«до 10» is another day below the next month: what is said of one row is not offered for the other."""
    text = "План на 2026 год\n\nСентябрь\n1 | Акт | МОЦ | акт | до 10\nОктябрь\n2 | Отчёт | МОЦ | отчёт | до 10\n"
    plan = empty_desk.bring(text).plan
    first, second = (place for topic, place in asked(empty_desk, plan) if topic == "deadline")
    answer(empty_desk, plan, Topic.DEADLINE, first, "11 сентября")

    assert question(empty_desk, plan, Topic.DEADLINE, second).earlier is None


def test_a_live_plan_is_asked_about_dates_and_remarks_only(empty_desk, brought):
    """Its rows stand: neither kind nor standing is asked about any more."""
    empty_desk.launch(brought)
    topics = {topic for topic, _ in asked(empty_desk, brought, thorough=True)}
    assert topics == {"deadline", "party", "finding"}


def test_a_date_of_a_live_plan_goes_through_the_workflow(empty_desk, brought):
    """The run that awaited its date has it; the row's text stays as approved."""
    empty_desk.launch(brought)
    answer(empty_desk, brought, Topic.DEADLINE, "1.4", "20 мая 2026 г.")
    council = empty_desk.occurrence("1.4")
    assert (council.state, council.ends_on) == ("planned", date(2026, 5, 20))
    assert empty_desk.events("1.4") == ["create", "set_date"]
    assert row(empty_desk, brought, "1.4").deadline_text == "по отдельному графику"
    assert ("deadline", "1.4") not in asked(empty_desk, brought)


def test_as_many_dates_as_runs(empty_desk, brought):
    """Two days for one run are refused; nothing is set."""
    empty_desk.launch(brought)
    with pytest.raises(DatesDoNotFitError):
        answer(empty_desk, brought, Topic.DEADLINE, "1.4", "20 мая, 10 июня 2026 г.")
    assert empty_desk.occurrence("1.4").state == "awaiting_date"


def test_a_relation_confirmed_in_a_live_plan_dates_its_runs(empty_desk, brought):
    """The waiting run takes the first window, another is made for the second."""
    empty_desk.launch(brought)
    answer(empty_desk, brought, Topic.DEADLINE, "1.2", question(empty_desk, brought, Topic.DEADLINE, "1.2").proposed)
    runs = [each for each in empty_desk.occurrences() if each.number == "1.2"]
    assert [(each.state, each.ends_on) for each in runs] == [
        ("planned", date(2026, 4, 30)),
        ("planned", date(2026, 10, 31)),
    ]


def test_of_several_rows_none_is_proposed(empty_desk):
    """All are offered by name, and a person chooses."""
    plan = empty_desk.bring(
        "План опорного центра на 2026 год\n\n1 | Провести выставку рисунков | МОЦ | акт | май\n"
        "2 | Провести выставку поделок | МОЦ | акт | июнь\n3 | Составить отзыв | МОЦ | отзыв | по итогам выставки\n"
    ).plan
    asked_about = question(empty_desk, plan, Topic.DEADLINE, "3")
    assert asked_about.proposed == ""
    assert len(asked_about.choices) == 3
    said = asked_about.why.say()
    assert "1 Провести выставку рисунков, 2 Провести выставку поделок" in said
