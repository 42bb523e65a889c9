"""Rows that an amendment took out of a live plan and that a later document may have again. Found by what they say.

Nothing is put back by itself: a row may come anew under old words, with a number and a history of its own. A person
says of each pair which it is.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from activities.plan_activities import Activity
from activities.plan_content import PlanContent, content_of_stored
from activities.plan_diff import PlanDiff
from activities.row_matching import match_rows


@dataclass(frozen=True, slots=True)
class PutBack:
    """A row that was taken out, the place of the row of the document that may be it, and how alike they are."""

    activity: Activity
    place: int
    likeness: float


@dataclass(frozen=True, slots=True)
class ToldPair:
    """What a person has said of a row of the plan, by short id, and the place of a row of the document."""

    short_id: str
    place: int
    same: bool


def find_put_back(removed: Sequence[Activity], diff: PlanDiff, told: Sequence[ToldPair]) -> Iterator[PutBack]:
    """The pairs of a removed and an added row that may be one, but for those of which somebody has said that not.

    Args:
        removed: rows that earlier amendments took out, and nobody said come back.
        diff: the changes; of its added rows some may be these.
        told: what was said of pairs.
    """
    old = content_of_stored("", (), removed)
    new = PlanContent("", (), tuple(replace(diff.new.rows[place], heading=None) for place in diff.added))
    apart = {(each.short_id, each.place) for each in told if not each.same}
    for pair in match_rows(old, new):
        found = PutBack(removed[pair.old], diff.added[pair.new], pair.likeness)
        if (found.activity.short_id, found.place) not in apart:
            yield found
