"""One finding of the doctor."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from engine.errors import OporaError


class Level(StrEnum):
    """How grave it is; a failure makes `opora doctor` exit with 1."""

    GOOD = "good"
    NOTICE = "notice"
    FAILURE = "failure"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found.

    Attributes:
        check: the check's name, for programs.
        text: marked; says what is so, and of trouble what to do next.
        details: values for the placeholders of `text`; an error among them is translated too.
    """

    check: str
    level: Level
    text: str
    details: Mapping[str, Any] = field(default_factory=dict)


def good(check: str, text: str, **details: Any) -> Finding:
    """All is well."""
    return Finding(check, Level.GOOD, text, details)


def notice(check: str, text: str, **details: Any) -> Finding:
    """It works, but a person should know."""
    return Finding(check, Level.NOTICE, text, details)


def failure(check: str, text: str, **details: Any) -> Finding:
    """It does not work."""
    return Finding(check, Level.FAILURE, text, details)


def refused(check: str, error: OporaError) -> Finding:
    """What an error says, which names the remedy."""
    return Finding(check, Level.FAILURE, error.message, error.details)


Findings = Iterator[Finding]
