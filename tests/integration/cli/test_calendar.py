"""`opora calendar`: what it prints, where, and what the addresses lead to."""

import json

import pytest
from click import unstyle

from notifications.calendar import feeds
from notifications.calendar.lint import lint
from notifications.camera_code import render_blocks


@pytest.fixture
def opora(house, run_opora):
    """Run `opora calendar ARGUMENTS` on the house; keywords are further environment."""
    settings = house.application.settings
    environment = {
        "OPORA_DATA_DIR": str(settings.data_dir),
        "OPORA_DATABASE_URL": settings.database_url,
        "OPORA_CLOCK": f"file:{house.clock.path}",
    }

    def run(*arguments, **more):
        return run_opora("calendar", *arguments, **environment | more)

    return run


def fetched(house, url):
    """What the web server answers at a printed address."""
    return house.web().test_client().get("/c/" + url.rpartition("/c/")[2])


def test_add_prints_addresses_that_work(house, opora):
    """On stdout: https and webcal for programs, a page for people; the calendar is there at once."""
    house.tick()
    done = opora("add", "--name", "Сроки", OPORA_PUBLIC_URL="https://opora.example.org/")
    assert done.exit_code == 0, done.stderr
    https, webcal, page = done.stdout.splitlines()
    assert https.startswith("https://opora.example.org/c/")
    assert webcal == https.replace("https:", "webcal:")
    assert page == https.removesuffix(".ics")
    assert len(https) <= 256
    assert fetched(house, https).get_data().count(b"BEGIN:VEVENT") == 4
    assert fetched(house, page).status_code == 200
    assert "shown this once" in done.stderr
    assert "OPORA_PUBLIC_URL" not in done.stderr


def test_without_a_public_address_it_says_so(opora):
    """The address of this machine is printed with the hint that it leads nowhere elsewhere."""
    done = opora("add", "--name", "Сроки", OPORA_PORT="9000")
    assert done.stdout.startswith("http://127.0.0.1:9000/c/")
    assert "OPORA_PUBLIC_URL is not set" in done.stderr


def test_what_is_asked_for_is_shown(house, opora):
    """Section, party, person and state are found by what people call them, limit the calendar and stand in the list."""
    house.hand_in("1.2")
    house.tick()
    wanted = (
        "--section",
        "I",
        "--party",
        "школа №12",
        "--person",
        house.teacher.email,
        "--mine",
        "--state",
        "evidence_submitted",
    )
    done = opora("add", "--name", "М", *wanted, "--language", "ru", "--json")
    made = json.loads(done.stdout)
    assert made["webcal"].startswith("webcal://")
    body = fetched(house, made["url"]).get_data().decode()
    assert body.count("BEGIN:VEVENT") == 1
    assert "ожидает" in body.replace("\r\n ", "")
    (listed,) = json.loads(opora("list", "--json").stdout)
    assert listed["shows"] == {
        "plan": "moc-2026",
        "section": "I Методическая работа",
        "party": "Школа № 12",
        "person": "Пётр Учителев",
        "states": ["evidence_submitted"],
    }
    assert made["url"] not in opora("list").stdout + opora("show", made["id"]).stdout
    assert "evidence submitted" in opora("show", made["id"]).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ((), 2, "--name"),
        (("--name", "М", "--plan", "nope"), 1, "There is no plan “nope”"),
        (("--name", "М", "--section", "IX"), 1, "has no section “IX”"),
        (("--name", "М", "--party", "nobody"), 1, "No party is called “nobody”"),
        (("--name", "М", "--person", "x@y.example"), 1, "Nobody here is called"),
        (("--name", "М", "--state", "done"), 2, "evidence_submitted"),
        (("--name", "М", "--language", "de"), 2, "en"),
        (("--name", "М", "--mine"), 2, "--mine --person PERSON"),
        (("--name", "М", "--alarm", "61"), 2, "61"),
        (("--name", "М", "--colour", "mauve"), 2, "mauve"),
        (("--name", "М", "--kind", "todo", "--show", "both"), 2, "A task has its deadline only"),
    ],
    ids=str,
)
def test_what_is_not_known_is_refused(opora, arguments, code, words):
    """An unknown plan, section, party, person, state or language: one message, and no calendar is made."""
    done = opora("add", *arguments)
    assert done.exit_code == code
    assert words in done.stderr
    assert done.stdout == ""
    assert json.loads(opora("list", "--json").stdout) == []


def test_it_is_shown_as_was_asked(house, opora):
    """Tasks with alarm and colour: the calendar has them, and the subscription says so in words and as data."""
    house.tick()
    made = json.loads(opora("add", "--name", "М", "--kind", "todo", "--alarm", "2", "--colour", "red", "--json").stdout)
    body = fetched(house, made["url"]).get_data()
    assert lint(body) == []
    assert body.count(b"BEGIN:VTODO") == body.count(b"BEGIN:VALARM") == 3
    assert b"COLOR:red" in body
    shown = opora("show", made["id"]).stdout
    for words in ("tasks", "alarm 2 days before", "colour red"):
        assert words in shown
    listed = json.loads(opora("show", made["id"], "--json").stdout)
    assert [listed[name] for name in ("kind", "show", "alarm_days", "colour", "person")] == [
        "todo",
        "deadline",
        2,
        "red",
        None,
    ]


