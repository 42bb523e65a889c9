"""The pages of who stands in for somebody, and of a row that sums up its members' parts."""

import re
from datetime import timedelta

from activities.absences import NewAbsence, end_absence, record_absence
from activities.acting import Actor
from activities.decisions import find_decision
from activities.grants import issue_grant
from activities.invitations import invite_to_send
from activities.parties import PartyKind, get_party, set_party_kind
from activities.parts import fan_out
from activities.party_members import add_member
from activities.plan_activities import resolve_activity
from activities.submissions import list_submissions
from notifications.links import make_token


def leave(house, absent, substitute):
    """The coordinator records that somebody is away this week."""
    today = house.office.today()
    new = NewAbsence(absent, substitute, today, today + timedelta(days=4))
    return record_absence(house.office, Actor(house.coordinator, "cli"), new)


def link_in_place_of(house, substitute, absent, sealed):
    """The address of the page to decide in somebody's place."""
    with house.office.store.write() as work:
        given = issue_grant(work, substitute.id, sealed.id, absent.id)
    return f"/d/{make_token(given, house.application.keys)}"


def accept(client, url):
    """Send the form of a page."""
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', client.get(url).get_data(as_text=True))
    return client.post(url, data={"seen": seen[1] if seen else "", "remark": "", "decision": "accept"})


def test_the_page_says_for_whom_and_the_decision_has_both_names(house):
    """While it lasts the substitute's link opens the form, and what is recorded names both."""
    other = house.person("Ольга Заменова")
    leave(house, house.head, other)
    sealed = house.hand_in()
    client, url = house.web().test_client(), link_in_place_of(house, other, house.head, sealed)
    assert house.head.name in client.get(url).get_data(as_text=True)
    assert accept(client, url).status_code == 303
    with house.office.store.read() as connection:
        made = find_decision(connection, sealed.id)
    assert (made.person, made.on_behalf_of, made.channel) == (other, house.head, "link")
    assert client.get(url).status_code == 200


def test_once_who_was_away_is_back_the_link_says_so(house):
    """By the day or by word: the page is gone with a reason of its own, a form sent late decides nothing."""
    other = house.person("Ольга Заменова")
    leave(house, house.head, other)
    sealed = house.hand_in()
    client, url = house.web().test_client(), link_in_place_of(house, other, house.head, sealed)
    page = client.get(url).get_data(as_text=True)
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)[1]
    house.pass_time(days=5)
    gone = client.get(url)
    assert gone.status_code == 410
    assert "вернулся" in gone.get_data(as_text=True)
    assert client.post(url, data={"seen": seen, "remark": "", "decision": "accept"}).status_code == 410
    house.pass_time(days=-5)
    assert client.get(url).status_code == 200
    end_absence(house.office, Actor(house.head, "cli"), house.head)
    assert client.get(url).status_code == 410
    with house.office.store.read() as connection:
        assert find_decision(connection, sealed.id) is None


def test_who_stands_in_for_the_teacher_sends_in_their_place(house):
    """The page says for whom; what is handed in is the teacher's; afterwards the link opens nothing."""
    other = house.person("Ольга Заменова")
    leave(house, house.teacher, other)
    target = house.occurrence("1.2").id
    with house.office.store.write() as work:
        invited = invite_to_send(work, other.id, [target])[target]
    client, url = house.web().test_client(), f"/e/{make_token(invited, house.application.keys)}"
    assert house.teacher.name in client.get(url).get_data(as_text=True)
    sent = client.post(url, data={"action": "send", "links": "https://school.example/news", "note": "новость"})
    assert sent.status_code == 303, sent.get_data(as_text=True)
    with house.office.store.read() as connection:
        [sealed] = list_submissions(connection, target)
    assert (sealed.submitted_by, sealed.provided_by) == (other.short_id, house.teacher.short_id)
    house.pass_time(days=5)
    assert client.get(url).status_code == 410


def test_the_page_of_the_whole_shows_its_parts(house):
    """Who has handed in and who has not, with a warning that forbids nothing; a member sees their own part only."""
    with house.office.store.read() as connection:
        group, row = get_party(connection, "Школа № 12"), resolve_activity(connection, "1.2")
    set_party_kind(house.office, group.id, PartyKind.GROUP)
    with house.office.store.read() as connection:
        group = get_party(connection, "Школа № 12")
    for name in ("Лицей", "Гимназия"):
        add_member(house.office, group, name)
    assert fan_out(house.office, Actor(house.coordinator, "cli"), row) == 2
    own = house.occurrence("1.2").id
    with house.office.store.write() as work:
        invited = invite_to_send(work, house.coordinator.id, [own])[own]
    client, url = house.web().test_client(), f"/e/{make_token(invited, house.application.keys)}"
    page = client.get(url).get_data(as_text=True)
    assert "Лицей" in page
    assert "Гимназия" in page
    assert "2 из 2" in page
    assert client.post(url, data={"action": "send", "links": "https://moc.example/svod"}).status_code == 303
    assert house.occurrence("1.2").state == "evidence_submitted"
