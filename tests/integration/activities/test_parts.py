"""A group's members have a part each: made once, owed by their own contacts, taken in by the coordinator."""

from datetime import date, timedelta

import pytest

from activities.deciders import list_asked
from activities.enrolment import give_role
from activities.guards import OwnEvidenceError
from activities.next_step import find_next_step
from activities.parties import PartsStandError, PartyKind, get_party, merge_parties, set_contact, set_party_kind
from activities.parts import (
    NoMembersError,
    PlanNotLiveError,
    Tally,
    fan_out,
    fan_out_to_newcomers,
    list_parts,
    list_parts_of,
    tally,
)
from activities.party_members import GroupInGroupError, NotAGroupError, add_member, list_members, remove_member
from activities.people_tables import party_member
from activities.plan_activities import resolve_activity
from activities.plan_reimport import apply_reimport, propose_reimport
from activities.plan_reporting import gather_report
from activities.plans import get_plan
from activities.roles import Role, Scope, list_holders, roles_of
from activities.steps import NewDates, cancel, postpone, reopen, set_date
from activities.submissions import SubmissionDetails, submit
from activities.tables import occurrence
from engine.audit import verify_history
from engine.machine import RoleNotAllowedError

PLAN = """План работы опорного центра на 2026 год

I. Документы
1.1 | Сдать сведения об охвате | Образовательные организации | сведения | до 20 марта
1.2 | Провести открытые занятия | Образовательные организации | программа | по отдельному графику
1.3 | Вести страницу | МОЦ | страница | в течение года
"""
GROUP, SCHOOLS = "Образовательные организации", ("Школа № 11", "Школа № 12", "Школа № 2")


def party(desk, name):
    """A party by name."""
    with desk.office.store.read() as connection:
        return get_party(connection, name)


def row(desk, reference="1.1"):
    """A row of the plan."""
    with desk.office.store.read() as connection:
        return resolve_activity(connection, reference)


def parts(desk, reference="1.1"):
    """The parts of a row: member and state."""
    with desk.office.store.read() as connection:
        return [(each.member_name, each.state) for each in list_parts(connection, row(desk, reference).id)]


@pytest.fixture
def drafted(empty_desk):
    """A draft of a group's row, with three members; Paul answers for school 12, Ann for school 11."""
    plan = empty_desk.bring(PLAN).plan
    group = party(empty_desk, GROUP)
    assert group.kind is PartyKind.GROUP
    for name in SCHOOLS:
        add_member(empty_desk.office, group, name)
    set_contact(empty_desk.office, party(empty_desk, "Школа № 12").id, empty_desk.paul.id)
    set_contact(empty_desk.office, party(empty_desk, "Школа № 11").id, empty_desk.ann.id)
    return plan


@pytest.fixture
def fanned(empty_desk, drafted):
    """The same, live."""
    assert empty_desk.launch(drafted).parts == 3
    return empty_desk


def test_near_names_are_different_members(empty_desk, drafted):
    """Schools 11, 12 and 2 are three, however alike their names; said twice is once."""
    group = party(empty_desk, GROUP)
    add_member(empty_desk.office, group, " школа  № 12")
    with empty_desk.office.store.read() as connection:
        assert [name for _, name in list_members(connection, group.id)] == list(SCHOOLS)


def test_launching_makes_a_part_for_each_member(fanned):
    """Of dated runs only, beside the row's own run, each with the row's days; again makes nothing."""
    assert parts(fanned) == [(name, "planned") for name in SCHOOLS]
    assert parts(fanned, "1.2") == []
    own = fanned.occurrence("1.1")
    assert (own.member_id, own.due_on) == (None, date(2026, 3, 20))
    part = fanned.occurrence("1.1~Школа-№-12")
    assert (part.due_on, part.key, part.member_name) == (own.due_on, own.key, "Школа № 12")
    assert part.reference.endswith("~Школа-№-12")
    assert fanned.occurrence(part.reference) == fanned.occurrence("1.1~школа-№12") == part
    assert fan_out(fanned.office, fanned.actor(fanned.mary), row(fanned)) == 0
    assert len(fanned.rows(occurrence)) == len(
        {(each.activity_id, each.key, each.member_id) for each in fanned.rows(occurrence)}
    )


