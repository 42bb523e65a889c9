"""The page by which an approver decides."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from activities.acting import Actor
from activities.decisions import Verdict, find_decision
from activities.enrolment import withdraw_role
from activities.manifest import OutcomeReason
from activities.roles import Role, Scope, take_role
from activities.steps import cancel, reopen
from activities.submissions import report_outcome, withdraw
from activities.tables import decision, person

HOSTILE = "\"><script>alert(1)</script>'{{7*7}}\u202e\r\nX: y"


def form(page, **fields):
    """What a browser would send with the form of a page."""
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page.get_data(as_text=True))
    return {"seen": seen[1] if seen else "", "remark": "", **fields}


def standing_decision(house, submission):
    with house.office.store.read() as connection:
        return find_decision(connection, submission.id)


@pytest.fixture
def client(any_house):
    """A browser without JavaScript."""
    return any_house.web().test_client()


@pytest.fixture
def link(any_house):
    """A submission that waits, and the address of the page to decide on it."""
    sent = any_house.hand_in()
    return sent, f"/d/{any_house.token(sent)}"


@pytest.fixture
def decided(any_house, client, link):
    """The same after the head has accepted."""
    sent, url = link
    assert client.post(url, data=form(client.get(url), decision="accept")).status_code == 303
    return sent, url


def test_the_page_shows_what_is_to_be_decided(any_house, client):
    """Number, title, plan, section, deadline, result, who handed in, files and links stand on the page."""
    sent = any_house.hand_in(
        note="Приняли 12 человек", links=["https://school.example/news"], numbers={"Участники": 12}
    )
    page = client.get(f"/d/{any_house.token(sent)}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for words in (
        '<span class="number">1.2</span> Справка об участии в конкурсе',
        "План работы МОЦ на 2026 год",
        "Методическая работа",
        "31\xa0марта 2026",
        "Пётр Учителев",
        "справка.pdf",
        "Приняли 12 человек",
        'href="https://school.example/news" rel="noreferrer noopener',
        "<dt>Участники</dt><dd>12</dd>",
        sent.manifest_digest.hex()[:16],
        sent.manifest.files[0].digest.hex()[:16],
    ):
        assert words in text, words


def test_no_choice_is_made_beforehand(client, link):
    """The form offers three choices and none is checked."""
    text = client.get(link[1]).get_data(as_text=True)
    assert re.findall(r'name="decision" value="(\w+)"', text) == ["accept", "partial", "return"]
    assert "checked" not in text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_looking_changes_nothing(any_house, client, link, method):
    """However often the page and its files are asked for, no row of any table changes."""
    before = any_house.dump()
    url = link[1]
    for address in (url, f"{url}?lang=en", f"{url}?decision=accept&remark=x", f"{url}/evidence/1", f"{url}/evidence/9"):
        for _ in range(3):
            client.open(address, method=method, headers={"Sec-Purpose": "prefetch;prerender"})
    assert any_house.dump() == before


@pytest.mark.parametrize(
    ("choice", "recorded", "words"),
    [
        ("accept", (Verdict.ACCEPT, False), "Accepted"),
        ("partial", (Verdict.ACCEPT, True), "Accepted in part"),
        ("return", (Verdict.RETURN, False), "Returned"),
    ],
)
def test_a_choice_is_recorded_and_shown(any_house, client, link, choice, recorded, words):  # noqa: PLR0917
    """The decision stands in the database with person, channel and remark, and the page says so."""
    sent, url = link
    answer = client.post(url, data=form(client.get(url), decision=choice, remark="Нет подписи\r\nна листе 2"))
    assert (answer.status_code, answer.headers["Location"]) == (303, url)
    stands = standing_decision(any_house, sent)
    assert (stands.verdict, stands.partial) == recorded
    assert (stands.person.id, stands.channel) == (any_house.head.id, "link")
    assert stands.remark == "Нет подписи\nна листе 2"
    page = client.get(f"{url}?lang=en").get_data(as_text=True)
    assert f'<h1 id="verdict">{words}</h1>' in page
    assert "2\xa0March 2026, 09:00 by Анна Директорова" in page
    assert "Нет подписи" in page
    assert "<form" not in page


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"decision": ""},
        {"decision": "approve"},
        {"decision": ["accept", "return"]},
        {"decision": "return"},
        {"decision": "return", "remark": " \r\n\x00 "},
        {"decision": "accept", "remark": "x" * 5001},
    ],
    ids=str,
)
def test_an_incomplete_answer_changes_nothing(any_house, client, link, fields):
    """Without exactly one choice, or returned without a remark, the page comes again with what to do."""
    url = link[1]
    before = any_house.dump()
    answer = client.post(url, data=form(client.get(url), **fields))
    assert answer.status_code == 422
    assert 'role="alert"' in answer.get_data(as_text=True)
    assert any_house.dump() == before


def test_what_was_typed_is_kept(client, link):
    """The page that asks again holds the choice and the remark that were sent."""
    url = link[1]
    text = client.post(url, data=form(client.get(url), decision="", remark="Почти <b>")).get_data(as_text=True)
    assert ">Почти &lt;b&gt;</textarea>" in text
    text = client.post(url, data=form(client.get(url), decision="return")).get_data(as_text=True)
    assert 'value="return" required checked' in text


@pytest.mark.parametrize("choice", ["accept", "return"])
def test_a_second_answer_shows_what_was_decided(any_house, client, decided, choice):
    """Sending the form again, alike or otherwise, changes nothing and leads to the recorded decision."""
    url = decided[1]
    before = any_house.dump()
    answer = client.post(url, data={"decision": choice, "remark": "иначе", "seen": "00"}, follow_redirects=True)
    assert answer.status_code == 200
    assert "Анна Директорова" in answer.get_data(as_text=True)
    assert any_house.dump() == before


def test_another_approvers_link_shows_who_decided(any_house, client, link):
    """Whoever was asked too sees the decision and is told that nothing is left to do."""
    sent, url = link
    other = f"/d/{any_house.token(sent, any_house.deputy)}"
    client.post(url, data=form(client.get(url), decision="accept"))
    text = client.get(f"{other}?lang=en").get_data(as_text=True)
    assert "by Анна Директорова" in text
    assert "Someone else has decided" in text
    assert client.post(other, data={"decision": "return", "remark": "нет"}).status_code == 303
    assert standing_decision(any_house, sent).verdict is Verdict.ACCEPT


def test_a_receipt_says_that_the_work_was_opened_again(any_house, client, decided):
    """The recorded decision stays what it was; that it does not hold any more is said beside it."""
    sent, url = decided
    assert "opened again" not in client.get(f"{url}?lang=en").get_data(as_text=True)
    reopen(any_house.office, Actor(any_house.coordinator, "cli"), sent.occurrence_id, reason="Ошибка")
    text = client.get(f"{url}?lang=en").get_data(as_text=True)
    assert "The work has been opened again since" in text
    assert '<h1 id="verdict">Accepted</h1>' in text


def test_a_form_about_something_else_is_refused(any_house, client, link):
    """A form whose digest is not the link's changes nothing."""
    sent, url = link
    for seen in ("", "00" * 32, sent.manifest_digest.hex().upper()):
        assert client.post(url, data={"decision": "accept", "seen": seen}).status_code == 410
    assert standing_decision(any_house, sent) is None


