"""What is wrong in a workflow file: each finding with its line, the fault, and what to do."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path

from engine.errors import N_, OporaError, Sentence, Sentences

UNKNOWN_KEY = N_("the key “{name}” is not known here. Known: {known}")
MISSPELT_KEY = N_("the key “{name}” is not known here, perhaps “{likely}”? Known: {known}")
UNKNOWN = N_("“{name}” is not known under “{key}”. Known: {known}")
MISSPELT = N_("“{name}” is not known under “{key}”, perhaps “{likely}”? Known: {known}")
AT_LINE = N_("  line {line}: {fault}")


class WorkflowFileError(OporaError):
    """A workflow file that cannot be used."""

    message = N_("The workflow file {path} cannot be used:\n{findings}")

    def __init__(self, path: Path, findings: Collection["Finding"]) -> None:
        self.findings = sorted(findings, key=lambda finding: finding.line)
        told = Sentences(Sentence(AT_LINE, {"line": each.line, "fault": each.fault}) for each in self.findings)
        super().__init__(path=path, findings=told)


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong in a workflow file, with the line (from 1) and what to do."""

    line: int
    fault: Sentence


@dataclass(frozen=True, slots=True)
class Lines:
    """Where each part of a definition stands in its file.

    `("transition", 3)`, its key `("transition", 3, "guards")`, a rung `("ladder", 1, 2)`.
    """

    known: dict[tuple[str | int, ...], int] = field(default_factory=dict)

    def of(self, *part: str | int) -> int:
        """The line of a part or key, where unknown that of what it belongs to, at last 1."""
        return self.known.get(part) or (self.of(*part[:-1]) if part else 1)


def find(line: int, fault: str, **values: object) -> Finding:
    """A finding from a marked text and its values."""
    return Finding(line, Sentence(fault, values))


def find_unknown(line: int, key: str, names: Collection[str], known: Collection[str]) -> Iterator[Finding]:
    """Each name that is not known, with the likely one where one is that near.

    Args:
        line: where it stands.
        key: under which it stands.
        names: what stands there.
        known: what may.
    """
    for name in names:
        if name not in known:
            likely, told = _likely(name, known), {"name": name, "key": key, "known": ", ".join(sorted(known))}
            yield find(line, MISSPELT, likely=likely, **told) if likely else find(line, UNKNOWN, **told)


def find_unknown_key(line: int, name: str, known: Collection[str]) -> Finding:
    """A key that may not stand where it stands, with the likely one where one is that near."""
    likely, told = _likely(name, known), {"name": name, "known": ", ".join(sorted(known))}
    return find(line, MISSPELT_KEY, likely=likely, **told) if likely else find(line, UNKNOWN_KEY, **told)


def _likely(name: str, known: Collection[str]) -> str | None:
    return next(iter(get_close_matches(name, known, n=1)), None)