def test_each_contact_sends_for_their_own_member_only(fanned):
    """Paul may for school 12, not for school 11, nor the sum; where a member has no contact, coordinators are asked."""
    fanned.hand_in("1.1~Школа-№-12", fanned.paul)
    for reference in ("1.1~Школа-№-11", "1.1"):
        with pytest.raises(RoleNotAllowedError):
            fanned.add(reference, fanned.paul)
    with fanned.office.store.read() as connection:
        for name, person in (("Школа № 11", fanned.ann), ("Школа № 2", fanned.mary)):
            target = fanned.occurrence(f"1.1~{name.replace(' ', '-')}")
            assert list_holders(connection, Role.RESPONSIBLE, target.activity_id, target.member_id) == [person]
            assert find_next_step(connection, target).people == (person,)
        assert "responsible" not in roles_of(connection, fanned.paul.id, row(fanned).id)


def test_the_coordinator_takes_parts_in_and_the_head_the_sum(fanned):
    """The head is not asked for a part; what the coordinator sent for a school is for somebody else to take in."""
    sealed = fanned.hand_in("1.1~Школа-№-12", fanned.paul)
    with fanned.office.store.read() as connection:
        assert [each.person for each in list_asked(fanned.office, connection, sealed)] == [fanned.mary]
    fanned.decide(sealed, fanned.mary)
    assert parts(fanned)[1] == ("Школа № 12", "accepted")
    own = fanned.hand_in("1.1~Школа-№-2", fanned.mary, provided_by=party(fanned, "Школа № 2").short_id)
    with pytest.raises(OwnEvidenceError):
        fanned.decide(own, fanned.mary)
    whole = fanned.hand_in("1.1", fanned.mary)
    with fanned.office.store.read() as connection:
        asked = [each.person for each in list_asked(fanned.office, connection, whole)]
    assert asked == [fanned.head, fanned.deputy]
    fanned.decide(whole, fanned.head)
    assert fanned.occurrence("1.1").state == "accepted"
    assert parts(fanned)[0] == ("Школа № 11", "planned")
    assert verify_history(fanned.office.store).findings == ()


def test_the_tally_and_the_report_say_how_many_have_handed_in(fanned):
    """2 of 3: one taken in, one waiting; the row has one mark, not one for each member."""
    fanned.decide(fanned.hand_in("1.1~Школа-№-12", fanned.paul), fanned.mary)
    target = fanned.occurrence("1.1~Школа-№-11")
    fanned.add(target.short_id, fanned.ann)
    submit(fanned.office, fanned.actor(fanned.ann), target.id, SubmissionDetails(note="всё"))
    with fanned.office.store.read() as connection:
        own = fanned.occurrence("1.1")
        assert tally(list_parts_of(connection, own)) == {(own.activity_id, own.key): Tally(2, 3)}
        plan = get_plan(connection, None)
        told = gather_report(connection, plan, plan.period, date(2026, 3, 2), fanned.office.calendar)
    [mark] = told.sections[0].rows[0].marks
    assert mark.label == "сдали 2 из 3"


def test_who_joins_later_gets_a_part_and_who_leaves_keeps_it(fanned):
    """Only where the group has parts already; an open part is for a person to cancel."""
    group = party(fanned, GROUP)
    add_member(fanned.office, group, "Лицей")
    assert fan_out_to_newcomers(fanned.office, fanned.actor(fanned.mary), group.id) == 1
    assert fan_out_to_newcomers(fanned.office, fanned.actor(fanned.mary), group.id) == 0
    assert remove_member(fanned.office, group, party(fanned, "Лицей"))
    assert not remove_member(fanned.office, group, party(fanned, "Лицей"))
    assert ("Лицей", "planned") in parts(fanned)
    assert fan_out(fanned.office, fanned.actor(fanned.mary), row(fanned)) == 0


