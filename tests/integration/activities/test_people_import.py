"""People from a table: all rows, or none."""

from pathlib import Path

import pytest
from openpyxl import Workbook

from activities.enrolment import EnrolmentRefusedError
from activities.parties import get_party, list_parties
from activities.people import find_person, list_people
from activities.people_import import PeopleFileError, import_people
from activities.roles import Role, Scope, list_roles
from activities.tables import contact, party, person, role_grant
from tests.fixtures.tools import REPOSITORY

HEAD = ("Фамилия Имя Отчество", "Должность", "Организация", "Электронная почта", "Роль", "Где", "Язык")


def write_people(path: Path, *rows: tuple[str, ...], head: tuple[str, ...] = HEAD) -> Path:
    """A workbook with these rows."""
    book = Workbook()
    for row in (head, *rows):
        book.active.append(row)
    book.save(path)
    return path


def bring(desk, path, plan=None, by=None):
    """Import as the coordinator."""
    return import_people(desk.office, desk.actor(by or desk.mary), path, plan)


def roles(desk, email):
    """What a person was granted."""
    with desk.office.store.read() as connection:
        found = find_person(connection, email)
        return list_roles(connection, found.id) if found else None


def test_the_sample_comes_in_whole(empty_desk):
    """Every person of the sample workbook is added, with roles, sections and the parties they speak for."""
    plan = empty_desk.bring(
        "План на 2026 год\n\nIV Педагоги\n1 | Отчёт | МОЦ, Отдел образования | отчёт | до 1 июня\n"
    ).plan
    done = bring(empty_desk, REPOSITORY / "examples" / "people.xlsx", plan)
    assert done.problems == ()
    assert len(done.enrolled) == 13
    assert all(each.is_new for each in done.enrolled)
    assert roles(empty_desk, "kornilov@parus.example.org") == [(Role.APPROVER, Scope())]
    ((role, scope),) = roles(empty_desk, "tihonova@parus.example.org")
    assert role is Role.APPROVER
    assert scope.section_id is not None
    assert roles(empty_desk, "gromova@parus.example.org") == []
    with empty_desk.office.store.read() as connection:
        centre = get_party(connection, "МОЦ")
    assert [each.email for each in centre.contacts] == ["gromova@parus.example.org"]


def test_the_organisation_of_others_is_no_contact(empty_desk, tmp_path):
    """Who approves does not answer for their organisation: it stands beside the position."""
    row = ("Корнилов А. П.", "директор", "МОЦ", "kornilov@moc.example", "утверждающий", "везде", "ru")
    bring(empty_desk, write_people(tmp_path / "people.xlsx", row))
    with empty_desk.office.store.read() as connection:
        assert find_person(connection, "kornilov@moc.example").position == "директор, МОЦ"
        assert list_parties(connection) == []


def test_a_new_organisation_becomes_a_party_and_a_known_one_is_found(empty_desk, draft, tmp_path):
    """However the organisation is spelled, its contact belongs to the party of the plan."""
    rows = [
        ("Иванов И. И.", "", "школа №12", "ivanov@school.example", "ответственный", "", ""),
        ("Петров П. П.", "", "Музей", "petrov@museum.example", "ответственный", "", ""),
    ]
    done = bring(empty_desk, write_people(tmp_path / "people.xlsx", *rows), draft)
    assert [each.party for each in done.enrolled] == ["Школа № 12", "Музей"]


def test_again_adds_nothing(empty_desk, draft, tmp_path):
    """The same file a second time knows everybody and changes no row."""
    rows = [
        ("Иванов И. И.", "", "Школа № 12", "ivanov@school.example", "ответственный", "", ""),
        ("Корнилов А. П.", "", "", "kornilov@moc.example", "утверждающий", "раздел II", "en"),
    ]
    path = write_people(tmp_path / "people.xlsx", *rows)
    bring(empty_desk, path, draft)
    before = [empty_desk.rows(table) for table in (person, role_grant, contact, party)]
    done = bring(empty_desk, path, draft)
    assert [(each.is_new, each.role) for each in done.enrolled] == [(False, None), (False, None)]
    assert [empty_desk.rows(table) for table in (person, role_grant, contact, party)] == before


GOOD = ("Иванов И. И.", "", "Школа № 12", "ivanov@school.example", "ответственный", "", "")


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("", "", "МОЦ", "a@b.example", "ответственный", "", ""), "no name"),
        (("Аня", "", "МОЦ", "a(at)b", "ответственный", "", ""), "not a mail address"),
        (("Аня", "", "МОЦ", "a@b.example", "директор", "везде", ""), "no role"),
        (("Аня", "", "МОЦ", "a@b.example", "утверждающий", "", ""), "where the role holds"),
        (("Аня", "", "", "a@b.example", "ответственный", "", ""), "organisation"),
        (("Аня", "", "", "a@b.example", "утверждающий", "раздел X", ""), "no section"),
        (("Аня", "", "", "a@b.example", "утверждающий", "мероприятие 9.9", ""), "Nothing is called"),
        (("Аня", "", "", "a@b.example", "утверждающий", "иногда", ""), "no place"),
        (("Аня", "", "МОЦ", "a@b.example", "ответственный", "", "de"), "ru or en"),
        (("Пётр", "", "МОЦ", "ivanov@school.example", "ответственный", "", ""), "belongs to Иванов"),
        (("Мария", "", "МОЦ", "mary@moc.example", "ответственный", "", ""), "belongs to Зимина"),
    ],
)
def test_one_wrong_row_stops_all(empty_desk, draft, tmp_path, row, words):
    """What is wrong is told with the row's number, and nobody is added."""
    before = [empty_desk.rows(table) for table in (person, role_grant, contact, party)]
    done = bring(empty_desk, write_people(tmp_path / "people.xlsx", GOOD, row), draft)
    assert [problem.row for problem in done.problems] == [3]
    assert words in done.problems[0].phrase.say()
    assert done.enrolled == ()
    assert [empty_desk.rows(table) for table in (person, role_grant, contact, party)] == before


def test_a_section_needs_a_plan(empty_desk, tmp_path):
    """Without a plan a section cannot be looked up, and the row says so."""
    row = ("Аня", "", "", "a@b.example", "утверждающий", "раздел I", "")
    done = bring(empty_desk, write_people(tmp_path / "people.xlsx", row))
    assert "Import the plan first" in done.problems[0].phrase.say()


def test_a_file_without_people_is_refused(empty_desk, tmp_path):
    """Other columns, another kind of file or no file at all: one error."""
    (tmp_path / "notes.xlsx").write_bytes(b"no workbook")
    paths = [
        write_people(tmp_path / "other.xlsx", ("1", "2"), head=("Класс", "Число")),
        tmp_path / "notes.xlsx",
        tmp_path / "missing.xlsx",
    ]
    for path in paths:
        with pytest.raises(PeopleFileError):
            bring(empty_desk, path)


def test_only_who_may_brings_people(empty_desk, tmp_path):
    """An approver brings nobody in."""
    with pytest.raises(EnrolmentRefusedError):
        bring(empty_desk, write_people(tmp_path / "people.xlsx", GOOD), by=empty_desk.head)
    with empty_desk.office.store.read() as connection:
        assert len(list_people(connection)) == 6
