"""Where a page leads, and what it fetches, learns nothing of the page's address, which is a key."""

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.fixtures import capability_links
from tests.fixtures.capability_links import Mailboxes

pytestmark = pytest.mark.needs("chromium")


class Listener:
    """A web server of somebody else.

    Attributes:
        heard: for each visit the headers in which a browser may say where it came from.
    """

    def __init__(self) -> None:
        heard: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                """Note it, and answer with a page."""
                if self.path != "/favicon.ico":
                    heard.append({name: self.headers.get(name, "") for name in ("Referer", "Origin")})
                self.send_response(200)
                self.end_headers()
                self.wfile.write(b"<!doctype html><title>news</title>")

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.heard = heard
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/novosti"


@pytest.fixture
def outside() -> Iterator[Listener]:
    """A running one."""
    listener = Listener()
    thread = threading.Thread(target=listener.server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield listener
    listener.server.shutdown()
    thread.join(10)
    listener.server.server_close()


def test_no_page_tells_where_it_came_from(
    house: Any, serve: Callable[..., str], chromium: Browser, outside: Listener, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every link that leads out of any page is pressed, every picture fetched: no Referer, not even to ourselves."""
    monkeypatch.setattr(capability_links, "OUTSIDE", outside.url)
    mailboxes = Mailboxes(house)
    app, own = house.web(), list[tuple[str, str]]()
    answer = app.wsgi_app
    app.wsgi_app = lambda environ, start: (
        own.append((environ["PATH_INFO"], environ.get("HTTP_REFERER", ""))) or answer(environ, start)
    )
    base, strangers = serve(app), list[str]()
    with closing(chromium.new_context()) as context:
        context.route(lambda url: urlsplit(url).hostname != "127.0.0.1", lambda route: _note(route, strangers))
        page = context.new_page()
        pages = {each.page: each.path for each in reversed(mailboxes.links)} | {"start": "/", "wrong": "/d/wrong"}
        pressed = {name for name, path in pages.items() if _press_all(page, base, path)}
    assert pressed == {"decide", "subscribe"}
    assert [each for each in outside.heard if any(each.values())] == []
    assert len(outside.heard) == 1
    assert strangers == [""] * 3  # the calendars of three services
    assert len(own) > 3 * len(pages)  # the pages, their styles, icons and pictures
    assert [each for each in own if each[1]] == []


def _note(route: Route, heard: list[str]) -> None:
    if not route.request.url.startswith(("data:", "blob:")):
        heard.append(route.request.headers.get("referer", ""))
    route.fulfill(status=200, content_type="text/html", body="<!doctype html><title>stranger</title>")


def _press_all(page: Page, base: str, path: str) -> int:
    """Press each link of a page that leads out, by the page's own way of opening it; how many there were."""
    page.goto(base + path)
    leading = page.locator("a[href^=http]")
    addresses = [
        each for each in leading.evaluate_all("all => all.map(each => each.href)") if not each.startswith(base)
    ]
    for address in addresses:
        page.goto(base + path)
        link = page.locator(f'a[href="{address}"]').first
        if link.get_attribute("target") == "_blank":
            with page.context.expect_page() as opened:
                link.click()
            opened.value.wait_for_load_state()
            opened.value.close()
        else:
            link.click()
            page.wait_for_url(lambda url: not url.startswith(base))
    return len(addresses)
