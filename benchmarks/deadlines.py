"""Scores the deadline reader on this project's corpus and measures its speed.

    python benchmarks/deadlines.py [--part blind_5] [--wrong] [--json]

Prints for each set of phrases what was right at first contact (before anything was tuned to them) and what is right
now, then the speed and other readers beside it, on the phrases of `--part` or on those of all sets.

A phrase is *right* when its reading is one of the corpus, no surer than the corpus allows: kind, windows, rule, count
and flags, as far as the corpus names them. *Sure and wrong* is the figure that must be none. Other readers give dates
only, so they are scored on what they can: the phrases whose right reading is one or more dated windows, right when
their earliest and latest day are those of the reading. They take part where they are installed.
"""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from activities.deadlines import Confidence, Schedule, read_deadline
from benchmarks.figures import Figure, options, show, timed

CORPUS = Path(__file__).parent / "deadline_corpus"
Case = dict[str, Any]
Days = tuple[date, date] | None
PARTS = (
    "development",
    "held_back",
    "blind_2_development",
    "blind_2_held_back",
    "blind_3_development",
    "blind_3_held_back",
    "blind_4",
    "blind_5",
    "blind_6",
)
LEAST_UNCACHED, LEAST_CACHED = 500, 2000
OTHERS_LESS = "of phrases with dated windows; no kinds, rhythms or confidence"
RANKS = (Confidence.SURE, Confidence.CHECK, Confidence.ASK)


