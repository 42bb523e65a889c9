"""How answers are written for people and read back, in every language: the words of the prompt and of the sheet.

Stored is one plain value: `accept`, `wait`, `noted`, `apart`, a kind, standings joined by commas,
`within row a-7k3f9q`, `after row a-7k3f9q + 5`, or a text as typed: another deadline, another party.
"""

import re
from collections.abc import Iterator, Sequence

from activities.importing.folding import fold
from activities.parties import Standing
from activities.plan_activities import Activity
from activities.relations import Relation, RelationKind
from activities.review_question import ACCEPT, APART, NOTED, WAIT, Topic
from activities.voice import Voice
from engine.errors import N_, OporaError

_SET = {
    Topic.DEADLINE: {ACCEPT: N_("read rightly"), WAIT: N_("no date for now")},
    Topic.KIND: {"event": N_("event"), "deliverable": N_("deliverable"), "ongoing": N_("ongoing work")},
    Topic.PARTY: {APART: N_("a party of its own")},
    Topic.STANDING: {
        Standing.EXECUTOR.value: N_("executor"),
        Standing.CO_EXECUTOR.value: N_("co-executor"),
        Standing.ORGANISER.value: N_("organiser"),
        Standing.INFORMED.value: N_("informed"),
    },
    Topic.FINDING: {NOTED: N_("noted")},
}
_RELATIONS = {
    RelationKind.WITHIN: N_("within row {row}"),
    RelationKind.AFTER: N_("after row {row} + {days}"),
}
_PLAIN = {RelationKind.WITHIN: "within row {row}", RelationKind.AFTER: "after row {row} + {days}"}


class UnknownRowError(OporaError):
    """An answer names a row that is not in the plan, or not one alone."""

    message = N_("“{row}” is no row of this plan, or several. Use its short id: opora activity list.")


def relation_value(relation: Relation, rows: Sequence[Activity]) -> str:
    """A relation as an answer, by short id."""
    leader = next(each for each in rows if each.id == relation.leader_id)
    return _PLAIN[relation.kind].format(row=leader.short_id, days=relation.working_days)


def find_relation(value: str, follower: Activity, rows: Sequence[Activity]) -> Relation | None:
    """The relation that an answer says, None where it says another thing.

    Raises:
        UnknownRowError: of a row that is not in the plan.
    """
    for kind, template in _PLAIN.items():
        match = _pattern(template).fullmatch(value)
        if match:
            leader = _row(match["row"], rows)
            return Relation(follower.id, leader.id, kind, int(match.groupdict().get("days") or 0))
    return None


def say_answer(topic: Topic, value: str, rows: Sequence[Activity], voice: Voice) -> str:
    """An answer in a person's words."""
    if topic is Topic.STANDING:
        return ", ".join(_say_set(topic, each, voice) for each in value.split(","))
    for kind, template in _PLAIN.items():
        match = _pattern(template).fullmatch(value) if topic is Topic.DEADLINE else None
        if match:
            known = {each.short_id: each for each in rows}
            leader = known.get(match["row"])
            return voice.translate(_RELATIONS[kind], **match.groupdict() | {"row": _name(leader, rows, match["row"])})
    return _say_set(topic, value, voice)


def read_answer(topic: Topic, text: str, rows: Sequence[Activity], voices: Sequence[Voice]) -> str:
    """The value that a person's words mean, in any of the languages; words that mean none are taken as typed.

    Raises:
        UnknownRowError: of a row that is not in the plan.
    """
    typed = fold(text)
    if topic is Topic.STANDING:
        return ",".join(_read_set(topic, each.strip(), voices) for each in typed.split(","))
    if topic is Topic.DEADLINE:
        for kind, pattern in _relation_patterns(voices):
            if match := pattern.fullmatch(typed):
                return _PLAIN[kind].format(**match.groupdict() | {"row": _row(match["row"], rows).short_id})
    return _read_set(topic, typed, voices)


def _say_set(topic: Topic, value: str, voice: Voice) -> str:
    word = _SET[topic].get(value)
    return voice.translate(word) if word else value


def _read_set(topic: Topic, typed: str, voices: Sequence[Voice]) -> str:
    said = {voice.translate(word).casefold(): value for voice in voices for value, word in _SET[topic].items()}
    return said.get(typed.casefold(), typed)


def _relation_patterns(voices: Sequence[Voice]) -> Iterator[tuple[RelationKind, re.Pattern[str]]]:
    for kind, template in _RELATIONS.items():
        for voice in voices:
            yield kind, _pattern(voice.translate(template, row="{row}", days="{days}"))


def _pattern(template: str) -> re.Pattern[str]:
    """A template's texts with anything in the place of its values."""
    written = re.escape(template).replace(r"\{row\}", r"(?P<row>\S+)").replace(r"\{days\}", r"(?P<days>\d{1,3})")
    return re.compile(written.replace(r"\ ", r"\s+"), re.IGNORECASE)


def _row(text: str, rows: Sequence[Activity]) -> Activity:
    wanted = text.casefold().rstrip(".")
    named = [each for each in rows if wanted in {each.number.casefold().rstrip("."), each.short_id.casefold()}]
    if len(named) != 1:
        raise UnknownRowError(row=text)
    return named[0]


def _name(leader: Activity | None, rows: Sequence[Activity], short_id: str) -> str:
    """A row's number where no other row has it, else its short id."""
    if leader is None or not leader.number or sum(each.number == leader.number for each in rows) > 1:
        return short_id
    return leader.number
