"""Calendars as programs fetch them, and the page that explains how."""

import gzip
import logging
import re
from html import unescape
from pathlib import Path
from urllib.parse import quote

import pytest

from activities.acting import Actor
from activities.occurrences import OccurrenceFilter
from activities.steps import start
from notifications.calendar.lint import lint
from notifications.calendar.subscriptions import (
    NewSubscription,
    add_subscription,
    get_subscription,
    revoke_subscription,
    rotate_subscription,
)
from notifications.camera_code import render_svg
from web.headers import HEADERS


@pytest.fixture
def client(any_house):
    return any_house.web().test_client()


@pytest.fixture
def subscribed(any_house):
    """A subscription to everything, and its secret."""
    any_house.tick()
    subscription = add_subscription(any_house.office, NewSubscription("Сроки МОЦ; все", OccurrenceFilter()))
    any_house.pass_time(seconds=1)
    return subscription


@pytest.fixture
def url(subscribed):
    """The address of its calendar."""
    return f"/c/{subscribed[1]}.ics"


def test_the_calendar_is_one(client, url):
    """A fetched calendar has the rows of the plan, breaks no rule of RFC 5545, and says how it may be kept."""
    answer = client.get(url)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert lint(answer.get_data()) == []
    # An event has its day and, apart, the day of its evidence.
    assert answer.get_data().count(b"BEGIN:VEVENT") == 4
    assert answer.headers["Last-Modified"] == "Mon, 02 Mar 2026 06:00:00 GMT"


def test_the_same_is_not_sent_twice(client, url):
    """Whoever names the tag, alone, in a list, weakly or by *, gets 304 without a body, until it changes."""
    etag = client.get(url).headers["ETag"]
    for held in (etag, f'"x,y", {etag}', f"W/{etag}", "*"):
        answer = client.get(url, headers={"If-None-Match": held})
        assert (answer.status_code, answer.get_data(), answer.headers["ETag"]) == (304, b"", etag)
        assert answer.headers["Cache-Control"] == "private, no-cache"
    for held in ('"x"', etag.strip('"'), "nonsense"):
        assert client.get(url, headers={"If-None-Match": held}).status_code == 200


def test_a_date_alone_will_do(client, url):
    """Old programs ask by If-Modified-Since in whole seconds; a tag that differs decides over it."""
    modified = client.get(url).headers["Last-Modified"]
    assert client.get(url, headers={"If-Modified-Since": modified}).status_code == 304
    earlier = "Mon, 02 Mar 2026 05:59:59 GMT"
    assert client.get(url, headers={"If-Modified-Since": earlier}).status_code == 200
    both = {"If-Modified-Since": modified, "If-None-Match": '"x"'}
    assert client.get(url, headers=both).status_code == 200


def test_no_date_is_told_within_the_second_of_a_change(any_house, client):
    """A date in whole seconds could not tell two changes of one second apart, so none is sent until it is over."""
    any_house.tick()
    token = add_subscription(any_house.office, NewSubscription("МОЦ", OccurrenceFilter()))[1]
    assert "Last-Modified" not in client.get(f"/c/{token}.ics").headers
    any_house.pass_time(seconds=1)
    assert "Last-Modified" in client.get(f"/c/{token}.ics").headers


def test_what_leaves_the_calendar_changes_its_date(any_house, client):
    """Who asks by date alone learns of an entry that a filter, or the passing of days, no longer shows."""
    any_house.tick()
    planned = OccurrenceFilter(states=["planned"])
    url = f"/c/{add_subscription(any_house.office, NewSubscription('МОЦ', planned))[1]}.ics"
    any_house.pass_time(seconds=1)
    first = client.get(url)
    any_house.pass_time(seconds=10)
    start(any_house.office, Actor(any_house.teacher, "cli"), any_house.occurrence("1.3").id)
    any_house.tick()
    any_house.pass_time(seconds=1)
    second = client.get(url, headers={"If-Modified-Since": first.headers["Last-Modified"]})
    assert second.status_code == 200
    assert second.get_data().count(b"BEGIN:VEVENT") == first.get_data().count(b"BEGIN:VEVENT") - 1
    held = {"If-Modified-Since": second.headers["Last-Modified"]}
    assert client.get(url, headers=held).status_code == 304
    any_house.pass_time(days=1)
    any_house.tick()
    assert client.get(url, headers=held).status_code == 304
    any_house.pass_time(days=120)
    any_house.tick()
    any_house.pass_time(seconds=1)
    assert client.get(url, headers=held).status_code == 200


