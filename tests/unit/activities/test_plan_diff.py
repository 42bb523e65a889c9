"""Two versions of a plan are compared by what their rows say."""

from dataclasses import replace
from datetime import date
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines import read_deadline
from activities.plan_content import Heading, PlanContent, PlanRow
from activities.plan_diff import ChangeKind, FieldChange, diff_plans
from activities.row_matching import Told, _assign, match_rows

DEADLINES = ("март", "до 1 июня", "ежемесячно", "в течение года", "14.05.2026", "сентябрь-октябрь")
TITLES = (
    "Провести семинар для наставников",
    "Подготовить справку об охвате кружками",
    "Провести семинар для школьных библиотекарей",
    "Отчёт за I квартал",
    "Отчёт за II квартал",
    "Заседание координационного совета",
)
HEADINGS = (Heading("I", "Документы", 1, None), Heading("II", "События", 1, None), Heading("1", "Очные", 2, 1))


def row(title, deadline="март", *, number="", heading=0, result="справка", responsible=("МОЦ",)):
    """A row of the plan for 2026."""
    schedule = read_deadline(deadline, date(2026, 1, 1), date(2026, 12, 31))
    return PlanRow(number, title, responsible, result, deadline, schedule, heading)


def plan(*rows, headings=HEADINGS, title="План на 2026 год"):
    """A plan's content."""
    return PlanContent(title, tuple(headings), tuple(rows))


ROWS = st.builds(
    row,
    st.sampled_from(TITLES),
    st.sampled_from(DEADLINES),
    number=st.sampled_from(["", "1", "1.1", "2", "5.3"]),
    heading=st.sampled_from([None, 0, 1, 2]),
    result=st.sampled_from(["", "справка", "протокол заседания"]),
    responsible=st.sampled_from([(), ("МОЦ",), ("Школа № 12", "МОЦ")]),
)
PLANS = st.builds(lambda rows: plan(*rows), st.lists(ROWS, max_size=8))


@given(PLANS)
def test_a_plan_differs_in_nothing_from_itself(content):
    """Whatever rows repeat each other, each is paired with itself."""
    diff = diff_plans(content, content)
    assert diff.is_empty
    assert [(pair.old, pair.new) for pair in diff.pairs] == [(at, at) for at in range(len(content.rows))]


@given(PLANS)
def test_new_numbers_alone_are_only_renumbered(content):
    """Every row is found under its new number, and nothing else is said of it."""
    rows = [replace(each, number=f"9.{at}") for at, each in enumerate(content.rows)]
    diff = diff_plans(content, replace(content, rows=tuple(rows)))
    assert [each.kinds for each in diff.changed] == [(ChangeKind.RENUMBERED,)] * len(rows)
    assert (diff.added, diff.removed, diff.uncertain, diff.headings) == ((), (), (), ())


