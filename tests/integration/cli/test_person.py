"""`opora person`: adding, importing, granting, leaving."""

import pytest
from openpyxl import Workbook

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
NEW = ("person", "add", "new@parus.example.org", "--name", "Новикова Ася")


def test_the_first_person_needs_nobody(empty_terminal):
    """An office begins with whoever is at the machine, be they named already; then somebody has to vouch."""
    whole = ("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    added = empty_terminal.done(*whole, "--as", MARY)
    assert "Лаврентьева О. С." in added.stderr
    assert "--as PERSON" in empty_terminal.refused(*NEW)
    assert "Nobody here is called" in empty_terminal.refused(*NEW, "--as", NEW[2])
    empty_terminal.done(*NEW, "--as", MARY)
    assert [each["email"] for each in empty_terminal.json("person", "list")] == [MARY, "new@parus.example.org"]


def test_a_namesake_is_told(empty_terminal):
    """Who has the name already, however it is spelled, as long as they are active; the person is added nevertheless."""
    empty_terminal.done("person", "add", MARY, "--name", "Королёва Анна", "--role", "coordinator")
    again = ("person", "add", HEAD, "--name", "королева  анна", "--as", MARY)
    assert f"{MARY} (" in empty_terminal.done(*again).stderr
    assert len(empty_terminal.json("person", "list")) == 2
    assert "also called so" not in empty_terminal.done(*NEW, "--as", MARY).stderr
    empty_terminal.done("person", "deactivate", NEW[2], "--as", MARY)
    other = ("person", "add", "other@parus.example.org", *NEW[3:], "--as", MARY)
    assert "also called so" not in empty_terminal.done(*other).stderr


def test_a_role_holds_on_a_place(terminal):
    """On a section, an activity, a plan, everywhere; shown in words, taken on exactly that place."""
    terminal.done(*NEW, "--role", "approver", "--section", "раздел II", "--as", MARY)
    terminal.done("person", "grant", NEW[2], "--role", "observer", "--activity", "5.1", "--as", MARY)
    terminal.done("person", "grant", NEW[2], "--role", "auditor", "--plan", "moc-2026", "--as", MARY)
    roles = {each["role"]: each["place"] for each in terminal.json("person", "show", NEW[2])["roles"]}
    assert roles == {
        "approver": "section moc-2026: II Доступность программ и учёт занятий",
        "observer": "activity moc-2026:5.1",
        "auditor": "plan moc-2026",
    }
    said = terminal.done("person", "revoke", NEW[2], "--role", "approver", "--as", MARY).stderr
    assert "Nothing was changed" in said
    terminal.done("person", "revoke", NEW[2], "--role", "approver", "--section", "II", "--as", MARY)
    assert "approver" not in terminal.done("person", "show", NEW[2]).stdout


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--plan", "moc-2026"), "--role"),
        (("--role", "approver", "--plan", "moc-2026", "--activity", "5.1"), "one place"),
        (("--role", "submitter"), "submitter"),
        (("--language", "de"), "de"),
    ],
)
def test_wrong_ways_of_adding_are_usage_errors(terminal, arguments, words):
    """A place without a role, two places, what is no role or no language."""
    assert words in terminal.refused(*NEW, *arguments, "--as", MARY, code=2)


def test_an_address_is_used_once(terminal):
    """The second person with it is refused, and told whose it is."""
    said = terminal.refused("person", "add", HEAD.upper(), "--name", "Другой", "--as", MARY)
    assert "belongs to Корнилов Андрей Павлович" in said
    assert "is not a mail address" in terminal.refused("person", "add", "нет", "--name", "Другой", "--as", MARY)


def test_who_leaves_acts_no_more(terminal):
    """After deactivation the list says so, and the person decides nothing."""
    terminal.done("person", "deactivate", HEAD, "--as", MARY)
    assert "acts no more" in terminal.done("person", "list").stdout
    said = terminal.refused("occurrence", "cancel", "1.4", "--reason", "нет", "--basis", "нет", "--as", HEAD)
    assert "approver" in said


def test_who_comes_back_acts_again(terminal):
    """Nothing can be given to who has left; activated, they are what they were before."""
    terminal.done("person", "deactivate", HEAD, "--as", MARY)
    for refused in (("person", "grant", HEAD, "--role", "auditor"), ("party", "contact", "МОЦ", HEAD)):
        assert "opora person activate" in terminal.refused(*refused, "--as", MARY)
    assert "acts again" in terminal.done("person", "activate", HEAD, "--as", MARY).stderr
    assert "acts no more" not in terminal.done("person", "list").stdout
    terminal.done("occurrence", "cancel", "1.4", "--reason", "нет", "--basis", "нет", "--as", HEAD)


def test_the_last_one_stays(terminal):
    """Somebody must be left who can change things."""
    terminal.done("person", "deactivate", "zhukov@parus.example.org", "--as", MARY)
    said = terminal.refused("person", "revoke", MARY, "--role", "coordinator", "--as", MARY)
    assert "last coordinator or administrator" in said


def test_a_table_says_what_is_wrong_by_row(terminal, tmp_path):
    """Each wrong row is told, then that nothing was stored; put right, the table comes in."""
    head = ("ФИО", "Организация", "E-mail", "Роль", "Где")
    wrong = [("Ася", "Музей", "asya(at)museum", "ответственный", ""), ("Боря", "", "b@museum.example", "сторож", "")]
    right = [("Ася", "Музей", "asya@museum.example", "ответственный", ""), ("Боря", "", "b@museum.example", "", "")]
    paths = []
    for name, rows in (("wrong", wrong), ("right", right)):
        book = Workbook()
        for row in (head, *rows):
            book.active.append(row)
        paths.append(str(tmp_path / f"{name}.xlsx"))
        book.save(paths[-1])
    said = terminal.refused("person", "import", paths[0], "--as", MARY)
    assert "Row 2: “asya(at)museum” is not a mail address" in said
    assert "Row 3: “сторож” is no role" in said
    assert "Nothing was stored: put these rows right (2, 3)" in said
    before = len(terminal.json("person", "list"))
    data = terminal.json("person", "import", paths[1], "--as", MARY)
    assert [(each["email"], each["is_new"], each["party"]) for each in data] == [
        ("asya@museum.example", True, "Музей"),
        ("b@museum.example", True, None),
    ]
    assert len(terminal.json("person", "list")) == before + 2
    again = terminal.done("person", "import", paths[1], "--as", MARY)
    assert "0 added, 2 known already" in again.stderr


def test_what_is_no_table_of_people_is_refused(terminal, protocol):
    """A file without such a table names the columns that it needs."""
    assert "Электронная почта" in terminal.refused("person", "import", protocol, "--as", MARY)


def test_an_unknown_person_is_told_how_to_look(terminal):
    """Show, grant and deactivate know nobody of that name."""
    for command in (("show",), ("deactivate", "--as", MARY), ("grant", "--role", "auditor", "--as", MARY)):
        said = terminal.refused("person", command[0], "nobody@parus.example.org", *command[1:])
        assert "opora person list" in said
