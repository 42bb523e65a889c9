"""Which row a deadline speaks of."""

from datetime import date

import pytest

from activities.deadlines import read_deadline
from activities.kinds import propose_kind
from activities.plan_activities import Activity
from activities.plans import PlanStatus
from activities.relation_proposals import propose_relations
from activities.relations import RelationKind

TITLES = {
    1: ("Провести инвентаризацию программ", "апрель"),
    2: ("Провести районный конкурс «Ветер»", "май"),
    3: ("Составить отчёт о работе с семьями", "в течение года"),
    4: ("Провести выставку рисунков", "июнь"),
    5: ("Провести выставку поделок", "июль"),
}


def make_row(row_id: int, title: str, deadline: str) -> Activity:
    """A row as read, of a plan for 2026."""
    schedule = read_deadline(deadline, date(2026, 1, 1), date(2026, 12, 31))
    return Activity(
        id=row_id,
        short_id=f"a-{row_id}",
        plan_id=1,
        plan_slug="moc-2026",
        plan_status=PlanStatus.DRAFT,
        section_id=None,
        section_title="",
        number=f"1.{row_id}",
        title=title,
        responsible=(),
        result="",
        deadline_text=deadline,
        document_deadline=None,
        schedule=schedule,
        kind=propose_kind(title, schedule).kind,
        confidence=schedule.confidence,
        confirmed_at=None,
        workflow="activity",
        note_suffices=False,
        removed_at=None,
        parties=(),
    )


ROWS = [make_row(row_id, title, deadline) for row_id, (title, deadline) in TITLES.items()]


def proposed(deadline: str, title: str = "Проверить сведения") -> list[tuple[int, RelationKind, int]]:
    """Which rows, how, and how many working days."""
    found = propose_relations(make_row(9, title, deadline), ROWS)
    return [(each.relation.leader_id, each.relation.kind, each.relation.working_days) for each in found]


@pytest.mark.parametrize(
    ("deadline", "expected"),
    [
        ("в период проведения инвентаризации программ", (1, RelationKind.WITHIN, 0)),
        ("В ходе инвентаризации", (1, RelationKind.WITHIN, 0)),
        ("по итогам конкурса", (2, RelationKind.AFTER, 5)),
        ("по окончании районного конкурса", (2, RelationKind.AFTER, 5)),
        ("в течение 3 рабочих дней после конкурса", (2, RelationKind.AFTER, 3)),
        ("в течение двух недель после окончания конкурса", (2, RelationKind.AFTER, 10)),
        ("через 10 дней после проведения инвентаризации", (1, RelationKind.AFTER, 10)),
    ],
)
def test_a_deadline_that_names_another_row_may_follow_it(deadline, expected):
    """Every word of the name stands in that row's title, in whatever case."""
    assert proposed(deadline) == [expected]


@pytest.mark.parametrize(
    "deadline",
    [
        "по итогам олимпиады",
        "по итогам областного конкурса",
        "после проведения мероприятия",
        "по плану РМЦ",
        "по отдельному графику",
        "по итогам года",
        "в период работы с семьями",
        "май, по итогам конкурса",
        "",
    ],
)
def test_nothing_is_proposed_where_no_row_is_named(deadline):
    """Not for other words, for words that name nothing, for work without end, nor where the text has a date."""
    assert proposed(deadline) == []


def test_several_rows_that_fit_are_all_named():
    """A person chooses; none is likelier."""
    assert [leader for leader, _, _ in proposed("по итогам выставки")] == [4, 5]


def test_a_row_never_follows_itself():
    """Its own title does not count."""
    row = make_row(1, "Провести инвентаризацию программ", "в период инвентаризации программ")
    assert propose_relations(row, [row]) == ()


def test_the_reason_quotes_the_deadline_and_the_row():
    """So that it can be judged without looking up the row."""
    (found,) = propose_relations(make_row(9, "Проверить", "по итогам конкурса"), ROWS)
    said = found.reason.say()
    assert "по итогам конкурса" in said
    assert "1.2" in said
    assert "Ветер" in said
    assert "5 working days" in said


def test_where_too_many_rows_fit_none_is_proposed():
    """«По итогам конкурса» of a plan of contests says nothing."""
    contests = [make_row(each, f"Провести конкурс № {each}", "май") for each in range(1, 6)]
    assert propose_relations(make_row(9, "Отчёт", "по итогам конкурса"), contests) == ()
    assert len(propose_relations(make_row(9, "Отчёт", "по итогам конкурса"), contests[:4])) == 4