@given(PLANS.filter(lambda content: content.rows), st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(content, random):
    """In another order every row meets one that says the same; only where it stands may be told."""
    rows = list(content.rows)
    random.shuffle(rows)
    diff = diff_plans(content, replace(content, rows=tuple(rows)))
    assert (diff.added, diff.removed, diff.uncertain) == ((), (), ())
    assert {kind for each in diff.changed for kind in each.kinds} <= {ChangeKind.MOVED, ChangeKind.RENUMBERED}
    assert all(content.rows[pair.old].title == rows[pair.new].title for pair in diff.pairs)


@given(PLANS, PLANS)
def test_every_row_is_somewhere_once(old, new):
    """A row is paired, uncertain, added or removed: one of them, and once."""
    diff = diff_plans(old, new)
    pairs = (*diff.pairs, *diff.uncertain)
    assert sorted([*(pair.old for pair in pairs), *diff.removed]) == list(range(len(old.rows)))
    assert sorted([*(pair.new for pair in pairs), *diff.added]) == list(range(len(new.rows)))


SCORES = st.dictionaries(st.tuples(st.integers(0, 4), st.integers(0, 4)), st.integers(1, 100), max_size=16)


@given(SCORES)
def test_the_assignment_is_the_best_of_all(scores):
    """No other way to put rows together has a greater sum of likenesses."""
    chosen = list(_assign({pair: score / 100 for pair, score in scores.items()}))
    assert len({one for one, _ in chosen}) == len({other for _, other in chosen}) == len(chosen)
    best = max(sum(scores.get((one, other), 0) for one, other in enumerate(order)) for order in permutations(range(5)))
    assert sum(scores[pair] for pair in chosen) == best


def test_a_row_is_found_whatever_one_thing_changed():
    """Wording, deadline, result, parties, number, section: each is told by its name with both texts."""
    old = plan(row(TITLES[0], number="1.1"), row(TITLES[1], "до 1 июня", number="1.2"), row(TITLES[5], number="1.3"))
    first = old.rows[0]
    changes = {
        (ChangeKind.REWORDED,): replace(first, title="Провести семинары для наставников школ"),
        (ChangeKind.DEADLINE_CHANGED,): row(TITLES[0], "апрель", number="1.1"),
        (ChangeKind.RENUMBERED,): replace(first, number="1.7"),
        (ChangeKind.MOVED,): replace(first, heading=1),
    }
    for kinds, changed in changes.items():
        (found,) = diff_plans(old, plan(changed, *old.rows[1:])).changed
        assert found.kinds == kinds
    (found,) = diff_plans(old, plan(row(TITLES[0], "апрель", number="1.1"), *old.rows[1:])).changed
    assert found.fields == (FieldChange("deadline", "март", "апрель"),)
    for name, value in {"result": "программа", "responsible": ("РМЦ",)}.items():
        (found,) = diff_plans(old, plan(replace(first, **{name: value}), *old.rows[1:])).changed
        assert found.kinds == (ChangeKind.REWORDED,)
        assert [each.field for each in found.fields] == [name]


def test_another_wording_of_the_same_dates_is_no_new_deadline():
    """«март» and «в марте 2026 г.» are one month."""
    (found,) = diff_plans(plan(row(TITLES[0], "март")), plan(row(TITLES[0], "март 2026 г."))).changed
    assert found.kinds == (ChangeKind.REWORDED,)


def test_a_better_reading_of_the_same_text_is_no_change():
    """The document says what it said: nobody amended it."""
    old = row(TITLES[0], "март")
    better = replace(old, schedule=row(TITLES[0], "апрель").schedule)
    assert diff_plans(plan(old), plan(better)).is_empty


def test_white_space_is_no_change():
    """Lines broken elsewhere say the same."""
    old = row("Провести  семинар", "до 1\nиюня")
    assert diff_plans(plan(old), plan(replace(old, title="Провести семинар", deadline="до 1 июня"))).is_empty


def test_an_inserted_row_moves_no_other():
    """What stands below is lower down, and is not told for that."""
    old = plan(*(row(title) for title in TITLES[:4]))
    diff = diff_plans(old, plan(row("Открыть летний лагерь", "июнь"), *old.rows))
    assert diff.added == (0,)
    assert diff.changed == ()


def test_one_row_put_elsewhere_is_one_move():
    """The fewest rows are told as moved."""
    old = plan(*(row(title) for title in TITLES))
    rows = (*old.rows[1:], old.rows[0])
    assert [each.pair.old for each in diff_plans(old, plan(*rows)).changed] == [0]


def test_rows_that_differ_by_a_number_are_two_rows():
    """«Отчёт за I квартал» that is gone did not become «Отчёт за II квартал» silently."""
    diff = diff_plans(plan(row("Отчёт за I квартал", "апрель")), plan(row("Отчёт за IV квартал", "январь")))
    assert diff.changed == ()


def test_of_two_rows_alike_neither_is_taken_for_sure():
    """Two meetings with two dates became two with two others: which is which, a person tells."""
    old = plan(row(TITLES[5], "март"), row(TITLES[5], "сентябрь"))
    new = plan(row(TITLES[5], "апрель"), row(TITLES[5], "октябрь"))
    diff = diff_plans(old, new)
    assert len(diff.uncertain) == 2
    assert (diff.changed, diff.added, diff.removed) == ((), (), ())
    told = Told(same=frozenset({(0, 0)}))
    assert {(each.pair.old, each.pair.new) for each in diff_plans(old, new, told).changed} == {(0, 0), (1, 1)}


def test_of_two_equal_rows_the_number_tells_which_is_gone():
    """Without numbers it is uncertain which of the two stayed."""
    gone = plan(row(TITLES[0], number="1.2"))
    assert diff_plans(plan(row(TITLES[0], number="1.1"), row(TITLES[0], number="1.2")), gone).removed == (0,)
    (pair,) = diff_plans(plan(row(TITLES[0]), row(TITLES[0])), plan(row(TITLES[0], number="7"))).uncertain
    assert not pair.sure


def test_rows_said_to_be_two_are_removed_and_added():
    """A person's word counts more than likeness."""
    old, new = plan(row(TITLES[0], "март")), plan(row(TITLES[0], "апрель"))
    diff = diff_plans(old, new, Told(apart=frozenset({(0, 0)})))
    assert (diff.added, diff.removed, diff.changed) == ((0,), (0,), ())


def test_rows_unlike_each_other_are_not_paired():
    """Nothing in common but the section: one is removed, the other added."""
    assert match_rows(plan(row(TITLES[0])), plan(row("Открыть летний лагерь", "июнь", result="приказ"))) == ()


def test_a_heading_keeps_its_rows_under_another_name():
    """A heading reworded or renumbered is one change, not a move of all its rows."""
    old = plan(*(row(title, heading=1) for title in TITLES))
    headings = (HEADINGS[0], replace(HEADINGS[1], number="III", title="Массовые мероприятия"), HEADINGS[2])
    diff = diff_plans(old, plan(*old.rows, headings=headings))
    assert [(each.before, each.after) for each in diff.headings] == [("II. События", "III. Массовые мероприятия")]
    assert diff.changed == ()


def test_headings_come_and_go_and_change_places():
    """Each is told once."""
    rows = [row(title, heading=0) for title in TITLES[:2]]
    more = (*HEADINGS, Heading("III", "Итоги", 1, None))
    assert [(each.old, each.new) for each in diff_plans(plan(*rows), plan(*rows, headings=more)).headings] == [
        (None, 3)
    ]
    assert [(each.old, each.new) for each in diff_plans(plan(*rows, headings=more), plan(*rows)).headings] == [
        (3, None)
    ]
    swapped = diff_plans(plan(*rows, headings=HEADINGS[:2]), plan(headings=HEADINGS[1::-1]))
    assert len(swapped.headings) == 1


@pytest.mark.parametrize(("before", "after", "changed"), [("План", "План работы", True), ("План", " План ", False)])
def test_the_title_is_compared_too(before, after, changed):
    """White space apart."""
    assert (diff_plans(plan(title=before), plan(title=after)).title is not None) is changed


def test_rows_are_matched_by_what_the_document_said():
    """Somebody gave one of two like rows the deadline of the other: the document is the same, and nothing moved."""
    title, march, autumn = TITLES[5], "март", "сентябрь-октябрь"
    corrected = replace(row(title, autumn), document_deadline=march)
    assert diff_plans(plan(corrected, row(title, autumn)), plan(row(title, march), row(title, autumn))).is_empty


def test_a_day_below_another_month_is_another_day():
    """«до 10» that now stands below April is told as a changed deadline; below a renamed March it is not."""
    headings = (Heading("", "Март", 1, None), Heading("", "Апрель", 1, None))
    borrowed = replace(row("Отчёт", "до 10 марта"), deadline="до 10")
    march = replace(borrowed, schedule=replace(borrowed.schedule, flags=("month_from_heading",)))
    april = replace(
        march, schedule=replace(row("Отчёт", "до 10 апреля").schedule, flags=("month_from_heading",)), heading=1
    )
    (change,) = diff_plans(plan(march, headings=headings), plan(april, headings=headings)).changed
    assert ChangeKind.DEADLINE_CHANGED in change.kinds
    assert FieldChange("deadline", "до 10 (Март)", "до 10 (Апрель)") in change.fields
    renamed = (replace(headings[0], title="Март 2026"), headings[1])
    assert diff_plans(plan(march, headings=headings), plan(march, headings=renamed)).changed == ()
