"""The web process sees what others change while it runs."""

from datetime import date

import pytest
from sqlalchemy import insert

from activities.tables import day_override
from notifications.keys import Keys
from runtime.database_marks import close_moved, reopen
from web import freshness
from web.freshness import Freshness

SUNDAY = date(2026, 3, 8)


@pytest.fixture
def client(house, monkeypatch: pytest.MonkeyPatch):
    """Looks before every request."""
    monkeypatch.setattr(freshness, "SECONDS", 0.0)
    return house.web().test_client()


def test_a_look_is_taken_once_in_a_while():
    """Not before each of many requests; after an error at the next one again."""
    seconds, looks, fails = [100.0], [], [False]

    def refresh() -> None:
        looks.append(seconds[0])
        if fails[0]:
            raise RuntimeError

    fresh = Freshness(refresh, lambda: seconds[0])
    for seconds[0] in (100.9, 101.0, 101.9, 102.0):
        fresh.look()
    assert looks == [101.0, 102.0]
    seconds[0], fails[0] = 110.0, True
    for _ in range(2):
        with pytest.raises(RuntimeError):
            fresh.look()
    assert looks[2:] == [110.0, 110.0]


def test_days_and_keys_that_changed_count_at_the_next_request(house, client):
    """A day off in the calendar, and a new key for links: what it signed is opened."""
    overrides = house.application.overrides
    sent = house.hand_in()
    Keys.rotate(house.application.settings.keys_dir)
    with house.application.store.write() as work:
        work.connection.execute(insert(day_override).values(day=SUNDAY, is_working=True, reason=""))
    assert SUNDAY not in overrides
    client.get("/")
    assert overrides[SUNDAY] is True
    token = house.token(sent)
    assert token.startswith("2.")
    assert client.get(f"/d/{token}").status_code == 200


def test_a_database_that_was_moved_is_shown_no_more(house, client):
    """Calendars and pages are answered 503, to be asked for again; styles still come; then all is as before."""
    with house.application.store.write() as work:
        close_moved(work.connection, "postgresql://clerk@db/opora")
    for address in ("/", f"/d/{'x' * 30}", "/c/x.ics", "/health"):
        assert client.get(address).status_code == 503
    assert client.get("/").headers["Retry-After"] == "60"
    assert "clerk" not in client.get("/").get_data(as_text=True)
    with house.application.store.write() as work:
        reopen(work.connection)
    assert {client.get(address).status_code for address in ("/", "/health")} == {200}


def test_without_a_key_nothing_is_answered(house, client):
    """Whoever took the keys away wants no link to be good."""
    for path in house.application.settings.keys_dir.glob("link-*.key"):
        path.unlink()
    assert [client.get(address).status_code for address in ("/", "/health")] == [503, 503]
