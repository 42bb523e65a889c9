"""What an error says, in the reader's language: its details too, which lower rooms give as names, days and errors."""

from collections.abc import Mapping
from typing import Any

from engine.errors import N_, OporaError, Sentence, Sentences
from notifications.labels import COMMANDS, PLAN_STATUSES, ROLES, STATES, VERDICTS, label
from notifications.translation import translate

NAMES: dict[str, dict[str, str]] = {
    "event": COMMANDS,
    "allowed": COMMANDS,
    "state": STATES,
    "roles": ROLES,
    "status": PLAN_STATUSES,
    "verdict": VERDICTS,
    "reason": {},
    "problem": {},
}
"""Details that hold names of the program, several of them with commas between; reasons are texts, marked or not."""

SYSTEM_REASONS = (
    N_("Permission denied"),
    N_("No such file or directory"),
    N_("Not a directory"),
    N_("Is a directory"),
    N_("File exists"),
    N_("No space left on device"),
    N_("Read-only file system"),
)
"""What the operating system says most; it says it in English."""


def translate_error(error: OporaError, language: str) -> str:
    """What happened and what to do next, as one text; an error among the details is translated too."""
    return translate_details(error.message, error.details, language)


def translate_details(text: str, details: Mapping[str, Any], language: str) -> str:
    """A marked text whose details may be names of the program, marked texts and other errors."""
    said = {name: _say(name, value, language) for name, value in details.items()}
    return translate(text, language, **said) if said else translate(text, language).format()


def translate_sentence(said: Sentence, language: str) -> str:
    """A marked text with its values as they are, but for sentences among them: file keys and names stay as written."""
    values = {
        name: translate_sentence(value, language) if isinstance(value, Sentence) else value
        for name, value in said.values.items()
    }
    return translate(said.text, language, **values) if values else translate(said.text, language).format()


def _say(name: str, value: Any, language: str) -> Any:
    if isinstance(value, OporaError):
        return translate_error(value, language)
    if isinstance(value, Sentences):
        return "\n".join(translate_sentence(each, language) for each in value)
    if isinstance(value, Sentence):
        return translate_sentence(value, language)
    if name not in NAMES or not isinstance(value, str):
        return value
    if words := NAMES[name]:
        return ", ".join(label(words, each, language) for each in value.split(", "))
    return translate(value, language)
