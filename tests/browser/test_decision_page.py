"""The decision page in Chromium: on a phone and a desk, light and dark, by keyboard, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from activities.decisions import find_decision
from activities.roles import Role

pytestmark = pytest.mark.needs("chromium")

LONG = "Очень_длинное_имя_файла_без_единого_пробела_" * 4 + ".pdf"
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1280, "height": 900}


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


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
def test_nothing_hangs_over_the_edge(chromium, url, house, size, scheme):
    """On 360 pixels and on a desk, nothing is wider than the window, and everything to press is large enough."""
    context = chromium.new_context(viewport=size, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    assert page.evaluate("document.documentElement.scrollWidth") <= size["width"]
    for target in page.locator("form label:has(input), button, .files a, summary, .language").all():
        assert target.bounding_box()["height"] >= 24, target.inner_text()
    for target in page.locator("form label:has(input), button").all():
        assert target.bounding_box()["height"] >= 44, target.inner_text()
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out(chromium, url, scheme):
    """Every text has a contrast of at least 4.5 to 1 (WCAG 2.2, 1.4.3) in light and dark."""
    context = chromium.new_context(viewport=PHONE, color_scheme=scheme)
    page = context.new_page()
    page.goto(url)
    page.locator("details").evaluate_all("all => all.forEach(each => each.open = true)")
    faint = page.evaluate(
        """() => {
          const light = colour => {
            const parts = colour.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
              .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
            return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
          };
          const paper = element => {
            for (let each = element; each; each = each.parentElement) {
              const colour = getComputedStyle(each).backgroundColor;
              if (!/, 0\\)$/.test(colour)) return light(colour);
            }
            return light("rgb(255,255,255)");
          };
          const found = [];
          for (const element of document.querySelectorAll("body *")) {
            const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
            if (!own) continue;
            const [a, b] = [light(getComputedStyle(element).color), paper(element)];
            const contrast = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
            if (contrast < 4.5) found.push([element.tagName, element.className, contrast]);
          }
          return found;
        }"""
    )
    assert faint == []
    context.close()


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


def test_a_link_out_does_not_say_where_it_came_from(house, chromium, url):
    """The browser sends no Referer to other sites and gives them no hold on the page."""
    context = chromium.new_context()
    page = context.new_page()
    asked = []
    context.route("https://school.example/**", lambda route: (asked.append(route.request), route.abort()))
    page.goto(url)
    with context.expect_page():
        page.locator(".links a").click()
    page.wait_for_function("() => true")
    assert [each.headers.get("referer") for each in asked] == [None]
    context.close()


def test_every_kind_of_page_reads_well(chromium, base, url):
    """Start, calendar, error and receipt keep within a phone's width and have one main heading and a language."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    page.goto(url)
    page.get_by_role("radio", name="Принять частично").check()
    page.get_by_role("textbox").fill("Нет списка участников")
    page.get_by_role("button").click()
    for address in (url, f"{base}/", f"{base}/d/x", f"{url}?lang=en"):
        page.goto(address)
        assert page.locator("h1").count() == 1
        assert page.locator("main").count() == 1
        assert page.title().strip()
        assert page.locator("html").get_attribute("lang") == ("en" if "lang=en" in address else "ru")
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    context.close()