def test_parts_move_with_the_row(fanned):
    """Those that still have its days and owe evidence; what a person moved, or has handed in, stays."""
    chief = fanned.actor(fanned.head)
    own = fanned.occurrence("1.1")
    apart = fanned.occurrence("1.1~Школа-№-2")
    postpone(fanned.office, chief, apart.id, NewDates(date(2026, 3, 27)), reason="карантин", basis="письмо № 4")
    fanned.hand_in("1.1~Школа-№-12", fanned.paul)
    postpone(fanned.office, chief, own.id, NewDates(date(2026, 4, 10)), reason="просьба", basis="приказ № 5")
    days = {name: fanned.occurrence(f"1.1~{name.replace(' ', '-')}").due_on for name in SCHOOLS}
    assert fanned.occurrence("1.1").due_on == date(2026, 4, 10)
    assert days == dict(zip(SCHOOLS, (date(2026, 4, 10), date(2026, 3, 20), date(2026, 3, 27)), strict=True))
    set_date(fanned.office, fanned.actor(fanned.mary), own.id, NewDates(date(2026, 3, 18)))
    assert fanned.occurrence("1.1~Школа-№-11").due_on == date(2026, 3, 18)


def amend(desk, before, after, told=()):
    """Apply a document that differs by a text, as the head."""
    give_role(desk.office, desk.actor(desk.mary), desk.head, Role.COORDINATOR, Scope())
    with desk.office.store.read() as connection:
        plan = get_plan(connection, None)
    actor = desk.actor(desk.head)
    document = desk.document(PLAN.replace(before, after))
    amendment = propose_reimport(desk.office, plan, document, actor=actor, told=told)
    apply_reimport(desk.office, actor, amendment, "приказ № 5")


def test_an_amendment_moves_and_takes_out_parts_with_their_row(fanned):
    """A new deadline holds for the members too, but for who has handed in; a row that goes takes the other parts along.

    What a member has handed in stays for the coordinator to take in: no document undoes what people did.
    """
    fanned.hand_in("1.1~Школа-№-12", fanned.paul)
    amend(fanned, "до 20 марта", "до 20 мая")
    days = {name: fanned.occurrence(f"1.1~{name.replace(' ', '-')}").due_on for name in SCHOOLS}
    assert days == dict(zip(SCHOOLS, (date(2026, 5, 20), date(2026, 3, 20), date(2026, 5, 20)), strict=True))
    amend(fanned, PLAN.splitlines()[3] + "\n", "")
    assert dict(parts(fanned)) == dict(zip(SCHOOLS, ("cancelled", "evidence_submitted", "cancelled"), strict=True))
    assert fanned.decide(fanned.waiting("1.1~Школа-№-12"), fanned.mary).settles
    assert verify_history(fanned.office.store).findings == ()


def test_calling_the_row_off_calls_its_parts_off(fanned):
    """Nobody goes on being asked for a part of what was called off."""
    cancel(fanned.office, fanned.actor(fanned.head), fanned.occurrence("1.1").id, reason="Отпало", basis="приказ № 5")
    assert parts(fanned) == [(name, "cancelled") for name in SCHOOLS]


def test_opening_the_row_again_opens_the_parts_that_went_with_it(fanned):
    """Each member is asked again, but for whose part had been called off by itself before."""
    head = fanned.actor(fanned.head)
    for reference in ("1.1~Школа-№-2", "1.1"):
        fanned.clock.advance(timedelta(hours=1))
        cancel(fanned.office, head, fanned.occurrence(reference).id, reason="Отпало", basis="приказ № 5")
    reopen(fanned.office, head, fanned.occurrence("1.1").id, reason="Всё же нужно")
    assert dict(parts(fanned)) == dict(zip(SCHOOLS, ("planned", "planned", "cancelled"), strict=True))
    assert verify_history(fanned.office.store).findings == ()


