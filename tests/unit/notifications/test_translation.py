"""Texts in the reader's language."""

import subprocess
import sys

import pytest

from engine.errors import OporaError
from notifications.translation import UnknownLanguageError, translate, translate_error, translate_plural


class OuterError(OporaError):
    """An error with another one inside; its text is no catalogue's."""

    message = "Outer: {inner}"


def test_a_text_is_translated_and_its_placeholders_are_filled():
    """A marked text comes in the language asked for, its values in their places."""
    assert translate("Error: {message}", "ru", message="нет файла") == "Ошибка: нет файла"
    assert translate("Error: {message}", "en", message="no file") == "Error: no file"


def test_an_unknown_text_stays_english_and_braces_without_details_stay():
    """What the catalogue lacks is shown as it was written."""
    assert translate('Lines like {"phrase": …}', "ru") == 'Lines like {"phrase": …}'


def test_an_empty_text_stays_empty():
    """An empty text does not bring out the catalogue's header, which has the empty key."""
    assert translate("", "ru") == ""


def test_an_error_is_translated_with_its_details():
    """The Russian text of an error names the same values as the English one."""
    assert translate_error(UnknownLanguageError(language="de"), "ru") == "Нет текстов на языке de. Выберите ru или en."


def test_an_error_inside_an_error_is_translated_too():
    """An error among the details comes in the same language."""
    inner = UnknownLanguageError(language="de")
    assert translate_error(OuterError(inner=inner), "ru") == "Outer: Нет текстов на языке de. Выберите ru или en."


@pytest.mark.parametrize("language", ["de", "", "../ru"])
def test_an_unknown_language_is_refused(language):
    """A language without texts is an error that names those there are."""
    with pytest.raises(UnknownLanguageError, match="Choose ru or en"):
        translate("State", language)


@pytest.mark.parametrize(("count", "text"), [(1, "1 letter"), (2, "2 letters"), (21, "21 letters")])
def test_plurals_follow_the_number(count, text):
    """The form goes with the number."""
    assert translate_plural("{count} letter", "{count} letters", count, "en") == text


def test_no_library_is_loaded_to_translate():
    """Translating takes the standard library only: it is in every command's way."""
    script = "import notifications.translation as t, sys; t.translate('State', 'ru'); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert not set(done.stdout.split()) & {"babel", "click", "jinja2", "sqlalchemy", "dateutil"}