def test_asking_without_fetching(client, url):
    """HEAD tells what GET would, without the body."""
    asked, fetched = client.head(url), client.get(url)
    assert asked.get_data() == b""
    for name in ("ETag", "Last-Modified", "Content-Type", "Content-Length"):
        assert asked.headers[name] == fetched.headers[name]


def test_packed_is_the_same_calendar(client, url):
    """Who takes gzip gets it, with a tag of its own that is good for 304; who refuses it does not."""
    plain = client.get(url)
    packed = client.get(url, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == plain.get_data()
    assert packed.headers["ETag"] != plain.headers["ETag"]
    assert plain.headers["Vary"] == packed.headers["Vary"] == "Accept-Encoding"
    held = {"Accept-Encoding": "gzip", "If-None-Match": packed.headers["ETag"]}
    assert client.get(url, headers=held).status_code == 304
    assert "Content-Encoding" not in client.get(url, headers={"Accept-Encoding": "gzip;q=0"}).headers


def test_packing_can_be_left_to_a_proxy(make_house, sqlite_url):
    """With `OPORA_FEED_GZIP=false` the calendar comes as it is, whatever the program takes."""
    house = make_house(sqlite_url, feed_gzip=False)
    _, token = add_subscription(house.office, NewSubscription("МОЦ", OccurrenceFilter()))
    answer = house.web().test_client().get(f"/c/{token}.ics", headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in answer.headers
    assert answer.get_data().startswith(b"BEGIN:VCALENDAR")


def test_the_tag_changes_with_what_is_seen_only(any_house, client, url):
    """Time alone changes nothing; a state does, and so does the day on which something gets overdue."""
    first = client.get(url).headers["ETag"]
    any_house.pass_time(hours=3)
    any_house.tick()
    assert client.get(url).headers["ETag"] == first
    start(any_house.office, Actor(any_house.teacher, "cli"), any_house.occurrence("1.3").id)
    any_house.tick()
    second = client.get(url).headers["ETag"]
    assert second != first
    any_house.pass_time(days=42)
    any_house.tick()
    third = client.get(url)
    assert third.headers["ETag"] != second
    assert "SUMMARY:! 1.3 Отчёт за квартал".encode() in third.get_data()


def test_fetching_changes_nothing(any_house, client, url):
    """However often it is fetched, no row changes; when it was last fetched is written a minute later."""
    before = any_house.dump()
    for method in ("GET", "HEAD", "GET"):
        client.open(url, method=method)
        client.open(url.removesuffix(".ics"), method=method)
    assert any_house.dump() == before


def test_the_last_fetch_is_noted(any_house, subscribed):
    """What was gathered in memory is written once, together, and shown on the page."""
    app = any_house.web()
    client = app.test_client()
    url = f"/c/{subscribed[1]}"
    assert "Not fetched yet" in client.get(f"{url}?lang=en").get_data(as_text=True)
    client.get(f"{url}.ics")
    app.extensions["opora"].fetches.flush()
    with any_house.office.store.read() as connection:
        assert get_subscription(connection, subscribed[0].short_id).fetched_at == any_house.clock.now()
    assert "Last fetched on 2\xa0March 2026, 09:00" in client.get(f"{url}?lang=en").get_data(as_text=True)


def test_who_fetches_too_often_is_told_to_wait(make_house, sqlite_url):
    """Beyond the limit: 429 and when to come again, in words; who names what it holds is answered all the same."""
    house = make_house(sqlite_url, feed_limit=2)
    house.tick()
    url, other = (
        f"/c/{add_subscription(house.office, NewSubscription(name, OccurrenceFilter()))[1]}.ics" for name in "ab"
    )
    client = house.web().test_client()
    etag = client.get(url).headers["ETag"]
    for _ in range(3):
        assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert client.head(url).status_code == 200
    house.pass_time(minutes=4)
    refused = client.get(url)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "360")
    assert b"VCALENDAR" not in refused.get_data()
    assert client.get(url, headers={"If-None-Match": etag}).status_code == 304
    assert client.get(other).status_code == 200
    house.pass_time(minutes=6)
    assert client.get(url).status_code == 200


def test_a_calendar_is_guarded_like_a_page(client, url):
    """What every page says of itself, each answer of a calendar says too, once."""
    etag = client.get(url).headers["ETag"]
    for answer in (client.get(url), client.get(url, headers={"If-None-Match": etag}), client.get("/c/x.ics")):
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value if name != "Cache-Control" else answer.headers[name]]
    assert client.post(url).status_code == 405


