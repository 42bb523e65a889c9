"""Rows that take their dates from another row, before and after the launch."""

from datetime import date

import pytest

from activities.deed import Deed
from activities.enrolment import give_role
from activities.following import Left, follow_from_now_on, list_left_behind
from activities.period import Period
from activities.plan_activities import resolve_activity
from activities.plan_reimport import apply_reimport, propose_reimport
from activities.plan_rollover import roll_over
from activities.plans import get_plan
from activities.relations import CircularRelationError, Relation, RelationKind, list_relations, store_relation
from activities.roles import Role, Scope
from activities.rolled_rows import RowMark
from activities.steps import NewDates, cancel, postpone, set_date
from engine.audit import list_entries
from engine.history import Payload
from engine.tables import history, payload

PLAN = """План опорного центра на 2026 год

1.1 | Провести инвентаризацию программ | МОЦ | справка | апрель, октябрь
1.2 | Проверить содержание программ | МОЦ | справка | в период проведения инвентаризации программ
1.3 | Провести конкурс чтецов | МОЦ | протокол | май
1.4 | Составить сборник работ | МОЦ | сборник | по итогам конкурса
1.5 | Провести выездную проверку | МОЦ | акт | по отдельному графику
1.6 | Составить отчёт о проверке | МОЦ | отчёт | по итогам проверки
"""
ON = "приказ № 5 от 02.03.2026"


@pytest.fixture
def brought(empty_desk):
    """The draft."""
    return empty_desk.bring(PLAN).plan


def relate(desk, follower, leader, kind=RelationKind.WITHIN, days=0):
    """Say that one row follows another, as the coordinator."""
    with desk.office.store.write() as work:
        ids = [resolve_activity(work.connection, each).id for each in (follower, leader)]
        relation = Relation(*ids, kind, days)
        store_relation(work, desk.actor(desk.mary), relation, {ids[0]: follower, ids[1]: leader})
    return relation


def follow(desk, relation, person=None):
    """Let the runs of a live plan follow from now on."""
    with desk.office.store.write() as work:
        return follow_from_now_on(Deed(desk.office, work, desk.actor(person or desk.mary)), relation)


def amend(desk, plan, text):
    """Apply a changed document as the head."""
    path = desk.document(text)
    with desk.office.store.read() as connection:
        target = get_plan(connection, plan.slug)
    proposal = propose_reimport(desk.office, target, path, actor=desk.actor(desk.head))
    assert apply_reimport(desk.office, desk.actor(desk.head), proposal, ON) is not None


def windows(desk, number):
    """Key and days of each run of a row."""
    runs = [each for each in desk.occurrences() if each.number == number]
    return [(each.key, each.starts_on, each.ends_on) for each in runs]


def test_launching_gives_a_follower_the_runs_of_its_leader(empty_desk, brought):
    """«В период инвентаризации» has as many runs as the inventory, on its days."""
    relate(empty_desk, "1.2", "1.1")
    empty_desk.launch(brought)
    assert windows(empty_desk, "1.2") == [
        ("2026-04", date(2026, 4, 1), date(2026, 4, 30)),
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
    ]


def test_a_day_that_is_set_dates_what_follows(empty_desk, brought):
    """Clarifying the contest moves the collection with it, as clarified; nothing counts as postponed."""
    relation = relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    assert windows(empty_desk, "1.4") == [("2026-05", date(2026, 5, 1), date(2026, 6, 15))]
    (followed,) = set_date(
        empty_desk.office,
        empty_desk.actor(empty_desk.mary),
        empty_desk.occurrence("1.3").id,
        NewDates(date(2026, 5, 14)),
    )
    assert followed.left is None
    assert followed.dates == Period(date(2026, 5, 14), date(2026, 5, 28))
    collection = empty_desk.occurrence("1.4")
    assert (collection.starts_on, collection.due_on) == (date(2026, 5, 14), date(2026, 5, 28))
    assert (collection.postponed, collection.planned_ends_on) == (0, date(2026, 6, 15))
    assert empty_desk.events("1.4") == ["create", "set_date"]
    with empty_desk.office.store.read() as connection:
        assert list_relations(connection, brought.id) == [relation]


