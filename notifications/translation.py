"""Texts in the reader's language.

English texts are written in the code, marked with `engine.errors.N_`, and are the keys of the
catalogues `locale/<language>/LC_MESSAGES/opora.po` (GNU gettext). English itself needs no catalogue.
Templates take `get_catalogue(language)` (Jinja2's `install_gettext_translations`).
"""

import gettext
from functools import cache
from pathlib import Path
from typing import Any

from engine.errors import N_, OporaError

LANGUAGES = ("ru", "en")
DEFAULT_LANGUAGE = "ru"
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

    A text that the catalogue lacks stays English; without details braces stay as they are.
    """
    translated = get_catalogue(language).gettext(text) if text else ""  # the key "" holds the catalogue's header
    return translated.format(**details) if details else translated


def translate_plural(singular: str, plural: str, count: int, language: str, /, **details: Any) -> str:
    """The form of a text that goes with a number, which fills the placeholder `{count}`."""
    return get_catalogue(language).ngettext(singular, plural, count).format(count=count, **details)


def translate_error(error: OporaError, language: str) -> str:
    """What happened and what to do next, as one text; an error among the details is translated too."""
    details = {
        name: translate_error(value, language) if isinstance(value, OporaError) else value
        for name, value in error.details.items()
    }
    return get_catalogue(language).gettext(error.message).format(**details)