def test_a_newer_version_ends_an_older_link(any_house, client, link):
    """After the evidence was taken back and handed in anew, the first link shows and decides nothing."""
    first, url = link
    held = form(client.get(url), decision="accept")
    withdraw(any_house.office, Actor(any_house.teacher, "cli"), first.occurrence_id)
    assert client.get(url).status_code == 410
    second = any_house.hand_in(files=[("новая.pdf", b"other", "application/pdf")])
    for answer in (client.get(url), client.post(url, data=held), client.get(f"{url}/evidence/1")):
        assert answer.status_code == 410
        assert "справка" not in answer.get_data(as_text=True)
    assert standing_decision(any_house, first) is None
    newer = client.get(f"/d/{any_house.token(second)}?lang=en").get_data(as_text=True)
    assert "taken back or replaced, not decided" in newer


def test_a_link_to_an_older_version_never_opens(any_house, client, link):
    """Even a link made after a newer version was handed in shows and decides nothing."""
    first = link[0]
    withdraw(any_house.office, Actor(any_house.teacher, "cli"), first.occurrence_id)
    any_house.hand_in(files=[("новая.pdf", b"other", "application/pdf")])
    url = f"/d/{any_house.token(first)}"
    assert client.get(url).status_code == 410
    assert client.post(url, data={"decision": "accept", "seen": first.manifest_digest.hex()}).status_code == 410


