"""The page on which a person says what they want to be written about."""

import pytest

from activities.invitations import Purpose, obtain_invitation, void_invitations_of
from notifications.links import make_token
from notifications.mail.kinds import Kind
from notifications.mail.preferences import Pace, Preference, list_preferences


@pytest.fixture
def client(house):
    return house.web().test_client()


@pytest.fixture
def url(house):
    """The address of the head's page."""
    with house.office.store.write() as work:
        invited = obtain_invitation(work, house.head.id, Purpose.PREFERENCES)
    return f"/p/{make_token(invited, house.application.keys)}"


def chosen(house):
    with house.office.store.read() as connection:
        return list_preferences(connection, house.head.id)


def test_choices_are_saved(house, client, url):
    """The form saves what was chosen, days too, leads to the page, and shows it chosen."""
    assert "Анна Директорова" in client.get(url).get_data(as_text=True)
    sent = {"evidence_awaits": "weekly", "evidence_awaits_days": ["2", "5"], "decided": "never"}
    answer = client.post(url, data=sent)
    assert answer.status_code == 303
    assert chosen(house)[Kind.EVIDENCE_AWAITS] == Preference(Pace.WEEKLY, (2, 5))
    assert chosen(house)[Kind.DECIDED] == Preference(Pace.NEVER)
    assert chosen(house)[Kind.RETURNED] == Preference(Pace.IMMEDIATE)
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "Сохранено" in text
    assert 'name="decided" value="never" checked' in text


def test_looking_changes_nothing(house, client, url):
    """GET and HEAD of the page and of the one-click address leave every row as it was."""
    before = house.dump()
    for address in (url, f"{url}/without/decided"):
        assert client.get(address).status_code == 200
        assert client.head(address).status_code == 200
    assert house.dump() == before


def test_one_click_in_a_mail_program_leaves_a_kind_out(house, client, url):
    """A POST as RFC 8058 has it, from nowhere in particular; any other body changes nothing."""
    assert client.post(f"{url}/without/decided", data={"other": "x"}).status_code == 404
    assert chosen(house)[Kind.DECIDED] == Preference(Pace.IMMEDIATE)
    assert client.post(f"{url}/without/decided", data={"List-Unsubscribe": "One-Click"}).status_code == 200
    assert chosen(house)[Kind.DECIDED] == Preference(Pace.NEVER)


@pytest.mark.parametrize("kind", ["evidence_awaits", "escalation", "nothing"])
def test_what_must_come_has_no_one_click(house, client, url, kind):
    """Kinds that somebody has to know of cannot be left out, by whatever address."""
    assert client.post(f"{url}/without/{kind}", data={"List-Unsubscribe": "One-Click"}).status_code == 404
    assert house.dump()["preference"] == []


def test_a_choice_that_does_not_exist_is_refused(house, client, url):
    """A forged pace is told, and nothing of the form is saved."""
    answer = client.post(url, data={"decided": "never", "evidence_awaits": "never"})
    assert answer.status_code == 422
    assert house.dump()["preference"] == []


def test_the_link_ends(house, client, url):
    """Called back or expired: 410, and nothing is saved; another site's form is refused."""
    assert client.post(url, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with house.office.store.write() as work:
        void_invitations_of(work, house.head.id)
    assert client.get(url).status_code == 410
    assert client.post(url, data={"decided": "never"}).status_code == 410
    assert house.dump()["preference"] == []
