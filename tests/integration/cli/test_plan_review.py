"""`opora plan review`: at the prompt, in a sheet, for programs; and what plan show and set-date tell of it."""

import os

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from cli.main import opora

MARY = "mary@moc.example"
HEAD = "head@moc.example"
PLAN = """План работы опорного центра на 2026 год

\t№
\tМероприятие
\tОтветственный
\tРезультат
\tСрок

\t1.1
\tПровести инвентаризацию программ
\tМОЦ
\tсправка
\tапрель

\t1.2
\tПроверить содержание программ
\tМОЦ
\tсправка
\tв период проведения инвентаризации программ

\t1.3
\tНаправить сводную заявку
\tМОЦ
\tзаявка
\t17 апереля 2026 г.

\t1.4
\tСобрать отчёты
\tМОЦ
\tпротокол
\tпо отдельному графику
"""


@pytest.fixture
def draft(empty_terminal, tmp_path):
    """A terminal with a small draft and its coordinator."""
    path = tmp_path / "plan.txt"
    path.write_text(PLAN, encoding="utf-8")
    empty_terminal.done("person", "add", MARY, "--name", "Зимина Мария", "--role", "coordinator")
    empty_terminal.done("person", "add", HEAD, "--name", "Орлова Нина", "--role", "approver", "--as", MARY)
    empty_terminal.done("plan", "import", str(path), "--as", MARY)
    return empty_terminal


def review(terminal, typed, *arguments, language="en"):
    """Go through the questions with what is typed; gives what was shown and said."""
    environment = {
        "OPORA_LANG": language,
        "OPORA_DATA_DIR": str(terminal.folder / "data"),
        "OPORA_CLOCK": f"file:{terminal.folder / 'clock'}",
    }
    command = ["plan", "review", "--as", MARY, *arguments]
    result = CliRunner().invoke(opora, command, input=typed, env=os.environ | environment)
    assert result.exit_code == 0, result.output
    return result.output


def open_places(terminal):
    """Topic and place of each open question."""
    return [(each["topic"], each["place"]) for each in terminal.json("plan", "review")]


def test_the_walk_goes_on_where_it_stopped(draft):
    """A number answers, Enter leaves for later, q stops; what was left comes last the next time."""
    assert open_places(draft) == [("deadline", "1.2"), ("deadline", "1.3"), ("deadline", "1.4")]
    shown = review(draft, "\n1\nq\n")
    assert "[1 of 3] deadline: 1.2 Проверить содержание программ" in shown
    assert "1 question answered; 2 questions open" in shown
    assert "opora plan review moc-2026" in shown
    assert open_places(draft) == [("deadline", "1.4"), ("deadline", "1.2")]
    assert draft.json("activity", "show", "1.3")["confirmed"]


def test_the_end_of_what_is_typed_ends_the_walk(draft):
    """A script that says too little does no harm: what it answered is kept."""
    assert "1 question answered; 2 questions open" in review(draft, "1\n")


def test_a_typed_deadline_is_shown_before_it_is_taken(draft):
    """Its reading is printed; only yes takes it, and a text without a date is asked for again."""
    shown = review(draft, "\n\nкак получится\n20 мая\nn\n20 мая 2026\ny\n")
    assert "No date was read from that" in shown
    assert "2026-05-20 – 2026-05-20" in shown
    assert draft.json("activity", "show", "1.4")["deadline"] == "20 мая 2026"
    assert open_places(draft) == [("deadline", "1.2"), ("deadline", "1.3")]


def test_a_typed_relation_needs_no_reading(draft):
    """«After row 1.1 + 3» is understood as it stands; of an unknown row it is refused and asked again."""
    review(draft, "after row 9.9 + 3\nafter row 1.1 + 3\nq\n")
    (relation,) = draft.json("plan", "show")["relations"]
    assert (relation["activity"], relation["how"], relation["status"]) == ("1.2", "after row 1.1 + 3", "confirmed")


def test_the_walk_speaks_russian(draft):
    """Keys of the Russian keyboard count as the Latin ones in their place."""
    shown = review(draft, "й\n", language="ru")
    assert "срок: 1.2" in shown
    assert len(open_places(draft)) == 3


def test_nothing_is_asked_twice(draft):
    """Once all is answered the walk says so."""
    review(draft, "1\n1\n1\n")
    assert open_places(draft) == []
    assert "asks nothing" in review(draft, "")


def test_what_was_not_answered_before_is_not_answered_so_again(draft):
    """= is no deadline; the question is asked again."""
    output = review(draft, "=\n1\nq\n")
    assert "was not answered before" in output
    assert "1 question answered" in output


def test_a_wrong_number_is_asked_again(draft):
    """It answers nothing."""
    shown = review(draft, "7\n1\nq\n")
    assert "no answer 7" in shown
    assert "1 question answered" in shown


