"""The page for evidence in Chromium: limits, progress, a connection that is cut, a camera, and the keyboard alone."""

import gc
from collections.abc import Iterator
from contextlib import closing

import pytest
from playwright.sync_api import Browser, Page, expect

from activities.evidence import FILE_LIMIT_BYTES, list_evidence
from activities.invitations import invite_to_send
from activities.submissions import list_submissions
from notifications.links import make_token
from web.evidence_form import MOST_FILES

pytestmark = pytest.mark.needs("chromium")

PHONE = {"width": 360, "height": 740}
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"
LARGE = PDF + bytes(3_000_000)
FILES = "Файлы"


@pytest.fixture
def path(house) -> str:
    """The teacher's page for a row."""
    target = house.occurrence("1.2").id
    with house.office.store.write() as work:
        invited = invite_to_send(work, house.teacher.id, [target])[target]
    return f"/e/{make_token(invited, house.application.keys)}"


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A phone on which the page's own script runs."""
    with closing(chromium.new_context(viewport=PHONE, has_touch=True, is_mobile=True)) as context:
        yield context.new_page()


@pytest.fixture
def plain_page(chromium: Browser) -> Iterator[Page]:
    """A phone without JavaScript."""
    with closing(chromium.new_context(viewport=PHONE, has_touch=True, java_script_enabled=False)) as context:
        yield context.new_page()


def file(name="справка.pdf", content=PDF):
    return {"name": name, "mimeType": "application/pdf", "buffer": content}


def sent_to(house):
    """What was handed in: for each version the names of its files, and its note."""
    with house.office.store.read() as connection:
        versions = list_submissions(connection, house.occurrence("1.2").id)
    return [([each.name for each in one.manifest.files], one.manifest.note) for one in versions]


def kept_by(house):
    """What was stored: names in the database, and files in the folder."""
    with house.office.store.read() as connection:
        names = [each.name for each in list_evidence(connection, house.occurrence("1.2").id)]
    return names, [each for each in house.office.evidence.path.rglob("*") if each.is_file()]


@pytest.mark.filterwarnings(
    "ignore:unclosed file:ResourceWarning"
)  # waitress leaves the half of a body to be collected
def test_a_cut_connection_stores_nothing_and_loses_nothing(house, serve, relay, page, path):
    """Cut in the middle: a plain message has the focus, all that was typed is there; pressed again it goes through."""
    line = relay(serve(house.web()))
    page.goto(line.base + path)
    page.get_by_label(FILES).set_input_files([file(content=LARGE), file("список.pdf", LARGE + b"1")])
    page.get_by_label("Пояснение").fill("Приняли участие 12 педагогов")
    line.cut_after = 1_000_000
    page.get_by_role("button", name="Передать", exact=True).click()
    told = page.locator("#told")
    expect(told).to_contain_text("Не отправлено: проверьте связь")
    expect(told).to_be_focused()
    expect(page.locator("progress")).to_be_hidden()
    assert line.sent > 900_000
    assert (sent_to(house), kept_by(house)) == ([], ([], []))
    page.get_by_role("button", name="Передать", exact=True).click()  # the server is not back yet
    expect(told).to_contain_text("Не отправлено")
    expect(page.get_by_label("Пояснение")).to_have_value("Приняли участие 12 педагогов")
    line.cut_after = None
    page.get_by_role("button", name="Передать", exact=True).click()
    expect(page.get_by_role("heading", name="Передано; ждём решения")).to_be_visible()
    assert sent_to(house) == [(["список.pdf", "справка.pdf"], "Приняли участие 12 педагогов")]
    gc.collect()


def test_progress_is_shown(house, serve, page, path):
    """While the files go, it is told how far they are, and no button can be pressed a second time."""
    page.goto(serve(house.web()) + path)
    page.evaluate(
        """() => { window.seen = []; const told = document.getElementById("told");
            new MutationObserver(() => window.seen.push([told.textContent, document.querySelector("progress").hidden,
                document.querySelectorAll("#send button:disabled").length])).observe(told, {childList: true});
            addEventListener("pagehide", () => sessionStorage.setItem("seen", JSON.stringify(window.seen))); }"""
    )
    page.get_by_label(FILES).set_input_files([file(content=LARGE)])
    page.get_by_role("button", name="Добавить, передать позже").click()
    expect(page.get_by_role("heading", name="Добавлено, ещё не передано")).to_be_visible()
    seen = page.evaluate("JSON.parse(sessionStorage.getItem('seen'))")
    assert seen[0] == ["Отправляется: 0%", False, 2]
    assert seen[-1] == ["Отправлено, сохраняем.", False, 2]


def test_what_is_too_much_is_refused_before_it_is_sent(house, serve, page, path, tmp_path):
    """Too large, too many, too much together: told where the files are chosen, and not a byte of them leaves."""
    base, asked = serve(house.web()), []
    page.goto(base + path)
    page.on("request", lambda request: asked.append(request.method))
    huge = tmp_path / "видео.pdf"
    with huge.open("wb") as stream:
        stream.truncate(FILE_LIMIT_BYTES + 1)
    thirds = []
    for number in range(3):
        thirds.append(tmp_path / f"{number}.pdf")
        with thirds[-1].open("wb") as stream:
            stream.truncate(FILE_LIMIT_BYTES)
    many = [file(f"{number}.pdf") for number in range(MOST_FILES + 1)]
    for chosen, words in (
        ([huge], "видео.pdf: слишком большой, больше 100"),
        (many, f"За один раз — не больше {MOST_FILES} файлов"),
        (thirds, "Вместе больше 210"),
    ):
        page.get_by_label(FILES).set_input_files(chosen)
        expect(page.locator("#told")).to_contain_text(words)
        page.get_by_role("button", name="Передать", exact=True).click()
        expect(page.locator("#told")).to_be_focused()
    page.get_by_label(FILES).set_input_files([file()])
    expect(page.locator("#told")).to_be_empty()
    assert "POST" not in asked
    assert kept_by(house) == ([], [])


