"""What every test may ask for, and what becomes of a test whose tool is missing.

`@pytest.mark.needs("postgresql")` skips a test where the tool is not there. With
`OPORA_TEST_REQUIRE_ALL=1` a skip is a failure, but for tests that read the folder `../shared`
on a machine that has none.
"""

import os
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import settings

from engine.clock import VirtualClock
from tests.fixtures.tools import SHARED, missing

pytest_plugins = [
    # First what others import: pytest explains the assertions only of plugins that it imports itself.
    "tests.fixtures.databases",
    "tests.fixtures.stock",
    "tests.fixtures.office",
    "tests.fixtures.amending",
    "tests.fixtures.browser",
    "tests.fixtures.clamd",
    "tests.fixtures.command_line",
    "tests.fixtures.cut_connection",
    "tests.fixtures.engine",
    "tests.fixtures.faulty_smtp",
    "tests.fixtures.house",
    "tests.fixtures.imap_server",
    "tests.fixtures.mail_office",
    "tests.fixtures.mail_server",
    "tests.fixtures.readings",
    "tests.fixtures.uploads",
    "tests.fixtures.web_server",
]

# Two busy cores say nothing about an example, so no example has a time limit.
settings.register_profile("opora", deadline=None)
# The same examples every time: a run that judges a change must not fail by luck.
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("opora")


# Read once: a test may take every OPORA_* variable away.
REQUIRE_ALL = pytest.StashKey[bool]()


def pytest_configure(config: pytest.Config) -> None:
    """Note whether a skip is a failure."""
    config.stash[REQUIRE_ALL] = os.environ.get("OPORA_TEST_REQUIRE_ALL") == "1"


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that is marked as needing a tool which is not there."""
    for marker in item.iter_markers("needs"):
        for tool in marker.args:
            reason = missing(tool)
            if reason:
                pytest.skip(reason)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Where everything is required, turn a skip into a failure that names what is missing."""
    report: pytest.TestReport = yield
    if report.skipped and not hasattr(report, "wasxfail") and _is_required(item):
        report.outcome = "failed"
        report.longrepr = f"OPORA_TEST_REQUIRE_ALL=1, but this test was skipped: {_reason(report)}"
    return report


def _is_required(item: pytest.Item) -> bool:
    if not item.config.stash[REQUIRE_ALL]:
        return False
    tools = {tool for marker in item.iter_markers("needs") for tool in marker.args}
    return not ("shared" in tools and missing("shared"))


def _reason(report: pytest.TestReport) -> str:
    return report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say at the end how many tests were skipped, and why."""
    reasons = Counter(_reason(report).removeprefix("Skipped: ") for report in terminalreporter.stats.get("skipped", []))
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"Not run: {count} test(s), because {reason}")


@pytest.fixture
def clock() -> VirtualClock:
    """A clock that stands at 6:00 UTC on Monday, 2 March 2026, until it is moved."""
    return VirtualClock(datetime(2026, 3, 2, 6, 0, tzinfo=UTC))


@pytest.fixture(scope="session")
def shared_plans() -> Path:
    """The folder of real plans beside the repository; the test is skipped where it is missing."""
    reason = missing("shared")
    if reason:
        pytest.skip(reason)
    return SHARED / "plans"
