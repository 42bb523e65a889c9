"""`opora calendar lint`."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.calendar_fetch import Fetched
from cli.calendar_lint import command
from notifications.calendar.rendering import Frame, render_calendar, render_event
from tests.fixtures.feeds import make_event

GOOD = render_calendar(Frame("План"), [render_event(make_event())])
BAD = GOOD.replace(b"STATUS:CONFIRMED", b"STATUS:DONE")


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPORA_LANG", "en")


def test_a_good_feed_exits_0_and_prints_no_data(tmp_path: Path) -> None:
    """Nothing on stdout; the good news is talk."""
    feed = tmp_path / "feed.ics"
    feed.write_bytes(GOOD)
    result = CliRunner().invoke(command, [str(feed)])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"{feed}: nothing is wrong.\n"


def test_a_bad_feed_exits_1_and_prints_line_code_and_remedy(tmp_path: Path) -> None:
    """One row a finding."""
    feed = tmp_path / "feed.ics"
    feed.write_bytes(BAD)
    result = CliRunner().invoke(command, [str(feed)])
    line = BAD.split(b"\r\n").index(b"STATUS:DONE") + 1
    assert result.exit_code == 1
    assert result.stdout.splitlines()[1].split("\t") == [
        str(line),
        "illegal-value",
        "STATUS of VEVENT may not be DONE. Use one of: CANCELLED, CONFIRMED, TENTATIVE.",
    ]


def test_json_from_standard_input() -> None:
    """`-` reads standard input; programs get a list, empty where nothing is wrong."""
    bad = CliRunner().invoke(command, ["-", "--json"], input=BAD)
    assert bad.exit_code == 1
    assert [finding["code"] for finding in json.loads(bad.stdout)] == ["illegal-value"]
    good = CliRunner().invoke(command, ["-", "--json"], input=GOOD)
    assert (good.exit_code, json.loads(good.stdout)) == (0, [])


def test_a_missing_file_is_a_usage_error(tmp_path: Path) -> None:
    """Exit 2, the file named."""
    result = CliRunner().invoke(command, [str(tmp_path / "none.ics")])
    assert result.exit_code == 2
    assert "none.ics" in result.stderr


def test_an_address_is_fetched_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a file is; named by its server alone, with a word about a type that programs do not expect."""
    secret = "https://opora.example.org/c/secret.ics"
    bodies = {secret: Fetched("https://opora.example.org", "text/html", BAD)}
    monkeypatch.setattr("cli.calendar_fetch.fetch_calendar", bodies.__getitem__)
    result = CliRunner().invoke(command, [secret])
    assert result.exit_code == 1
    assert "illegal-value" in result.stdout
    assert result.stderr.startswith("https://opora.example.org calls it text/html.")
    bodies[secret] = Fetched("https://opora.example.org", "text/calendar", GOOD)
    result = CliRunner().invoke(command, [secret])
    assert (result.exit_code, result.output) == (0, "https://opora.example.org: nothing is wrong.\n")
