"""`opora occurrence`: from the first day to the decision."""

import pytest

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"
PAUL = "gromova@parus.example.org"
DEPUTY = "tihonova@parus.example.org"


def test_handed_in_and_accepted(terminal, protocol):
    """Each step says what happened and what comes next; the end says that nothing does."""
    sent = terminal.done(
        *("occurrence", "submit", "1.4", "--file", protocol, "--link", "https://parus.example.org/1", "--note", "всё"),
        *("--number", "participants=25", "--document-date", "27.02.2026", "--document-place", "папка 3", "--as", PAUL),
    )
    assert "planned → evidence submitted" in sent.stderr
    assert f"Who: Корнилов Андрей Павлович <{HEAD}>" in sent.stderr
    accepted = terminal.done("occurrence", "accept", "1.4", "--remark", "спасибо", "--as", HEAD)
    assert "протокол.txt" in accepted.stderr
    assert "evidence submitted → accepted" in accepted.stderr
    assert "Nothing more is to be done" in accepted.stderr
    assert accepted.stdout == ""
    shown = terminal.json("occurrence", "show", "1.4")
    assert (shown["state"], shown["awaited"], shown["events"]) == ("accepted", None, ["reopen"])
    (submission,) = shown["submissions"]
    assert submission["decision"]["remark"] == "спасибо"
    assert submission["decision"]["by"] == HEAD
    text = terminal.done("occurrence", "show", "1.4").stdout
    assert submission["digest"][:12] in text
    assert "participants=25" in text
    assert "accepted by Корнилов Андрей Павлович on 2026-03-02 09:00" in text


def test_returned_and_handed_in_again(terminal, handed_in, protocol):
    """A return asks for a reason; afterwards the work is with who answers for it."""
    handed_in()
    assert "--reason" in terminal.refused("occurrence", "return", "1.4", "--as", HEAD).splitlines()[-1]
    returned = terminal.done("occurrence", "return", "1.4", "--reason", "нет подписи", "--as", HEAD)
    assert PAUL in returned.stderr
    assert terminal.state("1.4") == "returned"
    terminal.done("occurrence", "submit", "1.4", "--file", protocol, "--as", PAUL)
    assert [each["version"] for each in terminal.json("occurrence", "show", "1.4")["submissions"]] == [1, 2]


def test_withdrawn(terminal, handed_in):
    """Who handed it in takes it back; nobody else does."""
    handed_in()
    terminal.refused("occurrence", "withdraw", "1.4", "--as", MARY)
    terminal.done("occurrence", "withdraw", "1.4", "--as", PAUL)
    assert terminal.state("1.4") == "in_progress"


def test_an_outcome_is_reported_and_accepted(terminal):
    """«Не состоялось» is decided on like evidence and shown in words."""
    terminal.done("occurrence", "outcome", "4.5", "not_held", "--note", "карантин", "--as", MARY)
    accepted = terminal.done("occurrence", "accept", "4.5", "--as", HEAD)
    assert "карантин" in accepted.stderr
    assert terminal.state("4.5") == "not_performed"
    assert "it was not held" in terminal.done("occurrence", "show", "4.5").stdout


def test_nobody_accepts_what_was_not_handed_in(terminal):
    """Without evidence there is nothing to accept, and the error says what is possible."""
    said = terminal.refused("occurrence", "accept", "1.4", "--as", HEAD)
    assert "Possible now: " in said
    assert "submit" in said


def test_the_submitter_does_not_accept(terminal, protocol):
    """An approver who handed it in, or for whom it was handed in, is refused."""
    terminal.done("person", "grant", MARY, "--role", "approver", "--as", MARY)
    terminal.done("occurrence", "submit", "1.4", "--file", protocol, "--as", MARY, "--for", HEAD)
    for person in (MARY, HEAD):
        assert "someone else must decide" in terminal.refused("occurrence", "accept", "1.4", "--as", person)
    assert terminal.state("1.4") == "evidence_submitted"


def test_a_non_approver_does_not_accept(terminal, handed_in):
    """Neither the coordinator nor another section's approver; the roles that may are named."""
    handed_in()
    for person in (MARY, DEPUTY):
        assert "approver" in terminal.refused("occurrence", "accept", "1.4", "--as", person)
    assert terminal.state("1.4") == "evidence_submitted"


