"""Invitations as rows: one link however often it is sent, and none once it is called back."""

from datetime import timedelta

from activities.acting import Actor
from activities.enrolment import deactivate
from activities.invitations import (
    RENEWED_BEFORE,
    TIME_TO_LIVE,
    Purpose,
    find_invitation,
    invite_to_send,
    is_invitation_open,
    list_invitations,
    obtain_invitation,
)


def invite(house, person, purpose=Purpose.EVIDENCE, number="1.2"):
    occurrence_id = house.occurrence(number).id
    with house.office.store.write() as work:
        if purpose is not Purpose.EVIDENCE:
            return obtain_invitation(work, person.id, purpose)
        return invite_to_send(work, person.id, [occurrence_id])[occurrence_id]


def test_the_same_invitation_is_sent_again(any_house):
    """One link a person and occurrence, whatever number of letters carry it; another for each other thing."""
    house = any_house
    first = invite(house, house.teacher)
    assert invite(house, house.teacher) == first
    others = [
        invite(house, house.teacher, number="1.3"),
        invite(house, house.head),
        invite(house, house.teacher, Purpose.DECISIONS),
    ]
    assert len({each.public_id for each in (first, *others)}) == 4


def test_a_letter_never_carries_a_link_about_to_end(house):
    """Thirty days before its end a newer invitation takes its place; the older one opens until then."""
    first = invite(house, house.teacher)
    house.pass_time(days=(TIME_TO_LIVE - RENEWED_BEFORE).days)
    newer = invite(house, house.teacher)
    assert newer.public_id != first.public_id
    assert is_invitation_open(first, first.expires_at - timedelta(seconds=1))
    assert not is_invitation_open(first, first.expires_at)


def test_who_leaves_takes_no_link_along(house):
    """Letting a person act no more calls their invitations back."""
    first = invite(house, house.teacher)
    deactivate(house.office, Actor(house.coordinator, "cli"), house.teacher)
    with house.office.store.read() as connection:
        found = find_invitation(connection, first.public_id)
    assert not is_invitation_open(found, house.clock.now())
    assert invite(house, house.teacher).public_id != first.public_id


def test_several_invitations_are_read_at_once(house):
    """A digest's links cost one look, however many rows it has."""
    wanted = [invite(house, house.teacher, number=number) for number in ("1.1", "1.3")]
    with house.office.store.read() as connection:
        found = list_invitations(connection, [*(each.public_id for each in wanted), "nobody's"])
    assert {each.public_id for each in found} == {each.public_id for each in wanted}
