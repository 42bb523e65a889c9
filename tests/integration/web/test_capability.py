"""Links that lead nowhere, and what an answer carries and does not carry."""

import logging
import re
from pathlib import Path

import pytest

from engine.unit_of_work import SilentBell
from notifications.keys import Keys
from notifications.tables import throttle
from runtime.bootstrap import build_application
from web.app import create_app
from web.throttle import LIMIT


@pytest.fixture
def client(house):
    return house.web().test_client()


@pytest.fixture
def token(house):
    """The secret of a link that works."""
    return house.token(house.hand_in())


def bad_tokens(token):
    key, grant, mac = token.split(".")
    return {
        "cut": token[:-1],
        "longer": token + "A",
        "altered": f"{key}.{grant}.{mac[:10]}{'A' if mac[10] != 'A' else 'B'}{mac[11:]}",
        "another key": f"9.{grant}.{mac}",
        "another grant": f"{key}.{'A' * 22}.{mac}",
        "upper case": token.upper(),
        "no token": "geheimnis",
        "long": "x" * 5000,
        "not ascii": "ключ",
    }


@pytest.mark.parametrize("sort", list(bad_tokens("1.a.bbbbbbbbbbbbbbb")))
def test_a_link_that_is_not_ours_tells_nothing(client, token, sort):
    """Forged, altered and cut off: one page, 404, the same words for each, whatever is asked of it."""
    bad = bad_tokens(token)[sort]
    pages = [
        client.get(f"/d/{bad}"),
        client.post(f"/d/{bad}", data={"decision": "accept"}),
        client.get(f"/d/{bad}/evidence/1"),
    ]
    assert {page.status_code for page in pages} == {404}
    assert len({page.get_data() for page in pages}) == 1
    text = pages[0].get_data(as_text=True)
    assert "Откройте" in text
    assert "Traceback" not in text
    assert bad not in text


def test_a_row_that_was_altered_fits_no_link(house, client, token):
    """Whoever changes a grant in the database makes its link useless."""
    with house.office.store.write() as work:
        work.connection.exec_driver_sql(f'UPDATE "grant" SET person_id = {house.deputy.id}')
    assert client.get(f"/d/{token}").status_code == 404


def test_links_outlive_a_new_key(house, token):
    """After the key was changed, links of the old one still open."""
    settings = house.application.settings
    Keys.rotate(settings.keys_dir)
    renewed = build_application(settings, SilentBell())
    assert create_app(renewed).test_client().get(f"/d/{token}").status_code == 200
    renewed.close()


def test_too_many_bad_links_are_answered_wait(any_house):
    """From the limit on a client is told to wait and is counted no further; its good link opens all the same."""
    client, token = any_house.web().test_client(), any_house.token(any_house.hand_in())
    for _ in range(LIMIT):
        assert client.get("/d/x").status_code == 404
    answer = client.get("/d/x")
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    assert client.get("/c/x").status_code == 429
    assert client.get("/c/x.ics").status_code == 429
    assert client.get(f"/d/{token}").status_code == 200
    assert client.get("/d/x", environ_overrides={"REMOTE_ADDR": "192.0.2.7"}).status_code == 404
    with any_house.office.store.read() as connection:
        counted = {row.address: row.attempts for row in connection.execute(throttle.select())}
    assert counted == {"127.0.0.1": LIMIT, "192.0.2.7": 1}


def test_bad_links_are_forgotten(any_house):
    """Ten minutes later the same client is a stranger again, and the table keeps nobody's address."""
    client = any_house.web().test_client()
    for _ in range(LIMIT):
        client.get("/d/x")
    any_house.pass_time(minutes=10)
    assert client.get("/d/x").status_code == 404
    with any_house.office.store.read() as connection:
        assert [row.attempts for row in connection.execute(throttle.select())] == [1]


def test_every_answer_is_guarded(house, client, token):
    """No answer may be framed, kept, indexed, or tell where it came from; nothing from elsewhere runs in it."""
    for address in ("/", f"/d/{token}", "/d/x", "/nowhere", f"/d/{token}/evidence/1", "/health", "/static/opora.css"):
        with client.get(address) as answer:
            headers = answer.headers
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["X-Robots-Tag"] == "noindex, nofollow"
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        if "/static/" not in address:
            assert headers["Cache-Control"] == "no-store"
    policy = client.get(f"/d/{token}").headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert "script-src" not in policy
    assert "unsafe" not in policy


def test_pages_name_nothing_from_elsewhere(client, token):
    """Styles and icon come from the server itself; there is no script."""
    text = client.get(f"/d/{token}").get_data(as_text=True)
    loaded = re.findall(r'(?:src|href)="([^"#?]*)', text)
    assert all(each.startswith(("/static/", f"/d/{token}")) for each in loaded if each), loaded
    assert "<script" not in text
    assert "style=" not in text


def test_a_fault_shows_and_logs_no_secret(house, token, monkeypatch, caplog):
    """Where the program itself fails, the page is calm, and the log has the trace but not the address."""
    caplog.set_level(logging.DEBUG)

    def fail(*_):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("web.decision_pages.get_matter", fail)
    page = house.web().test_client().get(f"/d/{token}")
    assert page.status_code == 500
    text = page.get_data(as_text=True)
    assert "boom" not in text
    assert "Traceback" not in text
    assert "boom" in caplog.text
    assert token not in caplog.text
    assert "/d/<token>" in caplog.text


def test_a_database_that_is_away_is_told_calmly(house, sqlite_url):
    """While the database cannot be read: 503, when to come again, and health says so too."""
    token = house.token(house.hand_in())
    client = house.web().test_client()
    assert client.get("/health").get_data() == b"ok\n"
    lose_database(house, sqlite_url)
    for address in (f"/d/{token}", "/health"):
        assert client.get(address).status_code == 503
    answer = client.get(f"/d/{token}")
    assert answer.headers["Retry-After"] == "60"
    assert "opora.db" not in answer.get_data(as_text=True)
    assert client.get("/").status_code == 200


def lose_database(house, url):
    """Take the file away and put something in its place that cannot be opened."""
    house.application.store.engine.dispose()
    path = Path(url.removeprefix("sqlite:///"))
    path.unlink()
    path.mkdir()
