"""`opora person away`, `party member`, `activity fan-out` and `matrix`, as people type them."""

import pytest

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"


def test_going_away_and_coming_back(terminal):
    """It is told, shown with both people, and over when it is said."""
    said = terminal.done("person", "away", HEAD, "--to", "2099-01-10", "--substitute", MARY, "--as", MARY).stderr
    assert "may act in their place" in said
    assert [each["substitute"] for each in terminal.json("person", "show", HEAD)["away"]] == [MARY]
    assert [each["person"] for each in terminal.json("person", "show", MARY)["stands_in"]] == [HEAD]
    assert "2099-01-10; in their place" in terminal.done("person", "show", HEAD).stdout
    again = ("person", "away", HEAD, "--to", "2099-01-12", "--substitute", MARY, "--as", MARY)
    assert "already" in terminal.refused(*again)
    assert "is back" in terminal.done("person", "away", HEAD, "--back", "--as", HEAD).stderr
    assert terminal.json("person", "show", HEAD)["away"] == []


@pytest.mark.parametrize(
    "arguments",
    [(), ("--to", "2099-01-10"), ("--substitute", MARY), ("--back", "--to", "2099-01-10")],
)
def test_half_an_absence_is_explained(terminal, arguments):
    """Neither when nor who, or both and back: the answer shows how to say it."""
    assert "--substitute PERSON" in terminal.refused("person", "away", HEAD, *arguments, "--as", MARY, code=2)


def test_a_deputy_is_a_role_on_a_place(terminal):
    """Named like any other role, and shown."""
    terminal.done("person", "grant", MARY, "--role", "deputy", "--plan", "moc-2026", "--as", MARY)
    roles = {each["role"]: each["place"] for each in terminal.json("person", "show", MARY)["roles"]}
    assert roles["deputy"] == "plan moc-2026"


def test_a_group_gets_its_members_and_a_row_its_parts(terminal):
    """From a name in the plan to a line for each member, by words and by JSON."""
    rows = terminal.json("activity", "list", "--plan", "moc-2026")
    dated = next(
        each
        for each in rows
        if any(one["due_on"] and one["state"] == "planned" and not one["before_record"] for one in each["occurrences"])
    )
    group = next(party["name"] for party in dated["parties"] if party["standing"] == "executor")
    assert "is no group" in terminal.refused("party", "member", group, "--add", "Лицей", "--as", MARY)
    terminal.done("party", "kind", group, "group", "--as", MARY)
    assert "opora party member" in terminal.refused("activity", "fan-out", dated["id"], "--as", MARY)
    terminal.done("party", "member", group, "--add", "Лицей", "--add", "Гимназия № 2", "--as", MARY)
    assert [each["name"] for each in terminal.json("party", "member", group)] == ["Гимназия № 2", "Лицей"]
    assert "opora activity fan-out" in terminal.done("activity", "matrix", dated["id"]).stderr
    terminal.done("activity", "fan-out", dated["id"], "--as", MARY)
    assert "already" in terminal.done("activity", "fan-out", dated["id"], "--as", MARY).stderr
    told = terminal.json("activity", "matrix", dated["id"])["runs"]
    assert {each["member"] for each in told[0]["members"]} == {"Гимназия № 2", "Лицей"}
    assert (told[0]["handed_in"], told[0]["parts"]) == (0, 2)
    shown = terminal.done("activity", "matrix", dated["id"])
    assert "Гимназия № 2" in shown.stdout
    assert "0 of 2 have handed in" in shown.stderr
    gone = terminal.done("party", "member", group, "--remove", "Лицей", "--as", MARY)
    assert "until somebody cancels" in gone.stderr
    assert terminal.json("activity", "matrix", dated["id"])["runs"][0]["parts"] == 2
