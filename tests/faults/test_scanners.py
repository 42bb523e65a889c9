"""Mail scanners and the links of a letter: whatever they do without a person's choice, not one row changes.

`OPORA_FAULT_TRIALS` says how many links each profile goes through; `make faults` sends it more than `make test`.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.fixtures.capability_links import Link, Mailboxes
from tests.fixtures.house import House
from tests.fixtures.scanners import PROFILES, Client
from tests.fixtures.web_server import serving

LINKS = int(os.environ.get("OPORA_FAULT_TRIALS", "50"))
TABS = 20
LONGEST_SECONDS = 60
"""So long may Chromium take for the links above; as many as in `make test` it opens in any case."""
FEWEST = 50


@pytest.fixture(scope="module")
def mailboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailboxes]:
    """One installation for all profiles: none of them may change it."""
    folder: Path = tmp_path_factory.mktemp("house")
    with closing(House(folder, f"sqlite:///{folder / 'opora.db'}")) as house:
        yield Mailboxes(house, approvers=6)


@pytest.fixture(scope="module")
def base(mailboxes: Mailboxes) -> Iterator[str]:
    """The server's address."""
    with serving(mailboxes.house.web()) as address:
        yield address


@pytest.fixture
def links(mailboxes: Mailboxes) -> list[Link]:
    """The links, of every page in every state."""
    return mailboxes.take(LINKS)


@pytest.mark.parametrize("scan", PROFILES, ids=lambda scan: scan.__name__)
def test_no_scanner_changes_anything(
    mailboxes: Mailboxes, base: str, links: list[Link], scan: Callable[[Client, Link], None]
) -> None:
    """Links of every kind, scanned in every way that chooses nothing: not one row of any table changes."""
    before = mailboxes.state()
    with closing(Client(base)) as client:
        for link in links:
            scan(client, link)
    assert mailboxes.state() == before


@pytest.mark.needs("chromium")
def test_a_browser_that_runs_every_script_changes_nothing(
    mailboxes: Mailboxes, base: str, links: list[Link], chromium: Browser
) -> None:
    """Twenty tabs in which everything runs."""
    before = mailboxes.state()
    opened = _open_in_tabs(chromium, base, links)
    assert opened >= min(FEWEST, len(links))
    assert mailboxes.state() == before


@pytest.mark.needs("chromium")
def test_a_browser_that_presses_the_only_button_changes_nothing(
    mailboxes: Mailboxes, base: str, chromium: Browser
) -> None:
    """One page of each sort, its only button pressed with scripts on, past what the browser itself would ask for."""
    before = mailboxes.state()
    pages = {link.page: link for link in reversed(mailboxes.links)}
    with closing(chromium.new_context()) as context:
        pressed = {name for name, link in pages.items() if _press(context.new_page(), base + link.path)}
    sole = {"decide", "decide many", "taken back by its sender", "preferences", "leave a kind out", "dates"}
    assert pressed == sole
    assert mailboxes.state() == before


def _open_in_tabs(chromium: Browser, base: str, links: list[Link]) -> int:
    """Open links, twenty at once, until they or the time are over; how many were opened."""
    ends = time.monotonic() + LONGEST_SECONDS
    with closing(chromium.new_context()) as context:
        tabs = [context.new_page() for _ in range(min(TABS, len(links)))]
        for first in range(0, len(links), TABS):
            if first >= FEWEST and time.monotonic() > ends:
                return first
            _open(tabs, [base + link.path for link in links[first : first + TABS]])
    return len(links)


def _open(tabs: list[Page], urls: list[str]) -> None:
    for tab, url in zip(tabs, urls, strict=False):
        tab.goto(url, wait_until="commit")
    for tab in tabs:
        tab.wait_for_load_state("load")


def _press(tab: Page, url: str) -> bool:
    """Open a page and press its only button without a look at what the form requires; whether there was one."""
    tab.goto(url)
    buttons = tab.locator("button, input[type=submit]")
    if buttons.count() != 1:
        return False
    with tab.expect_navigation():
        buttons.evaluate("button => { button.form.noValidate = true; button.click(); }")
    return True
