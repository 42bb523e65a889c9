"""Every sort of link on every path, and a page of one's own in every way in which it may count no more."""

from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from activities.invitations import TIME_TO_LIVE, void_invitations_of
from notifications.keys import Keys
from tests.fixtures.capability_links import Mailboxes
from tests.fixtures.office import BEGAN_AT

# Which page of `Mailboxes` → the paths on which its secret is good.
SORTS = {
    "decide": {"/d/{}", "/d/{}/evidence/1"},
    "decide many": {"/m/{}"},
    "send": {"/e/{}"},
    "preferences": {"/p/{}", "/p/{}/without/decided"},
    "texts": {"/t/{}"},
    "subscribe": {"/c/{}"},
}
PATHS = sorted(set().union(*SORTS.values()))
OWN_PAGES = ["decide many", "send", "preferences", "texts"]


@pytest.fixture
def mailboxes(house):
    return Mailboxes(house)


@pytest.fixture
def client(house):
    return house.web().test_client()


def everything(mailboxes):
    """A form that would do something on any page that took it."""
    sent = mailboxes.sent
    name, seen = sent.short_id, sent.manifest_digest.hex()
    return {
        "decision": "accept",
        "seen": seen,
        "remark": "",
        f"decision-{name}": "accept",
        f"seen-{name}": seen,
        "action": "keep",
        "note": "Провели",
        "decided": "never",
        "sheet": mailboxes.unlinked.name,
        "row": [each.short_id for each in mailboxes.unlinked.wanted],
        "List-Unsubscribe": "One-Click",
    }


def state(mailboxes):
    return mailboxes.state() | {"throttle": []}


def test_a_link_opens_its_own_page_alone(mailboxes, client):
    """On any path but its own the secret is as bad as an invented one, for reading and for sending."""
    before = state(mailboxes)
    for number, sort in enumerate(SORTS):
        secret = mailboxes.of(sort).secret
        # From another address each, since bad links are counted by it.
        came = {"REMOTE_ADDR": f"192.0.2.{number}"}
        for path in PATHS:
            is_own = path in SORTS[sort]
            with client.get(path.format(secret), environ_overrides=came) as answer:
                assert answer.status_code == (200 if is_own else 404), (sort, path)
            if not is_own:
                answer = client.post(path.format(secret), data=everything(mailboxes), environ_overrides=came)
                assert answer.status_code in {404, 405}, (sort, path)
    assert state(mailboxes) == before


def count(mailboxes, _link):
    """The link as it is."""


def be_too_late(mailboxes, _link):
    """Its time is over."""
    mailboxes.house.clock.set(BEGAN_AT + TIME_TO_LIVE)


def be_just_in_time(mailboxes, _link):
    """A second is left."""
    mailboxes.house.clock.set(BEGAN_AT + TIME_TO_LIVE - timedelta(seconds=1))


def be_called_back(mailboxes, link):
    """It was voided."""
    with mailboxes.house.office.store.write() as work:
        void_invitations_of(work, link.person.id)


def leave(mailboxes, link):
    """The person works here no more."""
    with mailboxes.house.office.store.write() as work:
        work.connection.exec_driver_sql(f"UPDATE person SET active = 0 WHERE id = {link.person.id}")


def change_the_key(mailboxes, _link):
    """There is a newer key; the older one is kept."""
    Keys.rotate(mailboxes.house.application.settings.keys_dir)
    mailboxes.house.application.refresh()


def drop_the_key(mailboxes, link):
    """There is a newer key alone."""
    change_the_key(mailboxes, link)
    (mailboxes.house.application.settings.keys_dir / "link-1.key").unlink(missing_ok=True)
    mailboxes.house.application.refresh()


HAPPENINGS = {
    count: 303,
    be_just_in_time: 303,
    change_the_key: 303,
    be_too_late: 410,
    be_called_back: 410,
    leave: 410,
    drop_the_key: 404,
}


@pytest.mark.parametrize("happen", list(HAPPENINGS), ids=lambda each: each.__name__)
def test_a_page_of_ones_own_counts_or_not(mailboxes, client, happen):
    """Whatever is sent, a page that counts no more says so and changes nothing; one that counts does what it is for."""
    links = {each: mailboxes.of(each) for each in OWN_PAGES}
    for link in links.values():
        happen(mailboxes, link)
    for name, link in links.items():
        before = state(mailboxes)
        if happen is be_just_in_time and name == "decide many":
            continue  # what could be decided there has been open too long
        answer = client.post(link.path, data=everything(mailboxes))
        assert answer.status_code == HAPPENINGS[happen], name
        assert (state(mailboxes) != before) is (HAPPENINGS[happen] == 303), name
        assert urlsplit(answer.headers.get("Location", link.path)).path == link.path
