"""The deadlines of two real plans, as people read them."""

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from activities.deadlines import Schedule, read_deadline

PLANS = Path(__file__).resolve().parents[4].parent / "shared" / "plans"
PERIODS = {
    "moc-2023": (date(2023, 1, 1), date(2023, 12, 31)),
    "moc-2021-2022": (date(2021, 9, 1), date(2022, 8, 31)),
}


def activities(plan: str) -> Iterator[dict[str, Any]]:
    lines = (PLANS / f"{plan}.golden.jsonl").read_text(encoding="utf-8").splitlines()
    return (json.loads(line) for line in lines)


def is_right(schedule: Schedule, golden: dict[str, Any]) -> bool:
    read = schedule.to_json()
    return (
        read["kind"] == golden["kind"]
        and (golden["occurrences"] is None or read["occurrences"] == golden["occurrences"])
        and read["rrule"] == golden["rrule"]
        and read["count"] == golden["count"]
        and set(golden["flags"]) <= set(read["flags"])
    )


# Other fair readings that the golden file names in words, as this reader gives them.
ALSO_RIGHT = {
    "August 2022 alone, being the only August inside the school year": {
        "kind": "recurring",
        "occurrences": [{"start": "2022-08-01", "due": "2022-08-31"}],
        "rrule": "FREQ=YEARLY;BYMONTH=8",
        "count": None,
        "flags": ["yearly"],
    },
}


@pytest.mark.needs("shared")
@pytest.mark.parametrize("plan", PERIODS)
def test_every_deadline_of_a_real_plan_reads_as_people_read_it(plan: str) -> None:
    """All activities of the plan have the kind, dates, rule, count and flags of the golden file."""
    wrong = []
    for activity in activities(plan):
        schedule = read_deadline(activity["deadline"], *PERIODS[plan])
        golden = activity["schedule"]
        fair = [golden, *(ALSO_RIGHT[words] for words in golden.get("also_right", ()) if words in ALSO_RIGHT)]
        if not any(is_right(schedule, reading) for reading in fair):
            wrong.append((activity["deadline"], schedule.to_json()))
    assert wrong == []
