"""A sentence with its values apart, so that the rooms above can say it in the reader's language."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

Translate = Callable[..., str]
"""Takes an English template and its values as keyword arguments, gives the finished text."""


def in_english(template: str, **details: Any) -> str:
    """The template as it stands, its placeholders filled."""
    return template.format(**details)


@dataclass(frozen=True, slots=True)
class Phrase:
    """An English template (a catalogue key, marked with `N_`) and the values of its `{placeholders}`."""

    template: str
    details: Mapping[str, Any] = field(default_factory=dict)

    def say(self, translate: Translate = in_english) -> str:
        """The sentence; phrases among the values are said in the same language."""
        said = {
            name: value.say(translate) if isinstance(value, Phrase) else value for name, value in self.details.items()
        }
        return translate(self.template, **said)


def details_to_json(details: Mapping[str, Any]) -> str:
    """A phrase's values as JSON: days stay days and phrases phrases, so that every reader gets their language."""
    return json.dumps(details, ensure_ascii=False, default=_pack)


def details_from_json(text: str) -> dict[str, Any]:
    """What `details_to_json` wrote."""
    details: dict[str, Any] = json.loads(text, object_hook=_unpack)
    return details


def _pack(value: Any) -> Any:
    if isinstance(value, Phrase):
        return {"$phrase": value.template, "details": dict(value.details)}
    return {"$day": value.isoformat()} if isinstance(value, date) else str(value)


def _unpack(packed: dict[str, Any]) -> Any:
    if "$day" in packed:
        return date.fromisoformat(packed["$day"])
    return Phrase(packed["$phrase"], packed["details"]) if "$phrase" in packed else packed
