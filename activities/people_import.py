"""People from a table (.xlsx, .csv): one row is one role of one person. All of it is stored, or nothing.

| column | what it holds |
|---|---|
| Фамилия Имя Отчество, Электронная почта | needed |
| Роль | координатор, утверждающий, ответственный, организатор, наблюдатель, аудитор, администратор |
| Где | «везде», «раздел IV», «мероприятие 1.6.1»; empty for who answers wherever the plan names the organisation |
| Должность, Организация, Язык | ru or en; Russian where empty |
| Группа | the group of the plan that the organisation belongs to; such a row needs no person |

An organisation that is spelled nearly like a known one is asked about. What a file does not say stays as it is.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection

from activities.acting import Actor
from activities.enrolment import check_enrolling
from activities.importing.confinement import read_table
from activities.importing.errors import PlanFileError
from activities.importing.folding import fold
from activities.importing.phrase import Phrase
from activities.importing.source import Row, Table
from activities.office import Office
from activities.parties import ensure_exact_party, get_party, insert_contact, list_parties
from activities.party_members import insert_member
from activities.people import (
    BadAddressError,
    Person,
    PersonInactiveError,
    find_person,
    fold_address,
    insert_person,
)
from activities.people_organisations import Organisations
from activities.plan_activities import resolve_activity
from activities.plans import Plan
from activities.references import AmbiguousReferenceError, MalformedReferenceError, UnknownReferenceError
from activities.roles import Role, Scope, insert_role, list_roles
from activities.sections import UnknownSectionError, resolve_section
from engine.errors import N_, OporaError
from engine.unit_of_work import UnitOfWork

_COLUMNS = {
    "name": ("фамилия имя отчество", "фио", "ф.и.о.", "имя", "name"),
    "position": ("должность", "position"),
    "organisation": ("организация", "organisation", "organization"),
    "email": ("электронная почта", "почта", "e-mail", "email"),
    "role": ("роль", "role"),
    "place": ("где", "where"),
    "language": ("язык", "language"),
    "group": ("группа", "входит в группу", "group"),
}
_ROLES = {
    "координатор": Role.COORDINATOR,
    "утверждающий": Role.APPROVER,
    "ответственный": Role.RESPONSIBLE,
    "организатор": Role.ORGANISER,
    "наблюдатель": Role.OBSERVER,
    "аудитор": Role.AUDITOR,
    "администратор": Role.ADMINISTRATOR,
    **{role.value: role for role in Role if role is not Role.SUBMITTER},
}
_EVERYWHERE = frozenset({"везде", "everywhere"})
_LANGUAGES = frozenset({"ru", "en"})
_LONGEST_HEADER_SEARCH = 10


class PeopleFileError(OporaError):
    """A file in which no table of people was found."""

    message = N_(
        "“{file}” holds no table of people. Its first row names the columns, at least "
        "«Фамилия Имя Отчество» and «Электронная почта»; see examples/people.xlsx."
    )


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a row, numbered as the file's program numbers it."""

    row: int | None
    phrase: Phrase


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What a row did: the person, whether they are new, and what they are now.

    Attributes:
        role: given by this row, None where it was held already or none was named.
        party: the name of the party that they now speak for, empty where the row names none.
    """

    person: Person
    is_new: bool
    role: Role | None
    party: str


@dataclass(frozen=True, slots=True)
class Joined:
    """An organisation that belongs to a group from this import on."""

    group_id: int
    group: str
    member: str


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """What an import did; with problems it did nothing."""

    enrolled: tuple[Enrolled, ...]
    problems: tuple[Problem, ...]
    joined: tuple[Joined, ...] = ()


@dataclass(frozen=True, slots=True)
class _Entry:
    """A row that can be stored; without a name it is about an organisation alone."""

    name: str
    email: str
    position: str
    language: str
    role: Role | None
    scope: Scope | None
    party: str
    member: str
    group: str


def import_people(
    office: Office, actor: Actor | None, path: Path, plan: Plan | None, new: Collection[str] = ()
) -> PeopleImport:
    """Store all rows, or none and say what is wrong with which.

    Args:
        office: where.
        actor: who does it; nobody as long as there is no coordinator or administrator.
        path: the file.
        plan: where sections and activities are looked up.
        new: organisations that are no slip of a known one, however near they are spelled.

    Raises:
        PeopleFileError: no table of people.
        EnrolmentRefusedError: the actor may not.
    """
    rows = list(_read_rows(path))
    with office.store.write() as work:
        check_enrolling(work.connection, actor)
        organisations = Organisations(list_parties(work.connection), new)
        entries, problems = _check(work.connection, rows, plan, organisations)
        if problems:
            return PeopleImport((), tuple(problems))
        enrolled = tuple(_store(work, entry) for entry in entries if entry.name)
        joined = [_join(work, entry) for entry in entries if entry.group]
        return PeopleImport(enrolled, (), tuple(each for each in joined if each))


def _read_rows(path: Path) -> Iterator[tuple[int | None, Mapping[str, str]]]:
    """The rows below the header with a text in them, as row number and text by column."""
    try:
        source = read_table(path)
    except PlanFileError as error:
        raise PeopleFileError(file=path.name) from error
    for table in source.tables():
        header, below = _find_header(table)
        if {"name", "email"} <= set(header.values()):
            for row in below:
                texts = {header[cell.column]: fold(cell.text) for cell in row.cells if cell.column in header}
                if any(texts.values()):
                    yield row.place.row, texts
            return
    raise PeopleFileError(file=path.name)


def _find_header(table: Table) -> tuple[dict[int, str], Sequence[Row]]:
    """Which column holds what, and the rows below."""
    for index, row in enumerate(table.rows[:_LONGEST_HEADER_SEARCH]):
        texts = {cell.column: fold(cell.text).casefold() for cell in row.cells}
        header = {at: name for at, text in texts.items() for name, words in _COLUMNS.items() if text in words}
        if {"name", "email"} <= set(header.values()):
            return header, table.rows[index + 1 :]
    return {}, ()


def _check(
    connection: Connection,
    rows: Sequence[tuple[int | None, Mapping[str, str]]],
    plan: Plan | None,
    organisations: Organisations,
) -> tuple[list[_Entry], list[Problem]]:
    entries: list[_Entry] = []
    problems: list[Problem] = []
    names: dict[str, str] = {}
    for number, texts in rows:
        found = [*_find_in_organisation(texts, organisations), *_find_problems(connection, texts, names, plan)]
        problems += [Problem(number, phrase) for phrase in found]
        if not found:
            entries.append(_entry(connection, texts, plan))
    return entries, problems


def _is_about_person(texts: Mapping[str, str]) -> bool:
    """Whether a row names somebody; one with a group may name an organisation alone."""
    named = any(texts.get(name) for name in ("name", "email", "role", "place", "position"))
    return named or not texts.get("group")


def _find_in_organisation(texts: Mapping[str, str], organisations: Organisations) -> Iterator[Phrase]:
    name, group = texts.get("organisation", ""), texts.get("group", "")
    if group:
        problem = organisations.find_problem_of_member(name, group)
        if problem is not None:
            yield problem
            return
    if name and (group or _speaks_for(texts)):
        problem = organisations.find_problem(name)
        if problem is not None:
            yield problem


def _find_problems(
    connection: Connection, texts: Mapping[str, str], names: dict[str, str], plan: Plan | None
) -> Iterator[Phrase]:
    if not _is_about_person(texts):
        return
    yield from _find_in_person(connection, texts, names)
    role, place = texts.get("role", "").casefold(), texts.get("place", "")
    if role and role not in _ROLES:
        yield Phrase(N_("“{role}” is no role. Known: {known}."), {"role": role, "known": ", ".join(_russian_roles())})
    elif role and not place and _ROLES[role] is not Role.RESPONSIBLE:
        yield Phrase(N_("Say where the role holds: «везде», «раздел IV» or «мероприятие 1.6.1»."))
    elif role and not place and not texts.get("organisation"):
        yield Phrase(N_("Who is responsible needs an organisation, or a place such as «раздел IV»."))
    if place:
        try:
            _scope(connection, place, plan)
        except (UnknownPlaceError, UnknownSectionError, UnknownReferenceError, AmbiguousReferenceError) as error:
            yield Phrase(error.message, error.details)
        except MalformedReferenceError as error:
            yield Phrase(error.message, error.details)


def _find_in_person(connection: Connection, texts: Mapping[str, str], names: dict[str, str]) -> Iterator[Phrase]:
    name, typed, language = texts.get("name", ""), texts.get("email", ""), texts.get("language", "").lower()
    if not name:
        yield Phrase(N_("There is no name."))
    if language and language not in _LANGUAGES:
        yield Phrase(N_("The language is ru or en, not “{language}”."), {"language": language})
    try:
        email = fold_address(typed)
    except BadAddressError as error:
        yield Phrase(error.message, error.details)
        return
    known = find_person(connection, email)
    if known and not known.active:
        yield Phrase(PersonInactiveError.message, {"name": known.name, "short_id": known.short_id})
    other = known.name if known else names.setdefault(email, name)
    if name and other != name:
        details = {"email": email, "name": name, "other": other}
        yield Phrase(N_("{email} belongs to {other}, but stands beside {name} here."), details)


class UnknownPlaceError(OporaError):
    """A place that is neither everywhere nor a section nor an activity."""

    message = N_("“{place}” is no place for a role. Write «везде», «раздел IV» or «мероприятие 1.6.1».")


class PlaceNeedsPlanError(UnknownPlaceError):
    """A section or an activity, and no one plan to look it up in."""

    message = N_("“{place}” lies in a plan. Import the plan first, or say which one with --plan.")


def _scope(connection: Connection, place: str, plan: Plan | None) -> Scope:
    first, _, rest = place.partition(" ")
    if place.casefold() in _EVERYWHERE:
        return Scope()
    if first.casefold() not in {"раздел", "section", "мероприятие", "activity"} or not rest:
        raise UnknownPlaceError(place=place)
    if plan is None:
        raise PlaceNeedsPlanError(place=place)
    if first.casefold() in {"раздел", "section"}:
        return Scope(section_id=resolve_section(connection, plan, rest).id)
    return Scope(activity_id=resolve_activity(connection, rest if ":" in rest else f"{plan.slug}:{rest}").id)


def _russian_roles() -> list[str]:
    return list(_ROLES)[:7]


def _speaks_for(texts: Mapping[str, str]) -> bool:
    """Whether who stands in a row answers for the organisation: named as responsible, or beside a member of a group."""
    role = _ROLES.get(texts.get("role", "").casefold())
    is_contact = role is Role.RESPONSIBLE or (role is None and bool(texts.get("group")) and bool(texts.get("name")))
    return is_contact and not texts.get("place")


def _entry(connection: Connection, texts: Mapping[str, str], plan: Plan | None) -> _Entry:
    role = _ROLES.get(texts.get("role", "").casefold())
    place, organisation = texts.get("place", ""), texts.get("organisation", "")
    speaks_for = _speaks_for(texts)
    # Who answers for a party is its contact; of others the organisation is kept beside their position.
    position = [texts.get("position", ""), "" if speaks_for else organisation]
    return _Entry(
        name=texts.get("name", ""),
        email=texts.get("email", ""),
        position=", ".join(filter(None, position)),
        language=texts.get("language", "").lower() or "ru",
        role=role,
        scope=_scope(connection, place, plan) if place else None,
        party=organisation if speaks_for else "",
        member=organisation,
        group=texts.get("group", ""),
    )


def _store(work: UnitOfWork, entry: _Entry) -> Enrolled:
    known = find_person(work.connection, fold_address(entry.email))
    person = known or insert_person(work, entry.email, entry.name, entry.position, entry.language)
    given = None
    if entry.role and entry.scope and (entry.role, entry.scope) not in list_roles(work.connection, person.id):
        insert_role(work, person.id, entry.role, entry.scope)
        given = entry.role
    party = ""
    if entry.party:
        # By exactly this spelling: what is near to another was asked about.
        named = ensure_exact_party(work, entry.party)
        insert_contact(work, named.party_id, person.id)
        party = named.name
    return Enrolled(person, is_new=known is None, role=given, party=party)


def _join(work: UnitOfWork, entry: _Entry) -> Joined | None:
    """Let the row's organisation belong to its group; None where it does already."""
    group = get_party(work.connection, entry.group)
    member = ensure_exact_party(work, entry.member)
    return Joined(group.id, group.name, member.name) if insert_member(work, group.id, member) else None
