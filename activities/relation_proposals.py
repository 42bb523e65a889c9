"""Which rows a deadline may follow: «в период проведения инвентаризации», «по итогам конкурса» name another row.

Proposed only where no date was read, and only to rows whose titles have every word of what the deadline names.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from activities.deadlines.schedule import ScheduleKind
from activities.expansion import EVIDENCE_DAYS
from activities.importing.phrase import Phrase
from activities.kinds import runs_on
from activities.plan_activities import Activity
from activities.relations import Relation, RelationKind
from activities.spelling import same_but_ending, spelling_key
from engine.errors import N_

WITHIN_REASON = N_("“{deadline}” speaks of what row {row} names (“{title}”), so its days are taken.")
AFTER_REASON = N_(
    "“{deadline}” speaks of what comes of row {row} (“{title}”); {days} working days after it is a proposal."
)
COUNTED_REASON = N_("“{deadline}” counts from row {row} (“{title}”): {days} working days after it.")

_MARKERS = {
    **dict.fromkeys(("в период", "в ходе", "во время", "в рамках", "на время", "в дни"), RelationKind.WITHIN),
    **dict.fromkeys(("по итогам", "по результатам", "по окончании", "по завершении", "после"), RelationKind.AFTER),
}
# Words that say nothing about which row is meant.
_EMPTY = frozenset({"проведения", "проведении", "окончания", "завершения", "реализации", "мероприятия", "мероприятий"})
_NUMBERS = {"двух": 2, "трех": 3, "четырех": 4, "пяти": 5, "семи": 7, "десяти": 10}
_WORD = re.compile(r"[\w-]+")
_SHORTEST_NAME = 4
_DAYS_A_WEEK = 5
_MOST = 4


@dataclass(frozen=True, slots=True)
class RelationProposal:
    """A relation that a person may confirm, and why it is proposed."""

    relation: Relation
    reason: Phrase


@dataclass(frozen=True, slots=True)
class _Named:
    """What a deadline names, as folded words, and how it hangs on it; `days` None where the text counts none."""

    kind: RelationKind
    words: tuple[str, ...]
    days: int | None


def propose_relations(row: Activity, rows: Sequence[Activity]) -> tuple[RelationProposal, ...]:
    """The rows that a row may follow, in the plan's order: several where the text fits several, none where too many."""
    named = _read(row.deadline_text) if row.schedule.kind is ScheduleKind.UNDETERMINED else None
    if named is None:
        return ()
    leaders = [each for each in rows if each.id != row.id and _is_meant(each, named)]
    return tuple(_propose(row, each, named) for each in leaders) if len(leaders) <= _MOST else ()


def _read(deadline: str) -> _Named | None:
    words = _WORD.findall(spelling_key(deadline))
    for at in range(len(words)):
        for length in (2, 1):
            kind = _MARKERS.get(" ".join(words[at : at + length]))
            if kind is not None:
                names = tuple(word for word in words[at + length :] if _is_name(word))
                return _Named(kind, names, _count_days(words[:at])) if names else None
    return None


def _is_name(word: str) -> bool:
    return len(word) >= _SHORTEST_NAME and word not in _EMPTY


def _count_days(words: Sequence[str]) -> int | None:
    """«В течение 3 рабочих дней», «двух недель»: a number of working days; weeks count five."""
    number = next((int(word) if word.isdigit() else _NUMBERS[word] for word in words if _is_number(word)), None)
    if number is None:
        return None
    if any(word.startswith("недел") for word in words):
        return number * _DAYS_A_WEEK
    return number if any(word.startswith(("дн", "день")) for word in words) else None


def _is_number(word: str) -> bool:
    return word.isdigit() or word in _NUMBERS


def _is_meant(leader: Activity, named: _Named) -> bool:
    title = list(_title_words(leader))
    return not runs_on(leader.schedule) and all(
        any(word == other or same_but_ending(word, other) for other in title) for word in named.words
    )


def _title_words(row: Activity) -> Iterator[str]:
    return (match[0] for match in _WORD.finditer(spelling_key(row.title)))


def _propose(row: Activity, leader: Activity, named: _Named) -> RelationProposal:
    details = {"deadline": row.deadline_text, "row": leader.reference, "title": leader.title}
    if named.kind is RelationKind.WITHIN:
        return RelationProposal(Relation(row.id, leader.id, named.kind), Phrase(WITHIN_REASON, details))
    days = EVIDENCE_DAYS if named.days is None else named.days
    template = AFTER_REASON if named.days is None else COUNTED_REASON
    return RelationProposal(Relation(row.id, leader.id, named.kind, days), Phrase(template, details | {"days": days}))
