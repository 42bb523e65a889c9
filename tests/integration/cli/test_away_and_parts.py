"""`opora person away`, `party member`, `activity fan-out` and `matrix`, as people type them."""

import pytest
from sqlalchemy import create_engine, text

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
GROUP = "Образовательные организации"


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


def test_lists_name_who_is_away_and_whom_letters_do_not_reach(terminal):
    """Beside the person; a letter that arrives later, or another address, ends it."""
    terminal.done("person", "away", HEAD, "--to", "2099-01-10", "--substitute", MARY, "--as", MARY)
    write_letter(terminal, 1, "sent")
    write_letter(terminal, 2, "dead")
    told = {each["email"]: each for each in terminal.json("person", "list")}
    assert (told[MARY]["unreached"], told[MARY]["away"]) == ("550 no such user", None)
    assert (told[HEAD]["unreached"], told[HEAD]["away"]["substitute"]) == (None, MARY)
    lines = {line.split("\t")[1]: line for line in terminal.done("person", "list").stdout.splitlines()}
    assert "did not arrive: 550 no such user" in lines[MARY]
    assert "away from 2026-03-02 to 2099-01-10" in lines[HEAD]
    assert "did not arrive: 550" in terminal.done("person", "show", MARY).stdout
    write_letter(terminal, 3, "dead", "elsewhere@parus.example.org")
    write_letter(terminal, 4, "sent")
    assert {each["unreached"] for each in terminal.json("person", "list")} == {None}


def write_letter(terminal, number, state, recipient=MARY):
    """A letter to the coordinator that has come to its end."""
    database = create_engine(f"sqlite:///{terminal.folder / 'data' / 'opora.db'}")
    with database.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO letter (short_id, cause_key, person_id, kind, recipient, language, context, message_id,"
                " state, urgency, created_at, attempts, error) SELECT :key, :key, id, 'trial', :recipient, 'ru', '{}',"
                " :key, :state, 0, '2026-03-02T06:00:00.000000Z', 1, '550 no such user' FROM person"
                " WHERE email = :email"
            ),
            {"key": f"m-00000{number}", "state": state, "recipient": recipient, "email": MARY},
        )
    database.dispose()


def test_an_occurrence_names_who_may_act_in_whose_place(terminal):
    """Substitutes with the name of who is away and how to act for them; in the next step's line as well."""
    each = next(
        one
        for row in terminal.json("activity", "list", "--party", "МОЦ", "--plan", "moc-2026")
        for one in row["occurrences"]
        if one["state"] == "planned" and not one["before_record"]
    )
    (owner, *_) = terminal.json("occurrence", "show", each["id"])["awaited"]["people"]
    terminal.done("person", "away", owner, "--to", "2099-01-10", "--substitute", HEAD, "--as", MARY)
    shown = terminal.json("occurrence", "show", each["id"])["awaited"]
    assert {"person": HEAD, "on_behalf_of": owner, "deputy": False} in shown["may_act"]
    assert f"--for {owner}" in terminal.done("occurrence", "show", each["id"]).stdout
    said = terminal.done("occurrence", "add-evidence", each["id"], "--link", "https://a.example/1", "--as", MARY).stderr
    assert f"<{HEAD}>, in the place of" in said


def test_handing_in_a_whole_warns_of_open_parts(terminal, tmp_path):
    """By name, and it is handed in all the same; with no part open nothing is said."""
    row = next(
        each
        for each in terminal.json("activity", "list", "--plan", "moc-2026")
        if any(one["due_on"] and one["state"] == "planned" and not one["before_record"] for one in each["occurrences"])
    )
    group = next(party["name"] for party in row["parties"] if party["standing"] == "executor")
    terminal.done("party", "kind", group, "group", "--as", MARY)
    terminal.done("party", "member", group, "--add", "Лицей", "--add", "Гимназия", "--as", MARY)
    terminal.done("activity", "fan-out", row["id"], "--as", MARY)
    run = next(one["id"] for one in row["occurrences"] if one["state"] == "planned" and not one["before_record"])
    (tmp_path / "a.txt").write_text("a")
    handing_in = ("occurrence", "submit", run, "--file", str(tmp_path / "a.txt"), "--as", MARY)
    said = terminal.done(*handing_in).stderr
    assert "2 of 2 parts (Гимназия, Лицей)" in said
    assert terminal.state(run) == "evidence_submitted"
    terminal.done("occurrence", "withdraw", run, "--as", MARY)
    for member in ("Лицей", "Гимназия"):
        part = f"{terminal.json('occurrence', 'show', run)['reference']}~{member}"
        terminal.done("occurrence", "submit", part, "--note", "сделано", "--as", MARY)
    assert "Not handed in yet" not in terminal.done(*handing_in).stderr


def test_members_from_a_table_get_their_parts_at_once(terminal, tmp_path):
    """Where the group has parts already; a slip is asked about by row and taken with --new."""
    terminal.done("party", "member", GROUP, "--add", "Лицей № 9", "--as", MARY)
    row = next(
        each
        for each in terminal.json("activity", "list", "--party", GROUP)
        if any(one["due_on"] and one["state"] == "planned" and not one["before_record"] for one in each["occurrences"])
        and each["parties"][0]["name"] == GROUP
    )
    terminal.done("activity", "fan-out", row["id"], "--as", MARY)
    file = tmp_path / "members.csv"
    lines = ("Группа;Организация;ФИО;Почта", f"{GROUP};Станция натуралистов;;", f"{GROUP};Станция натурлистов;;")
    file.write_text("\n".join(lines), encoding="utf-8")
    assert "Row 3: “Станция натурлистов” is not known" in terminal.refused("person", "import", str(file), "--as", MARY)
    done = terminal.done("person", "import", str(file), "--new", "Станция натурлистов", "--as", MARY).stderr
    assert f"Станция натурлистов belongs to {GROUP} now" in done
    assert "part" in done
    told = terminal.json("activity", "matrix", row["id"])["runs"][0]["members"]
    assert {each["member"] for each in told} == {"Лицей № 9", "Станция натуралистов", "Станция натурлистов"}
