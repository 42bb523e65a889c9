"""Hostile evidence in Chromium: nothing of it runs, whatever an approver opens from the decision page."""

import mimetypes
from collections.abc import Iterator
from contextlib import closing
from io import BytesIO
from typing import Any, BinaryIO

import pytest
from playwright.sync_api import Browser, Page

from activities.acting import Actor
from activities.evidence import add_file
from activities.submissions import SubmissionDetails, submit

pytestmark = pytest.mark.needs("chromium")


class Careless:
    """Takes every file for what its name or its first sign says, as no careful program would."""

    is_scanned = False

    def __init__(self, name: str, _scanner: object) -> None:
        self.media_type = mimetypes.guess_type(name)[0] or "text/html"

    def examine(self, stream: BinaryIO) -> None:
        """Refuse nothing."""
        stream.seek(0)
        if b"<svg" in stream.read(200):
            self.media_type = "image/svg+xml"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A desk's browser in which scripts run; what they would say is kept as its `said`."""
    with closing(chromium.new_context(accept_downloads=True)) as context:
        yield context.new_page()


def hand_in(house: Any, files: list[Any]) -> str:
    """The address of the page on which they are to be decided on."""
    actor, target = Actor(house.teacher, "cli"), house.occurrence("1.2").id
    for number, each in enumerate(files):
        content = BytesIO(each.content + bytes([number]))  # else equal bytes would be one piece
        add_file(house.office, actor, target, content, name=each.name)
    return f"/d/{house.token(submit(house.office, actor, target, SubmissionDetails()))}"


def test_what_is_kept_is_listed_and_saved(house, serve, page, hostile_uploads):
    """The page shows every file that was taken, and one that is pressed is saved."""
    kept = [each for each in hostile_uploads if each.kept is not None]
    url = serve(house.web()) + hand_in(house, kept)
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(url)
    assert page.locator(".files a").count() == len(kept)
    with page.expect_download():
        page.locator(".files a").first.click()
    assert said == []
    assert "CANARY" not in page.title()
    assert page.url == url


def test_even_what_slipped_through_runs_nothing(house, serve, page, hostile_uploads, monkeypatch):
    """With every check of what a file is taken away, each of them is a download, and its preview is our own picture."""
    monkeypatch.setattr("activities.evidence.refuse_name", lambda _: None)
    monkeypatch.setattr("activities.evidence.Reception", Careless)
    assert len(hostile_uploads) >= 30
    url = serve(house.web()) + hand_in(house, hostile_uploads)
    said, seen = [], set()
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(url)
    for number, each in enumerate(hostile_uploads, start=1):
        with page.expect_download() as started:
            page.evaluate("address => { location.href = address; }", f"{url}/evidence/{number}")
        assert started.value.url.endswith(f"/evidence/{number}"), each.case
        assert page.url == url, each.case
    for number, each in enumerate(hostile_uploads, start=1):
        ending = each.name.rpartition(".")[2]
        if ending not in seen:
            answer = page.goto(f"{url}/preview/{number}")
            assert answer.headers["content-type"] in {"image/webp", "image/svg+xml"}, each.case
            assert "sandbox" in answer.headers["content-security-policy"]
            assert "CANARY" not in page.title(), each.case
            seen.add(ending)
    assert said == []
