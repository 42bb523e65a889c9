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
        spread: the range of the runs as a share of their median.
        limit: the same work done by what is named in `against`; in the same run, with the same durability.
        goal: what is wanted, in words.
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
        plain = {"benchmark": self.benchmark, "figure": self.name, "value": round(self.value, 2), "unit": self.unit}
        if self.limit:
            plain |= {"against": self.against, "limit": round(self.limit, 2), "ratio": round(self.ratio, 2)}
        told = {name: getattr(self, name) for name in ("goal", "note") if getattr(self, name)}
        return {**plain, "spread": round(self.spread, 2), **told}

    @property
    def ratio(self) -> float:
        """The value as a share of the limit, 0 without one."""
        return self.value / self.limit if self.limit else 0.0


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


def show(figures: Iterable[Figure], *, as_json: bool) -> None:
    """Print each figure as soon as it is there."""
    for each in figures:
        if as_json:
            print(json.dumps(each.to_json(), ensure_ascii=False), flush=True)
        else:
            limit = f"  {each.against} {each.limit:.0f}  ratio {each.ratio:.2f}" if each.limit else ""
            print(f"{each.name:<34}{each.value:10.1f} {each.unit:<10}{limit}  spread {each.spread:.2f}", flush=True)
