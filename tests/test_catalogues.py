"""The catalogues hold every text, translated, and nothing else; the check for it finds what is wrong."""

import re
import shutil
import subprocess
import sys
from importlib import import_module
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import click
import pytest

from cli.main import COMMANDS, opora
from notifications.translation import get_catalogue

REPOSITORY = Path(__file__).resolve().parents[1]
LOCALE = REPOSITORY / "locale"


def check(directory=LOCALE):
    return subprocess.run(
        [sys.executable, LOCALE / "catalogues.py", "check", "--directory", directory],
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


def load_catalogues():
    """The script as a module."""
    spec = spec_from_file_location("catalogues", LOCALE / "catalogues.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tmp_path):
    """A copy of the Russian catalogues that a test may spoil; returns the path of our own texts."""
    shutil.copytree(LOCALE / "ru", tmp_path / "ru")
    return tmp_path / "ru" / "LC_MESSAGES" / "opora.po"


def texts_of(command):
    """Every text that the help of a command and of all below it is made of, with its place."""
    yield command.name, command.help
    yield from ((command.name, text) for text in (command.epilog, command.short_help) if text)
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield f"{command.name} {parameter.opts[0]}", parameter.help
        if parameter.metavar:
            yield f"{command.name} {parameter.name}", parameter.metavar
    for below in getattr(command, "commands", {}).values():
        for place, text in texts_of(below):
            yield f"{command.name} {place}", text


def test_the_catalogues_are_complete():
    """No text is missing, left over, fuzzy, untranslated or not compiled."""
    done = check()
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_text_marked_inside_an_f_string_is_found(tmp_path):
    """There it would never be taken in, and would stay English."""
    (tmp_path / "seen.py").write_text('echo("\\n" + text(N_("Reason")))\n')
    (tmp_path / "unseen.py").write_text("\necho(f\"{text(N_('Reason'))}\")\n")
    found = list(load_catalogues().find_unseen(tmp_path))
    assert found == [f"{tmp_path / 'unseen.py'}:2: inside an f-string; mark the text outside of it"]


@pytest.mark.parametrize("name", ["opora", *COMMANDS])
def test_every_command_and_option_has_help_in_russian(name):
    """Each command and each option has a help text, marked with N_ and translated."""
    module = import_module(f"cli.{name}") if name != "opora" else None
    command = getattr(module, "group", None) or getattr(module, "command", opora)
    texts = list(texts_of(command))
    assert [place for place, text in texts if not text] == []
    russian = get_catalogue("ru")
    untranslated = [(place, text) for place, text in texts if russian.gettext(text) == text]
    assert untranslated == []


def test_a_plural_is_taken_in_as_one_entry_with_three_russian_forms():
    """A singular and its plural, written where they are used, come with the forms for 1, 2 and 5."""
    russian = get_catalogue("ru")
    assert [russian.ngettext("{count} byte", "{count} bytes", n) for n in (1, 2, 5, 21)] == [
        "{count} байт",
        "{count} байта",
        "{count} байт",
        "{count} байт",
    ]


@pytest.mark.parametrize("folder", ["activities", "notifications", "runtime", "web", "cli"])
def test_no_plural_is_marked_in_two_halves(folder):
    """N_ inside a plural would make two entries that no plural ever finds."""
    halves = re.compile(r"\b(translate_plural|counted|ngettext)\(\s*N_\(")
    assert [path for path in (REPOSITORY / folder).rglob("*.py") if halves.search(path.read_text("utf-8"))] == []


def test_a_text_without_translation_is_found(copied):
    """The check names the text whose translation was taken away."""
    copied.write_text(copied.read_text("utf-8").replace('msgstr "Состояние"', 'msgstr ""'), "utf-8")
    done = check(copied.parents[2])
    assert done.returncode == 1
    assert "opora.po: not translated: 'State'" in done.stdout


def test_a_text_that_is_gone_and_one_that_is_new_are_found(copied):
    """The check names a text that the code no longer has and the one that it has instead."""
    copied.write_text(copied.read_text("utf-8").replace('msgid "State"', 'msgid "Stale"'), "utf-8")
    done = check(copied.parents[2])
    assert "no longer used (make catalogues): ('Stale', None)" in done.stdout
    assert "not taken in (make catalogues): ('State', None)" in done.stdout


def test_other_placeholders_are_found(copied):
    """The check names a translation that would lose a value or ask for another."""
    copied.write_text(copied.read_text("utf-8").replace("Ошибка: {message}", "Ошибка: {massage}"), "utf-8")
    assert "its placeholders differ: 'Error: {message}'" in check(copied.parents[2]).stdout


def test_a_fuzzy_translation_is_found(copied):
    """The check names a translation that a person has not confirmed."""
    copied.write_text(copied.read_text("utf-8").replace('msgid "State"', '#, fuzzy\nmsgid "State"'), "utf-8")
    assert "marked fuzzy: 'State'" in check(copied.parents[2]).stdout


def test_a_catalogue_that_was_not_compiled_is_found(copied):
    """The check names a compiled catalogue that does not hold what its source says."""
    copied.write_text(copied.read_text("utf-8").replace('msgstr "Состояние"', 'msgstr "Статус"'), "utf-8")
    assert "opora.po: not compiled (make catalogues)" in check(copied.parents[2]).stdout.splitlines()
