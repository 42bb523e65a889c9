"""What a report counts."""

from activities.plan_report import Mark, MarkOutcome, PlanReport, ReportRow, ReportSection, count_totals, count_whole


def row(*outcomes):
    """An activity with a mark for each outcome."""
    return ReportRow("1", "Дело", "МОЦ", "справка", "май", tuple(Mark(outcome) for outcome in outcomes))


SECTIONS = (
    ReportSection("I", "Первый", 1, (row(MarkOutcome.DONE),)),
    ReportSection("1", "Внутренний", 2, (row(MarkOutcome.DONE, MarkOutcome.OVERDUE), row())),
    ReportSection("II", "Второй", 1),
    ReportSection("2", "Внутренний второго", 2, (row(MarkOutcome.CANCELLED),)),
)


def test_a_section_counts_what_lies_within_it_and_nothing_beyond():
    """An outer section's totals hold its own rows and those of the deeper sections up to the next outer one."""
    totals = count_totals(SECTIONS)
    assert [(line.heading, line.activities, line.outcomes.total()) for line in totals] == [
        ("I. Первый", 3, 3),
        ("1. Внутренний", 2, 2),
        ("II. Второй", 1, 1),
        ("2. Внутренний второго", 1, 1),
    ]
    assert totals[0].outcomes == {MarkOutcome.DONE: 2, MarkOutcome.OVERDUE: 1}
    assert totals[2].outcomes == {MarkOutcome.CANCELLED: 1}


def test_the_whole_plan_counts_each_row_once():
    """The plan's totals count a row once though it lies within two sections."""
    report = PlanReport("План", "2026 год", None, SECTIONS)
    assert count_whole(report).activities == 4
    assert count_whole(report).outcomes.total() == 4


def test_a_heading_has_one_full_stop_after_its_number():
    """A number given with or without its full stop gives the same heading; no number, the bare title."""
    assert ReportSection("1.2.", "Имя", 2).heading == "1.2. Имя"
    assert ReportSection("1.2", "Имя", 2).heading == "1.2. Имя"
    assert ReportSection("", "Имя", 1).heading == "Имя"
    assert ReportSection("", "", 1).heading == ""
