"""How people name a thing on the command line and in a table: a reference, parsed but not yet looked up.

    REF = SHORT-ID | [PLAN:][SECTION/]NUMBER[@PERIOD][~MEMBER]

`o-7k3f9q`, `1.6.1@2026-09`, `moc-2026:III/1`, `5.3.4~school-12`.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from activities.short_ids import find_short_id
from activities.spelling import spelling_key
from engine.errors import N_, OporaError

_REFERENCE = re.compile(
    r"""
    (?:(?P<plan>[^\s:/@~]+):)?      # a slug set at import
    (?:(?P<section>[^\s:@~]+)/)?    # where numbering starts anew in each section; sections may nest
    (?P<number>[^\s:/@~]+?)\.?      # as the plan writes it; a full stop at its end says nothing
    (?:@(?P<period>[^\s:/@~]+))?    # an occurrence's key, or the beginning of one
    (?:~(?P<member>[^\s:/@~]+))?    # one member of a group party
    """,
    re.VERBOSE,
)


def member_text(name: str) -> str:
    """A member's name as it stands in a reference: “Школа № 12” is `Школа-№-12`."""
    return re.sub(r"[\s:/@~]+", "-", name)


def member_slug(name: str) -> str:
    """What a member's name, as it is or as in a reference, has in common however it is typed."""
    return re.sub(r"[\s:/@~]+", "-", spelling_key(name.replace("-", " "))).strip("-")


class MalformedReferenceError(OporaError):
    """A text that is no reference."""

    message = N_(
        "“{reference}” is no reference. Write a short id such as o-7k3f9q, or the number in the plan, "
        "with what makes it unique: 1.6.1, 1.6.1@2026-09, moc-2026:III/1, 5.3.4~school-12."
    )


class UnknownReferenceError(OporaError):
    """A well-formed reference that names nothing."""

    message = N_("Nothing is called “{reference}”. `opora activity list` shows what there is, with short ids.")


class AmbiguousReferenceError(OporaError):
    """A reference that names several things; the message lists them with their short ids."""

    message = N_("“{reference}” names several. Use the short id of the one you mean:\n{candidates}")

    @classmethod
    def among(cls, reference: str, candidates: Iterable[tuple[str, str]]) -> "AmbiguousReferenceError":
        """The error over (short id, how the thing is called) pairs."""
        lines = "\n".join(f"  {short_id}  {called}" for short_id, called in candidates)
        return cls(reference=reference, candidates=lines)


@dataclass(frozen=True, slots=True)
class Reference:
    """The parts of a reference as typed: either `short_id` alone, or `number` with what narrows it."""

    plan: str | None = None
    section: str | None = None
    number: str | None = None
    period: str | None = None
    member: str | None = None
    short_id: str | None = None

    def __str__(self) -> str:
        """The reference as it is typed."""
        if self.short_id is not None:
            return self.short_id
        before = (f"{self.plan}:" if self.plan else "") + (f"{self.section}/" if self.section else "")
        after = (f"@{self.period}" if self.period else "") + (f"~{self.member}" if self.member else "")
        return f"{before}{self.number}{after}"


def parse_reference(text: str) -> Reference:
    """The parts of what was typed.

    Raises:
        MalformedReferenceError: it is none.
    """
    typed = text.strip()
    short_id = find_short_id(typed)
    if short_id is not None:
        return Reference(short_id=short_id)
    match = _REFERENCE.fullmatch(typed)
    if match is None or not any(sign.isalnum() for sign in match["number"]):
        raise MalformedReferenceError(reference=text)
    return Reference(**match.groupdict())


def period_matches(key: str, typed: str) -> bool:
    """Whether a typed period names an occurrence's key, in whole or by its beginning up to a `-` or `..`.

    `2026-05` names `2026-05..2026-06` and `2026-05-12`, but `2026-0` and `no1` do not name `2026-05` and `no12`.
    """
    whole, beginning = key.casefold(), typed.casefold()
    return whole == beginning or whole.startswith((f"{beginning}-", f"{beginning}.."))


def matching_periods(keys: Iterable[str], typed: str) -> tuple[str, ...]:
    """The keys that a typed period names: the one that it equals, or else all that begin with it."""
    named = tuple(key for key in keys if period_matches(key, typed))
    exact = tuple(key for key in named if key.casefold() == typed.casefold())
    return exact or named
