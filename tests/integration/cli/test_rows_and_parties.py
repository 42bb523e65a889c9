"""`opora activity` and `opora party`."""

import pytest

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"


def test_activities_stand_in_the_plans_order(terminal):
    """One line an activity, with the states of what comes of it."""
    data = terminal.json("activity", "list")
    assert len(data) == 43
    assert [each["number"] for each in data][:3] == ["1.1", "1.2", "1.3"]
    lines = terminal.done("activity", "list").stdout.splitlines()
    assert len(lines) == 44
    assert "planned × 4" in next(line for line in lines if line.startswith("2.1\t"))


def test_the_list_of_activities_is_narrowed(terminal):
    """To what has work in a state, of a party, in a section, due by a day."""
    waiting = terminal.json("activity", "list", "--state", "awaiting_date")
    assert {each["number"] for each in waiting} >= {"4.5", "6.4", "7.4"}
    assert {one["state"] for each in waiting for one in each["occurrences"]} == {"awaiting_date"}
    section = terminal.json("activity", "list", "--section", "III", "--plan", "moc-2026")
    assert {each["number"].split(".")[0] for each in section} == {"5", "6"}
    due = terminal.json("activity", "list", "--due-before", "2026-01-31", "--party", "МОЦ")
    assert {one["due_on"] <= "2026-01-31" for each in due for one in each["occurrences"]} == {True}


def test_an_activity_shows_how_its_deadline_was_read(terminal):
    """The cell, the reading in a sentence, and the occurrences."""
    shown = terminal.done("activity", "show", "5.1").stdout
    for words in ("17 апереля 2026 г.", "17 April 2026", "5.1@2026-04-17", "check the reading"):
        assert words in shown
    assert "17 апреля 2026" in terminal.done("activity", "show", "5.1", OPORA_LANG="ru").stdout


def test_a_reading_is_confirmed(terminal):
    """Afterwards plan show no longer asks for it."""
    assert "coordinator" in terminal.refused("activity", "confirm", "5.1", "--as", HEAD)
    terminal.done("activity", "confirm", "5.1", "--as", MARY)
    assert "5.1" not in {each["number"] for each in terminal.json("plan", "show")["readings"]}
    assert "confirmed on 2026-03-02 09:00" in terminal.done("activity", "show", "5.1").stdout
    assert "nothing to confirm" in terminal.refused("activity", "confirm", "4.5", "--as", MARY)


def test_a_live_plan_is_not_edited(terminal):
    """A launched row is refused with what to do instead; saying nothing to edit is a usage error."""
    assert "opora occurrence set-date" in terminal.refused(
        "activity", "edit", "5.1", "--deadline", "до 1 мая", "--as", MARY
    )
    assert "--deadline" in terminal.refused("activity", "edit", "5.1", "--as", MARY, code=2)


def test_a_row_of_a_draft_is_edited(empty_terminal, tmp_path):
    """Deadline and kind; what was read is said at once."""
    plan = tmp_path / "план.txt"
    rows = [("№", "Мероприятие", "Ответственный", "Срок"), ("1", "Отчёт", "МОЦ", "до 32 мая")]
    table = "\n\n".join("\n".join(f"\t{cell}" for cell in row) for row in rows)
    plan.write_text(f"План на 2026 год\n\n{table}\n", encoding="utf-8")
    empty_terminal.done("person", "add", MARY, "--name", "Лаврентьева О. С.", "--role", "coordinator")
    empty_terminal.done("plan", "import", str(plan), "--as", MARY)
    edited = empty_terminal.done("activity", "edit", "1", "--deadline", "до 31 мая", "--kind", "event", "--as", MARY)
    assert "31 May 2026" in edited.stderr
    shown = empty_terminal.json("activity", "show", "1")
    assert (shown["deadline"], shown["kind"], shown["confidence"]) == ("до 31 мая", "event", "sure")


def test_parties_and_whom_to_write_to(terminal):
    """Listed with contacts; those without one alone; a contact is named and taken away."""
    assert {each["name"] for each in terminal.json("party", "list", "--without-contact")} == {
        "Образовательные организации",
        "РМЦ",
        "Школа искусств",
    }
    terminal.done("party", "contact", "школа искусств", "zueva@parus.example.org", "--as", MARY)
    assert terminal.json("party", "show", "Школа искусств")["contacts"] == ["zueva@parus.example.org"]
    remove = ("party", "contact", "Школа искусств", "zueva@parus.example.org", "--remove", "--as", MARY)
    assert "no longer" in terminal.done(*remove).stderr
    assert "Nothing was changed" in terminal.done(*remove).stderr


def test_parties_are_split_merged_and_told_what_they_are(terminal):
    """A wrongly mapped spelling becomes a party; two parties become one; a kind is set."""
    split = terminal.done("party", "split", "Отдел образование", "--as", MARY)
    assert "a party of its own" in split.stderr
    terminal.done("party", "merge", "Отдел образование", "--into", "Отдел образования", "--as", MARY)
    shown = terminal.json("party", "show", "Отдел образования")
    assert set(shown["spellings"]) == {"Отдел образования", "Отдел образование"}
    terminal.done("party", "kind", "Школа искусств", "group", "--as", MARY)
    assert terminal.json("party", "show", "Школа искусств")["kind"] == "group"
    assert "Spelled" in terminal.done("party", "show", "Отдел образования").stdout


@pytest.mark.parametrize(
    "command",
    [
        ("contact", "МОЦ", "zueva@parus.example.org"),
        ("kind", "МОЦ", "group"),
        ("merge", "МОЦ", "--into", "РМЦ"),
        ("split", "Отдел образование"),
    ],
)
def test_only_who_may_changes_parties(terminal, command):
    """An approver is refused, and nothing changes."""
    before = terminal.json("party", "list")
    assert "Only a coordinator" in terminal.refused("party", *command, "--as", HEAD)
    assert terminal.json("party", "list") == before


def test_an_unknown_party_is_told_how_to_look(terminal):
    """No party is spelled so."""
    assert "opora party list" in terminal.refused("party", "show", "Театр")
