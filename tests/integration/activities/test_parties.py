"""Parties however they are spelled, and whom to write to."""

import pytest
from sqlalchemy import select, update

from activities.decisions import Verdict
from activities.parties import (
    EvidenceWaitsError,
    OnlySpellingError,
    PartyKind,
    SamePartyError,
    UnknownPartyError,
    get_party,
    list_parties,
    merge_parties,
    remove_contact,
    set_contact,
    set_party_kind,
    split_spelling,
)
from activities.tables import activity_party, occurrence


def party(desk, name):
    """The party that is spelled so."""
    with desk.office.store.read() as connection:
        return get_party(connection, name)


def test_a_party_is_found_by_any_spelling(desk):
    """By short id, by each spelling, and without regard to case and quotes; anything else is unknown."""
    office = party(desk, "управление ОБРАЗОВАНИЕ")
    assert office.name == "Управление образования"
    assert party(desk, office.short_id) == office
    with pytest.raises(UnknownPartyError):
        party(desk, "Театр")


def test_the_kind_is_proposed_and_can_be_set(desk):
    """Education offices and the regional centre are superior; a person may say otherwise."""
    assert party(desk, "Управление образования").kind is PartyKind.SUPERIOR
    assert party(desk, "РМЦ").kind is PartyKind.SUPERIOR
    assert party(desk, "Школа № 12").kind is PartyKind.SINGLE
    set_party_kind(desk.office, party(desk, "Школа № 12").id, PartyKind.GROUP)
    assert party(desk, "Школа № 12").kind is PartyKind.GROUP


def test_a_contact_is_named_once(desk):
    """Naming twice changes nothing; taking away says whether there was one."""
    school = party(desk, "Школа № 12")
    set_contact(desk.office, school.id, desk.paul.id)
    assert party(desk, "Школа № 12").contacts == (desk.paul,)
    assert remove_contact(desk.office, school.id, desk.paul.id)
    assert not remove_contact(desk.office, school.id, desk.paul.id)


def test_split_undoes_a_wrong_mapping(desk):
    """The row that was written otherwise goes to a party of its own, the other row stays."""
    fresh = split_spelling(desk.office, "Управление образование")
    assert fresh.name == "Управление образование"
    assert desk.occurrence("2.4").parties == ("Управление образование",)
    assert desk.occurrence("1.3").parties == ("Управление образования",)
    assert fresh.rows == party(desk, "Управление образования").rows == 1


def test_a_partys_own_name_is_not_split_off(desk):
    """There is nothing to split where it is the party's own name; an unknown spelling is told."""
    with pytest.raises(OnlySpellingError):
        split_spelling(desk.office, "Школа № 12")
    with pytest.raises(UnknownPartyError):
        split_spelling(desk.office, "Театр")


def test_merged_parties_are_one(desk):
    """Spellings, rows, parts and contacts go over; a row that named both names one once."""
    school, centre = party(desk, "Школа № 12"), party(desk, "МОЦ")
    part = desk.occurrence("2.1@2026-Q1")
    with desk.office.store.write() as work:
        work.connection.execute(update(occurrence).where(occurrence.c.id == part.id).values(member_id=school.id))
    merge_parties(desk.office, school, centre)
    merged = party(desk, "Школа № 12")
    assert merged.id == centre.id
    assert set(merged.spellings) == {"МОЦ", "Школа № 12"}
    assert merged.contacts == (desk.paul,)
    assert desk.occurrence("2.2@no1").parties == ("МОЦ",)
    assert desk.occurrence(part.short_id).member_name == "МОЦ"
    with desk.office.store.read() as connection:
        assert school.id not in {each.id for each in list_parties(connection)}
        assert not connection.execute(select(activity_party).where(activity_party.c.party_id == school.id)).first()


def test_a_party_is_not_merged_into_itself(desk):
    """Merging a party with itself would delete it; it is refused."""
    school = party(desk, "Школа № 12")
    with pytest.raises(SamePartyError):
        merge_parties(desk.office, school, school)
    assert party(desk, "Школа № 12") == school


def test_a_party_whose_evidence_waits_is_not_merged(desk):
    """Else its contact could decide on what it provided; once decided, merging goes on."""
    school, house = party(desk, "Школа № 12"), party(desk, "Дом творчества")
    sealed = desk.hand_in("1.1", desk.mary, provided_by=school.short_id)
    with pytest.raises(EvidenceWaitsError):
        merge_parties(desk.office, school, house)
    desk.decide(sealed, desk.head, Verdict.ACCEPT)
    merge_parties(desk.office, school, house)
    assert party(desk, "Школа № 12").id == house.id
