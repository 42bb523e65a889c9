"""The page by which someone without an account sends evidence."""

from io import BytesIO

import pytest

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.evidence import list_evidence
from activities.invitations import Purpose, invite_to_send, obtain_invitation, void_invitations_of
from activities.roles import Role
from activities.submissions import list_submissions
from engine.tables import history
from notifications.links import make_token
from web.evidence_form import MOST_FILES

PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def invite(house, person=None, number="1.2", purpose=Purpose.EVIDENCE):
    """The address of the page for a person, by default the teacher's."""
    occurrence_id, person_id = house.occurrence(number).id, (person or house.teacher).id
    with house.office.store.write() as work:
        sending = purpose is Purpose.EVIDENCE
        made = (
            invite_to_send(work, person_id, [occurrence_id])[occurrence_id]
            if sending
            else obtain_invitation(work, person_id, purpose)
        )
    return f"/e/{make_token(made, house.application.keys)}"


def form(action="send", *, files=(("справка.pdf", PDF),), **fields):
    """What the form sends; a part named twice is a list."""
    parts = [(BytesIO(content), name) for name, content in files]
    return {"action": action, **fields, **({"files": parts} if parts else {})}


def gathered(house, number="1.2"):
    with house.office.store.read() as connection:
        return list_evidence(connection, house.occurrence(number).id)


def submissions(house, number="1.2"):
    with house.office.store.read() as connection:
        return list_submissions(connection, house.occurrence(number).id)


def entries(house):
    with house.office.store.read() as connection:
        return [(row.event, row.channel, row.actor) for row in connection.execute(history.select())]


def test_evidence_is_sent_and_receipted(any_house):
    """Files, links and words go in one form; the receipt names version and digest, history the link and the person."""
    house = any_house
    client, url = house.web().test_client(), invite(house)
    text = client.get(url).get_data(as_text=True)
    assert "Справка об участии в конкурсе" in text
    assert "100" in text
    sent = form(
        links="https://school.example/a\r\nhttps://school.example/b\r\n",
        note="Приняли участие",
        document_on="2026-03-01",
        document_place="папка 5",
        counted_1="участники",
        count_1="12",
        sender="Иванова А. А., методист",
        personal_data="yes",
    )
    answer = client.post(url, data=sent)
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    (submission,) = submissions(house)
    manifest = submission.manifest
    assert [(each.name, each.size) for each in manifest.files] == [("справка.pdf", len(PDF))]
    assert manifest.links == ("https://school.example/a", "https://school.example/b")
    assert manifest.note == "Приняли участие\nПодготовил(а): Иванова А. А., методист"
    assert (str(manifest.document_on), manifest.document_place) == ("2026-03-01", "папка 5")
    assert manifest.numbers == {"участники": 12}
    assert manifest.contains_personal_data
    assert house.occurrence("1.2").state == "evidence_submitted"
    assert ("submit", "link", house.teacher.short_id) in entries(house)
    receipt = client.get(url).get_data(as_text=True)
    assert submission.manifest_digest.hex()[:16] in receipt
    assert 'name="files"' not in receipt


def test_looking_changes_nothing(house):
    """GET and HEAD, however often, leave every row of every table as it was."""
    client, url = house.web().test_client(), invite(house)
    before = house.dump()
    for _ in range(3):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200
    assert house.dump() == before


def test_evidence_may_be_gathered_first(house):
    """What is added stays until it is handed in; a piece can be taken out again; the same file counts once."""
    client, url = house.web().test_client(), invite(house)
    client.post(url, data=form("keep", note="черновик"))
    client.post(url, data=form("keep", files=[("та же.pdf", PDF), ("b.txt", b"b")]))
    assert [each.name for each in gathered(house)] == ["справка.pdf", "черновик", "b.txt"]
    assert house.occurrence("1.2").state == "planned"
    client.post(url, data=form(f"remove:{gathered(house)[-1].id}", files=()))
    client.post(url, data=form("send", files=()))
    (submission,) = submissions(house)
    assert [each.name for each in submission.manifest.files] == ["справка.pdf"]
    assert submission.manifest.note == "черновик"


def test_a_second_click_sends_nothing_twice(house):
    """The same form again after it was handed in makes no second version and says how it stands."""
    client, url = house.web().test_client(), invite(house)
    client.post(url, data=form())
    answer = client.post(url, data=form())
    assert answer.status_code == 422
    assert "Передано" in answer.get_data(as_text=True)
    assert len(submissions(house)) == 1


def test_an_empty_form_sends_nothing(house):
    """Without a file or a link there is nothing to hand in; a note alone does not suffice here."""
    client, url = house.web().test_client(), invite(house)
    for sent in (form(files=()), form(files=(), note="сделано")):
        answer = client.post(url, data=sent)
        assert answer.status_code == 422
        assert "выберите файл" in answer.get_data(as_text=True)
    assert "сделано" in answer.get_data(as_text=True)
    assert submissions(house) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"document_on": "31.02.2026"},
        {"counted_1": "участники", "count_1": "много"},
        {"counted_1": "", "count_1": "5"},
        {"links": "javascript:alert(1)"},
        {"note": "я" * 5001},
        {"files": [(f"{number}.txt", b"x") for number in range(MOST_FILES + 1)]},
    ],
    ids=lambda wrong: next(iter(wrong)),
)
def test_what_cannot_be_read_is_told_and_kept_on_the_page(house, wrong):
    """A field that makes no sense refuses the form; what else was typed stands in it again."""
    client, url = house.web().test_client(), invite(house)
    answer = client.post(url, data=form(**{"sender": "Сидорова", **wrong}))
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert "Сидорова" in text
    assert "Traceback" not in text
    assert submissions(house) == []