def test_a_decision_may_name_what_it_is_about(terminal, handed_in):
    """Another version or digest than the one that waits is refused; the right ones are accepted."""
    digest = handed_in()["digest"]
    for wrong in (("--version", "2"), ("--digest", "ffff" if digest[:4] != "ffff" else "0000")):
        said = terminal.refused("occurrence", "accept", "1.4", *wrong, "--as", HEAD)
        assert digest[:12] in said
    terminal.done("occurrence", "accept", "1.4", "--version", "1", "--digest", digest[:8].upper(), "--as", HEAD)


def test_accepted_in_part_says_what_is_missing(terminal, handed_in):
    """--partial alone is refused."""
    handed_in()
    assert "--remark" in terminal.refused("occurrence", "accept", "1.4", "--partial", "--as", HEAD).splitlines()[-1]
    terminal.done("occurrence", "accept", "1.4", "--partial", "--remark", "без приложения", "--as", HEAD)
    assert "accepted in part" in terminal.done("occurrence", "show", "1.4").stdout


def test_an_unknown_reference_says_where_to_look(terminal):
    """Nothing is called so; the list of activities is named."""
    assert "opora activity list" in terminal.refused("occurrence", "show", "99.9")
    assert "is no reference" in terminal.refused("occurrence", "show", "1 4")


def test_an_ambiguous_reference_lists_the_candidates(terminal):
    """Each candidate comes with a short id that works."""
    said = terminal.refused("occurrence", "show", "2.4")
    candidates = [line.split()[0] for line in said.splitlines() if line.startswith("  o-")]
    assert len(candidates) == 4
    for each in candidates:
        assert terminal.json("occurrence", "show", each)["number"] == "2.4"


def test_a_number_that_stands_twice_lists_both(terminal):
    """5.3 is two rows of the sample plan."""
    said = terminal.refused("occurrence", "show", "5.3")
    assert len([line for line in said.splitlines() if line.startswith("  o-")]) == 2


def test_dates_are_set_moved_and_counted(terminal):
    """Within the window by the coordinator; beyond it by an approver with reason and basis, the plan's day kept."""
    terminal.done("occurrence", "set-date", "4.5", "--on", "2026-04-14", "--as", MARY)
    assert terminal.json("occurrence", "show", "4.5")["planned"]["due_on"] == "2026-04-14"
    moved = ("occurrence", "postpone", "4.5", "--on", "12.05.2026")
    assert "approver" in terminal.refused(*moved, "--as", MARY)
    assert "--reason" in terminal.refused(*moved, "--as", HEAD)
    assert "--basis" in terminal.refused(*moved, "--reason", "ремонт", "--as", HEAD)
    terminal.done(*moved, "--reason", "ремонт", "--basis", "приказ № 7", "--as", HEAD)
    shown = terminal.json("occurrence", "show", "4.5")
    assert (shown["due_on"], shown["planned"]["due_on"], shown["postponed"]) == ("2026-05-12", "2026-04-14", 1)
    assert "times postponed: 1" in terminal.done("occurrence", "show", "4.5").stdout


@pytest.mark.parametrize(
    "days", [(), ("--from", "2026-04-01"), ("--on", "2026-04-01", "--to", "2026-04-02"), ("--on", "апрель")]
)
def test_a_day_is_said_in_one_way(terminal, days):
    """Neither no day nor half a window nor both ways at once."""
    before = terminal.json("occurrence", "show", "4.5")
    said = terminal.refused("occurrence", "set-date", "4.5", *days, "--as", MARY, code=2)
    assert "--on" in said or "апрель" in said
    assert terminal.json("occurrence", "show", "4.5") == before


def test_started_cancelled_reopened(terminal):
    """Each by who may, and the history has it all."""
    terminal.done("occurrence", "start", "1.4", "--as", PAUL)
    terminal.done("occurrence", "cancel", "1.4", "--reason", "нет нужды", "--basis", "приказ № 8", "--as", HEAD)
    assert terminal.state("1.4") == "cancelled"
    terminal.done("occurrence", "reopen", "1.4", "--reason", "нужно", "--as", MARY)
    events = [each["event"] for each in terminal.json("history", "1.4")]
    assert events == ["create", "start", "cancel", "reopen"]


def test_a_refused_submission_leaves_no_files(terminal, protocol):
    """Where the state does not allow it, nothing is added either."""
    said = terminal.refused("occurrence", "submit", "4.5", "--file", protocol, "--as", MARY)
    assert "set-date" in said
    assert terminal.json("evidence", "list", "4.5") == []


