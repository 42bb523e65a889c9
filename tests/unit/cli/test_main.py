"""The frame of the command line: help, languages, errors."""

import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import click
import pytest

from cli.main import COMMANDS
from cli.options import acting
from engine.errors import OporaError

OPORA = Path(sys.executable).with_name("opora")
HEAVY = {"sqlalchemy", "flask", "lark", "icalendar", "huey", "rich", "jinja2", "babel", "docx", "pydantic"}


class DoorLockedError(OporaError):
    """A failure for the tests."""

    message = "The door {name} is locked. Bring a key."


class KeyLostError(OporaError):
    """What made it fail."""

    message = "The key is lost. Look under the mat."


def add_command(monkeypatch, function, *parameters):
    """Put a command `probe` into the table, its module too."""
    module = ModuleType("cli.probe")
    module.command = click.command("probe", params=list(parameters))(function)
    monkeypatch.setitem(sys.modules, "cli.probe", module)
    monkeypatch.setitem(COMMANDS, "probe", "Probe.")


def run_process(*arguments, **environment):
    return subprocess.run(
        arguments, capture_output=True, text=True, encoding="utf-8", env=os.environ | environment, check=False
    )


def test_help_imports_no_command_and_no_heavy_library():
    """`opora --help` lists every noun and imports neither commands nor the libraries that make starting slow."""
    script = "import sys, atexit, cli.main; atexit.register(lambda: print(*sys.modules)); cli.main.main()"
    done = run_process(sys.executable, "-c", script, "--help", OPORA_LANG="en")
    words = set(done.stdout.split())
    assert set(COMMANDS) <= words
    assert not words & HEAVY
    assert not words & {f"cli.{name}" for name in COMMANDS}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_noun_of_the_table_has_a_module_with_help(name, run_opora):
    """Every noun in the table loads and shows its help."""
    done = run_opora(name, "--help")
    assert done.exit_code == 0, done.stderr
    assert done.stdout.startswith(f"Usage: opora {name}")


def test_help_is_russian_for_a_russian_locale(run_opora):
    """Our texts and Click's own come in Russian where the locale is Russian."""
    done = run_opora("--help", OPORA_LANG="", LC_ALL="ru_RU.UTF-8")
    assert "Использование: opora" in done.stdout
    assert "Ведёт работу по годовому плану" in done.stdout
    assert "Показать эту справку" in done.stdout
    assert "Usage" not in done.stdout


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"OPORA_LANG": "ru", "LC_ALL": "en_GB.UTF-8"}, "Команды"),
        ({"OPORA_LANG": "en", "LC_ALL": "ru_RU.UTF-8"}, "Commands"),
        ({"OPORA_LANG": "", "LC_ALL": "", "LC_MESSAGES": "ru_RU", "LANG": "C"}, "Команды"),
        ({"OPORA_LANG": "", "LC_ALL": "C", "LC_MESSAGES": "ru_RU", "LANG": "ru_RU"}, "Commands"),
        ({"OPORA_LANG": "xx", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "ru_RU.KOI8-R"}, "Команды"),
    ],
)
def test_language_is_the_setting_then_the_first_locale_variable(environment, word, run_opora):
    """OPORA_LANG decides; without a known one the first non-empty variable of LC_ALL, LC_MESSAGES, LANG."""
    assert word in run_opora("--help", **environment).stdout


def test_an_error_is_its_chain_with_the_root_cause_first(monkeypatch, run_opora):
    """A refused command says what happened from the root on, on stderr, exits 1 and shows no trace."""

    def fail():
        raise DoorLockedError(name="north") from KeyLostError()

    add_command(monkeypatch, fail)
    done = run_opora("probe")
    assert done.exit_code == 1
    assert done.stdout == ""
    assert done.stderr.splitlines() == [
        "Error: The key is lost. Look under the mat.",
        "Error: The door north is locked. Bring a key.",
    ]


@pytest.mark.parametrize("arguments", [["-v", "probe"], ["probe", "-v"]])
def test_the_trace_is_shown_with_v_before_or_after_the_noun(arguments, monkeypatch, run_opora):
    """With -v, wherever it stands, the trace precedes the message."""

    def fail():
        raise KeyLostError

    add_command(monkeypatch, fail)
    done = run_opora(*arguments)
    assert "Traceback (most recent call last)" in done.stderr
    assert done.stderr.endswith("Error: The key is lost. Look under the mat.\n")
    assert "Traceback" not in run_opora("probe").stderr  # the choice does not outlive its command


