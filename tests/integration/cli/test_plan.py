"""`opora plan`: import, launch, list, show."""

import pytest

EXAMPLE = "plan-2026.docx"
MARY = "lavrentieva@parus.example.org"


@pytest.fixture
def document(request) -> str:
    """The sample plan."""
    from tests.fixtures.tools import REPOSITORY

    return str(REPOSITORY / "examples" / EXAMPLE)


def test_from_a_document_to_a_live_plan(empty_terminal, document):
    """Import prints what was found and says what comes next; launch makes it live; list and show know it."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    imported = empty_terminal.done("plan", "import", document, "--as", MARY)
    assert "43 activities" in imported.stdout
    assert "opora plan launch moc-2026" in imported.stderr
    assert empty_terminal.json("plan", "list")[0]["status"] == "draft"
    launched = empty_terminal.json("plan", "launch", "moc-2026", "--from", "2026-01-01", "--as", MARY)
    assert launched == {"slug": "moc-2026", "occurrences": 107, "awaiting_date": 16, "before_record": 0}
    assert empty_terminal.json("plan", "list")[0]["launched_on"] == "2026-01-01"
    assert "live since 2026-01-01" in empty_terminal.done("plan", "show").stdout


def test_import_gives_data_to_programs(empty_terminal, document):
    """With --json stdout holds the result alone."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    data = empty_terminal.json("plan", "import", document, "--slug", "parus", "--as", MARY)
    assert (data["slug"], data["activities"]) == ("parus", 43)
    assert data["period"] == {"start": "2026-01-01", "end": "2026-12-31"}


def test_the_same_document_is_not_imported_twice(terminal, document):
    """The second time is refused, names the plan, and changes nothing."""
    said = terminal.refused("plan", "import", document, "--as", MARY)
    assert "imported" in said
    assert "opora plan show moc-2026" in said
    assert len(terminal.json("plan", "list")) == 1


def test_without_an_actor_nothing_is_changed(terminal, document):
    """Commands that change ask for --as and name the variable beside it; a usage error has exit code 2."""
    for command in (
        ("plan", "import", document),
        ("plan", "launch"),
        ("occurrence", "start", "1.4"),
        ("occurrence", "accept", "1.4"),
        ("activity", "confirm", "5.1"),
        ("party", "kind", "МОЦ", "group"),
    ):
        said = terminal.refused(*command, code=2)
        assert "--as PERSON" in said
        assert "OPORA_ACTOR" in said


def test_the_actor_may_stand_in_the_environment(terminal):
    """OPORA_ACTOR serves for --as."""
    said = terminal.refused("plan", "launch", OPORA_ACTOR=MARY)
    assert "is not a draft" in said


def test_an_unknown_actor_is_told_how_to_look(terminal, document):
    """A name that nobody has is refused with the command that lists people."""
    assert "opora person list" in terminal.refused("plan", "launch", "--as", "nobody@parus.example.org")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--from", "2026-01-01"), "both --from and --to"),
        (("--from", "soon", "--to", "2026-12-31"), "is not a day"),
        (("--from", "31.02.2026", "--to", "31.12.2026"), "is not a day"),
    ],
)
def test_days_are_checked_before_anything_is_read(terminal, document, arguments, words):
    """Half a period and a text that is no day are usage errors."""
    assert words in terminal.refused("plan", "import", document, *arguments, "--as", MARY, code=2)


def test_a_period_that_ends_before_it_begins_is_refused(terminal, document):
    """First day, then last."""
    said = terminal.refused("plan", "import", document, "--from", "2026-12-31", "--to", "2026-01-01", "--as", MARY)
    assert "ends before it begins" in said


def test_a_missing_file_is_one_line(terminal):
    """A file that is not there is named, without a trace."""
    said = terminal.refused("plan", "import", "nowhere.docx", "--as", MARY)
    assert "There is no file “nowhere.docx”" in said


def test_only_who_coordinates_launches(empty_terminal, document):
    """Another person is told which roles launch."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    empty_terminal.done(
        "person", "add", "head@parus.example.org", "--name", "Корнилов А. П.", "--role", "approver", "--as", MARY
    )
    empty_terminal.done("plan", "import", document, "--as", MARY)
    assert "coordinator" in empty_terminal.refused("plan", "launch", "--as", "head@parus.example.org")


def test_show_says_what_needs_a_person(terminal):
    """Readings to look at, remarks on the document, whom nobody writes to, what came before the record."""
    shown = terminal.done("plan", "show").stdout
    for words in (
        "17 апереля 2026 г.",
        "The number 5.3 stands twice",
        "Row 5.5 has a number and nothing else",
        "opora party contact",
        "Школа искусств",
        "Due before the start of record",
        "1.1@2026-01-30",
        "opora party split",
    ):
        assert words in shown
    data = terminal.json("plan", "show", "moc-2026")
    assert data["activities"] == 43
    assert sum(data["states"].values()) == 107
    assert {each["number"] for each in data["readings"]} >= {"5.1", "6.4"}
    assert [each["name"] for each in data["parties"] if each["lacks_contact"]] == [
        "Образовательные организации",
        "Школа искусств",
    ]
    assert data["missing_roles"] == []


def test_show_names_the_roles_that_nobody_holds(empty_terminal, document):
    """Without an approver the plan would stand still, and show says so."""
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    empty_terminal.done("plan", "import", document, "--as", MARY)
    assert "--role approver" in empty_terminal.done("plan", "show").stdout
    assert empty_terminal.json("plan", "show")["missing_roles"] == ["approver"]


def test_without_a_plan_show_says_how_to_get_one(empty_terminal):
    """Nothing imported yet is no fault."""
    assert "opora plan import FILE" in empty_terminal.refused("plan", "show")
    assert empty_terminal.json("plan", "list") == []


def test_a_data_folder_that_cannot_be_used_is_told(terminal, tmp_path):
    """Where the data folder lies below a file, the error says what to do, and there is no trace."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    said = terminal.refused("plan", "list", OPORA_DATA_DIR=str(tmp_path / "file" / "data"))
    assert "Error:" in said