def test_what_was_said_before_is_offered(draft, tmp_path):
    """In next year's plan the phrase comes with its answer, which = takes; nothing is done by itself."""
    review(draft, "\n\n2\n1\nq\n")  # 1.4 has one choice only, so 2 is asked again
    path = tmp_path / "next.txt"
    path.write_text(PLAN.replace("2026", "2027"), encoding="utf-8")
    draft.done("plan", "import", str(path), "--as", MARY)
    asked = draft.json("plan", "review", "moc-2027")
    assert asked[2]["earlier"] == {
        "answer": "no date for now",
        "by": "Зимина Мария",
        "on": "2026-03-02",
        "plan": "moc-2026",
    }
    shown = review(draft, "\n\n=\nq\n", "moc-2027")
    assert "Answered so before: “no date for now”, on 2026-03-02 by Зимина Мария (moc-2026)" in shown
    assert len(draft.json("plan", "review", "moc-2027")) == 2


def test_a_sheet_is_exported_and_applied(draft, tmp_path):
    """Applying says what became of each answered row; a refused one ends with exit code 1 and holds all back."""
    path = tmp_path / "review.xlsx"
    said = draft.done("plan", "review", "--export", str(path)).stderr
    assert "3 questions" in said
    book = load_workbook(path)
    book.worksheets[0]["H2"] = "within row 1.1"
    book.worksheets[0]["H4"] = "как получится"
    book.save(path)
    refused = draft("plan", "review", "--apply", str(path), "--as", MARY)
    assert refused.exit_code == 1
    assert "Nothing was applied" in refused.stderr
    assert len(open_places(draft)) == 3
    book.worksheets[0]["H4"] = "20.05.2026"
    book.save(path)
    rows = draft.json("plan", "review", "--apply", str(path), "--as", MARY)
    assert [each["outcome"] for each in rows] == ["applied", "left", "applied"]
    again = draft.json("plan", "review", "--apply", str(path), "--as", MARY)
    assert {each["outcome"] for each in again} == {"left"}


def test_to_answer_somebody_must_act(draft, tmp_path):
    """Looking needs no actor, answering does; an export is not applied in the same breath."""
    assert "--as PERSON" in draft.refused("plan", "review", code=2)
    assert "--as PERSON" in draft.refused("plan", "review", "--apply", str(tmp_path / "x.xlsx"), code=2)
    both = ("--export", str(tmp_path / "a.xlsx"), "--apply", str(tmp_path / "b.xlsx"))
    assert "not both" in draft.refused("plan", "review", *both, "--as", MARY, code=2)


def test_the_plan_shows_its_year_and_what_it_asks(draft):
    """Months with bars, the proposed relation with its reason, and how many questions wait."""
    shown = draft.done("plan", "show")
    assert "May 2026\t" in shown.stdout
    assert "█" in shown.stdout
    assert "within row 1.1\tproposed" in shown.stdout
    assert "3 questions wait for a person: opora plan review moc-2026" in shown.stderr
    data = draft.json("plan", "show")
    assert data["questions"] == 3
    assert {"month": "2026-04", "due": 2} in data["year"]
    assert data["undated"] == 2


def test_a_remark_that_was_noted_is_not_shown_again(terminal):
    """Of a live plan too; the others stay."""
    before = [each["code"] for each in terminal.json("plan", "show")["findings"]]
    questions = [each for each in terminal.json("plan", "review") if each["topic"] == "finding"]
    assert questions
    path = terminal.folder / "review.xlsx"
    terminal.done("plan", "review", "--export", str(path))
    book = load_workbook(path)
    for row in book.worksheets[0].iter_rows(min_row=2):
        if row[8].value == "finding empty_row":
            row[7].value = "noted"
    book.save(path)
    terminal.done("plan", "review", "--apply", str(path), "--as", "lavrentieva@parus.example.org")
    after = [each["code"] for each in terminal.json("plan", "show")["findings"]]
    before.remove("empty_row")
    assert after == before


def test_setting_a_date_tells_what_followed(draft):
    """The row that follows is named with its new days."""
    review(draft, "1\nq\n")
    draft.done("plan", "launch", "--as", MARY)
    said = draft.done("occurrence", "set-date", "1.1", "--on", "2026-04-14", "--as", MARY).stderr
    assert "1.2@2026-04 Проверить содержание программ follows it: 2026-04-01 – 2026-04-14." in said
    said = draft.done("occurrence", "set-date", "1.2", "--on", "2026-04-20", "--as", MARY).stderr
    assert "follows it" not in said
    said = draft.done("occurrence", "set-date", "1.1", "--on", "2026-04-15", "--as", MARY).stderr
    assert "stays as it is: somebody set its date by hand" in said


def test_calling_off_tells_what_it_leaves_behind(draft):
    """The command, the history and the plan name the row that followed, until somebody has decided about it."""
    review(draft, "1\nq\n")
    draft.done("plan", "launch", "--as", MARY)
    behind = draft.json("occurrence", "show", "1.2")["id"]
    cancel = ("occurrence", "cancel", "1.1", "--reason", "карантин", "--basis", "приказ № 2", "--as", HEAD)
    assert f"opora occurrence set-date {behind}" in draft.done(*cancel).stderr
    assert f"followed it and stay: {behind}" in draft.done("history", "1.1").stdout
    assert draft.json("plan", "show")["left_behind"] == [behind]
    assert "1.1@2026-04 Провести инвентаризацию" in draft.done("plan", "show").stdout
    draft.done("occurrence", "set-date", behind, "--on", "2026-04-20", "--as", MARY)
    assert draft.json("plan", "show")["left_behind"] == []