def test_history_says_what_it_followed(empty_desk, brought):
    """The entry names the relation, its payload the row; who did it is who dated the leader."""
    relation = relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    set_date(
        empty_desk.office,
        empty_desk.actor(empty_desk.mary),
        empty_desk.occurrence("1.3").id,
        NewDates(date(2026, 5, 14)),
    )
    entries = [each for each in empty_desk.rows(history) if each.subject_digest == relation.digest()]
    assert [(each.event, each.actor) for each in entries] == [("set_date", empty_desk.mary.short_id)]
    (aside,) = [
        each
        for each in empty_desk.rows(payload)
        if (each.instance_id, each.revision) == (entries[0].instance_id, entries[0].revision)
    ]
    assert Payload(aside.salt, aside.body).values()["reason"] == "вслед за строкой 1.3"


def test_a_postponement_takes_what_follows_with_it(empty_desk, brought):
    """Beyond the planned window the approver's basis holds for both, and both count as postponed."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    moved = NewDates(date(2026, 6, 30))
    contest = empty_desk.occurrence("1.3").id
    (followed,) = postpone(
        empty_desk.office, empty_desk.actor(empty_desk.head), contest, moved, reason="карантин", basis=ON
    )
    assert followed.left is None
    assert empty_desk.occurrence("1.4").ends_on == date(2026, 7, 14)
    assert empty_desk.occurrence("1.4").postponed == 1


def test_what_a_person_dated_is_left(empty_desk, brought):
    """A day set by hand stays when the leader moves, and that is told."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    by_mary = empty_desk.actor(empty_desk.mary)
    set_date(empty_desk.office, by_mary, empty_desk.occurrence("1.4").id, NewDates(date(2026, 6, 1)))
    (followed,) = set_date(empty_desk.office, by_mary, empty_desk.occurrence("1.3").id, NewDates(date(2026, 5, 14)))
    assert followed.left is Left.DATE_SET
    assert empty_desk.occurrence("1.4").ends_on == date(2026, 6, 1)


def test_what_is_handed_in_or_finished_is_left(empty_desk, brought):
    """Evidence that waits for a decision keeps its dates."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    empty_desk.hand_in("1.4", empty_desk.mary)
    before = empty_desk.occurrence("1.4")
    (followed,) = set_date(
        empty_desk.office,
        empty_desk.actor(empty_desk.mary),
        empty_desk.occurrence("1.3").id,
        NewDates(date(2026, 5, 14)),
    )
    assert followed.left is Left.HANDED_IN
    assert empty_desk.occurrence("1.4") == before


def test_what_the_actor_may_not_move_is_left_and_the_leader_still_moves(empty_desk, brought):
    """An approver postpones the leader; a first date of what follows is the coordinator's to say."""
    empty_desk.launch(brought)
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    contest = empty_desk.occurrence("1.3").id
    (followed,) = postpone(
        empty_desk.office, empty_desk.actor(empty_desk.head), contest, NewDates(date(2026, 6, 30)), reason="-", basis=ON
    )
    assert followed.left is Left.NOT_ALLOWED
    assert empty_desk.occurrence("1.4").state == "awaiting_date"
    assert empty_desk.occurrence("1.3").ends_on == date(2026, 6, 30)


def test_a_chain_moves_to_its_end(empty_desk, brought):
    """The date of the inspection dates its report, and what follows the report."""
    relate(empty_desk, "1.6", "1.5", RelationKind.AFTER, 5)
    relate(empty_desk, "1.2", "1.6")
    empty_desk.launch(brought)
    followed = set_date(
        empty_desk.office,
        empty_desk.actor(empty_desk.mary),
        empty_desk.occurrence("1.5").id,
        NewDates(date(2026, 3, 16)),
    )
    assert [(each.occurrence.number, each.dates.ends_on) for each in followed] == [
        ("1.6", date(2026, 3, 23)),
        ("1.2", date(2026, 3, 23)),
    ]