def test_who_has_left_reads_nothing_more(any_house, client, decided):
    """The link of a person who is no longer here shows not even what they decided."""
    with any_house.office.store.write() as work:
        gone = update(person).where(person.c.id == any_house.head.id)
        work.connection.execute(gone.values(active=False))
    answer = client.get(decided[1])
    assert answer.status_code == 410
    assert "Справка" not in answer.get_data(as_text=True)


def test_an_earlier_return_is_told_with_its_reason(any_house, client, link):
    """The page of a second version shows what was said of the first."""
    url = link[1]
    client.post(url, data=form(client.get(url), decision="return", remark="Нет печати"))
    again = any_house.hand_in(files=[("с печатью.pdf", b"2", "application/pdf")])
    text = client.get(f"/d/{any_house.token(again)}").get_data(as_text=True)
    assert "<blockquote>Нет печати</blockquote>" in text


def test_time_ends_a_link(any_house, client, link):
    """After thirty days the link says so, shows no data, and decides nothing."""
    sent, url = link
    held = form(client.get(url), decision="accept")
    any_house.pass_time(days=30)
    for answer in (client.get(url), client.post(url, data=held), client.get(f"{url}/evidence/1")):
        assert answer.status_code == 410
        assert "Справка" not in answer.get_data(as_text=True)
    assert standing_decision(any_house, sent) is None


def test_a_decided_link_keeps_telling_but_hands_out_no_more_files(any_house, client, decided):
    """After its time a used link still shows the decision; the files are no longer to be had by it."""
    url = decided[1]
    assert client.get(f"{url}/evidence/1").status_code == 200
    any_house.pass_time(days=31)
    page = client.get(url)
    assert page.status_code == 200
    assert "/evidence/1" not in page.get_data(as_text=True)
    assert client.get(f"{url}/evidence/1").status_code == 410


def test_a_cancelled_matter_needs_no_decision(any_house, client, link):
    """Once the occurrence is called off, the link counts no more."""
    sent, url = link
    cancel(any_house.office, Actor(any_house.head, "cli"), sent.occurrence_id, reason="Не нужно", basis="приказ 1")
    assert client.get(url).status_code == 410
    assert client.post(url, data={"decision": "accept", "seen": sent.manifest_digest.hex()}).status_code == 410
    assert standing_decision(any_house, sent) is None


def test_who_is_approver_no_more_decides_no_more(any_house, client, link):
    """A link outlives neither the role it was given for nor shows anything after it."""
    sent, url = link
    with any_house.office.store.write() as work:
        assert take_role(work, any_house.head.id, Role.APPROVER, Scope())
    assert client.get(url).status_code == 410
    assert client.post(url, data={"decision": "accept", "seen": sent.manifest_digest.hex()}).status_code == 410
    assert standing_decision(any_house, sent) is None


def test_nobody_decides_on_their_own_by_a_link(any_house, client):
    """A link given to the one who handed in shows nothing and decides nothing."""
    sent = any_house.hand_in(provided_by=any_house.head.short_id)
    url = f"/d/{any_house.token(sent)}"
    assert client.get(url).status_code == 410
    assert client.post(url, data={"decision": "accept", "seen": sent.manifest_digest.hex()}).status_code == 410
    assert standing_decision(any_house, sent) is None


