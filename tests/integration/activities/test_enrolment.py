"""People and their roles."""

import pytest

from activities.enrolment import (
    EnrolmentRefusedError,
    ErasedPersonError,
    LastOfRoleError,
    NewPerson,
    activate,
    deactivate,
    enrol,
    give_role,
    withdraw_role,
)
from activities.erasure import erase_person
from activities.grants import issue_grant
from activities.people import BadAddressError, PersonExistsError, UnknownPersonError, get_person, list_people
from activities.roles import Role, Scope, list_holders, list_roles, roles_of
from activities.steps import start
from activities.tables import grant
from engine.machine import RoleNotAllowedError


def holders(desk, role, reference):
    """Names of who holds a role for an occurrence's activity."""
    with desk.office.store.read() as connection:
        return [each.name for each in list_holders(connection, role, desk.occurrence(reference).activity_id)]


def test_a_person_is_found_by_address_and_by_id(empty_desk):
    """Case and blanks do not matter; someone unknown is told how to look."""
    with empty_desk.office.store.read() as connection:
        assert get_person(connection, "  MARY@moc.example ") == empty_desk.mary
        assert get_person(connection, empty_desk.mary.short_id.upper()) == empty_desk.mary
        with pytest.raises(UnknownPersonError):
            get_person(connection, "nobody@moc.example")


@pytest.mark.parametrize("email", ["", "mary", "a@b", "a b@c.de", "<a@b.de>", "a@b.de\nBcc: x@y.de", "a@b.de,c@d.de"])
def test_what_is_no_address_is_refused(empty_desk, email):
    """Nothing that could break a mail's header becomes an address."""
    before = len(empty_desk.rows(grant.metadata.tables["person"]))
    with pytest.raises(BadAddressError):
        enrol(empty_desk.office, empty_desk.actor(empty_desk.mary), NewPerson(email, "Кто-то"))
    assert len(empty_desk.rows(grant.metadata.tables["person"])) == before


def test_an_address_belongs_to_one_person(empty_desk):
    """The second person with an address is refused, and told whose it is."""
    with pytest.raises(PersonExistsError) as refused:
        enrol(empty_desk.office, empty_desk.actor(empty_desk.mary), NewPerson("Mary@MOC.example", "Другая"))
    assert refused.value.details["name"] == empty_desk.mary.name


def test_only_who_coordinates_or_administers_changes_people(empty_desk):
    """As soon as there is a coordinator, neither strangers nor nobody add people or give roles."""
    desk = empty_desk
    for actor in (None, desk.actor(desk.head), desk.actor(desk.paul), desk.actor(desk.olga)):
        with pytest.raises(EnrolmentRefusedError):
            enrol(desk.office, actor, NewPerson("new@moc.example", "Новая"))
        with pytest.raises(EnrolmentRefusedError):
            give_role(desk.office, actor, desk.paul, Role.APPROVER, Scope())
        with pytest.raises(EnrolmentRefusedError):
            withdraw_role(desk.office, actor, desk.head, Role.APPROVER, Scope())
        with pytest.raises(EnrolmentRefusedError):
            deactivate(desk.office, actor, desk.head)
    with desk.office.store.read() as connection:
        assert len(list_people(connection)) == 6


def test_somebody_stays_who_can_change_things(empty_desk):
    """The last coordinator neither loses the role nor leaves, until somebody else holds it."""
    desk = empty_desk
    chief = desk.actor(desk.mary)
    with pytest.raises(LastOfRoleError):
        withdraw_role(desk.office, chief, desk.mary, Role.COORDINATOR, Scope())
    with pytest.raises(LastOfRoleError):
        deactivate(desk.office, chief, desk.mary)
    give_role(desk.office, chief, desk.olga, Role.ADMINISTRATOR, Scope())
    assert not deactivate(desk.office, chief, desk.mary).active
    with pytest.raises(EnrolmentRefusedError):
        give_role(desk.office, chief, desk.paul, Role.COORDINATOR, Scope())


def test_a_role_is_held_once(empty_desk):
    """Given twice it stands once; taken once it is gone; taken twice says that there was none."""
    desk = empty_desk
    chief = desk.actor(desk.mary)
    for _ in range(2):
        give_role(desk.office, chief, desk.paul, Role.AUDITOR, Scope())
    with desk.office.store.read() as connection:
        assert list_roles(connection, desk.paul.id) == [(Role.AUDITOR, Scope())]
    assert withdraw_role(desk.office, chief, desk.paul, Role.AUDITOR, Scope())
    assert not withdraw_role(desk.office, chief, desk.paul, Role.AUDITOR, Scope())


def test_a_role_holds_on_its_place_only(desk):
    """A coordinator of one section coordinates nothing in another."""
    chief = desk.actor(desk.mary)
    give_role(
        desk.office, chief, desk.olga, Role.COORDINATOR, Scope(section_id=desk.occurrence("2.1@2026-Q1").section_id)
    )
    with pytest.raises(RoleNotAllowedError):
        start(desk.office, desk.actor(desk.olga), desk.occurrence("1.1").id)
    start(desk.office, desk.actor(desk.olga), desk.occurrence("2.1@2026-Q1").id)


def test_contacts_of_the_executors_are_responsible(desk):
    """Executors' contacts answer, the organiser's do not; where there is nobody, the coordinator does."""
    assert holders(desk, Role.RESPONSIBLE, "1.1") == [desk.paul.name]
    assert holders(desk, Role.RESPONSIBLE, "1.2") == [desk.ann.name]
    assert holders(desk, Role.RESPONSIBLE, "2.1@2026-Q1") == [desk.mary.name]
    with desk.office.store.read() as connection:
        assert roles_of(connection, desk.paul.id, desk.occurrence("1.1").activity_id) == {"responsible"}


def test_who_comes_back_holds_what_they_held(desk):
    """Roles and contacts are there again; only who may enrol says so, and nobody who was erased returns."""
    gone = deactivate(desk.office, desk.actor(desk.mary), desk.paul)
    with pytest.raises(EnrolmentRefusedError):
        activate(desk.office, desk.actor(desk.ann), gone)
    assert activate(desk.office, desk.actor(desk.mary), gone) == desk.paul
    assert holders(desk, Role.RESPONSIBLE, "1.1") == [desk.paul.name]
    admin = enrol(desk.office, desk.actor(desk.mary), NewPerson("a@moc.example", "Админ"), Role.ADMINISTRATOR, Scope())
    erase_person(desk.office, desk.actor(admin), desk.paul, "уволен", [])
    with pytest.raises(ErasedPersonError):
        activate(desk.office, desk.actor(desk.mary), desk.paul)


def test_who_left_holds_nothing(desk):
    """A deactivated person is nobody's contact, holds no role, and the links sent to them count no more."""
    sealed = desk.hand_in("1.1", desk.paul)
    with desk.office.store.write() as work:
        issue_grant(work, desk.head.id, sealed.id)
    for person in (desk.head, desk.paul):
        deactivate(desk.office, desk.actor(desk.mary), person)
    assert holders(desk, Role.APPROVER, "1.1") == [desk.deputy.name]
    assert holders(desk, Role.RESPONSIBLE, "1.1") == [desk.mary.name]
    assert [row.voided_at is not None for row in desk.rows(grant)] == [True]
    with pytest.raises(RoleNotAllowedError):
        desk.decide(sealed, desk.head)
