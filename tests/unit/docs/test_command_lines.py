"""Every command line that is named in the documents and in deploy/ exists, with its options."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import opora

ROOT = Path(__file__).parents[3]
PAGES = sorted(
    path
    for path in [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*")]
    if path.is_file() and path.name != "CHANGELOG.md"
)
IN_BLOCK = re.compile(r"(?:^|[\s/$])opora ([a-z][a-z-]*(?:[ \t].*)?)$", re.MULTILINE)
INLINE = re.compile(r"`opora ([a-z][^`]*)`")
END = re.compile(r"\s#\s.*$|[|;>)].*$|&&.*$|\s\\$|[…]")


def blocks(page: Path) -> Iterator[str]:
    """The code of a page: of a Markdown page what is fenced or set in, of another file what starts a program."""
    text = page.read_text("utf-8").replace("\\\n", " ")
    if page.suffix == ".md":
        yield from re.findall(r"^```(?:sh|console|text)?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
        yield from re.findall(r"(?:^(?: {4}|\t).+\n)+", text, re.MULTILINE)
    else:
        yield "\n".join(line for line in text.splitlines() if "/bin/opora " in line or line.startswith("# "))


def command_lines(page: Path) -> list[str]:
    """What follows `opora` wherever the page says to run it."""
    found = [line for block in blocks(page) for line in IN_BLOCK.findall(block)]
    if page.suffix != ".md":
        found = [line for line in found if line.split()[0] in opora.list_commands(click.Context(opora))]
    else:
        found += INLINE.findall(page.read_text("utf-8"))
    return [END.sub("", line).strip() for line in found]


LINES = sorted({(page.relative_to(ROOT).as_posix(), line) for page in PAGES for line in command_lines(page)})


def words_of(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:  # an apostrophe of a sentence
        return line.split()


def find_command(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the first words name, and the words behind them."""
    command: click.Command = opora
    context = click.Context(opora)
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        name, *words = words
        alternatives = name.split("|")
        found = [command.get_command(context, each) for each in alternatives]
        assert None not in found, f"there is no command {name!r}"
        command = found[0]
    return command, words


def test_command_lines_were_found():
    """The net is not empty: pages, units and containers all name commands."""
    pages = {page for page, _ in LINES}
    assert {"README.md", "docs/howto/backup.md", "deploy/systemd/opora-web.service"} <= pages
    assert len(LINES) > 100


@pytest.mark.parametrize(("page", "line"), LINES)
def test_a_command_line_exists(page: str, line: str):
    """The noun, the verb, and each option before the first comment or pipe."""
    command, rest = find_command(words_of(line))
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    known |= {"--help", "-v", "--verbose"}
    options = [word.partition("=")[0] for word in rest if re.match(r"--?[a-z]", word)]
    assert [option for option in options if option not in known] == []
