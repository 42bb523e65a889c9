"""From octets to unfolded lines (RFC 5545 section 3.1)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from notifications.calendar.lint.findings import Finding

LINE_OCTETS = 75
BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_CONTROL = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Line:
    """An unfolded content line and the number of its first piece."""

    number: int
    text: str


def read_lines(data: bytes) -> tuple[list[Line], list[Finding]]:
    """The unfolded lines, and what is wrong with the octets; what cannot be decoded is replaced, so reading goes on."""
    if not data:
        return [], [Finding(1, "empty")]
    findings = []
    if data.startswith(BYTE_ORDER_MARK):
        findings.append(Finding(1, "byte-order-mark"))
        data = data.removeprefix(BYTE_ORDER_MARK)
    lines: list[Line] = []
    for group in _folded_groups(_physical_lines(data, findings), findings):
        findings.extend(_check_encoding(group))
        unfolded = b"".join(piece for _, piece in group)
        lines.append(Line(group[0][0], unfolded.decode("utf-8", "replace")))
    return lines, findings


def _physical_lines(data: bytes, findings: list[Finding]) -> Iterator[tuple[int, bytes]]:
    """Number and octets of each line that is not blank, without its line break."""
    pieces = data.split(b"\n")
    unended = pieces.pop()
    if unended:
        pieces.append(unended)
    for number, piece in enumerate(pieces, start=1):
        line = piece.removesuffix(b"\r")
        if not piece.endswith(b"\r") or (unended and number == len(pieces)):
            findings.append(Finding(number, "line-ending"))
        findings.extend(_check_octets(number, line))
        if line:
            yield number, line


def _check_octets(number: int, line: bytes) -> Iterator[Finding]:
    if not line:
        yield Finding(number, "blank-line")
    if len(line) > LINE_OCTETS:
        yield Finding(number, "line-length", {"octets": len(line)})
    control = _CONTROL.search(line)
    if control:
        yield Finding(number, "control-character", {"character": f"0x{control[0][0]:02X}"})


def _folded_groups(lines: Iterator[tuple[int, bytes]], findings: list[Finding]) -> Iterator[list[tuple[int, bytes]]]:
    """The pieces of each content line, without the space or tab that marks a continuation."""
    group: list[tuple[int, bytes]] = []
    for number, line in lines:
        is_continuation = line.startswith((b" ", b"\t"))
        if is_continuation and not group:
            findings.append(Finding(number, "fold-without-line"))
        if group and not is_continuation:
            yield group
            group = []
        group.append((number, line[1:] if is_continuation else line))
    if group:
        yield group


def _check_encoding(group: list[tuple[int, bytes]]) -> Iterator[Finding]:
    """A piece that is no UTF-8 by itself was split if the whole is, and else is of another encoding."""
    broken = [number for number, piece in group if not _is_utf8(piece)]
    if broken:
        whole = b"".join(piece for _, piece in group)
        yield Finding(broken[0], "split-character" if _is_utf8(whole) else "not-utf8")


def _is_utf8(octets: bytes) -> bool:
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