def test_an_outcome_is_accepted_as_not_performed(any_house, client):
    """Where there is no evidence, the page gives the reason and offers no "in part"."""
    target = any_house.occurrence("1.2")
    actor = Actor(any_house.teacher, "cli")
    sent = report_outcome(any_house.office, actor, target.id, OutcomeReason.NOT_NEEDED, "Никто не обратился")
    url = f"/d/{any_house.token(sent)}?lang=en"
    text = client.get(url).get_data(as_text=True)
    assert "it was not needed" in text
    assert 'value="partial"' not in text
    client.post(url, data=form(client.get(url), decision="accept"))
    assert "The outcome was accepted" in client.get(url).get_data(as_text=True)
    assert any_house.occurrence("1.2").state == "not_performed"


def test_in_part_is_no_answer_to_an_outcome(any_house, client):
    """A form that says "in part" of an outcome was not made by our page and changes nothing."""
    actor = Actor(any_house.teacher, "cli")
    target = any_house.occurrence("1.2")
    sent = report_outcome(any_house.office, actor, target.id, OutcomeReason.NOT_HELD, "")
    url = f"/d/{any_house.token(sent)}"
    assert client.post(url, data=form(client.get(url), decision="partial")).status_code == 422
    assert standing_decision(any_house, sent) is None


@pytest.mark.parametrize("site", ["cross-site", "same-site", "anything"])
def test_another_sites_form_is_refused(any_house, client, link, site):
    """A form that the browser says came from elsewhere changes nothing."""
    url = link[1]
    before = any_house.dump()
    sent = form(client.get(url), decision="accept")
    assert client.post(url, data=sent, headers={"Sec-Fetch-Site": site}).status_code == 403
    assert any_house.dump() == before
    assert client.post(url, data=sent, headers={"Sec-Fetch-Site": "same-origin"}).status_code == 303


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
def test_other_methods_are_refused_calmly(any_house, client, link, method):
    """What no form sends is answered by a page that changes nothing."""
    before = any_house.dump()
    answer = client.open(link[1], method=method)
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]
    assert any_house.dump() == before


def test_hostile_text_stays_text(any_house, client):
    """Markup in names, notes, links and titles is shown as it was written, on every page."""
    evil = any_house.person(HOSTILE, Role.APPROVER)
    sent = any_house.hand_in(
        files=[(HOSTILE, b"x", HOSTILE)],
        note=HOSTILE,
        document_place=HOSTILE,
        numbers={HOSTILE.replace("\r\n", " "): 1},
        links=["https://school.example/?q=<script>alert(1)</script>"],
    )
    url = f"/d/{any_house.token(sent, evil)}"
    first = client.get(url)
    pages = [first, client.post(url, data=form(first, decision="", remark=HOSTILE))]
    client.post(url, data=form(first, decision="accept", remark=HOSTILE))
    pages.append(client.get(url))
    for page in pages:
        text = page.get_data(as_text=True)
        assert "<script" not in text
        assert "&lt;script&gt;" in text
        assert "{{7*7}}" in text
        assert "X" not in page.headers


def test_fifty_at_once_make_one_decision(any_house):
    """Fifty answers at the same moment, of two people and both kinds: one is recorded, all are told whose."""
    sent = any_house.hand_in()
    app = any_house.web()
    urls = [f"/d/{any_house.token(sent, each)}" for each in (any_house.head, any_house.deputy)]
    seen = sent.manifest_digest.hex()

    def answer(number):
        fields = {"seen": seen, "decision": ("accept", "return", "partial")[number % 3], "remark": f"ответ {number}"}
        return app.test_client().post(urls[number % 2], data=fields, follow_redirects=True)

    with ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(answer, range(50)))
    with any_house.office.store.read() as connection:
        assert len(connection.execute(decision.select()).all()) == 1
    winner = standing_decision(any_house, sent)
    assert {each.status_code for each in answers} == {200}
    assert all(f"<blockquote>{winner.remark}</blockquote>" in each.get_data(as_text=True) for each in answers)
    assert all(winner.person.name in each.get_data(as_text=True) for each in answers)


def test_who_lost_the_role_is_told_so(any_house, client, link):
    """And not that the evidence was changed, which is as it was."""
    withdraw_role(any_house.office, Actor(any_house.coordinator, "cli"), any_house.head, Role.APPROVER, Scope())
    answer = client.get(f"{link[1]}?lang=en")
    assert answer.status_code == 410
    assert "This decision is no longer yours to make" in answer.text
