"""Organisations in a table of people: members of a group, their contacts, and names that may be slips."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from activities.parties import get_party, list_parties
from activities.party_members import list_members
from activities.people_import import import_people
from activities.people_tables import party_member
from activities.tables import contact, party, person, role_grant
from tests.fixtures.tools import REPOSITORY

HEAD = ("Фамилия Имя Отчество", "Должность", "Организация", "Электронная почта", "Роль", "Где", "Язык")
MEMBER_HEAD = ("Группа", "Организация", "Фамилия Имя Отчество", "Электронная почта")
GROUP = "Образовательные организации"


@pytest.fixture
def database_kind():
    """On SQLite alone: the statements are ordinary, and people come in on both elsewhere."""
    return "sqlite"


def write_people(path: Path, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Path:
    """A workbook with these rows."""
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def bring(desk, path, plan=None):
    """Import as the coordinator."""
    return import_people(desk.office, desk.actor(desk.mary), path, plan)


@pytest.fixture
def group_plan(empty_desk):
    """A plan whose one row a group carries out."""
    return empty_desk.bring(f"План на 2026 год\n\n1 | Отчёт | {GROUP} | отчёт | до 1 июня\n").plan


def members(desk):
    """Names of the group's members with the addresses that are written to."""
    with desk.office.store.read() as connection:
        ids = {key for key, _ in list_members(connection, get_party(connection, GROUP).id)}
        found = [each for each in list_parties(connection) if each.id in ids]
    return {each.name: [person.email for person in each.contacts] for each in found}


def test_members_of_a_group_come_in_with_their_contacts(empty_desk, group_plan, tmp_path):
    """A person beside an organisation speaks for it; a row without one names the organisation alone; twice is once."""
    rows = [(GROUP, "Школа № 1", "Иванов И. И.", "a@school.example"), (GROUP.upper(), "Школа № 2", "", "")]
    path = write_people(tmp_path / "members.xlsx", *rows, head=MEMBER_HEAD)
    done = bring(empty_desk, path, group_plan)
    assert [(each.member, each.group) for each in done.joined] == [("Школа № 1", GROUP), ("Школа № 2", GROUP)]
    assert members(empty_desk) == {"Школа № 1": ["a@school.example"], "Школа № 2": []}
    before = [empty_desk.rows(table) for table in (person, party, contact, party_member, role_grant)]
    again = bring(empty_desk, path, group_plan)
    assert (again.joined, [each.is_new for each in again.enrolled]) == ((), [False])
    assert [empty_desk.rows(table) for table in (person, party, contact, party_member, role_grant)] == before


def test_an_import_takes_nobody_out(empty_desk, group_plan, tmp_path):
    """A shorter file, or one without the column, leaves members and contacts as people have made them."""
    row = (GROUP, "Школа № 1", "Иванов И. И.", "a@school.example")
    bring(empty_desk, write_people(tmp_path / "1.xlsx", row, head=MEMBER_HEAD), group_plan)
    bring(empty_desk, write_people(tmp_path / "2.xlsx", (GROUP, "Школа № 2", "", ""), head=MEMBER_HEAD), group_plan)
    without = ("Иванов И. И.", "", "Школа № 2", "a@school.example", "ответственный", "", "")
    bring(empty_desk, write_people(tmp_path / "3.xlsx", without), group_plan)
    assert members(empty_desk) == {"Школа № 1": ["a@school.example"], "Школа № 2": ["a@school.example"]}


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ((GROUP, "", "Иванов И. И.", "a@school.example"), "which organisation belongs"),
        (("Детские сады", "Сад № 1", "", ""), f"Known: {GROUP}."),
        (("Музей", "Сад № 1", "", ""), "No group is called"),
        ((GROUP, GROUP, "", ""), "a group itself"),
        ((GROUP, "Станция натурлистов", "", ""), "is it “Станция натуралистов”?"),
        ((GROUP, "Школа № 1", "Иванов И. И.", ""), "is not a mail address"),
    ],
)
def test_what_is_unclear_of_a_member_is_asked(empty_desk, group_plan, tmp_path, row, said):
    """The group, the organisation, a likely slip: told by the row's number, and nothing of the file is stored."""
    known = [
        ("Кто Т. О.", "", name, f"{at}@a.example", "ответственный", "", "")
        for at, name in enumerate(("Музей", "Станция натуралистов"))
    ]
    assert bring(empty_desk, write_people(tmp_path / "known.xlsx", *known), group_plan).problems == ()
    before = empty_desk.rows(party)
    rows = ((GROUP, "Школа № 9", "", ""), row)
    done = bring(empty_desk, write_people(tmp_path / "members.xlsx", *rows, head=MEMBER_HEAD), group_plan)
    assert [each.row for each in done.problems] == [3]
    assert said in done.problems[0].phrase.say(lambda text, **details: text.format(**details))
    assert empty_desk.rows(party) == before
    assert members(empty_desk) == {}


def test_a_name_that_is_near_another_is_taken_as_new_when_somebody_says_so(empty_desk, group_plan, tmp_path):
    """Then it is a party of its own; names that differ by a number were never in doubt."""
    rows = [(GROUP, name, "", "") for name in ("Станция натуралистов", "Станция натурлистов", "Школа № 1", "Школа № 2")]
    path = write_people(tmp_path / "members.xlsx", *rows, head=MEMBER_HEAD)
    assert [each.row for each in bring(empty_desk, path, group_plan).problems] == [3]
    import_people(empty_desk.office, empty_desk.actor(empty_desk.mary), path, group_plan, ["станция натурлистов"])
    assert len(members(empty_desk)) == 4


def test_the_sample_of_members_comes_in_whole(empty_desk, group_plan):
    """Four organisations, three of them with somebody to write to."""
    done = bring(empty_desk, REPOSITORY / "examples" / "members.xlsx", group_plan)
    assert done.problems == ()
    assert [len(each) for each in members(empty_desk).values()].count(1) == 3
    assert len(done.joined) == 4