def cases(part: str) -> list[Case]:
    lines = (CORPUS / f"{part}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read(case: Case) -> Schedule:
    period = (date.fromisoformat(case[name]) for name in ("plan_start", "plan_end"))
    return read_deadline(case["phrase"], *period)


def is_right(schedule: Schedule, case: Case) -> bool:
    """Whether a reading of the corpus was given, no surer than the phrase allows."""
    dared = RANKS.index(schedule.confidence) >= RANKS.index(Confidence(case.get("at_most", "sure")))
    return dared and any(agrees(schedule.to_json(), right) for right in case["right"])


def agrees(found: dict[str, Any], right: dict[str, Any]) -> bool:
    """What the corpus says of a phrase holds; what it leaves out may be any, a list names what counts."""
    same = all(among(found[name], right[name]) for name in ("kind", "rrule", "count") if name in right)
    return same and set(right.get("flags", ())) <= set(found["flags"]) and windows_agree(found["occurrences"], right)


def among(value: object, right: object) -> bool:
    return value in right if isinstance(right, list) else value == right


def windows_agree(found: list[dict[str, str | None]], right: dict[str, Any]) -> bool:
    if "within" in right:
        first, last = right["within"]
        return all(first <= (window["start"] or window["due"]) and window["due"] <= last for window in found)
    expected = right.get("occurrences")
    if expected is None:
        return True
    return len(found) == len(expected) and all(
        window["due"] == wanted["due"] and wanted["start"] in (window["start"], "any")
        for window, wanted in zip(found, expected, strict=True)
    )


def score(part: str, *, show_wrong: bool) -> Iterator[Figure]:
    corpus = cases(part)
    schedules = [read(case) for case in corpus]
    wrong = [(case, found) for case, found in zip(corpus, schedules, strict=True) if not is_right(found, case)]
    if show_wrong:
        for case, found in wrong:
            brief = {name: found.to_json()[name] for name in ("kind", "occurrences", "rrule", "count", "flags")}
            print(found.confidence.value, repr(case["phrase"]), case["plan_start"], json.dumps(brief), file=sys.stderr)
            print("    ", json.dumps(case["right"]), file=sys.stderr)
    first = first_contacts().get(part, {})
    yield share(part, "read right", 100 * (1 - len(wrong) / len(corpus)), goal="at least 97")
    sure_and_wrong = sum(found.confidence is Confidence.SURE for _case, found in wrong)
    yield Figure("deadlines", f"{part}: sure and wrong", sure_and_wrong, "phrases", goal="at most 0")
    if first:
        note = f"before anything was tuned to them; sure and wrong {first['sure_and_wrong']:.0f}"
        yield share(part, "read right at first", first["right_percent"], note=note)
    for confidence in Confidence:
        count = sum(schedule.confidence is confidence for schedule in schedules)
        yield share(part, confidence.value, 100 * count / len(corpus), note=f"of {len(corpus)} phrases")


def share(part: str, name: str, percent: float, goal: str = "", note: str = "") -> Figure:
    return Figure("deadlines", f"{part}: {name}", percent, "%", goal=goal, note=note)


# ---- speed


def speed(parts: Sequence[str]) -> Iterator[Figure]:
    """Phrases a second: each one distinct and read for the first time, then from the cache."""
    corpus = list({(case["phrase"], case["plan_start"]): case for part in parts for case in cases(part)}.values())
    read(corpus[0])  # the grammar is compiled at the first reading
    read_deadline.cache_clear()
    for name, least in (("for the first time", LEAST_UNCACHED), ("once more", LEAST_CACHED)):
        rate = len(corpus) / timed(lambda: [read(case) for case in corpus])
        yield Figure("deadlines", f"read {name}", rate, "phrases/s", goal=f"at least {least:,}/s")


# ---- others


def dateparser_days() -> Callable[[Case], Days]:
    from dateparser.search import search_dates

    def days(case: Case) -> Days:
        base = datetime.fromisoformat(case["plan_start"])
        settings = {"RELATIVE_BASE": base, "PREFER_DATES_FROM": "future", "DATE_ORDER": "DMY"}
        found = [
            moment.date() for _text, moment in search_dates(case["phrase"], languages=["ru"], settings=settings) or []
        ]
        return (min(found), max(found)) if found else None

    return days


def natasha_days() -> Callable[[Case], Days]:
    from natasha import DatesExtractor, MorphVocab

    extract = DatesExtractor(MorphVocab())

    def days(case: Case) -> Days:
        found = [match.fact for match in extract(case["phrase"])]
        year = int(case["plan_start"][:4])
        spans = [month_or_day(fact.year or year, fact.month, fact.day) for fact in found if fact.month]
        return (min(first for first, _ in spans), max(last for _, last in spans)) if spans else None

    return days


def month_or_day(year: int, month: int, day: int | None) -> tuple[date, date]:
    if day:
        return date(year, month, day), date(year, month, day)
    following = date(year + month // 12, month % 12 + 1, 1)
    return date(year, month, 1), following - timedelta(days=1)


def others(parts: Sequence[str]) -> Iterator[Figure]:
    ours = right_and_wrong(lambda case: outer_days([(w.start or w.due, w.due) for w in read(case).occurrences]), parts)
    for name, make in {"dateparser": dateparser_days, "natasha": natasha_days}.items():
        try:
            days = make()
        except ImportError:
            print(f"{name} is not installed and was left out", file=sys.stderr)
            continue
        theirs = right_and_wrong(days, parts)
        for place, named in enumerate(("dates right", "dates wrong: less is better")):
            yield Figure("deadlines", named, ours[place], "%", 0, theirs[place], name, note=OTHERS_LESS)


def outer_days(windows: list[tuple[date, date]]) -> Days:
    return (min(first for first, _ in windows), max(last for _, last in windows)) if windows else None


def right_and_wrong(days: Callable[[Case], Days], parts: Sequence[str]) -> tuple[float, float]:
    """Right, and named but wrong, in percent of the phrases that name dated windows."""
    dated = [case for part in parts for case in cases(part) if all(is_dated(right) for right in case["right"])]
    right = wrong = 0
    for case in dated:
        expected = [right_days(reading["occurrences"]) for reading in case["right"]]
        try:
            found = days(case)
        except ValueError:
            found = None
        right += found in expected
        wrong += found is not None and found not in expected
    return 100 * right / len(dated), 100 * wrong / len(dated)


def is_dated(right: dict[str, Any]) -> bool:
    return right.get("kind") in ("dates", "deadline") and bool(right.get("occurrences"))


def right_days(windows: list[dict[str, str | None]]) -> Days:
    return outer_days(
        [
            (date.fromisoformat(window["start"] or window["due"] or ""), date.fromisoformat(window["due"] or ""))
            for window in windows
        ]
    )


def first_contacts() -> dict[str, dict[str, float]]:
    """What was right of each set when the reader met it for the first time, and at which commit."""
    found: dict[str, dict[str, float]] = json.loads((CORPUS / "first_contact.json").read_text(encoding="utf-8"))
    return found


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--part", choices=PARTS, help="one set of phrases; all without it")
    parser.add_argument("--wrong", action="store_true", help="show what was read wrong, on stderr")
    arguments = parser.parse_args()
    parts = [arguments.part] if arguments.part else PARTS
    for part in parts:
        show(score(part, show_wrong=arguments.wrong), as_json=arguments.json)
    show([*speed(parts), *others(parts)], as_json=arguments.json)


if __name__ == "__main__":
    main()
