"""Finding the sections of a plan: by number, by a path of numbers where they nest, by the beginning of a title."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from activities.plans import Plan, Section, list_sections
from activities.references import AmbiguousReferenceError
from activities.tables import section
from engine.errors import N_, OporaError

_WORDS = ("раздел", "section")


class UnknownSectionError(OporaError):
    """The plan has no such heading."""

    message = N_("The plan {plan} has no section “{section}”. See: opora plan show {plan}.")


def resolve_section(connection: Connection, plan: Plan, text: str) -> Section:
    """The one section that a person means: `IV`, `раздел IV`, `III/1`, or how its title begins.

    Raises:
        UnknownSectionError: the plan has none like it.
        AmbiguousReferenceError: several; lists them by their paths.
    """
    sections = list_sections(connection, plan.id)
    wanted = _without_word(text)
    by_path = _named(sections, wanted)
    found = by_path or [each for each in sections if each.title.casefold().startswith(wanted.casefold())]
    if not found or not wanted:
        raise UnknownSectionError(plan=plan.slug, section=text)
    if len(found) > 1:
        raise AmbiguousReferenceError.among(text, [(_path(sections, each), each.title) for each in found])
    return found[0]


def sections_within(connection: Connection, path: str) -> set[int]:
    """Row ids of the sections of all plans that a path of numbers (`III`, `III/1`) names, and of all below them."""
    rows = connection.execute(select(section).order_by(section.c.plan_id, section.c.position))
    sections = [Section(row.id, row.parent_id, row.number, row.title, row.level) for row in rows]
    return with_subsections(connection, {each.id for each in _named(sections, path)})


def with_subsections(connection: Connection, chosen: Collection[int]) -> set[int]:
    """Sections by row id, and all below them."""
    wider = set(chosen)
    while True:
        below = set(connection.execute(select(section.c.id).where(section.c.parent_id.in_(wider))).scalars())
        if below <= wider:
            return wider
        wider |= below


def _named(sections: Collection[Section], path: str) -> list[Section]:
    """Sections with the last number of the path, each under one with the number before it, at whatever depth."""
    by_id = {each.id: each for each in sections}
    numbers = [_fold(number) for number in path.split("/")]
    return [each for each in sections if numbers[-1] and _ends_with(_numbers_down_to(by_id, each), numbers)]


def _ends_with(down: list[str], wanted: list[str]) -> bool:
    """Whether the last of `down` is the last wanted one, and the others stand above it in the wanted order."""
    if down[-1:] != wanted[-1:]:
        return False
    above = iter(reversed(down[:-1]))
    return all(number in above for number in reversed(wanted[:-1]))


def _numbers_down_to(by_id: dict[int, Section], lowest: Section) -> list[str]:
    numbers: list[str] = []
    each: Section | None = lowest
    while each is not None:
        numbers.insert(0, _fold(each.number))
        each = by_id.get(each.parent_id) if each.parent_id else None
    return numbers


def _path(sections: Collection[Section], lowest: Section) -> str:
    return "/".join(filter(None, _numbers_down_to({each.id: each for each in sections}, lowest))).upper()


def _fold(number: str) -> str:
    return number.strip().rstrip(".").casefold()


def _without_word(text: str) -> str:
    """«раздел IV» means IV."""
    stripped = text.strip()
    first, _, rest = stripped.partition(" ")
    return rest.strip() if first.casefold() in _WORDS else stripped
