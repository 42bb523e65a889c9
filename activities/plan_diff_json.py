"""A comparison of two versions of a plan as plain data: for programs, and to be kept with an amendment."""

from typing import Any

from activities.plan_content import PlanContent, PlanRow
from activities.plan_diff import FieldChange, PlanDiff
from activities.row_matching import Pair


def diff_to_json(diff: PlanDiff) -> dict[str, Any]:
    """All changes. Rows of the document are counted from 1, in reading order; likeness runs from 0 to 1."""
    return {
        "title": _field(diff.title) if diff.title else None,
        "sections": [{"before": each.before, "after": each.after} for each in diff.headings],
        "added": [{"row": place + 1} | _row(diff.new, place) for place in diff.added],
        "removed": [_row(diff.old, place) for place in diff.removed],
        "changed": [
            _pair(diff, each.pair)
            | {"changes": [kind.value for kind in each.kinds], "fields": [_field(field) for field in each.fields]}
            for each in diff.changed
        ],
        "uncertain": [_pair(diff, pair) | {"after": _row(diff.new, pair.new)} for pair in diff.uncertain],
        "unchanged": len(diff.pairs) - len(diff.changed),
    }


def _pair(diff: PlanDiff, pair: Pair) -> dict[str, Any]:
    before = _row(diff.old, pair.old)
    return {"row": pair.new + 1, "likeness": round(pair.likeness, 2), "before": before}


def _row(content: PlanContent, place: int) -> dict[str, Any]:
    row: PlanRow = content.rows[place]
    return {
        "number": row.number,
        "section": content.section_text(row.heading),
        "title": row.title,
        "responsible": list(row.responsible),
        "result": row.result,
        "deadline": row.deadline,
    }


def _field(change: FieldChange) -> dict[str, str]:
    texts = {"field": change.field, "before": change.before, "after": change.after}
    return texts if change.corrected is None else texts | {"corrected": change.corrected}
