"""Many decisions on one page."""

import io
import re

import pytest
from PIL import Image
from sqlalchemy import insert

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide, find_decision
from activities.evidence_tables import removal_act, removed_blob
from activities.invitations import Purpose, obtain_invitation, void_invitations_of
from activities.submissions import find_open_submission
from notifications.links import make_token


@pytest.fixture
def client(house):
    return house.web().test_client()


@pytest.fixture
def url(house):
    """The address of the head's page."""
    with house.office.store.write() as work:
        invited = obtain_invitation(work, house.head.id, Purpose.DECISIONS)
    return f"/m/{make_token(invited, house.application.keys)}"


@pytest.fixture
def sent(house):
    """Three submissions that the head was asked about."""
    found = [house.hand_in(number) for number in ("1.1", "1.2", "1.3")]
    for each in found:
        house.ask(each)
    return found


def photograph():
    """A small picture."""
    stream = io.BytesIO()
    Image.new("RGB", (40, 30), "navy").save(stream, "PNG")
    return stream.getvalue()


def return_it(house, number, remark):
    """The head returns what waits, elsewhere."""
    with house.office.store.read() as connection:
        waiting = find_open_submission(connection, house.occurrence(number).id)
    wanted = DecisionRequest(waiting.id, waiting.manifest_digest, Verdict.RETURN, remark)
    decide(house.office, Actor(house.head, "cli"), wanted)


def form(*rows):
    """The form with a choice and a remark for each submission named."""
    fields = {}
    for submission, choice, remark in rows:
        name = submission.short_id
        fields |= {f"decision-{name}": choice, f"remark-{name}": remark}
        fields[f"seen-{name}"] = submission.manifest_digest.hex()
    return fields


def verdicts(house, sent):
    """What was decided on each, and through which door; None where nothing was."""
    with house.office.store.read() as connection:
        found = [find_decision(connection, each.id) for each in sent]
    return [each and (each.verdict, each.remark, each.person.id, each.channel) for each in found]


def test_several_are_decided_by_one_button(house, client, url, sent):
    """What was chosen is decided row by row; a row left for later stays; the page tells what is recorded."""
    text = client.get(url).get_data(as_text=True)
    assert text.count("<fieldset") == 3
    assert "checked" not in text
    first, second, third = sent
    answer = client.post(url, data=form((first, "accept", ""), (second, "return", "Нет печати"), (third, "", "")))
    assert answer.status_code == 303
    head = house.head.id
    assert verdicts(house, sent) == [
        (Verdict.ACCEPT, "", head, "link"),
        (Verdict.RETURN, "Нет печати", head, "link"),
        None,
    ]
    text = client.get(url).get_data(as_text=True)
    assert text.count("<fieldset") == 1
    assert "Записано" in text


def test_looking_changes_nothing(house, client, url, sent):
    """GET and HEAD leave every row as it was."""
    before = house.dump()
    assert client.get(url).status_code == client.head(url).status_code == 200
    assert house.dump() == before


def test_the_button_alone_decides_nothing(house, client, url, sent):
    """A machine that presses the one button, or fills in everything it finds, decides nothing."""
    before = house.dump()
    machine = {f"seen-{each.short_id}": each.manifest_digest.hex() for each in sent}
    assert client.post(url, data=machine).status_code == 422
    every = {f"decision-{each.short_id}": ["accept", "partial", "return", ""] for each in sent}
    assert client.post(url, data=machine | every).status_code == 422
    assert house.dump() == before


def test_one_incomplete_row_holds_all(house, client, url, sent):
    """A return without its reason is told before anything is recorded, and what was typed stands in the form."""
    first, second, _ = sent
    answer = client.post(url, data=form((first, "partial", "кроме фото"), (second, "return", "")))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "кроме фото" in text
    assert verdicts(house, sent) == [None] * 3