def test_a_fault_of_the_program_is_one_calm_message(monkeypatch, run_opora):
    """An unexpected exception names its kind and the remedy, without its trace."""

    def fail():
        raise ZeroDivisionError

    add_command(monkeypatch, fail)
    done = run_opora("probe")
    assert done.exit_code == 1
    assert done.stderr.startswith("Error: Something unexpected happened (ZeroDivisionError)")
    assert len(done.stderr.splitlines()) == 1


def test_what_the_system_said_is_shown_as_the_root_cause(monkeypatch, run_opora):
    """The system's own words on a file stand before ours."""

    def fail():
        raise KeyLostError from PermissionError(13, "Permission denied", "/plan")

    add_command(monkeypatch, fail)
    first, second = run_opora("probe").stderr.splitlines()
    assert first == "Error: Permission denied: /plan"
    assert second == "Error: The key is lost. Look under the mat."


def test_usage_errors_exit_with_2_in_the_language(run_opora):
    """A command that is not understood exits with 2 and says so in Russian."""
    done = run_opora("nonsense", OPORA_LANG="ru")
    assert done.exit_code == 2
    assert "Нет такой команды" in done.stderr


def test_a_code_that_a_command_exits_with_is_kept(monkeypatch, run_opora):
    """`context.exit(3)` ends the process with 3."""
    add_command(monkeypatch, lambda: click.get_current_context().exit(3))
    assert run_opora("probe").exit_code == 3


def test_an_interrupt_is_quiet(monkeypatch, run_opora):
    """Ctrl-C ends with 130 and no message."""

    def stop():
        raise KeyboardInterrupt

    add_command(monkeypatch, stop)
    done = run_opora("probe")
    assert done.exit_code == 130
    assert done.stderr.strip() == ""


def test_a_closed_pipe_is_quiet():
    """A reader that goes away, as `head` does, brings no message."""
    pipe = f"{OPORA} --help | true"
    done = run_process("sh", "-c", f"for turn in 1 2 3 4 5; do {pipe}; done", OPORA_LANG="en")
    assert done.stderr == ""


def test_who_acts_comes_from_the_option_or_the_environment(monkeypatch, run_opora):
    """`--as` wins over OPORA_ACTOR; `--for` is kept apart."""

    @acting()
    def show(actor, on_behalf_of):
        click.echo(f"{actor} {on_behalf_of}")

    add_command(monkeypatch, show)
    assert run_opora("probe", "--as", "a@example.ru", OPORA_ACTOR="b@example.ru").stdout == "a@example.ru None\n"
    assert (
        run_opora("probe", "--for", "c@example.ru", OPORA_ACTOR="b@example.ru").stdout == "b@example.ru c@example.ru\n"
    )


@pytest.mark.parametrize("given", ["", None])
def test_without_an_actor_one_error_names_both_ways_to_say_it(given, monkeypatch, run_opora):
    """A changing command without an actor is not run; the error names --as and OPORA_ACTOR."""

    @acting()
    def show(actor, on_behalf_of):
        click.echo("done")

    add_command(monkeypatch, show)
    done = run_opora("probe", OPORA_ACTOR=given)
    assert done.exit_code == 2
    assert done.stdout == ""
    assert "--as" in done.stderr
    assert "OPORA_ACTOR" in done.stderr


def test_an_actor_may_be_left_out_where_it_is_not_required(monkeypatch, run_opora):
    """`acting(required=False)` passes None."""

    @acting(required=False)
    def show(actor, on_behalf_of):
        click.echo(f"{actor} {on_behalf_of}")

    add_command(monkeypatch, show)
    assert run_opora("probe", OPORA_ACTOR=None).stdout == "None None\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_prints_the_script_of_a_shell(shell, run_opora):
    """`opora completion SHELL` prints a script that asks opora for the words."""
    done = run_opora("completion", shell)
    assert done.exit_code == 0
    assert "_OPORA_COMPLETE" in done.stdout


def test_a_shell_is_offered_the_nouns():
    """The shell's question what may follow `opora de` is answered with the nouns."""
    done = run_process(OPORA, COMP_WORDS="opora de", COMP_CWORD="1", _OPORA_COMPLETE="bash_complete")
    assert done.stdout.split() == ["plain,deadline"]