def test_calendars_live_below_a_path_too(make_house, sqlite_url):
    """Where the public address has a path, a calendar answers below it, and without it as a proxy may ask."""
    house = make_house(sqlite_url, public_url="https://school.example/opora")
    token = add_subscription(house.office, NewSubscription("МОЦ", OccurrenceFilter()))[1]
    client = house.web().test_client()
    for url in (f"/opora/c/{token}.ics", f"/c/{token}.ics"):
        assert client.get(url).headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert f"https://school.example/opora/c/{token}.ics" in client.get(f"/opora/c/{token}").get_data(as_text=True)


def test_a_dead_address_says_nothing(any_house, client, subscribed, url):
    """Revoked, replaced, never given out: the same 404 for all, with the page and the calendar."""
    office, (subscription, token) = any_house.office, subscribed
    fresh = rotate_subscription(office, subscription)
    replaced = client.get(url)
    assert client.get(f"/c/{fresh}.ics").status_code == 200
    revoke_subscription(office, subscription)
    revoked = client.get(f"/c/{fresh}.ics")
    unknown = client.get("/c/never.ics")
    assert [each.status_code for each in (replaced, revoked, unknown)] == [404] * 3
    assert replaced.get_data() == revoked.get_data() == unknown.get_data()
    assert client.get(f"/c/{token}").status_code == client.get(f"/c/{fresh}").status_code == 404


def test_trouble_is_no_empty_calendar(house, sqlite_url):
    """Without a database: 503 and when to come again, in words and not as a calendar."""
    house.tick()
    token = add_subscription(house.office, NewSubscription("Все", OccurrenceFilter()))[1]
    client = house.web().test_client()
    house.application.store.engine.dispose()
    path = Path(sqlite_url.removeprefix("sqlite:///"))
    path.unlink()
    path.mkdir()
    answer = client.get(f"/c/{token}.ics")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "300")
    assert b"VCALENDAR" not in answer.get_data()
    assert token not in answer.get_data(as_text=True)


def test_a_fault_is_no_empty_calendar(house, monkeypatch, caplog):
    """Whatever fails while rendering: 503, and the log has the trace without the address."""
    caplog.set_level(logging.DEBUG)
    token = add_subscription(house.office, NewSubscription("Все", OccurrenceFilter()))[1]

    def fail(*_, **__):
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("web.feeds.find_stored_feed", fail)
    assert house.web().test_client().get(f"/c/{token}.ics").status_code == 503
    assert "boom" in caplog.text
    assert token not in caplog.text


def test_the_page_says_how_to_subscribe(any_house, client, subscribed):
    """A button for each of five programs that leads where it can, a code, and that a calendar is no reminder."""
    text = client.get(f"/c/{subscribed[1]}?lang=en").get_data(as_text=True)
    assert "a view, not a reminder" in text
    assert "Сроки МОЦ; все" in text
    feed = quote(f"//localhost/c/{subscribed[1]}.ics", safe="")
    buttons = dict(re.findall(r'<a class="button" href="([^"]*)" rel="[^"]*noreferrer[^"]*">(.*?)</a>', text))
    assert {name: unescape(url) for url, name in buttons.items()} == {
        "Yandex": "https://calendar.yandex.ru/",
        "Google": f"https://calendar.google.com/calendar/render?cid=webcal%3A{feed}",
        "Thunderbird": f"webcal://localhost/c/{subscribed[1]}.ics",
        "Outlook": f"https://outlook.live.com/calendar/0/addfromweb?url=http%3A{feed}&name={quote('Сроки МОЦ; все')}",
    }
    assert ">Apple</a>" in text
    title = "The address of this page as a code for a camera"
    assert render_svg(f"http://localhost/c/{subscribed[1]}", title) in text


@pytest.mark.parametrize(
    ("public_url", "warned"), [("https://opora.example.org", False), ("http://192.168.0.7:8080", True), (None, True)]
)
def test_services_outside_are_promised_nothing_in_vain(make_house, sqlite_url, public_url, warned):
    """Where the address leads to one network only, the page says that Yandex, Google and Outlook cannot fetch it."""
    house = make_house(sqlite_url, public_url=public_url)
    token = add_subscription(house.office, NewSubscription("МОЦ", OccurrenceFilter()))[1]
    text = house.web().test_client().get(f"/c/{token}?lang=en").get_data(as_text=True)
    assert ("one network only" in text) is warned


def test_a_calendar_speaks_its_own_language(any_house, client):
    """A subscription in English has English words in calendar and page."""
    any_house.tick()
    _, token = add_subscription(any_house.office, NewSubscription("МОЦ", OccurrenceFilter(), language="en"))
    assert b"State: planned" in client.get(f"/c/{token}.ics").get_data()
    assert "a view, not a reminder" in client.get(f"/c/{token}").get_data(as_text=True)
