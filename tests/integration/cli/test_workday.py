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


def test_quiet_weeks_are_days_off_until_they_are_forgotten(terminal):
    """One line from the first day to the last; a day among them may be worked all the same."""
    said = terminal.done("workday", "quiet", "2026-03-16", "2026-04-05", "--reason", "каникулы", "--as", MARY).stderr
    assert "2026-03-16 – 2026-04-05: day off" in said
    assert len(terminal.json("workday", "list")) == 21
    assert terminal.done("workday", "list").stdout.splitlines()[1:] == ["2026-03-16 – 2026-04-05\tday off\tканикулы"]
    terminal.done("workday", "set", "2026-03-20", "--worked", "--as", MARY)
    lines = terminal.done("workday", "list").stdout.splitlines()[1:]
    assert [line.split("\t")[0] for line in lines] == [
        "2026-03-16 – 2026-03-19",
        "2026-03-20",
        "2026-03-21 – 2026-04-05",
    ]
    assert "each day is as" in terminal.done("workday", "forget", "2026-03-16", "2026-04-05", "--as", MARY).stderr
    assert terminal.json("workday", "list") == []


def test_a_quiet_time_that_is_a_slip_is_refused(terminal):
    """The last day before the first, or another year; and an approver says none."""
    assert "ends before it begins" in terminal.refused("workday", "quiet", "2026-04-05", "2026-03-16", "--as", MARY)
    assert "too long" in terminal.refused("workday", "quiet", "2026-04-05", "2027-04-06", "--as", MARY)
    assert "Only a coordinator" in terminal.refused("workday", "quiet", "2026-07-01", "2026-07-05", "--as", HEAD)
    assert terminal.json("workday", "list") == []