def test_an_outcome_has_its_reason(house):
    """«Не состоялось» is sent for a decision with a reason that somebody has chosen."""
    client, url = house.web().test_client(), invite(house)
    for refused in ({"action": "outcome"}, {"action": "outcome", "reason": ["not_held", "not_done"]}):
        assert client.post(url, data=refused).status_code == 422
    client.post(url, data={"action": "outcome", "reason": "not_held", "outcome_note": "Карантин"})
    (submission,) = submissions(house)
    assert (submission.manifest.outcome_reason.value, submission.manifest.note) == ("not_held", "Карантин")


def test_it_can_be_taken_back_by_who_sent_it(house):
    """Before the decision the sender takes it back and sends again; not by the button alone, and not someone else."""
    other = house.person("Олег Вожатый", Role.COORDINATOR)
    client, url, others = house.web().test_client(), invite(house), invite(house, other)
    client.post(url, data=form())
    assert "take_back" not in client.get(others).get_data(as_text=True)
    assert client.post(others, data={"action": "take_back"}).status_code == 422
    assert client.post(url, data={"action": "take_back"}).status_code == 422
    assert house.occurrence("1.2").state == "evidence_submitted"
    client.post(url, data={"action": "take_back", "sure": "yes"})
    assert house.occurrence("1.2").state == "in_progress"
    client.post(url, data=form("send", files=[("новая.pdf", b"%PDF-2")]))
    assert len(submissions(house)) == 2


def test_a_return_shows_its_reason(house):
    """Who opens the link after a return reads what is missing and can send again; after acceptance, that it is over."""
    client, url = house.web().test_client(), invite(house)
    client.post(url, data=form())

    def say(verdict, remark):
        latest = submissions(house)[-1]
        wanted = DecisionRequest(latest.id, latest.manifest_digest, verdict, remark)
        decide(house.office, Actor(house.head, "cli"), wanted)

    say(Verdict.RETURN, "Нет печати")
    text = client.get(url).get_data(as_text=True)
    assert "Нет печати" in text
    assert 'name="files"' in text
    client.post(url, data=form("send", files=[("с печатью.pdf", b"%PDF-2")]))
    say(Verdict.ACCEPT, "")
    text = client.get(url).get_data(as_text=True)
    assert "Принято" in text
    assert 'name="files"' not in text


def test_the_link_ends(house):
    """Expired, called back, or of someone who is no longer responsible: 410, nothing of the work, nothing stored."""
    client, url = house.web().test_client(), invite(house)
    stranger = invite(house, house.person("Чужой"))
    assert client.get(stranger).status_code == 410
    assert client.post(stranger, data=form()).status_code == 410
    house.pass_time(days=90)
    assert client.get(url).status_code == 410
    fresh = invite(house)
    with house.office.store.write() as work:
        void_invitations_of(work, house.teacher.id)
    answer = client.post(fresh, data=form())
    assert answer.status_code == 410
    assert "конкурс" not in answer.get_data(as_text=True)
    assert gathered(house) == []


def test_a_link_opens_its_own_page_only(house):
    """An invitation for something else, or a grant to decide, is no key to this page."""
    client = house.web().test_client()
    other = invite(house, purpose=Purpose.PREFERENCES)
    assert client.get(other).status_code == 404
    assert client.get(f"/e/{house.token(house.hand_in())}").status_code == 404


def test_only_our_own_form_is_taken(house):
    """A page of another site cannot make a browser send evidence."""
    client, url = house.web().test_client(), invite(house)
    answer = client.post(url, data=form(), headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert gathered(house) == []


def test_its_script_is_our_own(house):
    """The page runs one script, from the server itself; no other page may run any."""
    client, url = house.web().test_client(), invite(house)
    policy = client.get(url).headers["Content-Security-Policy"]
    assert "script-src 'self'" in policy
    assert "unsafe" not in policy
    assert "script-src" not in client.get("/").headers["Content-Security-Policy"]


def test_another_date_may_be_asked_for(house):
    """It moves nothing; the page says that an answer is awaited; a wish without a day or a reason is told."""
    client, url = house.web().test_client(), invite(house)
    for wrong in ({"wanted_on": "2026-04-15"}, {"why": "Ремонт"}, {"wanted_on": "2020-01-01", "why": "Ремонт"}):
        assert client.post(url, data={"action": "ask_date", **wrong}).status_code == 422
    mistyped = {"action": "ask_date", "wanted_on": "завтра", "why": "Ремонт"}
    assert "“завтра” cannot be used as the date that you ask for" in client.post(f"{url}?lang=en", data=mistyped).text
    before = house.occurrence("1.2").due_on
    assert client.post(url, data={"action": "ask_date", "wanted_on": "2026-04-15", "why": "Ремонт"}).status_code == 303
    assert house.occurrence("1.2").due_on == before
    assert ("ask_date", "link", house.teacher.short_id) in entries(house)
    text = client.get(url).get_data(as_text=True)
    assert "15\xa0апреля 2026" in text
