"""What answers do. A draft is corrected; of a live plan a reading is confirmed, and dates go through the workflow."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import update

from activities.dating import NewDates, give_date
from activities.deadlines import read_deadline
from activities.deadlines.schedule import Confidence, Schedule, Window
from activities.deed import Deed
from activities.following import date_followers, follow_from_now_on
from activities.kinds import ActivityKind
from activities.occurrences import Occurrence, OccurrenceFilter, list_occurrences
from activities.parties import Standing, get_party, merge_within, split_within
from activities.people import check_active
from activities.plan_activities import Activity
from activities.relations import Relation, store_relation
from activities.review_question import ACCEPT, APART, WAIT, Question, Topic
from activities.review_topics import Reviewed
from activities.review_words import find_relation
from activities.roles import Role, Scope, list_roles
from activities.row_editing import check_coordinates, confirm_within, edit_within
from activities.spelling import spelling_key
from activities.tables import activity_party
from engine.errors import N_, OporaError
from engine.machine import RoleNotAllowedError


class NotAnAnswerError(OporaError):
    """The answer is none of those that the question has."""

    message = N_("“{answer}” is no answer here. Choose one of those that are offered.")


class NoDateReadError(OporaError):
    """A typed deadline gives no date."""

    message = N_("No date was read from “{deadline}”. Write it otherwise, for example «до 15 мая», or leave it.")


class AssumedReadingError(OporaError):
    """A typed deadline was read with an assumption that nobody has seen."""

    message = N_("“{deadline}” is read with an assumption. Write it in full, or answer at the prompt, which shows it.")


class DatesDoNotFitError(OporaError):
    """As many dates as there are runs that await one."""

    message = N_("“{deadline}” gives {dates} dates, but {runs} runs await one. Set them one by one: {command}.")


@dataclass(frozen=True, slots=True)
class Review:
    """A question that somebody answers, in one transaction."""

    deed: Deed
    reviewed: Reviewed
    question: Question

    @property
    def row(self) -> Activity:
        """The row that the question is about."""
        return next(each for each in self.reviewed.rows if each.short_id == self.question.subject)


def carry_out(review: Review, value: str, *, seen: bool) -> None:
    """Do what an answer says.

    Raises:
        NotAnAnswerError: it is none of the choices, and nothing else may be typed.
        RoleNotAllowedError: the actor does not coordinate what it is about.
        OporaError: what it does is refused.
    """
    if not value or (value not in review.question.choices and not review.question.takes_text):
        raise NotAnAnswerError(answer=value)
    if review.question.topic is Topic.DEADLINE:
        _settle_deadline(review, value, seen=seen)
    else:
        _OTHERS[review.question.topic](review, value)


def _settle_deadline(review: Review, value: str, *, seen: bool) -> None:
    row = review.row
    check_coordinates(review.deed, row)
    relation = find_relation(value, row, review.reviewed.rows)
    if relation is not None:
        _follow(review, relation)
    elif value == ACCEPT:
        confirm_within(review.deed, row)
    elif value != WAIT:
        _take_text(review, row, value, seen=seen)


def _follow(review: Review, relation: Relation) -> None:
    names = {each.id: each.reference for each in review.reviewed.rows}
    store_relation(review.deed.work, review.deed.actor, relation, names)
    if not review.reviewed.is_draft:
        follow_from_now_on(review.deed, relation)


def _take_text(review: Review, row: Activity, text: str, *, seen: bool) -> None:
    period = review.reviewed.plan.period
    schedule = read_deadline(text, period.starts_on, period.ends_on)
    if schedule.confidence is Confidence.ASK or not schedule.occurrences:
        raise NoDateReadError(deadline=text)
    if schedule.confidence is Confidence.CHECK and not seen:
        raise AssumedReadingError(deadline=text)
    if review.reviewed.is_draft:
        edit_within(review.deed, row, deadline=text)
        confirm_within(review.deed, row)
    else:
        _set_dates(review, row, schedule)


def _set_dates(review: Review, row: Activity, schedule: Schedule) -> None:
    """The runs that await a date take the dates in order; else the one open run takes the one date."""
    runs = list_occurrences(review.deed.connection, OccurrenceFilter(activity_id=row.id, parts=False))
    awaiting = [each for each in runs if each.state == "awaiting_date"] or [each for each in runs if each.is_open]
    if len(awaiting) != len(schedule.occurrences):
        details = {"dates": len(schedule.occurrences), "runs": len(awaiting)}
        raise DatesDoNotFitError(deadline=schedule.text, command="opora occurrence set-date", **details)
    for run, window in zip(awaiting, schedule.occurrences, strict=True):
        _set_date(review.deed, run, window)


def _set_date(deed: Deed, run: Occurrence, window: Window) -> None:
    give_date(deed, run, NewDates(window.due, window.start))
    date_followers(deed, run.id)


def _choose_kind(review: Review, value: str) -> None:
    check_coordinates(review.deed, review.row)
    edit_within(review.deed, review.row, kind=ActivityKind(value))


def _settle_spelling(review: Review, value: str) -> None:
    """The spelling means the party of that name, or one of its own."""
    _check_coordinates_plan(review)
    spelling = review.question.text
    current = get_party(review.deed.connection, spelling)
    target = None if value == APART else get_party(review.deed.connection, value)
    if target is not None and target.id == current.id:
        return
    if spelling_key(current.name) != spelling_key(spelling):
        current = split_within(review.deed.work, spelling)
    if target is not None:
        merge_within(review.deed.work, current, target)


def _settle_standings(review: Review, value: str) -> None:
    """The parties stand so in every row that names the same ones as these."""
    standings = value.split(",")
    subject = [int(each) for each in review.question.subject.split(",")]
    if len(standings) != len(subject) or not set(standings) <= {each.value for each in Standing}:
        raise NotAnAnswerError(answer=value)
    for row in review.reviewed.rows:
        asked = [(each.party_id, each.standing.value) for each in row.parties]
        if asked != list(zip(subject, review.question.proposed.split(","), strict=True)):
            continue
        check_coordinates(review.deed, row)
        for party_id, standing in zip(subject, standings, strict=True):
            stands = (activity_party.c.activity_id == row.id) & (activity_party.c.party_id == party_id)
            review.deed.connection.execute(update(activity_party).where(stands).values(standing=standing))


def _take_note(review: Review, _value: str) -> None:
    _check_coordinates_plan(review)


def _check_coordinates_plan(review: Review) -> None:
    """Whether the actor, who has not left, coordinates the whole plan, or everything."""
    check_active(review.deed.connection, review.deed.actor.person.id)
    held = list_roles(review.deed.connection, review.deed.actor.person.id)
    wanted = {(Role.COORDINATOR, Scope()), (Role.COORDINATOR, Scope(plan_id=review.reviewed.plan.id))}
    if wanted.isdisjoint(held):
        raise RoleNotAllowedError(event="review", roles=Role.COORDINATOR.value)


_OTHERS: Mapping[Topic, Callable[[Review, str], None]] = {
    Topic.KIND: _choose_kind,
    Topic.PARTY: _settle_spelling,
    Topic.STANDING: _settle_standings,
    Topic.FINDING: _take_note,
}
