"""The pages through the real server: a decision, a damaged file, and what a log must not hold."""

import http.client
import logging
import re
from contextlib import closing

import pytest

from tests.fixtures.scanners import Client


@pytest.fixture
def client(house, serve):
    with closing(Client(serve(house.web()))) as client:
        yield client


@pytest.fixture
def links(house):
    """Links of two people to one submission."""
    sent = house.hand_in(links=["https://school.example/news"])
    return [f"/d/{house.token(sent, each)}" for each in (house.head, house.deputy)]


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
