"""Correcting what import made of a row: a person confirms a reading, or changes a row of a draft.

Where the review asks just that, the correction is its answer: kept with who gave it and when, and offered as a rule
when the words come again.
"""

from activities.acting import Actor
from activities.deadlines.schedule import Confidence
from activities.deed import Deed
from activities.kinds import ActivityKind
from activities.office import Office
from activities.plan_activities import Activity
from activities.plan_review import keep_answer, list_questions
from activities.plans import get_plan
from activities.review_answers import record_answer
from activities.review_question import ACCEPT, Question, Topic
from activities.row_editing import check_coordinates, confirm_within, edit_within


def confirm_reading(office: Office, actor: Actor, target: Activity) -> Activity:
    """Say that a deadline was read rightly; confirming twice changes nothing.

    Raises:
        NothingToConfirmError: no date was read.
        RoleNotAllowedError: the actor does not coordinate the activity.
    """
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        check_coordinates(deed, target, "confirm")
        asked = _questions_about(deed, target)
        confirmed = confirm_within(deed, target)
        if Topic.DEADLINE in asked:
            keep_answer(deed, target.plan_id, asked[Topic.DEADLINE], ACCEPT)
        return confirmed


def edit_activity(
    office: Office, actor: Actor, target: Activity, *, deadline: str | None = None, kind: ActivityKind | None = None
) -> Activity:
    """Correct a row of a draft: its deadline, which is read anew, or its kind.

    A kind that nobody chose follows the new deadline; one that a person chose stays.

    Raises:
        PlanIsLiveError: only a draft is edited.
        RoleNotAllowedError: the actor does not coordinate the activity.
    """
    with office.store.write() as work:
        deed = Deed(office, work, actor)
        check_coordinates(deed, target, "edit")
        asked = _questions_about(deed, target)
        edited = edit_within(deed, target, deadline=deadline, kind=kind)
        if deadline is not None and Topic.DEADLINE in asked:
            # A text without a date answers nothing the next time.
            keep = record_answer if edited.confidence is Confidence.ASK else keep_answer
            keep(deed, target.plan_id, asked[Topic.DEADLINE], deadline)
        if kind is not None and Topic.KIND in asked:
            keep_answer(deed, target.plan_id, asked[Topic.KIND], kind.value)
        return edited


def _questions_about(deed: Deed, target: Activity) -> dict[Topic, Question]:
    """What the review asks about a row."""
    queue = list_questions(deed.connection, get_plan(deed.connection, target.plan_slug), thorough=True)
    return {each.topic: each for each in queue.open if each.subject == target.short_id}
