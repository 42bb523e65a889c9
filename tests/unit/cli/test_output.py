"""Data on stdout, talk on stderr."""

import json
import os
import pty
import subprocess
import sys
from datetime import date

import click
import pytest
from click.testing import CliRunner

from cli.localisation import localise
from cli.output import print_json, print_table, say


class Answer:
    """Something that knows its own JSON form."""

    def to_json(self):
        """The form."""
        return {"n": 1}


def printed(function, **environment):
    """What a function prints on stdout and stderr."""

    @click.command
    def command():
        function()

    return CliRunner().invoke(command, env={"OPORA_LANG": "en", **environment}, catch_exceptions=False)


def test_json_keeps_russian_letters_and_writes_dates_as_iso():
    """JSON is readable in Russian, and dates and our own values have their form."""
    done = printed(lambda: print_json({"срок": date(2026, 3, 2), "answer": Answer()}))
    assert '"срок": "2026-03-02"' in done.stdout
    assert json.loads(done.stdout)["answer"] == {"n": 1}


def test_a_value_without_a_json_form_is_a_fault():
    """Nothing is turned into text by chance."""
    with pytest.raises(TypeError, match="no JSON form for set"):
        printed(lambda: print_json({"x": {1}}))


def test_a_table_in_a_pipe_is_one_line_a_row():
    """Away from a terminal cells are whole, one line a row, between tabs; an empty cell is empty."""
    long = "мероприятие " * 40
    done = printed(lambda: print_table(["State", "Responsible"], [[long, None], ["a\nb", date(2026, 3, 2)]]))
    assert done.stdout.splitlines() == ["State\tResponsible", f"{long.strip()}\t", "a b\t2026-03-02"]


def test_a_table_on_a_terminal_wraps_and_cuts_nothing():
    """On a narrow terminal a long cell goes on in the next line, and square brackets are no markup."""
    script = "from cli.output import print_table; print_table(['State'], [['[bold]' + 'а' * 70 + 'я']])"
    master, terminal = pty.openpty()
    environment = os.environ | {"COLUMNS": "30", "TERM": "xterm", "OPORA_LANG": "en"}
    subprocess.run([sys.executable, "-c", script], stdout=terminal, env=environment, check=True)
    os.close(terminal)
    lines = os.read(master, 4096).decode().splitlines()
    os.close(master)
    assert max(map(len, lines)) <= 40
    assert "".join(line.strip() for line in lines).endswith("[bold]" + "а" * 70 + "я")


def test_the_columns_of_a_table_are_translated():
    """Column names come in the person's language."""
    done = printed(lambda: print_table(["State", "Responsible"], []), OPORA_LANG="ru")
    assert done.stdout == "Состояние\tОтветственные\n"


def test_talk_goes_to_stderr():
    """What is said to the person leaves stdout to the data."""
    done = printed(lambda: say("Error: {message}", message="x"), OPORA_LANG="ru")
    assert (done.stdout, done.stderr) == ("", "Ошибка: x\n")


def test_help_is_translated_in_a_copy():
    """The original command keeps the catalogue's keys, at every depth."""
    group = click.Group("root", help="State")
    group.add_command(
        click.Command("below", help="Responsible", params=[click.Option(["--x"], help="Show the version.")])
    )
    russian = localise(group, "ru")
    assert isinstance(russian, click.Group)
    below = russian.commands["below"]
    assert (russian.help, below.help, below.params[0].help) == ("Состояние", "Ответственные", "Показать версию.")
    original = group.commands["below"]
    assert (group.help, original.help, original.params[0].help) == ("State", "Responsible", "Show the version.")
