"""From an unfolded line to name, parameters and value."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from notifications.calendar.lint.findings import Finding
from notifications.calendar.lint.lines import Line

_NAME = "[A-Za-z0-9-]+"
_PARAMETER_VALUE = '(?:"[^"]*"|[^";:,]*)'
_PARAMETER = re.compile(f";({_NAME})=({_PARAMETER_VALUE}(?:,{_PARAMETER_VALUE})*)")
_CONTENT_LINE = re.compile(f"({_NAME})((?:;{_NAME}={_PARAMETER_VALUE}(?:,{_PARAMETER_VALUE})*)*):(.*)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Property:
    """A content line: names in capitals, values as they stand."""

    line: int
    name: str
    parameters: Mapping[str, str]
    value: str


def read_properties(lines: Sequence[Line]) -> tuple[list[Property], list[Finding]]:
    """The properties, BEGIN and END among them, and the lines that are none."""
    properties, findings = [], []
    for line in lines:
        match = _CONTENT_LINE.fullmatch(line.text)
        if match is None:
            findings.append(Finding(line.number, "syntax"))
            continue
        name, name_value_pairs, value = match[1].upper(), _PARAMETER.findall(match[2]), match[3]
        parameters = {parameter.upper(): text.strip('"') for parameter, text in name_value_pairs}
        if len(parameters) < len(name_value_pairs):
            findings.append(_repeated(line, name, [parameter.upper() for parameter, _ in name_value_pairs]))
        properties.append(Property(line.number, name, parameters, value))
    return properties, findings


def _repeated(line: Line, name: str, parameters: list[str]) -> Finding:
    twice = next(parameter for parameter in parameters if parameters.count(parameter) > 1)
    return Finding(line.number, "repeated-parameter", {"property": name, "parameter": twice})