def test_whose_it_is_limits_nothing(house, opora):
    """A calendar may belong to somebody and yet show everything; with --mine it shows what they answer for."""
    house.tick()
    everything = json.loads(opora("add", "--name", "В", "--person", house.head.email, "--json").stdout)
    mine = json.loads(opora("add", "--name", "М", "--person", house.head.email, "--mine", "--json").stdout)
    assert fetched(house, everything["url"]).get_data().count(b"BEGIN:VEVENT") == 4
    assert fetched(house, mine["url"]).get_data().count(b"BEGIN:VEVENT") == 0
    assert "Анна Директорова" in opora("show", everything["id"]).stdout


def test_an_address_is_replaced_and_ended(house, opora):
    """After rotate the old address is dead, after revoke the new one too; both say so without an error."""
    first = json.loads(opora("add", "--name", "Сроки", "--json").stdout)
    second = json.loads(opora("rotate", "Сроки", "--json").stdout)
    assert fetched(house, first["url"]).status_code == 404
    assert fetched(house, second["url"]).status_code == 200
    done = opora("revoke", first["id"])
    assert (done.exit_code, done.stdout) == (0, "")
    assert fetched(house, second["url"]).status_code == 404
    assert json.loads(opora("show", "Сроки", "--json").stdout)["revoked_at"] is not None
    assert opora("revoke", "unknown").exit_code == 1


def test_a_code_for_the_camera_is_printed(opora):
    """Where it is asked for, beside the talk; the addresses on stdout are the same with it, as data too."""
    shown = opora("add", "--name", "Сроки", "--code")
    page = shown.stdout.splitlines()[2]
    assert unstyle(render_blocks(page)) in shown.stderr
    assert len(shown.stdout.splitlines()) == 3
    again = opora("rotate", "Сроки", "--code", "--json")
    assert unstyle(render_blocks(json.loads(again.stdout)["page"])) in again.stderr
    assert "█" not in opora("rotate", "Сроки").stderr


def test_calendars_are_files_too(house, opora, tmp_path):
    """With `OPORA_FEED_DIR` the file is there when the address is printed, follows it, and ends with it at once."""
    house.tick()
    folder = tmp_path / "feeds"
    files = {"OPORA_FEED_DIR": str(folder)}

    def lying():
        return [(each.name, each.read_bytes().count(b"BEGIN:VEVENT")) for each in folder.iterdir()]

    first = json.loads(opora("add", "--name", "Сроки", "--json", **files).stdout)["url"]
    assert lying() == [(first.rpartition("/")[2], 4)]
    second = json.loads(opora("rotate", "Сроки", "--json", **files).stdout)["url"]
    assert lying() == [(second.rpartition("/")[2], 4)]
    assert opora("revoke", "Сроки", **files).exit_code == 0
    assert lying() == []


def test_an_address_is_printed_even_if_its_file_fails(house, opora, tmp_path):
    """It is shown this once, so it comes first; then what is wrong with the folder, and exit 1."""
    house.tick()
    (tmp_path / "feeds").write_text("a file")
    done = opora("add", "--name", "Сроки", OPORA_FEED_DIR=str(tmp_path / "feeds"))
    assert done.exit_code == 1
    assert fetched(house, done.stdout.splitlines()[0]).status_code == 200
    assert "unset OPORA_FEED_DIR" in done.stderr


def test_a_full_calendar_says_so(house, opora, monkeypatch):
    """What a calendar leaves out is told where it is looked at, with what to do."""
    house.tick()
    opora("add", "--name", "Сроки")
    assert "Entries: 4" in opora("show", "Сроки").stdout
    monkeypatch.setattr(feeds, "MOST_EVENTS", 1)
    done = opora("show", "Сроки")
    assert "Entries: 1" in done.stdout
    assert "leaves out 3 entries" in done.stderr


def test_an_empty_list_is_a_list(opora):
    """Without subscriptions the list is empty, for programs too."""
    assert opora("list").exit_code == 0
    assert json.loads(opora("list", "--json").stdout) == []


@pytest.mark.parametrize("language", ["ru", "en"])
def test_export_writes_the_whole_plan(house, opora, language):
    """The file on stdout keeps the rules and has every day of the plan, even before a worker ran, also years later."""
    house.pass_time(days=900)
    done = opora("export", "--plan", "moc-2026", "--language", language)
    assert done.exit_code == 0, done.stderr
    assert lint(done.stdout_bytes) == []
    assert done.stdout_bytes.count(b"BEGIN:VEVENT") == 4
    assert "План работы МОЦ на 2026 год" in done.stdout_bytes.decode().replace("\r\n ", "")
    assert done.stderr == ""


def test_exporting_twice_writes_the_same_bytes(house, opora):
    """Nothing but a visible change changes the file."""
    first = opora("export").stdout_bytes
    house.pass_time(hours=7)
    assert opora("export").stdout_bytes == first


def test_lint_is_there(opora, tmp_path):
    """`opora calendar lint` reads what `export` wrote."""
    file = tmp_path / "feed.ics"
    file.write_bytes(opora("export").stdout_bytes)
    assert opora("lint", str(file)).exit_code == 0
