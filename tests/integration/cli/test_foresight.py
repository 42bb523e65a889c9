"""`opora simulate`, `opora plan show --as-of`, `opora outbox`: looking ahead, back, and at what was given up."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime

MARY = "lavrentieva@parus.example.org"


def test_a_simulation_is_told_in_words_and_as_data(terminal):
    """Letters a person, dates, weeks; the last line says that nothing was changed."""
    shown = terminal.done("simulate", "--until", "2026-03-20")
    assert "Letters a person" in shown.stdout
    assert "nothing was changed" in shown.stderr
    told = terminal.json("simulate", "--until", "2026-03-20", "--more-than", "0")
    assert (told["from"], told["until"]) == ("2026-03-02", "2026-03-20")
    assert told["letters"] == sum(told["people"].values()) > 0
    assert terminal.json("mail", "list") == []


def test_a_simulation_of_days_that_are_past_is_refused(terminal):
    """The refusal names the option that helps."""
    assert "--until" in terminal.refused("simulate", "--until", "2026-03-01")


def test_a_plan_is_shown_as_it_stood_at_the_end_of_a_day(terminal):
    """What happened after that day is not seen; before the launch there was nothing."""
    (before, *_) = (each for each in terminal.json("occurrence", "list") if each["state"] == "planned")
    day_before = next(each for each in _as_of(terminal, "2026-03-02") if each["id"] == before["id"])
    terminal.clock.set(datetime(2026, 3, 3, 9, tzinfo=UTC))
    terminal.done("occurrence", "start", before["id"], "--as", MARY)
    assert next(each for each in _as_of(terminal, "2026-03-02") if each["id"] == before["id"]) == day_before
    after = next(each for each in _as_of(terminal, "2026-03-03") if each["id"] == before["id"])
    assert (after["state"], after["revision"]) == ("in_progress", day_before["revision"] + 1)
    assert after["due_on"] == day_before["due_on"] is not None
    assert _as_of(terminal, "2026-03-01") == []
    assert "had not been launched" in terminal.done("plan", "show", "--as-of", "2026-03-01").stderr


def test_an_erased_payload_is_said_to_hide_the_dates(terminal):
    """The state is known, the date is not."""
    (wanted, *_) = _as_of(terminal, "2026-03-02")
    with closing(sqlite3.connect(terminal.folder / "data" / "opora.db")) as database, database:
        erased = "UPDATE payload SET salt = NULL, body = NULL WHERE instance_id = "
        database.execute(erased + "(SELECT instance_id FROM occurrence WHERE short_id = ?)", [wanted["id"]])
    (found, *_) = _as_of(terminal, "2026-03-02")
    assert (found["state"], found["due_on"], found["dates_erased"]) == (wanted["state"], None, True)
    assert "is erased" in terminal.done("plan", "show", "--as-of", "2026-03-02").stdout


def test_given_up_messages_are_listed_retried_and_dropped(terminal):
    """Dropping needs a name and a reason, and somebody who runs the plan."""
    (wanted, other) = (str(each["id"]) for each in terminal.json("outbox", "list", "--limit", "2"))
    with closing(sqlite3.connect(terminal.folder / "data" / "opora.db")) as database, database:
        database.execute(
            "UPDATE message SET available_at = NULL, dead_at = created_at, error = 'ill' WHERE id IN (?, ?)",
            [wanted, other],
        )
    assert [each["error"] for each in terminal.json("outbox", "list", "--state", "dead")] == ["ill", "ill"]
    assert "given up" in terminal.done("outbox", "list", "--state", "dead").stdout
    assert "--reason" in terminal.refused("outbox", "drop", wanted, "--as", MARY, code=2)
    assert "--as" in terminal.refused("outbox", "drop", wanted, "--reason", "told by telephone", code=2)
    terminal.done("outbox", "drop", wanted, "--reason", "told by telephone", "--as", MARY)
    terminal.done("outbox", "retry", other)
    assert "no dead message" in terminal.refused("outbox", "retry", wanted)
    assert terminal.json("outbox", "list", "--state", "dead") == []
    (dropped,) = terminal.json("outbox", "list", "--state", "done", "--limit", "1")
    assert dropped["error"].endswith("told by telephone")


def _as_of(terminal, day):
    return terminal.json("plan", "show", "--as-of", day)["occurrences"]
