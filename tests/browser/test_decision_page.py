"""The decision page in Chromium: by keyboard, without JavaScript; how it looks is in `test_every_page`."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from activities.decisions import find_decision
from activities.roles import Role

pytestmark = pytest.mark.needs("chromium")

LONG = "Очень_длинное_имя_файла_без_единого_пробела_" * 4 + ".pdf"
PHONE = {"width": 360, "height": 740}


@pytest.fixture
def base(house, serve) -> str:
    return serve(house.web())


@pytest.fixture
def sent(house):
    """Evidence with everything that a page can show, and one earlier version that was returned."""
    return house.hand_in(
        files=[(LONG, b"%PDF-1.4", "application/pdf"), ("фото.jpg", b"\xff\xd8" * 800_000, "image/jpeg")],
        links=["https://school.example/novosti/" + "a" * 120],
        note="Приняли участие 12 педагогов.\nСправка подписана директором.",
        numbers={"Участники": 12},
        contains_personal_data=True,
    )


@pytest.fixture
def url(house, base, sent) -> str:
    return f"{base}/d/{house.token(sent)}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page on a phone, without JavaScript: everything must work so."""
    context = chromium.new_context(viewport=PHONE, java_script_enabled=False, locale="ru-RU")
    yield context.new_page()
    context.close()


def decision_of(house, submission):
    with house.office.store.read() as connection:
        return find_decision(connection, submission.id)


def test_a_decision_by_keyboard_alone(house, page, url, sent):
    """Tab, arrows, typing and Enter suffice; the focus is seen, and what a screen reader is told makes sense."""
    page.goto(url)
    expect(page.get_by_role("group", name="За вас ничего не выбрано:")).to_be_visible()
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("input[type=radio]:focus").count():
            break
    assert page.locator("input[type=radio]:checked").count() == 0
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name="Вернуть")).to_be_checked()
    page.keyboard.press("Tab")
    expect(page.get_by_role("textbox", name="Замечание")).to_be_focused()
    page.keyboard.type("Нет подписи")
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Записать решение")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Возвращено", level=1)).to_be_visible()
    assert decision_of(house, sent).remark == "Нет подписи"


def test_a_click_without_a_choice_sends_nothing(house, page, url, sent):
    """The browser itself holds the form back until something is chosen."""
    page.goto(url)
    page.get_by_role("button", name="Записать решение").click()
    expect(page.get_by_role("button", name="Записать решение")).to_be_visible()
    assert decision_of(house, sent) is None


def test_a_return_without_remark_is_asked_for_it(house, page, url, sent):
    """The page comes again, says what is missing where it is missing, and keeps the choice."""
    page.goto(url)
    page.get_by_role("radio", name="Вернуть").check()
    page.get_by_role("button", name="Записать решение").click()
    expect(page.get_by_role("alert")).to_contain_text("Напишите в замечании")
    expect(page.get_by_role("radio", name="Вернуть")).to_be_checked()
    assert page.get_by_role("textbox", name="Замечание").get_attribute("aria-describedby") == "problem"
    assert decision_of(house, sent) is None


def test_going_back_and_sending_again_changes_nothing(house, page, url, sent):
    """After a decision, Back and another click lead to the same receipt."""
    page.goto(url)
    page.get_by_role("radio", name="Принять", exact=True).check()
    page.get_by_role("button", name="Записать решение").click()
    first = decision_of(house, sent)
    page.go_back()
    if page.get_by_role("radio", name="Вернуть").count():
        page.get_by_role("radio", name="Вернуть").check()
        page.get_by_role("textbox", name="Замечание").fill("Передумала")
        page.get_by_role("button", name="Записать решение").click()
    expect(page.get_by_role("heading", name="Принято", level=1)).to_be_visible()
    assert decision_of(house, sent) == first


def test_a_file_is_saved_and_not_shown(house, page, url):
    """A click on a file saves it under its own name; no page is left for it."""
    page.goto(url)
    with page.expect_download() as saving:
        page.get_by_role("link", name="фото.jpg").click()
    assert saving.value.suggested_filename == "фото.jpg"
    assert page.url == url


def test_a_hostile_submission_runs_nothing(house, chromium, base):
    """With scripts allowed, no name, note, link or file of a stranger runs any."""
    evil = '"><img src=x onerror=alert(1)><script>alert(1)</script>'
    sent = house.hand_in(
        files=[(f"{evil}.txt", b"alert(1)", "text/plain")],
        note=evil,
        links=["https://school.example/" + evil.replace(" ", "")],
    )
    judge = house.person(evil, Role.APPROVER)
    context = chromium.new_context(accept_downloads=True)
    page = context.new_page()
    alarms = []
    page.on("dialog", lambda dialog: (alarms.append(dialog.message), dialog.dismiss()))
    page.on("console", lambda message: alarms.append(message.text) if message.type == "error" else None)
    page.goto(f"{base}/d/{house.token(sent, judge)}")
    with page.expect_download():
        page.locator(".files a").click()
    page.get_by_role("radio").first.check()
    page.get_by_role("button").click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert alarms == []
    assert page.locator("main img, main script").count() == 0
    context.close()
