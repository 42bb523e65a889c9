"""`opora workday`: the organisation's own table of days."""

MARY = "lavrentieva@parus.example.org"
HEAD = "kornilov@parus.example.org"


def test_a_day_is_said_to_be_off_and_forgotten_again(terminal):
    """It is listed with its reason; said anew it has the new one; forgotten, the federal calendar decides."""
    assert "day off" in terminal.done("workday", "set", "2026-09-02", "--off", "--as", MARY).stderr
    terminal.done("workday", "set", "02.09.2026", "--off", "--reason", "День республики", "--as", MARY)
    terminal.done("workday", "set", "2026-09-05", "--worked", "--as", MARY)
    assert terminal.json("workday", "list") == [
        {"day": "2026-09-02", "is_working": False, "reason": "День республики"},
        {"day": "2026-09-05", "is_working": True, "reason": ""},
    ]
    assert (
        "as the federal calendar has it: worked"
        in terminal.done("workday", "forget", "2026-09-02", "--as", MARY).stderr
    )
    assert "Nothing was changed" in terminal.done("workday", "forget", "2026-09-02", "--as", MARY).stderr
    assert "День республики" not in terminal.done("workday", "list").stdout


def test_only_who_runs_the_office_changes_days(terminal):
    """An approver may not, and nothing is written."""
    for command in (("set", "2026-09-02", "--off"), ("forget", "2026-09-02")):
        assert "Only a coordinator" in terminal.refused("workday", *command, "--as", HEAD)
    assert terminal.json("workday", "list") == []
