"""What a coordinator has sent with the form of the page of dates: row by row what is to be done."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from werkzeug.datastructures import MultiDict

from activities.acting import Actor
from activities.correcting import confirm_reading
from activities.date_questions import DateAsked, DateDoubted, DateQuestions, DateWanted
from activities.date_requests import decline_date
from activities.office import Office
from activities.people import Person
from activities.steps import NewDates, postpone, set_date
from engine.errors import N_, OporaError
from web.typed_text import clean_line, clean_text

CHANNEL = "link"
LONGEST_REASON = 5000
LONGEST_BASIS = 500
_AFTER_THE_PLAN = timedelta(days=366)


class NoDayError(OporaError):
    """A field that is no date, or a last day without a first."""

    message = N_("Give the day as a date; of several days the first and the last.")


class DaysTurnedError(OporaError):
    """The days are the wrong way round."""

    message = N_("The last day, {last}, is before the first, {first}.")


class FarDayError(OporaError):
    """Most likely a slip in the year."""

    message = N_("{day} is far from the plan's year, {first} to {last}. Look at the year that was typed.")


class NoReasonToStandError(OporaError):
    """Whoever asked reads why the date stands."""

    message = N_("Say why the date stands: the one who asked reads it.")


class NoBasisError(OporaError):
    """Beyond the planned window a document is needed."""

    message = N_("Name the document by which the date is moved beyond what was planned.")


class ChangedMeanwhileError(OporaError):
    """The page showed another state than there is now."""

    message = N_("This has changed since the page was opened. Look at how it stands now.")


@dataclass(frozen=True, slots=True)
class Reply:
    """What was said beside one row.

    Attributes:
        name: short id of the row.
        act: does it; None where something stands against it.
        problem: what does, or None.
    """

    name: str
    act: Callable[[Office], object] | None = None
    problem: OporaError | None = None


def read_replies(form: MultiDict[str, str], questions: DateQuestions, person: Person) -> list[Reply]:
    """The rows beside which something was said, each to be done or put right; rows left alone are not among them."""
    return [
        *_read(form, questions.wanted, person),
        *_read(form, questions.asked, person),
        *_read_doubted(form, questions, person),
    ]


def _read(
    form: MultiDict[str, str], questions: tuple[DateWanted, ...] | tuple[DateAsked, ...], person: Person
) -> Iterator[Reply]:
    for each in questions:
        name, actor = each.occurrence.short_id, Actor(person, CHANNEL, each.place)
        try:
            act = _set(form, each, actor) if isinstance(each, DateWanted) else _answer(form, each, actor)
            if act and form.get(f"seen-{name}") != str(each.occurrence.revision):
                raise ChangedMeanwhileError
        except OporaError as error:
            yield Reply(name, problem=error)
        else:
            if act:
                yield Reply(name, act)


def _set(form: MultiDict[str, str], each: DateWanted, actor: Actor) -> Callable[[Office], object] | None:
    name = each.occurrence.short_id
    typed, typed_last = form.get(f"on-{name}", "").strip(), form.get(f"last-{name}", "").strip()
    if not typed and not typed_last:
        return None
    first, last = _read_day(typed), _read_day(typed_last or typed)
    if last < first:
        raise DaysTurnedError(first=first, last=last)
    for day in (first, last):
        _check_near(day, each)
    dates = NewDates(last, first if last > first else None)
    return lambda office: set_date(office, actor, each.occurrence.id, dates, seen=each.occurrence.revision)


def _answer(form: MultiDict[str, str], each: DateAsked, actor: Actor) -> Callable[[Office], object] | None:
    name, chosen = each.occurrence.short_id, form.getlist(f"answer-{each.occurrence.short_id}")
    said = chosen[0] if len(chosen) == 1 else ""  # several choices at once, as a machine may send them, are none
    if said == "stand":
        reason = clean_text(form.get(f"reason-{name}", ""))[:LONGEST_REASON]
        if not reason:
            raise NoReasonToStandError
        return lambda office: decline_date(office, actor, each.occurrence.id, reason)
    if said != "move" or not each.may_grant:
        return None
    basis = clean_line(form.get(f"basis-{name}", ""), LONGEST_BASIS)
    if not each.is_inside and not basis:
        raise NoBasisError
    dates, why, seen = NewDates(each.request.wanted_on), each.request.reason, each.occurrence.revision
    return lambda office: postpone(office, actor, each.occurrence.id, dates, reason=why, basis=basis, seen=seen)


def _read_doubted(form: MultiDict[str, str], questions: DateQuestions, person: Person) -> Iterator[Reply]:
    for each in questions.doubted:
        name = each.activity.short_id
        if form.get(f"right-{name}") != "yes":
            continue
        # A cell of several lines comes back with the line ends of a form.
        if form.get(f"seen-{name}", "").split() != each.activity.deadline_text.split():
            yield Reply(name, problem=ChangedMeanwhileError())
        else:
            yield Reply(name, _confirming(each, Actor(person, CHANNEL, each.place)))


def _confirming(each: DateDoubted, actor: Actor) -> Callable[[Office], object]:
    return lambda office: confirm_reading(office, actor, each.activity)


def _read_day(typed: str) -> date:
    try:
        return date.fromisoformat(typed)
    except ValueError as error:
        raise NoDayError from error


def _check_near(day: date, each: DateWanted) -> None:
    first, last = each.plan.period.starts_on, each.plan.period.ends_on
    if not first <= day <= last + _AFTER_THE_PLAN:
        raise FarDayError(day=day, first=first, last=last)
