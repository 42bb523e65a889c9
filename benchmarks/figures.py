"""What every benchmark prints: a measured number, with the limit it is held against where there is one."""

import argparse
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import median
from time import perf_counter
from typing import Any


@dataclass(frozen=True)
class Figure:
    """A number, and what it means.

    Args:
        spread: the range of the runs as a share of their median; 0 where there was one run.
        limit: the same work done by what is named in `against`; in the same run, with the same durability.
        goal: what is wanted: `at least`, `at most` or `under` a number. Where there is a limit it is about the ratio,
            unless a unit stands behind the number.
        note: what the other side does less of, or how it was measured.
    """

    benchmark: str
    name: str
    value: float
    unit: str
    spread: float = 0.0
    limit: float | None = None
    against: str = ""
    goal: str = ""
    note: str = ""

    def to_json(self) -> dict[str, Any]:
        """One line of `--json`."""
        plain = {"benchmark": self.benchmark, "figure": self.name, "value": _short(self.value), "unit": self.unit}
        if self.limit:
            plain |= {"against": self.against, "limit": _short(self.limit), "ratio": _short(self.ratio)}
        if self.spread:
            plain["spread"] = _short(self.spread)
        return plain | {name: getattr(self, name) for name in ("goal", "note") if getattr(self, name)}

    @property
    def ratio(self) -> float:
        """The value as a share of the limit, 0 without one."""
        return self.value / self.limit if self.limit else 0.0


def _short(value: float) -> float:
    """Four digits that count."""
    return float(f"{value:.4g}")


def in_short(value: float) -> str:
    """A number as people read it."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def rate_of(runs: Iterable[float]) -> tuple[float, float]:
    """Median, and the range as a share of it."""
    found = sorted(runs)
    return median(found), (found[-1] - found[0]) / median(found)


def timed(work: Callable[[], object]) -> float:
    """Seconds by the wall clock."""
    began = perf_counter()
    work()
    return perf_counter() - began


def options(text: str | None) -> argparse.ArgumentParser:
    """The options that all benchmarks have."""
    parser = argparse.ArgumentParser(description=text, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--json", action="store_true", help="one line of JSON a figure")
    return parser


def journal_option(parser: argparse.ArgumentParser) -> None:
    """`--journal`: the same mode for both sides, by itself the one that an installation here would have."""
    from engine.database import wal_is_safe  # here, since who measures memory does not want what it brings

    own = "wal" if wal_is_safe() else "truncate"
    parser.add_argument("--journal", choices=("wal", "truncate"), default=own, help=f"of SQLite; by itself {own}")


def show(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print each figure as soon as it is there."""
    for each in figures:
        if as_json:
            print(json.dumps(each.to_json(), ensure_ascii=False), flush=True)
        else:
            limit = f"  {each.against} {in_short(each.limit)}  ratio {in_short(each.ratio)}" if each.limit else ""
            spread = f"  spread {each.spread:.2f}" if each.spread else ""
            print(f"{each.name:<40}{in_short(each.value):>12} {each.unit:<10}{limit}{spread}", flush=True)