def test_evidence_is_gathered_and_taken_out(terminal, protocol):
    """Files, links and notes by name and number."""
    add = ("occurrence", "add-evidence", "1.4")
    terminal.refused(*add, "--as", PAUL, code=2)
    terminal.done(*add, "--file", protocol, "--link", "https://parus.example.org", "--note", "готово", "--as", PAUL)
    names = {each["name"]: each["number"] for each in terminal.json("occurrence", "show", "1.4")["evidence"]}
    assert list(names) == ["протокол.txt", "https://parus.example.org", "готово"]
    terminal.done("occurrence", "remove-evidence", "1.4", str(names["протокол.txt"]), "--as", PAUL)
    said = terminal.refused("occurrence", "remove-evidence", "1.4", "999", "--as", PAUL)
    assert "no evidence with the number 999" in said
    assert len(terminal.json("occurrence", "show", "1.4")["evidence"]) == 2


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--file", "nowhere.pdf"), 2, "nowhere.pdf"),
        (("--link", "parus.example.org"), 1, "is not a web address"),
        (("--number", "много"), 2, "participants=25"),
        (("--number", "участников=-3"), 2, "participants=25"),
        (("--document-date", "вчера"), 2, "is not a day"),
        (("--provided-by", "Театр"), 1, "neither a person nor a party"),
        (("--note", "всё сделано"), 1, "opora occurrence add-evidence"),
    ],
)
def test_what_cannot_be_handed_in_is_told(terminal, arguments, code, words):
    """Each wrong argument is one message; the occurrence stays as it was."""
    assert words in terminal.refused("occurrence", "submit", "1.4", *arguments, "--as", PAUL, code=code)
    assert terminal.state("1.4") == "planned"


def test_evidence_of_a_party_is_not_accepted_by_its_contact(terminal, protocol):
    """Provided by a school, its contact does not decide, whatever role they hold."""
    terminal.done("person", "grant", PAUL, "--role", "approver", "--as", MARY)
    terminal.done("occurrence", "submit", "1.4", "--file", protocol, "--provided-by", "моц", "--as", MARY)
    assert "someone else must decide" in terminal.refused("occurrence", "accept", "1.4", "--as", PAUL)


def test_a_folder_that_cannot_be_written_keeps_the_state(terminal, protocol):
    """Where evidence cannot be stored, the error says so and nothing is recorded."""
    (terminal.folder / "data" / "evidence").write_text("in the way", encoding="utf-8")
    said = terminal.refused("occurrence", "submit", "1.4", "--file", protocol, "--as", PAUL)
    assert "The evidence folder cannot be used" in said
    assert terminal.state("1.4") == "planned"
    assert terminal.json("evidence", "list", "1.4") == []


def test_the_list_is_narrowed(terminal):
    """By plan, section, party, person, state and day."""
    every = terminal.json("occurrence", "list")
    assert len(every) == 107
    section = terminal.json("occurrence", "list", "--section", "раздел IV")
    assert {each["number"].split(".")[0] for each in section} == {"7", "8"}
    party = terminal.json("occurrence", "list", "--party", "школа искусств")
    assert party
    assert all("Школа искусств" in each["parties"] for each in party)
    person = terminal.json("occurrence", "list", "--person", "sport@volna.example.org")
    assert all("Спортивная школа «Волна»" in each["parties"] for each in person)
    overdue = terminal.json("occurrence", "list", "--state", "overdue")
    assert overdue
    assert all(each["overdue"] and each["due_on"] < "2026-03-02" for each in overdue)
    due = terminal.json("occurrence", "list", "--due-before", "31.03.2026", "--state", "planned", "--plan", "moc-2026")
    assert all(each["due_on"] <= "2026-03-31" for each in due)
    assert len(due) > len(overdue)


@pytest.mark.parametrize(
    "narrowed",
    [("--plan", "moc-1999"), ("--section", "X"), ("--party", "Театр"), ("--person", "nobody@parus.example.org")],
)
def test_a_name_that_means_nothing_is_told(terminal, narrowed):
    """An unknown plan, section, party or person is an error, not an empty list."""
    assert "Error:" in terminal.refused("occurrence", "list", *narrowed)


def test_people_read_it_in_russian(terminal, handed_in):
    """In a Russian locale states and dates are Russian."""
    handed_in()
    shown = terminal.done("occurrence", "show", "1.4", OPORA_LANG="ru").stdout
    assert "ожидает приёмки" in shown
    assert "01.04.2026" in shown