def test_what_was_not_shown_is_not_decided(house, client, url, sent):
    """A row whose evidence is another than the page showed, or that belongs to somebody else, is no row of the form."""
    first, _, third = sent
    forged = form((third, "accept", "")) | {f"seen-{third.short_id}": first.manifest_digest.hex()}
    assert client.post(url, data=forged).status_code == 422
    other = house.person("Чужой")
    with house.office.store.write() as work:
        invited = obtain_invitation(work, other.id, Purpose.DECISIONS)
    strange = f"/m/{make_token(invited, house.application.keys)}"
    assert "<fieldset" not in client.get(strange).get_data(as_text=True)
    assert client.post(strange, data=form((first, "accept", ""))).status_code == 422
    assert verdicts(house, sent) == [None] * 3


def test_a_second_click_is_no_second_decision(house, client, url, sent):
    """The same form again changes nothing and shows what is recorded."""
    data = form((sent[0], "accept", ""))
    client.post(url, data=data)
    before = house.dump()
    assert client.post(url, data=data).status_code == 422
    assert house.dump() == before


def test_who_was_quicker_is_named(house, client, url, sent, monkeypatch):
    """Where another approver decides between reading and deciding, the row tells who; the other rows are recorded."""
    from web import docket_pages

    first, second, _ = sent

    def late(office, actor, request):
        if request.submission_id == first.id:
            decide(office, Actor(house.deputy, "cli"), DecisionRequest(first.id, first.manifest_digest, Verdict.ACCEPT))
        return decide(office, actor, request)

    monkeypatch.setattr(docket_pages, "decide", late)
    answer = client.post(url, data=form((first, "accept", ""), (second, "accept", "")))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Дина Заместитель" in text
    assert [each and each[0] for each in verdicts(house, sent)] == [Verdict.ACCEPT, Verdict.ACCEPT, None]


def test_the_link_ends(house, client, url, sent):
    """Called back: 410, and nothing is decided; another site's form is refused."""
    data = form((sent[0], "accept", ""))
    assert client.post(url, data=data, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    with house.office.store.write() as work:
        void_invitations_of(work, house.head.id)
    assert client.get(url).status_code == client.post(url, data=data).status_code == 410
    assert verdicts(house, sent) == [None] * 3


def test_each_row_tells_what_was_said_before_and_what_is_odd(house, client, url):
    """The last remark openly, older ones folded; personal data, the same file elsewhere, and a picture."""
    house.hand_in("1.1", files=[("фото.png", photograph())])
    for remark in ("Нет печати", "Нет подписи"):
        house.hand_in("1.2", files=[("фото.png", photograph())])
        return_it(house, "1.2", remark)
    house.ask(house.hand_in("1.2", files=[("фото.png", photograph())], contains_personal_data=True))
    text = client.get(url).get_data(as_text=True).partition("<form")[2]
    assert text.index("Нет подписи") < text.index("<details>") < text.index("Нет печати")
    assert "персональные данные" in text
    assert "1.1@2026-03-20" in text
    own = re.search(r'href="(/d/[^"]+)" rel="noreferrer"[^>]*>Посмотреть', text)[1]
    (picture,) = re.findall(r'class="preview" src="([^"]+)"', text)
    assert picture.startswith(f"{own}/preview/1")
    assert client.get(picture).content_type == "image/webp"
    assert "checked" not in text


def test_a_removed_file_is_no_link(house, client, url, sent):
    """Its name and the act stand there instead; nothing leads to bytes that are gone."""
    with house.office.store.write() as work:
        act = {"made_at": work.now, "made_by": house.coordinator.short_id, "months": 12}
        number = work.connection.execute(insert(removal_act).values(act).returning(removal_act.c.id)).scalar_one()
        gone = {"blob_digest": sent[0].manifest.files[0].digest, "act_id": number}
        work.connection.execute(insert(removed_blob).values(gone))
    text = client.get(url).get_data(as_text=True)
    assert "download>" not in text
    assert text.count(f"акт № {number}") == 3
