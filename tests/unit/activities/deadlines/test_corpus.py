"""The phrases of `benchmarks/deadline_corpus`, scored by `benchmarks/deadlines.py`."""

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from activities.deadlines import Confidence, Schedule

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


def test_every_development_phrase_is_read_right(benchmark: ModuleType) -> None:
    """Each phrase that the grammar was tuned on reads as written beside it."""
    assert [schedule.to_json() for schedule in wrong(benchmark, "development")] == []


def test_held_back_phrases_are_read_right_and_never_surely_wrong(benchmark: ModuleType) -> None:
    """At least 97% of the held-back phrases are right, and none of the others is sure."""
    misread = list(wrong(benchmark, "held_back"))
    assert [schedule.text for schedule in misread if schedule.confidence is Confidence.SURE] == []
    assert len(misread) <= 0.03 * len(benchmark.cases("held_back"))


def test_no_phrase_is_both_tuned_on_and_held_back(benchmark: ModuleType) -> None:
    """The two parts share no phrase of the same plan, else the score would mean nothing."""
    keys = [
        {(case["phrase"], case["plan_start"]) for case in benchmark.cases(part)}
        for part in ("development", "held_back")
    ]
    assert keys[0] & keys[1] == set()
