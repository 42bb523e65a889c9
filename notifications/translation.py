"""Texts in the reader's language.

English texts are written in the code, marked with `engine.errors.N_`, and are the keys of the
catalogues `locale/<language>/LC_MESSAGES/opora.po` (GNU gettext). English itself needs no catalogue.
Templates take `get_catalogue(language)` (Jinja2's `install_gettext_translations`).
"""

import gettext
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import N_, OporaError

LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "ru"
_DAY_FORMS = {"ru": "{:%d.%m.%Y}", "en": "{:%Y-%m-%d}"}
_INSTALLED = Path(__file__).parent / "locale"
_IN_REPOSITORY = Path(__file__).parents[1] / "locale"
LOCALE_DIRECTORY = _INSTALLED if _INSTALLED.is_dir() else _IN_REPOSITORY


class UnknownLanguageError(OporaError):
    """A language that there is no catalogue for."""

    message = N_("There are no texts in the language {language}. Choose ru or en.")


@cache
def get_catalogue(language: str) -> gettext.NullTranslations:
    """The catalogue of a language.

    Raises:
        UnknownLanguageError: neither `ru` nor `en`.
    """
    if language not in LANGUAGES:
        raise UnknownLanguageError(language=language)
    if language == "en":
        return gettext.NullTranslations()
    return gettext.translation("opora", LOCALE_DIRECTORY, [language])


def translate(text: str, language: str, /, **details: Any) -> str:
    """A marked text in a language, its `{placeholders}` filled in.

    A text that the catalogue lacks stays English; without details braces stay as they are. Days and instants among
    the details are written as the language writes them; an instant shows its own zone's time.
    """
    translated = get_catalogue(language).gettext(text) if text else ""  # the key "" holds the catalogue's header
    return translated.format(**_written(details, language)) if details else translated


def translate_plural(singular: str, plural: str, count: int, language: str, /, **details: Any) -> str:
    """The form of a text that goes with a number, which fills the placeholder `{count}`."""
    template = get_catalogue(language).ngettext(singular, plural, count)
    return template.format(count=count, **_written(details, language))


def day_text(day: date, language: str) -> str:
    """A day in figures: `18.02.2026`, in English `2026-02-18`."""
    return _DAY_FORMS[language].format(day)


def instant_text(instant: datetime, language: str) -> str:
    """An instant in figures, to the minute, on the clock of its own zone."""
    return f"{day_text(instant, language)} {instant:%H:%M}"


def _written(details: dict[str, Any], language: str) -> dict[str, Any]:
    return {name: _write(value, language) for name, value in details.items()}


def _write(value: Any, language: str) -> Any:
    if isinstance(value, datetime):
        return instant_text(value, language)
    return day_text(value, language) if isinstance(value, date) else value