def test_a_live_row_follows_from_now_on(empty_desk, brought):
    """The run that awaited its date takes the first window, and another one is made for the second; once only."""
    empty_desk.launch(brought)
    relation = relate(empty_desk, "1.2", "1.1")
    assert len(follow(empty_desk, relation)) == 2
    expected = [
        ("no1", date(2026, 4, 1), date(2026, 4, 30)),
        ("2026-10", date(2026, 10, 1), date(2026, 10, 31)),
    ]
    assert windows(empty_desk, "1.2") == expected
    assert follow(empty_desk, relation) == []
    assert windows(empty_desk, "1.2") == expected


def test_two_rows_never_wait_for_each_other(empty_desk, brought):
    """A circle is refused, direct, longer, or of one row; what was said before stands."""
    relate(empty_desk, "1.2", "1.1")
    relate(empty_desk, "1.3", "1.2")
    for follower, leader in (("1.1", "1.2"), ("1.1", "1.3"), ("1.1", "1.1")):
        with pytest.raises(CircularRelationError):
            relate(empty_desk, follower, leader)
    with empty_desk.office.store.read() as connection:
        assert len(list_relations(connection, brought.id)) == 2


def test_an_amendment_of_the_leader_takes_what_follows_with_it(empty_desk, brought):
    """On the amendment's basis; a row whose own deadline was amended no longer follows."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    give_role(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.head, Role.COORDINATOR, Scope())
    amend(empty_desk, brought, PLAN.replace("протокол | май", "протокол | сентябрь"))
    assert empty_desk.occurrence("1.3").ends_on == date(2026, 9, 30)
    assert empty_desk.occurrence("1.4").ends_on == date(2026, 10, 14)
    amend(
        empty_desk, brought, PLAN.replace("протокол | май", "протокол | июнь").replace("по итогам конкурса", "декабрь")
    )
    assert empty_desk.occurrence("1.4").ends_on == date(2026, 12, 31)


def test_what_follows_a_day_that_was_clarified_keeps_the_leaders_whole_window(empty_desk, brought):
    """A row that follows from now on may move as far as its leader may: the coordinator clarifies both again."""
    empty_desk.launch(brought)
    by_mary = empty_desk.actor(empty_desk.mary)
    set_date(empty_desk.office, by_mary, empty_desk.occurrence("1.3").id, NewDates(date(2026, 5, 14)))
    follow(empty_desk, relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10))
    assert empty_desk.occurrence("1.4").ends_on == date(2026, 5, 28)
    (followed,) = set_date(empty_desk.office, by_mary, empty_desk.occurrence("1.3").id, NewDates(date(2026, 5, 28)))
    assert followed.left is None
    assert (empty_desk.occurrence("1.4").ends_on, empty_desk.occurrence("1.4").postponed) == (date(2026, 6, 11), 0)


def left_behind(desk, plan):
    """What follows a run that was called off, with that run."""
    with desk.office.store.read() as connection:
        found = list_left_behind(connection, plan.id)
    return [(each.occurrence.reference, each.leader.reference) for each in found]


def called_off(desk, reference):
    """Call off a run as the head; the references of what it leaves behind."""
    left = cancel(desk.office, desk.actor(desk.head), desk.occurrence(reference).id, reason="карантин", basis=ON)
    return [each.reference for each in left]


def payload_of(desk, reference):
    """What history keeps aside of the newest entry of a run."""
    with desk.office.store.read() as connection:
        return list_entries(connection, desk.occurrence(reference).instance_id)[-1].payload


def test_calling_off_tells_what_it_leaves_behind(empty_desk, brought):
    """What follows stays as it is; the answer, the history and the plan's list name it until somebody has decided."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    before = empty_desk.occurrence("1.4")
    assert left_behind(empty_desk, brought) == []
    assert called_off(empty_desk, "1.3") == ["1.4@2026-05"]
    assert payload_of(empty_desk, "1.3")["left_behind"] == [before.short_id]
    assert empty_desk.occurrence("1.4") == before
    assert left_behind(empty_desk, brought) == [("1.4@2026-05", "1.3@2026-05")]
    day = NewDates(date(2026, 5, 20))
    set_date(empty_desk.office, empty_desk.actor(empty_desk.mary), before.id, day)
    assert left_behind(empty_desk, brought) == []


