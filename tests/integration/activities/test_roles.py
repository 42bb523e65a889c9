"""Who holds a role where: the narrowest scope with a holder wins, and taking a role away takes what it brought."""

import pytest

from activities.enrolment import give_role, withdraw_role
from activities.grants import find_grant, issue_grant
from activities.roles import Role, Scope, list_holders
from activities.sections import resolve_section

NESTED = """План работы опорного центра на 2026 год

I. Документы
1. Отчёты
1.1 | Подготовить справку об охвате кружками | Школа № 12 | справка | до 20 марта
2. Письма
2.1 | Направить отчёт | МОЦ | отчёт | до 15 июня
"""


def approvers(desk, reference):
    """Names of those who approve a row."""
    with desk.office.store.read() as connection:
        holders = list_holders(connection, Role.APPROVER, desk.occurrence(reference).activity_id)
    return [each.name for each in holders]


@pytest.fixture
def nested(empty_desk):
    """A live plan whose headings stand one below the other."""
    plan = empty_desk.bring(NESTED).plan
    empty_desk.launch(plan)
    return plan


def test_of_two_headings_the_inner_one_is_narrower(empty_desk, nested):
    """An approver named for an inner heading takes the place of the outer one's, there and nowhere else."""
    desk, actor = empty_desk, empty_desk.actor(empty_desk.mary)
    with desk.office.store.read() as connection:
        outer, inner = (resolve_section(connection, nested, name) for name in ("I", "I/1"))
    give_role(desk.office, actor, desk.ann, Role.APPROVER, Scope(section_id=outer.id))
    assert approvers(desk, "1.1") == approvers(desk, "2.1") == [desk.ann.name]
    give_role(desk.office, actor, desk.olga, Role.APPROVER, Scope(section_id=inner.id))
    assert approvers(desk, "1.1") == [desk.olga.name]
    assert approvers(desk, "2.1") == [desk.ann.name]


def test_only_a_role_that_decides_takes_links_to_decide_along(desk):
    """Neither a role that was not held, a slip of the hand, nor one that decides nothing ends them."""
    sealed, actor = desk.hand_in("1.1", desk.paul), desk.actor(desk.mary)
    give_role(desk.office, actor, desk.head, Role.OBSERVER, Scope())
    with desk.office.store.write() as work:
        given = issue_grant(work, desk.head.id, sealed.id)
    for role, taken in ((Role.DEPUTY, False), (Role.OBSERVER, True), (Role.APPROVER, True)):
        assert withdraw_role(desk.office, actor, desk.head, role, Scope()) is taken
        with desk.office.store.read() as connection:
            is_void = find_grant(connection, given.public_id).voided_at is not None
        assert is_void is (role is Role.APPROVER)