def test_a_file_that_is_refused_is_told_and_the_others_can_be_seen(house, serve, page, path):
    """The server's answer stands on the page that was filled in; what it has kept of the others is listed there."""
    page.goto(serve(house.web()) + path)
    page.get_by_label(FILES).set_input_files([file(), file("запуск.bat")])
    page.get_by_label("Пояснение").fill("Две справки")
    page.get_by_role("button", name="Передать", exact=True).click()
    expect(page.locator("#told")).to_contain_text("запуск.bat")
    expect(page.get_by_label("Пояснение")).to_have_value("Две справки")
    assert page.locator("#kept .files li").count() == len(kept_by(house)[0])
    assert sent_to(house) == []


def test_thirty_photographs_go_in_one_form(house, serve, plain_page, path):
    """As many as a seminar leaves, without JavaScript; the receipt names each."""
    plain_page.goto(serve(house.web()) + path)
    names = [f"фото {number:02}.pdf" for number in range(MOST_FILES)]
    plain_page.get_by_label(FILES).set_input_files([file(name, PDF + name.encode()) for name in names])
    plain_page.get_by_role("button", name="Передать", exact=True).click()
    expect(plain_page.locator(".files li")).to_have_count(30)
    assert sent_to(house) == [(names, "")]


def test_without_the_script_the_server_refuses_what_is_too_large(house, serve, plain_page, path, monkeypatch):
    """The server says it too: nothing is kept, what was typed stands there, and the files are asked for anew."""
    monkeypatch.setattr("activities.evidence.FILE_LIMIT_BYTES", 1_000)
    plain_page.goto(serve(house.web()) + path)
    plain_page.get_by_label(FILES).set_input_files([file(content=PDF + bytes(1_000))])
    plain_page.get_by_label("Пояснение").fill("Сканы")
    plain_page.get_by_role("button", name="Передать", exact=True).click()
    expect(plain_page.get_by_role("alert")).to_be_focused()
    expect(plain_page.get_by_text("Выберите файлы заново")).to_be_visible()
    expect(plain_page.get_by_label("Пояснение")).to_have_value("Сканы")
    assert kept_by(house) == ([], [])


def test_a_phone_offers_its_camera(house, serve, chromium, page, path):
    """On a screen for fingers there is a field that takes a photograph, and what it took is sent; on a desk none."""
    base = serve(house.web())
    page.goto(base + path)
    camera = page.get_by_label("Или сфотографируйте сейчас")
    assert (camera.get_attribute("accept"), camera.get_attribute("capture")) == ("image/*", "environment")
    camera.set_input_files([file("снимок.pdf")])
    with closing(chromium.new_context(viewport={"width": 1280, "height": 900})) as context:
        desk = context.new_page()
        desk.goto(base + path)
        expect(desk.get_by_label("Или сфотографируйте сейчас")).to_be_hidden()
    page.get_by_role("button", name="Передать", exact=True).click()
    expect(page.get_by_role("heading", name="Передано; ждём решения")).to_be_visible()
    assert sent_to(house) == [(["снимок.pdf"], "")]


def test_the_whole_way_by_keyboard_alone(house, serve, plain_page, path):
    """A link is typed, handed in, and taken back with Tab, Space and Enter only."""
    page = plain_page
    page.goto(serve(house.web()) + path)
    _tab_to(page, "textarea[name=links]")
    page.keyboard.type("https://school.example/novosti")
    _tab_to(page, "button[value=send]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Передано; ждём решения", level=1)).to_be_visible()
    _tab_to(page, "input[name=sure]")
    page.keyboard.press("Space")
    _tab_to(page, "button[value=take_back]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Отправить подтверждение")).to_be_visible()
    _tab_to(page, "details.apart summary")
    page.keyboard.press("Enter")
    _tab_to(page, "input[name=reason]")
    page.keyboard.press("Space")
    _tab_to(page, "button[value=outcome]")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Передано; ждём решения", level=1)).to_be_visible()
    assert len(sent_to(house)) == 2


def _tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something that fits is reached."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.locator(f"{wanted}:focus").count():
            return
    pytest.fail(f"Tab never came to {wanted}")


def test_files_are_dropped_anywhere_on_the_page(house, serve, page, path):
    """They join those that were chosen before; the page stays, and what was typed with it."""
    page.goto(serve(house.web()) + path)
    page.get_by_label(FILES).set_input_files([file()])
    page.get_by_label("Пояснение").fill("Приняли участие 12 педагогов")
    page.evaluate(
        """content => {
        const carried = new DataTransfer();
        carried.items.add(new File([content], "список.pdf"));
        for (const name of ["dragover", "drop"]) {
            const event = new DragEvent(name, {dataTransfer: carried, bubbles: true, cancelable: true});
            if (document.querySelector("h1").dispatchEvent(event)) throw new Error(`the browser leaves on ${name}`);
        }
    }""",
        PDF.decode() + "%2",
    )
    page.get_by_role("button", name="Передать", exact=True).click()
    page.wait_for_function("() => !document.getElementById('send')")
    assert sent_to(house) == [(["список.pdf", "справка.pdf"], "Приняли участие 12 педагогов")]
