"""The page on which a coordinator says when things are: nothing is preset, nothing happens by looking."""

import re
from datetime import date

import pytest

from activities.absences import NewAbsence, record_absence
from activities.acting import Actor
from activities.date_requests import ask_date, find_date_request
from activities.invitations import Purpose, obtain_invitation, void_invitations_of
from activities.period import Period
from activities.plan_import import import_plan
from activities.plan_launch import launch_plan
from activities.roles import Role, Scope, insert_role
from activities.steps import NewDates, set_date
from notifications.links import make_token
from web import date_pages

ROWS = """№;Мероприятие;Ответственный;Результат;Срок
2.1;Подготовить сборник;Школа № 12;сборник;по отдельному графику
2.2;Провести собрание;Школа № 12;протокол;"последняя неделя
мая 2026"
2.3;Издать памятку;Школа № 12;памятка;до 30 мая 2026
"""
UNDATED, DOUBTED, SURE = "2.1", "2.2", "2.3"


@pytest.fixture
def dated(house, tmp_path):
    """A house with a second plan: a row without a date, one whose reading is doubtful, a sure one."""
    path = tmp_path / "План работы на 2026 год.csv"
    path.write_text(ROWS, encoding="utf-8")
    actor = Actor(house.coordinator, "cli")
    period = Period(date(2026, 1, 1), date(2026, 12, 31))
    launch_plan(house.office, actor, import_plan(house.office, actor, path, period=period).plan)
    return house


def url_of(house, person=None):
    """The address of a person's page, by default the coordinator's."""
    with house.office.store.write() as work:
        invited = obtain_invitation(work, (person or house.coordinator).id, Purpose.DATES)
    return f"/w/{make_token(invited, house.application.keys)}"


@pytest.fixture
def url(dated):
    return url_of(dated)


@pytest.fixture
def client(dated):
    return dated.web().test_client()


def hidden(text):
    """What the page sends along unseen, the state that it shows; browsers end each line of a form by CR LF."""
    found = re.findall(r'<input type="hidden" name="(seen-[^"]+)" value="([^"]*)">', text)
    return {name: value.replace("\n", "\r\n") for name, value in found}


def fill(client, url, **fields):
    """Fill the form in and press the button."""
    return client.post(url, data=hidden(client.get(url).get_data(as_text=True)) | fields)


def test_it_says_what_is_asked_and_presets_nothing(dated, client, url):
    """The words of the plan beside each row, how a doubtful one was read, and no field filled in."""
    text = client.get(url).get_data(as_text=True)
    assert "Подготовить сборник" in text
    assert "по отдельному графику" in text
    assert "последняя неделя\nмая 2026" in text
    assert "25 мая 2026 – 31 мая 2026" in text.replace("\xa0", " ")
    assert "Издать памятку" not in text
    assert "checked" not in text
    assert not re.findall(r'<input type="date"[^>]* value="[^"]+"', text)


def test_a_date_is_given(dated, client, url):
    """The row gets its day by the coordinator's hand, and the page says how it stands now."""
    name = dated.occurrence(UNDATED).short_id
    answer = fill(client, url, **{f"on-{name}": "2026-06-10"})
    assert answer.status_code == 303
    now = dated.occurrence(UNDATED)
    assert (now.state, now.due_on) == ("planned", date(2026, 6, 10))
    text = client.get(answer.headers["Location"]).get_data(as_text=True).replace("\xa0", " ")
    assert "срок подтверждения 10 июня 2026" in text
    assert f"on-{name}" not in text


def test_several_days_are_given(dated, client, url):
    """From the first to the last."""
    name = dated.occurrence(UNDATED).short_id
    fill(client, url, **{f"on-{name}": "2026-06-10", f"last-{name}": "2026-06-12"})
    now = dated.occurrence(UNDATED)
    assert (now.starts_on, now.ends_on) == (date(2026, 6, 10), date(2026, 6, 12))


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("скоро", ""), "Укажите день датой"),
        (("", "2026-06-12"), "Укажите день датой"),
        (("2026-06-12", "2026-06-10"), "раньше первого"),
        (("2062-06-10", ""), "далеко от года плана"),
        (("2025-12-31", ""), "далеко от года плана"),
    ],
)
def test_a_slip_is_told_and_nothing_is_recorded(dated, client, url, typed, words):
    """The row is marked, what was typed stays, and rows that were right wait for it."""
    name = dated.occurrence(UNDATED).short_id
    right = {f"right-{dated.occurrence(DOUBTED).activity_short_id}": "yes"}
    before = dated.dump()
    answer = fill(client, url, **{f"on-{name}": typed[0], f"last-{name}": typed[1]}, **right)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert words in text
    assert f'value="{typed[0] or typed[1]}"' in text
    assert " checked" in text
    assert dated.dump() == before


def test_nothing_filled_in_changes_nothing(dated, client, url):
    """Whoever presses the only button and nothing else, as machines do, is told so."""
    before = dated.dump()
    assert fill(client, url).status_code == 422
    assert client.head(url).status_code == 200
    assert dated.dump() == before


def test_a_reading_is_confirmed(dated, client, url):
    """From then on its people are written to; the row is gone from the page."""
    name = dated.occurrence(DOUBTED).activity_short_id
    answer = fill(client, url, **{f"right-{name}": "yes"})
    assert answer.status_code == 303
    assert dated.occurrence(DOUBTED).is_confirmed
    text = client.get(answer.headers["Location"]).get_data(as_text=True)
    assert "прочтение срока подтверждено" in text
    assert f"right-{name}" not in text