def test_only_the_run_that_goes_with_it_is_left_behind(empty_desk, brought):
    """Calling off the inventory of April says nothing of that of October; what is finished is not left behind."""
    relate(empty_desk, "1.2", "1.1")
    empty_desk.launch(brought)
    assert called_off(empty_desk, "1.1@2026-04") == ["1.2@2026-04"]
    empty_desk.hand_in("1.2@2026-10", empty_desk.mary)
    assert called_off(empty_desk, "1.1@2026-10") == []
    assert "left_behind" not in payload_of(empty_desk, "1.1@2026-10")
    assert left_behind(empty_desk, brought) == [("1.2@2026-04", "1.1@2026-04")]


def test_an_amendment_that_takes_a_row_out_tells_what_it_leaves_behind(empty_desk, brought):
    """Before it is applied, in the history, and in the plan's list afterwards."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    give_role(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.head, Role.COORDINATOR, Scope())
    head, contest = empty_desk.actor(empty_desk.head), "1.3 | Провести конкурс чтецов | МОЦ | протокол | май\n"
    path = empty_desk.document(PLAN.replace(contest, ""))
    with empty_desk.office.store.read() as connection:
        target = get_plan(connection, brought.slug)
    proposal = propose_reimport(empty_desk.office, target, path, actor=head)
    assert [each.reference for each in proposal.left_behind] == ["1.4@2026-05"]
    apply_reimport(empty_desk.office, head, proposal, ON)
    assert payload_of(empty_desk, "1.3")["left_behind"] == [empty_desk.occurrence("1.4").short_id]
    assert left_behind(empty_desk, brought) == [("1.4@2026-05", "1.3@2026-05")]
    both = PLAN.replace(contest, "").replace("1.4 | Составить сборник работ | МОЦ | сборник | по итогам конкурса\n", "")
    amend(empty_desk, brought, both)
    assert left_behind(empty_desk, brought) == []


def test_what_is_taken_out_together_leaves_nothing_behind(empty_desk, brought):
    """The follower goes by the same amendment."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    empty_desk.launch(brought)
    path = empty_desk.document(PLAN[: PLAN.index("1.3 |")] + PLAN[PLAN.index("1.5 |") :])
    with empty_desk.office.store.read() as connection:
        target = get_plan(connection, brought.slug)
    assert propose_reimport(empty_desk.office, target, path, actor=empty_desk.actor(empty_desk.head)).left_behind == ()


def test_next_years_rows_follow_as_the_old_ones_do(empty_desk, brought):
    """The relation is carried over and told as kept; the text that names the other row is asked about no more."""
    relate(empty_desk, "1.4", "1.3", RelationKind.AFTER, 10)
    rolled = roll_over(empty_desk.office, empty_desk.actor(empty_desk.mary), brought, "2027")
    marks = {each.row.number: each.mark for each in rolled.rows}
    assert (marks["1.4"], marks["1.6"]) == (RowMark.KEPT, RowMark.ASK)
    with empty_desk.office.store.read() as connection:
        new = {each: resolve_activity(connection, f"moc-2027:{each}").id for each in ("1.3", "1.4")}
        assert list_relations(connection, rolled.plan.id) == [Relation(new["1.4"], new["1.3"], RelationKind.AFTER, 10)]
        assert len(list_relations(connection, brought.id)) == 1
    empty_desk.launch(rolled.plan)
    runs = {each.number: each.ends_on for each in empty_desk.occurrences(plan_id=rolled.plan.id)}
    assert (runs["1.3"], runs["1.4"]) == (date(2027, 5, 31), date(2027, 6, 15))