def test_a_row_that_a_document_has_again_has_its_parts_again(fanned):
    """With the days that it has now."""
    line = PLAN.splitlines()[3]
    amend(fanned, line + "\n", "")
    assert {state for _, state in parts(fanned)} == {"cancelled"}
    gone = row(fanned).short_id
    amend(fanned, "до 20 марта", "до 20 мая", told=[(f"{gone}=1", True)])
    assert {state for _, state in parts(fanned)} == {"planned"}
    assert {fanned.occurrence(f"1.1~{name.replace(' ', '-')}").due_on for name in SCHOOLS} == {date(2026, 5, 20)}


def test_who_joins_once_it_has_moved_moves_on_with_it(fanned):
    """A part made later has the row's present day and its planned window, so that the next move takes it along."""
    own = fanned.occurrence("1.1")
    set_date(fanned.office, fanned.actor(fanned.mary), own.id, NewDates(date(2026, 3, 18)))
    group = party(fanned, GROUP)
    add_member(fanned.office, group, "Лицей")
    assert fan_out(fanned.office, fanned.actor(fanned.mary), row(fanned)) == 1
    assert fanned.occurrence("1.1~Лицей").due_on == date(2026, 3, 18)
    set_date(fanned.office, fanned.actor(fanned.mary), own.id, NewDates(date(2026, 3, 12)))
    joined = fanned.occurrence("1.1~Лицей")
    assert (joined.due_on, joined.planned_due_on) == (date(2026, 3, 12), date(2026, 3, 20))


def test_what_cannot_be_fanned_out(empty_desk, drafted):
    """A draft, a row without a group, by somebody who does not coordinate: refused, and nothing is made."""
    with pytest.raises(PlanNotLiveError):
        fan_out(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk))
    empty_desk.launch(drafted)
    with pytest.raises(NoMembersError):
        fan_out(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk, "1.3"))
    with pytest.raises(RoleNotAllowedError):
        fan_out(empty_desk.office, empty_desk.actor(empty_desk.head), row(empty_desk))
    assert len(parts(empty_desk)) == 3


def test_only_a_group_has_members_and_no_group_is_one(empty_desk, drafted):
    """A school has none, and a group of groups would have parts of parts."""
    with pytest.raises(NotAGroupError):
        add_member(empty_desk.office, party(empty_desk, "Школа № 12"), "Школа № 3")
    with pytest.raises(GroupInGroupError):
        add_member(empty_desk.office, party(empty_desk, GROUP), GROUP)


def test_a_merged_member_is_one(empty_desk, drafted):
    """What belonged to the group under two names belongs to it once."""
    add_member(empty_desk.office, party(empty_desk, GROUP), "СОШ 12")
    merge_parties(empty_desk.office, party(empty_desk, "СОШ 12"), party(empty_desk, "Школа № 12"))
    assert len(empty_desk.rows(party_member)) == 3
    set_party_kind(empty_desk.office, party(empty_desk, GROUP).id, PartyKind.SINGLE)
    assert empty_desk.launch(drafted).parts == 0


def test_members_that_have_parts_of_one_run_are_not_merged(fanned):
    """Each has its own history, so a person says first which part goes; until then nothing is changed."""
    members = fanned.rows(party_member)
    with pytest.raises(PartsStandError, match=fanned.occurrence("1.1~Школа-№-11").short_id):
        merge_parties(fanned.office, party(fanned, "Школа № 11"), party(fanned, "Школа № 12"))
    assert fanned.rows(party_member) == members
    assert parts(fanned) == [(name, "planned") for name in SCHOOLS]