def test_a_page_that_is_out_of_date_sets_no_date(dated, client, url):
    """Between looking and sending somebody else has given a date: theirs stands."""
    name = dated.occurrence(UNDATED).short_id
    seen = hidden(client.get(url).get_data(as_text=True))
    fill(client, url, **{f"on-{name}": "2026-06-10"})
    answer = client.post(url, data=seen | {f"on-{name}": "2026-07-01"})
    assert answer.status_code == 422
    assert dated.occurrence(UNDATED).due_on == date(2026, 6, 10)


def asked(house, number, wanted_on):
    """The teacher asks for another date; the occurrence."""
    ask_date(house.office, Actor(house.teacher, "link"), house.occurrence(number).id, wanted_on, "Болеем.")
    return house.occurrence(number)


def test_a_date_stands_and_whoever_asked_reads_why(dated, client, url):
    """Without a reason nothing happens; with one the request is answered and the date is as it was."""
    row = asked(dated, SURE, date(2026, 6, 15))
    choice = {f"answer-{row.short_id}": "stand"}
    refused = fill(client, url, **choice)
    assert refused.status_code == 422
    assert "почему срок остаётся" in refused.get_data(as_text=True)
    assert fill(client, url, **choice, **{f"reason-{row.short_id}": "Отчёт ждут."}).status_code == 303
    with dated.office.store.read() as connection:
        assert find_date_request(connection, row.id) is None
    assert dated.occurrence(SURE).due_on == date(2026, 5, 30)


def test_beyond_the_plan_a_coordinator_moves_nothing(dated, client, url):
    """The page names who does; a form that says otherwise is passed over."""
    row = asked(dated, SURE, date(2026, 6, 15))
    text = client.get(url).get_data(as_text=True)
    assert dated.head.name in text
    assert 'value="move"' not in text
    assert fill(client, url, **{f"answer-{row.short_id}": "move", f"basis-{row.short_id}": "Приказ"}).status_code == 422
    assert dated.occurrence(SURE).due_on == date(2026, 5, 30)


def test_an_approver_who_coordinates_moves_it_by_a_document(dated, client):
    """Beyond the plan a document is named; the move is counted and the request answered."""
    both = dated.person("Ева Двуроль", Role.APPROVER)
    with dated.office.store.write() as work:
        insert_role(work, both.id, Role.COORDINATOR, Scope())
    url = url_of(dated, both)
    row = asked(dated, SURE, date(2026, 6, 15))
    choice = {f"answer-{row.short_id}": "move"}
    assert "документ" in fill(client, url, **choice).get_data(as_text=True)
    assert dated.occurrence(SURE).due_on == date(2026, 5, 30)
    assert fill(client, url, **choice, **{f"basis-{row.short_id}": "Приказ № 7"}).status_code == 303
    now = dated.occurrence(SURE)
    assert (now.due_on, now.postponed) == (date(2026, 6, 15), 1)


def test_a_substitute_answers_in_the_place_of_who_is_away(dated, client):
    """Their own page shows the absent coordinator's rows; history says for whom."""
    substitute = dated.person("Зоя Подменова")
    away = NewAbsence(dated.coordinator, substitute, date(2026, 3, 2), date(2026, 3, 9))
    record_absence(dated.office, Actor(dated.coordinator, "cli"), away)
    url = url_of(dated, substitute)
    name = dated.occurrence(UNDATED).short_id
    row = dated.occurrence(DOUBTED).activity_short_id
    assert fill(client, url, **{f"on-{name}": "2026-06-10", f"right-{row}": "yes"}).status_code == 303
    assert dated.occurrence(UNDATED).due_on == date(2026, 6, 10)
    assert dated.occurrence(DOUBTED).is_confirmed
    dated.pass_time(days=10)
    assert "Ни одна дата вас не ждёт" in client.get(url).get_data(as_text=True)


def test_who_coordinates_nothing_sees_nothing(dated, client):
    """A teacher's page would be empty, and a form does nothing."""
    url, name = url_of(dated, dated.teacher), dated.occurrence(UNDATED).short_id
    assert "Подготовить сборник" not in client.get(url).get_data(as_text=True)
    assert client.post(url, data={f"on-{name}": "2026-06-10", f"seen-{name}": "1"}).status_code == 422
    assert dated.occurrence(UNDATED).state == "awaiting_date"
    assert "Подготовить сборник" not in client.get(f"{url}?done={name}").get_data(as_text=True)


def test_a_link_that_was_called_back_opens_nothing(dated, client, url):
    """410, for looking and for sending."""
    with dated.office.store.write() as work:
        void_invitations_of(work, dated.coordinator.id)
    name = dated.occurrence(UNDATED).short_id
    assert client.get(url).status_code == 410
    assert client.post(url, data={f"on-{name}": "2026-06-10", f"seen-{name}": "1"}).status_code == 410
    assert dated.occurrence(UNDATED).state == "awaiting_date"


def test_a_button_pressed_twice_gives_one_date(dated, client, url, monkeypatch):
    """Two requests of the same moment, both having read the same page: one step, and the other one is told."""
    name, target = dated.occurrence(UNDATED).short_id, dated.occurrence(UNDATED).id
    real = date_pages._do_all

    def after_the_first(replies):
        set_date(dated.office, Actor(dated.coordinator, "link"), target, NewDates(date(2026, 6, 10)))
        return real(replies)

    monkeypatch.setattr(date_pages, "_do_all", after_the_first)
    answer = fill(client, url, **{f"on-{name}": "2026-06-10"})
    assert answer.status_code == 409
    now = dated.occurrence(UNDATED)
    assert (now.due_on, now.revision) == (date(2026, 6, 10), 2)
