"""Hostile evidence in Chromium: nothing of it runs, whatever an approver opens from the decision page."""

from io import BytesIO

import pytest
from playwright.sync_api import Browser

from activities.acting import Actor
from activities.evidence import add_file
from activities.submissions import SubmissionDetails, submit

pytestmark = pytest.mark.needs("chromium")


def test_nothing_of_it_runs(house, serve, chromium: Browser, hostile_uploads):
    """The page shows every file that was kept; opened in place or pressed, each is a download, and no script ran."""
    actor, target = Actor(house.teacher, "cli"), house.occurrence("1.2").id
    kept = [each for each in hostile_uploads if each.kept is not None]
    for number, each in enumerate(kept):
        content = BytesIO(each.content + bytes([number]))  # else equal bytes would be one piece
        add_file(house.office, actor, target, content, name=each.name)
    submission = submit(house.office, actor, target, SubmissionDetails())
    base, path = serve(house.web()), f"/d/{house.token(submission)}"
    context = chromium.new_context(accept_downloads=True)
    page = context.new_page()
    said = []
    page.on("dialog", lambda dialog: (said.append(dialog.message), dialog.dismiss()))
    page.goto(base + path)
    assert page.locator(".files a").count() == len(kept)
    page.mouse.wheel(0, 20_000)
    page.wait_for_load_state("networkidle")
    for number in range(1, len(kept) + 1):
        with page.expect_download() as started:
            page.evaluate("address => { location.href = address; }", f"{base}{path}/evidence/{number}")
        assert started.value.url.endswith(f"/evidence/{number}")
        assert "CANARY" not in page.title()
    # In a frame or a tab of its own it would be the same: the answer is a download, and was it shown, a sandbox.
    assert said == []
    assert page.url == base + path
    context.close()
