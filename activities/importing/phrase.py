"""A sentence with its values apart, so that the rooms above can say it in the reader's language."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
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
