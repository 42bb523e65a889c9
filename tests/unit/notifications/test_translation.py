"""Texts in the reader's language."""

import gettext
import subprocess
import sys
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from notifications import translation
from notifications.translation import UnknownLanguageError, translate, translate_plural


class RussianSpan(gettext.NullTranslations):
    """A catalogue of one text."""

    def gettext(self, message):
        """Its Russian."""
        return message.replace("{a} to {b}", "с {a} по {b}")


SPAN = {"ru": RussianSpan(), "en": gettext.NullTranslations()}


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


@pytest.mark.parametrize(
    ("language", "text"),
    [("ru", "с 18.02.2026 по 19.02.2026 09:05"), ("en", "2026-02-18 to 2026-02-19 09:05")],
)
def test_days_and_instants_are_written_as_the_language_writes_them(language, text, monkeypatch):
    """A day among the details stands in figures, an instant with the time of its own zone."""
    monkeypatch.setattr(translation, "get_catalogue", lambda language: SPAN[language])
    moscow = datetime(2026, 2, 19, 9, 5, tzinfo=ZoneInfo("Europe/Moscow"))
    assert translate("{a} to {b}", language, a=date(2026, 2, 18), b=moscow) == text


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
