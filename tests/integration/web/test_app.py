"""The application as a whole: start page, languages, demo, addresses below a path, logs."""

import logging

import pytest

from activities.roles import Role
from runtime.installation import Purpose
from web.private_logs import hide_secrets


@pytest.fixture
def client(house):
    return house.web().test_client()


def test_the_start_page_knows_nobody(client):
    """It says what this is, in Russian, and in English where asked, and names no person or plan."""
    russian, english = (client.get(address).get_data(as_text=True) for address in ("/", "/?lang=en"))
    assert '<html lang="ru">' in russian
    assert '<html lang="en">' in english
    for text in (russian, english):
        assert "moc-2026" not in text
        assert "Директорова" not in text


def test_an_unknown_language_is_russian(client):
    """What no catalogue has is answered in Russian."""
    assert '<html lang="ru">' in client.get("/?lang=../../etc").get_data(as_text=True)


def test_a_page_speaks_the_persons_language(house, client):
    """The decision page is in the language of whom it was sent to, and switches where asked."""
    guest = house.person("Ann Head", Role.APPROVER, language="en")
    url = f"/d/{house.token(house.hand_in(), guest)}"
    assert "Your decision" in client.get(url).get_data(as_text=True)
    assert "Ваше решение" in client.get(f"{url}?lang=ru").get_data(as_text=True)


def test_the_language_stays_after_deciding(house, client):
    """Who has switched the language reads the receipt in it too."""
    sent = house.hand_in()
    url = f"/d/{house.token(sent)}?lang=en"
    answer = client.post(url, data={"decision": "accept", "seen": sent.manifest_digest.hex()})
    assert answer.headers["Location"] == url


def test_a_demo_says_which_day_it_takes_it_for(client):
    """Where the clock can be moved, every page shows its day."""
    for address in ("/", "/d/x", "/nowhere"):
        assert "Демонстрация: сегодня 2\xa0марта 2026" in client.get(address).get_data(as_text=True)


def test_a_real_installation_shows_no_demo(make_house, sqlite_url):
    """A production database's pages say nothing of a demonstration."""
    real = make_house(sqlite_url, purpose=Purpose.PRODUCTION)
    assert "Демонстрация" not in real.web().test_client().get("/").get_data(as_text=True)


def test_a_clock_that_is_gone_is_told_calmly(house, client):
    """Without its clock file a demo's pages still come, as 200 or as a calm error."""
    token = house.token(house.hand_in())
    house.clock.path.unlink()
    assert client.get("/").status_code == 200
    assert client.get(f"/d/{token}").status_code == 500


@pytest.mark.parametrize("asked", ["", "/opora"])
def test_pages_live_below_a_path(make_house, sqlite_url, asked):
    """With a public address that has a path, a proxy may take the path off or leave it; all addresses have it."""
    house = make_house(sqlite_url, public_url="https://school.example/opora/")
    client = house.web().test_client()
    url = f"/d/{house.token(house.hand_in())}"
    text = client.get(asked + url).get_data(as_text=True)
    assert f'href="/opora{url}/evidence/1"' in text
    assert 'href="/opora/static/opora.css' in text
    sent = {"decision": "accept", "seen": text.partition('name="seen" value="')[2][:64]}
    assert client.post(asked + url, data=sent).headers["Location"] == f"/opora{url}"


def test_a_form_that_is_too_large_is_refused(house, client):
    """A megabyte in the remark is answered by a page, not by a decision."""
    sent = house.hand_in()
    data = {"decision": "accept", "seen": sent.manifest_digest.hex(), "remark": "я" * 200_000}
    assert client.post(f"/d/{house.token(sent)}", data=data).status_code == 413
    assert house.occurrence("1.2").state == "evidence_submitted"


def test_the_servers_own_log_has_no_secret(house, caplog):
    """What waitress says of a client that went away names the page and not the key."""
    house.web()
    caplog.set_level(logging.INFO, "waitress")
    logging.getLogger("waitress").info("Client disconnected while serving %s", "/d/1.secret.mac/evidence/1")
    assert "Client disconnected while serving /d/…/evidence/1" in caplog.text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Exception on /c/abc-_9.ics [GET]", "Exception on /c/… [GET]"),
        ("/d/1.a.b and /c/x", "/d/… and /c/…"),
        ("/opora/d/1.a.b/evidence/2", "/opora/d/…/evidence/2"),
        ("/static/opora.css", "/static/opora.css"),
    ],
)
def test_secrets_are_taken_out_of_text(text, hidden):
    """Only what follows /d/ and /c/ is taken out."""
    assert hide_secrets(text) == hidden
