"""The page that people follow in their first hour does what it says."""

import re
import shlex

from tests.fixtures.tools import REPOSITORY

PAGE = REPOSITORY / "docs" / "howto" / "first-hour.md"


def commands() -> list[list[str]]:
    """The words of each line of the page's shell blocks, continued lines joined, comments left out."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    lines = "".join(blocks).replace("\\\n", " ").splitlines()
    return [words for line in lines if (words := shlex.split(line, comments=True))]


def test_the_first_hour_runs_as_written(empty_terminal):
    """Every command of the page succeeds, one after the other, and the report is there at the end."""
    here = empty_terminal.folder
    (here / "examples").symlink_to(REPOSITORY / "examples")
    environment: dict[str, str] = {}
    ran = 0
    for program, *arguments in commands():
        if program == "export":
            name, _, value = arguments[0].partition("=")
            environment[name] = value
            continue
        assert program == "opora"
        empty_terminal.done(*arguments, **environment)
        ran += 1
    assert ran > 25
    assert (here / "report.docx").is_file()
