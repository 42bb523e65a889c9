"""The pages through the real server: what mail scanners do to links, and what a log must not hold."""

import http.client
import logging
import re
from urllib.parse import urlsplit

import pytest

LINKS = 50


class Client:
    """A plain HTTP client that keeps one connection."""

    def __init__(self, base):
        self.connection = http.client.HTTPConnection(urlsplit(base).netloc, timeout=30)

    def ask(self, method, address, headers=None):
        """Status and text of an answer."""
        self.connection.request(method, address, headers=headers or {})
        with self.connection.getresponse() as answer:
            return answer.status, answer.read().decode("utf-8", "replace")


@pytest.fixture
def client(house, serve):
    client = Client(serve(house.web()))
    yield client
    client.connection.close()


@pytest.fixture
def links(house):
    """Fifty links to one submission, as a bundle of letters would hold them."""
    sent = house.hand_in(links=["https://school.example/news"])
    return [f"/d/{house.token(sent, each)}" for each in (house.head, house.deputy) for _ in range(LINKS // 2)]


def head(client, url):
    assert client.ask("HEAD", url)[0] == 200


def get(client, url):
    assert client.ask("GET", url)[0] == 200


def get_twice(client, url):
    get(client, url)
    get(client, url)


def prefetch(client, url):
    for purpose in ("prefetch", "prefetch;prerender"):
        assert client.ask("GET", url, {"Sec-Purpose": purpose, "Purpose": "prefetch"})[0] == 200


def follow_every_link(client, url):
    """All addresses of the page, and of the pages behind them."""
    seen, waiting = set(), [url]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        status, text = client.ask("GET", address)
        assert status == 200, address
        if "/static/" not in address and "/evidence/" not in address:
            found = (each.replace("&amp;", "&") for each in re.findall(r'(?:href|src|action)="([^"]*)"', text))
            own = (url.partition("?")[0] + each if each.startswith("?") else each for each in found)
            waiting += [each for each in own if each.startswith("/")]
    assert len(seen) == 6  # the page in both languages, its file, styles (once for each page's version) and icon


PROFILES = [head, get, get_twice, prefetch, follow_every_link]


@pytest.mark.parametrize("scan", PROFILES, ids=lambda scan: scan.__name__)
def test_no_scanner_decides(house, client, links, scan):
    """Fifty links, scanned in every way that sends no form: not one row of any table changes."""
    before = house.dump()
    for url in links:
        scan(client, url)
    assert house.dump() == before


def test_a_whole_decision_over_http(house, client, links):
    """The form as any browser sends it is answered by a redirect to the receipt."""
    _, page = client.ask("GET", links[0])
    seen = re.search(r'name="seen" value="(\w+)"', page)[1]
    body = f"decision=accept&remark=&seen={seen}"
    client.connection.request("POST", links[0], body, {"Content-Type": "application/x-www-form-urlencoded"})
    with client.connection.getresponse() as answer:
        answer.read()
        assert (answer.status, answer.headers["Location"]) == (303, links[0])
    assert "Принято" in client.ask("GET", links[0])[1]
    assert house.occurrence("1.2").state == "accepted"


def test_an_altered_file_breaks_the_connection(house, client, links):
    """A damaged file arrives short of its announced length, which every client takes for a failed download."""
    (path,) = (each for each in (house.office.evidence.path / "sha256").rglob("*") if each.is_file())
    path.chmod(0o600)
    path.write_bytes(b"x" * path.stat().st_size)
    with pytest.raises(http.client.IncompleteRead):
        client.ask("GET", f"{links[0]}/evidence/1")


def test_no_log_holds_a_secret(house, client, links, caplog, monkeypatch):
    """Good links, bad links, faults and damaged files: nothing that is logged names a token."""
    caplog.set_level(logging.DEBUG)
    test_an_altered_file_breaks_the_connection(house, client, links)
    client.ask("GET", f"{links[0][:-3]}xyz")
    monkeypatch.setattr("web.decision_pages.get_matter", lambda *_: 1 / 0)
    assert client.ask("GET", links[0])[0] == 500
    assert "ZeroDivisionError" in caplog.text
    assert not any(secret in caplog.text for secret in (links[0][3:], links[0][3:-3], links[0].rpartition(".")[2]))
