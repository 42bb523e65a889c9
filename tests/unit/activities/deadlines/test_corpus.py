"""The phrases of `benchmarks/deadline_corpus`, scored by `benchmarks/deadlines.py`."""

import importlib.util
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.deadlines import Confidence, Schedule, ScheduleKind, read_deadline

BENCHMARK = Path(__file__).resolve().parents[4] / "benchmarks" / "deadlines.py"


@pytest.fixture(scope="module")
def benchmark() -> ModuleType:
    spec = importlib.util.spec_from_file_location("deadline_benchmark", BENCHMARK)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def wrong(benchmark: ModuleType, part: str) -> Iterator[Schedule]:
    for case in benchmark.cases(part):
        schedule = benchmark.read(case)
        if not benchmark.is_right(schedule, case):
            yield schedule


TUNED_ON = ("development", "blind_2_development", "blind_3_development")
NAMES = [path.stem for path in sorted((BENCHMARK.parent / "deadline_corpus").glob("*.jsonl"))]


@pytest.mark.parametrize("part", TUNED_ON)
def test_every_phrase_that_the_grammar_was_tuned_on_is_read_right(benchmark: ModuleType, part: str) -> None:
    """Each phrase that the grammar was tuned on reads as written beside it."""
    assert [schedule.to_json() for schedule in wrong(benchmark, part)] == []


@pytest.mark.parametrize("part", sorted(set(NAMES) - set(TUNED_ON)))
def test_phrases_of_a_held_back_set_are_read_right_and_never_surely_wrong(benchmark: ModuleType, part: str) -> None:
    """At least 97% of the phrases are right, and none of the others is sure."""
    misread = list(wrong(benchmark, part))
    assert [schedule.text for schedule in misread if schedule.confidence is Confidence.SURE] == []
    assert len(misread) <= 0.03 * len(benchmark.cases(part))


def test_every_set_is_scored_and_its_first_contact_is_on_record(benchmark: ModuleType) -> None:
    """No set of phrases lies unscored; each that was held back says what was right of it at first, and when."""
    assert sorted(benchmark.PARTS) == NAMES
    assert set(benchmark.first_contacts()) == set(NAMES) - {"development"}


def test_no_phrase_is_both_tuned_on_and_held_back(benchmark: ModuleType) -> None:
    """The sets share no phrase of the same plan that was tuned on, else the score would mean nothing."""
    tuned_on, held_back = (
        {(case["phrase"], case["plan_start"]) for part in parts for case in benchmark.cases(part)}
        for parts in (TUNED_ON, set(NAMES) - set(TUNED_ON))
    )
    assert tuned_on & held_back == set()


def case(**right: object) -> dict[str, object]:
    return {"phrase": "до 1 мая", "plan_start": "2026-01-01", "plan_end": "2026-12-31", "right": [right]}


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        ({"kind": "deadline", "occurrences": [{"start": None, "due": "2026-05-01"}]}, True),
        ({"kind": ["dates", "deadline"], "occurrences": [{"start": "any", "due": "2026-05-01"}]}, True),
        ({"kind": "dates"}, False),
        ({"occurrences": [{"start": None, "due": "2026-05-02"}]}, False),
        ({"occurrences": []}, False),
        ({"within": ["2026-04-01", "2026-05-01"]}, True),
        ({"within": ["2026-04-01", "2026-04-30"]}, False),
        ({"flags": ["year_assumed"]}, False),
    ],
)
def test_a_reading_is_scored_by_what_the_corpus_says_of_it(
    benchmark: ModuleType, right: dict[str, object], expected: bool
) -> None:
    """What the corpus leaves out may be any; a list names what counts; bounds hold every window."""
    assert benchmark.is_right(benchmark.read(case()), case(**right)) is expected


def test_a_reading_surer_than_the_corpus_allows_is_wrong(benchmark: ModuleType) -> None:
    """Right dates count as wrong where a person should have been asked."""
    assert benchmark.is_right(benchmark.read(case()), case() | {"at_most": "sure"})
    assert not benchmark.is_right(benchmark.read(case()), case() | {"at_most": "check"})


PLAN = (date(2026, 1, 1), date(2026, 12, 31))
PHRASES = [
    json.loads(line)["phrase"]
    for line in (BENCHMARK.parent / "deadline_corpus" / "development.jsonl").read_text(encoding="utf-8").splitlines()
]
PLAIN = [
    phrase
    for phrase in PHRASES
    if (read := read_deadline(phrase, *PLAN)).confidence is Confidence.SURE
    and read.kind in {ScheduleKind.DATES, ScheduleKind.DEADLINE}
    and "then_continuous" not in read.flags
]


@given(st.sampled_from(PLAIN), st.sampled_from(PLAIN), st.sampled_from([", ", "; ", ",\n", "\n", ". "]))
def test_two_deadlines_in_a_cell_are_both_read_or_asked_about(one: str, two: str, comma: str) -> None:
    """What two phrases surely say apart stands in the reading of both together, or a person is asked."""
    apart = {window for phrase in (one, two) for window in read_deadline(phrase, *PLAN).occurrences}
    together = read_deadline(f"{one}{comma}{two}", *PLAN)
    paired = any(window.due == PLAN[1] for window in apart)  # «с 1 марта» and «до 1 мая» make one window
    assert together.confidence is not Confidence.SURE or paired or set(together.occurrences) == apart
