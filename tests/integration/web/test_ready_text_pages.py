"""The page with texts for superior bodies: to be copied, with a link for each row, and nothing mailed."""

import re

import pytest
from sqlalchemy import func, select

from activities.invitations import Purpose, obtain_invitation
from activities.parties import ensure_exact_party, insert_contact
from activities.tables import activity_party
from engine.tables import history
from notifications.links import make_token
from notifications.tables import letter

OUTSIDE = "https://opora.example.org"


@pytest.fixture
def outside(make_house, sqlite_url):
    """A house that people elsewhere can reach; the education office helps with two rows, the ministry with one."""
    house = make_house(sqlite_url, public_url=OUTSIDE)
    house.inspector = house.person("Ольга Инспектор")
    with house.office.store.write() as work:
        office, ministry = (
            ensure_exact_party(work, name).party_id for name in ("Управление образования", "Министерство образования")
        )
        insert_contact(work, office, house.inspector.id)
        for number, position, body in (("1.1", 1, office), ("1.2", 1, office), ("1.2", 2, ministry)):
            row = {"activity_id": house.occurrence(number).activity_id, "position": position, "party_id": body}
            work.connection.execute(activity_party.insert().values(row | {"standing": "co_executor"}))
    return house


def page_of(house, person):
    """The address of a person's page."""
    with house.office.store.write() as work:
        invited = obtain_invitation(work, person.id, Purpose.TEXTS)
    return f"/t/{make_token(invited, house.application.keys)}"


@pytest.fixture
def url(outside):
    return page_of(outside, outside.coordinator)


@pytest.fixture
def client(outside):
    return outside.web().test_client()


def sheet_name(text):
    """The sheet of the one contact."""
    return re.search(r'name="sheet" value="([^"]+)"', text)[1]


def prepare(client, url, *rows):
    """Choose rows and press the button."""
    name = sheet_name(client.get(url).get_data(as_text=True))
    return client.post(url, data={"sheet": name, "action": "prepare", "row": list(rows)})


def links_in(text):
    """The addresses that the text to be copied names."""
    shown = re.findall(r"<textarea[^>]*>(.*?)</textarea>", text, re.DOTALL)
    return re.findall(rf"{OUTSIDE}(/e/\S+)", "".join(shown))


def test_a_text_is_made_and_its_link_takes_evidence(outside, client, url):
    """Nothing is chosen at first; a chosen row gets a link, by which the contact sends evidence in their own name."""
    text = client.get(url).get_data(as_text=True)
    assert "Ольга Инспектор" in text
    assert "checked" not in text
    row = outside.occurrence("1.1")
    assert prepare(client, url, row.short_id).status_code == 303
    text = client.get(url).get_data(as_text=True)
    (link,) = links_in(text)
    assert "Добрый день, Ольга Инспектор!" in text
    assert "readonly>Добрый день" in text
    assert client.post(link, data={"action": "send", "links": "https://school.example/a"}).status_code == 303
    assert outside.occurrence("1.1").state == "evidence_submitted"
    with outside.office.store.read() as connection:
        steps = list(connection.execute(select(history.c.event, history.c.actor, history.c.channel)))
        assert connection.execute(select(func.count()).select_from(letter)).scalar() == 0
    assert ("invite", outside.coordinator.short_id, "link") in [tuple(each) for each in steps]
    assert ("submit", outside.inspector.short_id, "link") in [tuple(each) for each in steps]


def test_each_link_is_a_picture_too(outside, client, url):
    """A PNG a row that has a link; of a row without, and by another sheet's name, there is none."""
    row, other = outside.occurrence("1.1"), outside.occurrence("1.2")
    name = sheet_name(client.get(url).get_data(as_text=True))
    address = f"{url}/code/{name}/{row.short_id}"
    assert client.get(address).status_code == 404
    prepare(client, url, row.short_id)
    picture = client.get(address)
    assert (picture.status_code, picture.content_type) == (200, "image/png")
    assert picture.get_data().startswith(b"\x89PNG")
    assert f'src="{address}"' in client.get(url).get_data(as_text=True)
    assert client.get(f"{url}/code/{name}/{other.short_id}").status_code == 404
    assert client.get(f"{url}/code/g-000000.p-000000/{row.short_id}").status_code == 404


def test_looking_and_pressing_alone_change_nothing(outside, client, url):
    """GET, HEAD, and each button without a choice or a confirmation leave every row as it was."""
    prepare(client, url, outside.occurrence("1.1").short_id)
    name = sheet_name(client.get(url).get_data(as_text=True))
    before = outside.dump()
    for ask in (client.get, client.head):
        assert ask(url).status_code == 200
    for action in ("prepare", "call_back"):
        refused = client.post(url, data={"sheet": name, "action": action})
        assert refused.status_code == 422
        assert "Ничего не изменено" in refused.get_data(as_text=True)
    assert client.post(url, data={"sheet": "g-000000", "action": "call_back", "sure": "yes"}).status_code == 303
    assert client.post(url, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert outside.dump() == before


def test_links_are_called_back(outside, client, url):
    """The contact's page says that it counts no more; the row can be chosen again and gets another link."""
    row = outside.occurrence("1.1").short_id
    prepare(client, url, row)
    text = client.get(url).get_data(as_text=True)
    (old,) = links_in(text)
    sent = {"sheet": sheet_name(text), "action": "call_back", "sure": "yes"}
    assert client.post(url, data=sent).status_code == 303
    assert client.get(old).status_code == 410
    prepare(client, url, row)
    (new,) = links_in(client.get(url).get_data(as_text=True))
    assert new != old
    assert client.get(new).status_code == 200


def test_a_body_without_a_contact_has_a_text_without_links(client, url):
    """It names what is awaited and asks for an answer to the message."""
    text = client.get(url).get_data(as_text=True)
    assert "Министерство образования" in text
    assert "opora party contact" in text
    assert "пришлите ответом на это сообщение" in text
    assert links_in(text) == []


def test_only_what_a_person_coordinates_is_shown(outside, client):
    """Somebody else's page of the same sort is empty, and its form gives out nothing."""
    mine = page_of(outside, outside.teacher)
    text = client.get(mine).get_data(as_text=True)
    assert "Сейчас от вышестоящих органов ничего не ждут" in text
    assert "Инспектор" not in text
    before = outside.dump()
    row = outside.occurrence("1.1").short_id
    assert client.post(mine, data={"sheet": "x", "action": "prepare", "row": row}).status_code == 303
    assert outside.dump() == before


def test_a_title_stays_text(outside, client, url):
    """Markup in a plan's title is no markup of the page."""
    with outside.office.store.write() as work:
        work.connection.exec_driver_sql(
            "UPDATE activity SET title = '</textarea><script>x</script>' WHERE number='1.2'"
        )
    prepare(client, url, outside.occurrence("1.2").short_id)
    assert "<script>x" not in client.get(url).get_data(as_text=True)
