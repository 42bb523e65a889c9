"""What the linter can say."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.errors import N_

PROBLEMS: Mapping[str, str] = {
    "empty": N_("The file is empty. A feed without entries still needs BEGIN:VCALENDAR and END:VCALENDAR."),
    "byte-order-mark": N_("The file starts with a byte order mark. Save it as UTF-8 without one."),
    "line-ending": N_("The line does not end with CR LF. End every line, the last one too, with both."),
    "blank-line": N_("The line is blank. Remove it."),
    "line-length": N_("The line has {octets} octets. Fold it: at most 75 without the line break."),
    "control-character": N_("The line holds the control character {character}. Remove it."),
    "split-character": N_("A fold splits a UTF-8 character. Fold between characters."),
    "not-utf8": N_("The line is not UTF-8. Save the file as UTF-8."),
    "fold-without-line": N_("The file starts with a continuation line. Remove the space or tab before it."),
    "syntax": N_("The line is not NAME;PARAMETER=VALUE:VALUE. Check its name and the quotes of its parameters."),
    "repeated-parameter": N_("{property} has the parameter {parameter} more than once. Keep one."),
    "outside-calendar": N_("{property} stands outside BEGIN:VCALENDAR and END:VCALENDAR. Move or remove it."),
    "unbalanced": N_("END:{component} closes nothing that is open here. Pair every BEGIN with its END."),
    "unclosed": N_("BEGIN:{component} has no END. Add END:{component}; the file may be cut off."),
    "misplaced-component": N_("{component} may not stand where it does. Move or remove it."),
    "no-calendar": N_("There is no complete VCALENDAR in the file. Check that the feed was fetched whole."),
    "several-calendars": N_("A second VCALENDAR starts here; most programs read only the first. Put all into one."),
    "no-component": N_("{component} holds no component. Put at least one into it."),
    "missing-property": N_("{component} has no {property}. Add it."),
    "repeated-property": N_("{component} has {property} more than once. Keep one."),
    "exclusive-properties": N_("{component} has both {property} and {other}. Keep one of them."),
    "incomplete-pair": N_("{component} has {property} without {other}. Give both or neither."),
    "value-type": N_("{property} cannot be of type {type}. Give a type that RFC 5545 allows for it."),
    "missing-value-parameter": N_("{property} needs VALUE={type}. Add the parameter."),
    "value": N_("{value} is no {type}, as {property} needs. Correct the value."),
    "escaping": N_("{property} holds an unescaped comma, semicolon or backslash. Put a backslash before it."),
    "illegal-value": N_("{property} of {component} may not be {value}. Use one of: {allowed}."),
    "not-utc": N_("{property} is not in UTC. Give the instant in UTC, with Z at its end."),
    "zone-and-utc": N_("{property} is in UTC and names a zone too. Remove TZID."),
    "unknown-zone": N_("{property} names the zone {zone}, which no VTIMEZONE describes. Add that VTIMEZONE."),
    "type-mismatch": N_("{property} and {other} are of different types. Make both dates or both instants."),
    "end-not-after-start": N_("{property} is not after DTSTART. A whole day ends on the day after it."),
    "duplicate-uid": N_("UID {uid} was seen in line {first}. Give every entry its own, or its own RECURRENCE-ID."),
}
"""A stable code for each problem, and its words: English, the key of the catalogues, with `{placeholders}`."""


QUOTED_CHARACTERS = 40


@dataclass(frozen=True, slots=True)
class Finding:
    """One problem.

    Args:
        line: of the file, counted from 1; for a folded line the first piece.
        code: a key of `PROBLEMS`.
        details: for the placeholders of its words.
    """

    line: int
    code: str
    details: Mapping[str, str | int] = field(default_factory=dict)

    @property
    def message(self) -> str:
        """What is wrong and what to do, in English."""
        return PROBLEMS[self.code].format(**self.details)


def quoted(text: str) -> str:
    """The start of a text from the file, in ASCII: a stranger's file must not steer the terminal it is shown on."""
    return ascii(text[:QUOTED_CHARACTERS])[1:-1]
