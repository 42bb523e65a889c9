"""The start page and the way to one's own links."""

import pytest

from activities.acting import Actor
from activities.invitations import (
    Purpose,
    find_invitation,
    invite_to_send,
    obtain_invitation,
    void_invitations_of,
)
from activities.submissions import withdraw
from notifications.links import make_token
from notifications.mail.contexts import SignIn, read_context
from notifications.mail.kinds import Kind
from notifications.mail.letters import list_letters
from notifications.mail.sign_in import MOST_LETTERS
from web.throttle import LIMIT


@pytest.fixture
def outside(make_house, sqlite_url):
    """An installation that people elsewhere can reach."""
    return make_house(sqlite_url, public_url="https://moc.example.org")


@pytest.fixture
def client(outside):
    return outside.web().test_client()


def letters(house):
    with house.office.store.read() as connection:
        return [each for each in list_letters(connection) if each.kind == Kind.SIGN_IN.value]


def test_who_asks_gets_their_own_links_by_mail(outside, client):
    """What they owe and the decisions that await them, at the address that is known, and nothing on the page."""
    outside.ask(outside.hand_in("1.1"))
    assert "Потеряли письмо?" in client.get("/").get_data(as_text=True)
    for person in (outside.teacher, outside.head):
        answer = client.post("/links", data={"address": f" {person.email.upper()} "})
        assert answer.status_code == 303
        assert "Учителев" not in client.get(answer.headers["Location"]).get_data(as_text=True)
    told = {each.recipient: read_context(SignIn, each.context) for each in letters(outside)}
    assert [row.number for row in told[outside.teacher.email].owed] == ["1.2", "1.3"]
    assert told[outside.teacher.email].awaited == 0
    assert told[outside.head.email].awaited == 1
    with outside.office.store.read() as connection:
        invited = find_invitation(connection, told[outside.teacher.email].owed[0].invitation)
    assert client.get(f"/e/{make_token(invited, outside.application.keys)}").status_code == 200


def test_every_address_gets_the_same_answer(outside, client):
    """Known, unknown, no address at all, someone who left: the same page, and a letter for the first alone."""
    tried = (outside.teacher.email, "nobody@school.example", "x", "", "a@b.example\r\nBcc: c@d.example")
    answers = [client.post("/links", data={"address": each}) for each in tried]
    pages = [client.get(each.headers["Location"]).get_data() for each in answers]
    assert len({(each.status_code, each.headers["Location"]) for each in answers}) == 1
    assert len(set(pages)) == 1
    assert [each.recipient for each in letters(outside)] == [outside.teacher.email]


def test_nobody_is_flooded(outside, client):
    """Three letters an hour a person, however often somebody asks; an hour later again."""
    for _ in range(MOST_LETTERS + 3):
        client.post("/links", data={"address": outside.teacher.email})
        outside.pass_time(seconds=1)
    assert len(letters(outside)) == MOST_LETTERS
    outside.pass_time(hours=1)
    client.post("/links", data={"address": outside.teacher.email})
    assert len(letters(outside)) == MOST_LETTERS + 1


def test_guessing_is_slowed_down(outside, client):
    """From the limit on a client is told to wait, whatever address it asks for; others are not."""
    for number in range(LIMIT):
        assert client.post("/links", data={"address": f"guess-{number}@school.example"}).status_code == 303
    answer = client.post("/links", data={"address": outside.teacher.email})
    assert (answer.status_code, answer.headers["Retry-After"]) == (429, "600")
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    known = client.post("/links", data={"address": outside.teacher.email}, environ_overrides=elsewhere)
    assert known.status_code == 303
    assert len(letters(outside)) == 1


def test_another_site_cannot_ask(outside, client):
    """A page of another site cannot make a browser ask for somebody's letters."""
    data, foreign = {"address": outside.teacher.email}, {"Sec-Fetch-Site": "cross-site"}
    assert client.post("/links", data=data, headers=foreign).status_code == 403
    assert letters(outside) == []


def test_an_office_that_nobody_reaches_offers_none(make_house, sqlite_url):
    """Without an address that leads there from outside, the form is not offered and not answered."""
    house = make_house(sqlite_url)
    client = house.web().test_client()
    assert "<form" not in client.get("/").get_data(as_text=True)
    assert client.post("/links", data={"address": house.teacher.email}).status_code == 404
    assert letters(house) == []


def test_a_page_that_counts_no_more_tells_the_way_to_new_links(outside, client):
    """Wrong, used up, too late, called back: each page leads to the start page, where the form is."""
    with outside.office.store.write() as work:
        invited = obtain_invitation(work, outside.teacher.id, Purpose.PREFERENCES)
        sending = invite_to_send(work, outside.teacher.id, [outside.occurrence("1.1").id])
        void_invitations_of(work, outside.teacher.id)
    submission = outside.hand_in("1.2")
    decided_on = outside.token(submission)
    withdraw(outside.office, Actor(outside.teacher, "cli"), submission.occurrence_id)
    keys = outside.application.keys
    (evidence,) = sending.values()
    wrong = ("/d/x", f"/p/{make_token(invited, keys)}", f"/e/{make_token(evidence, keys)}", f"/d/{decided_on}")
    for path in wrong:
        answer = client.get(path)
        assert answer.status_code in {404, 410}, path
        assert '<a href="/?lang=ru">' in answer.get_data(as_text=True), path
    assert "Потеряли письмо?" in client.get("/?lang=ru").get_data(as_text=True)


def test_where_no_links_are_sent_none_are_promised(house):
    """In office mode the page names the coordinator alone."""
    text = house.web().test_client().get("/d/x").get_data(as_text=True)
    assert "координатор" in text
    assert "/?lang=" not in text.partition("<main>")[2]
