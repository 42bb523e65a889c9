"""What stands open at one moment, and with whom: read once, then asked for each person's morning digest."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from sqlalchemy import Connection, or_, select

from activities.absences import list_stand_ins, replace_absent
from activities.chores import list_chores
from activities.date_requests import DateRequest, list_date_requests
from activities.deciders import Decider, list_asked
from activities.decisions import find_decision
from activities.occurrences import OPEN_STATES, OWED_STATES, Occurrence, OccurrenceFilter, list_occurrences
from activities.office import Office
from activities.parties import PartyKind, Standing
from activities.parts import Tally, tally
from activities.people import Person
from activities.people_tables import party_member
from activities.plans import PlanStatus
from activities.ready_texts import Superiors, list_superiors
from activities.roles import Role, list_all_holders
from activities.submissions import find_open_submission, list_submissions
from activities.tables import activity_party, contact, party, plan
from activities.tables import person as people
from engine.prepared import Among, Prepared
from notifications.mail.answers import Answer, list_answers
from notifications.mail.closing import find_closing_plans
from notifications.mail.compose import row_of, waiting_of
from notifications.mail.contexts import Row, Waiting
from notifications.mail.digest_context import BodyRows, Chore, MorningDigest
from notifications.mail.infections import list_infections
from notifications.mail.letters import count_dead
from notifications.mail.policy import audience, is_unconfirmed, list_all_responsible

DUE_SOON = timedelta(days=14)
STARTS_SOON = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """A decision that is awaited, with all who are asked for it."""

    item: Waiting
    deciders: tuple[Decider, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """The open occurrences of live plans by whose move it is; keys are person ids.

    Attributes:
        owed: what a person is to hand in.
        asked: what a person is to decide on.
        coordinated: what a person coordinates.
        remarks: occurrence id → why it was returned.
        silent: activity id → names of executors whom nobody is written to for.
        undelivered: how many letters could not be delivered.
        date_requests: occurrence id → another date that somebody asks for.
        places: person and occurrence id → name of who is away, where that person only stands in.
        tallies: activity id and key → how far the parts of that run are.
        superiors: activity id → the superior bodies that carry it out, whom nothing is mailed to.
        answers: occurrence id → what came about it by mail.
        infected: person id → what they coordinate in whose evidence a virus is known, with the files' names.
        closing: plan id → last day, of plans whose last month it is.
        chores: what waits for whoever coordinates anything.
    """

    today: date
    owed: Mapping[int, list[Occurrence]]
    asked: Mapping[int, list[Asked]]
    coordinated: Mapping[int, list[Occurrence]]
    remarks: Mapping[int, str]
    silent: Mapping[int, list[str]]
    undelivered: int
    date_requests: Mapping[int, DateRequest]
    places: Mapping[tuple[int, int], str]
    tallies: Mapping[tuple[int, str], Tally]
    closing: Mapping[int, date]
    superiors: Mapping[int, Superiors] = field(default_factory=dict)
    answers: Mapping[int, Answer] = field(default_factory=dict)
    chores: tuple[Chore, ...] = ()
    infected: Mapping[int, list[tuple[Occurrence, str]]] = field(default_factory=dict)

    def digest_for(self, person: Person, noticed: Collection[int]) -> MorningDigest:
        """What a person has to do; decisions without grants, which only a transaction can give.

        Args:
            person: the recipient.
            noticed: ids of occurrences that the person was reminded of: shown, be they far off.
        """
        coordinated = self.coordinated.get(person.id, [])
        asked_of_bodies = [each for each in coordinated if self._is_asked_of_bodies(each, noticed)]
        theirs_alone = {each.id for each in asked_of_bodies if self.superiors[each.activity_id].alone}
        owed = [each for each in self.owed.get(person.id, []) if each.id not in theirs_alone]
        sections = self._sections(owed, noticed)
        elsewhere = {each.id: each for each in coordinated if each.is_overdue(self.today)}
        for mine in (*owed, *asked_of_bodies):
            elsewhere.pop(mine.id, None)
        return MorningDigest(
            name=person.name,
            day=self.today,
            **{name: self._rows(person, found) for name, found in sections.items() if name != "unconfirmed"},
            unconfirmed=self._rows_by_activity(person, sections["unconfirmed"]),
            items=tuple(each.item for each in self.asked.get(person.id, [])),
            overdue_elsewhere=self._rows(person, elsewhere.values()),
            date_asked=tuple(self._asking(person, each) for each in coordinated if self._is_asked(each)),
            bodies=tuple(self._bodies(person, asked_of_bodies)),
            infected=tuple(self._infected(person, noticed)),
            answered=tuple(self._answered(each) for each in coordinated if each.id in self.answers),
            date_wanted=self._rows_by_activity(person, [each for each in coordinated if each.state == "awaiting_date"]),
            closes_on=min((self.closing[each.plan_id] for each in owed if each.plan_id in self.closing), default=None),
            chores=self.chores if coordinated else (),
            undelivered=self.undelivered if coordinated else 0,
            unreachable=tuple(sorted({name for each in coordinated for name in self.silent.get(each.activity_id, [])})),
        )

    def _is_asked(self, target: Occurrence) -> bool:
        return target.id in self.date_requests and target.state in OWED_STATES

    def _is_asked_of_bodies(self, target: Occurrence, noticed: Collection[int]) -> bool:
        """Whether a superior body owes it now; of a reading to be confirmed the coordinator is asked instead."""
        if target.activity_id not in self.superiors or target.state not in OWED_STATES or target.member_id is not None:
            return False
        reminded = target.id in noticed or target.plan_id in self.closing
        return not is_unconfirmed(target) and section_of(target, self.today, reminded=reminded) is not None

    def _bodies(self, person: Person, asked: Collection[Occurrence]) -> Iterator[BodyRows]:
        """What each superior body is to be asked for, the bodies by name."""
        named = {body for each in asked for body in self.superiors[each.activity_id].named}
        for short_id, name in sorted(named, key=lambda body: (body[1], body[0])):
            theirs = [each for each in asked if (short_id, name) in self.superiors[each.activity_id].named]
            yield BodyRows(name, short_id, self._rows(person, theirs))

    def _row(self, person: Person, target: Occurrence) -> Row:
        for_whom = self.places.get((person.id, target.id), "")
        told = None if target.member_id else self.tallies.get((target.activity_id, target.key))
        parts = (told.handed_in, told.parts) if told else None
        remark = self.remarks.get(target.id, "")
        return replace(row_of(target, self.today), for_whom=for_whom, parts=parts, remark=remark)

    def _asking(self, person: Person, target: Occurrence) -> Row:
        """The row of an occurrence for which another date is asked for."""
        wanted = self.date_requests[target.id]
        row = self._row(person, target)
        return replace(row, wanted_on=wanted.wanted_on, asked_by=wanted.person.name, remark=wanted.reason)

    def _infected(self, person: Person, noticed: Collection[int]) -> Iterator[Row]:
        """Rows with infected evidence: as long as they are open, or told anew."""
        for target, names in self.infected.get(person.id, ()):
            if target.is_open or target.id in noticed:
                yield replace(row_of(target, self.today), remark=names)

    def _answered(self, target: Occurrence) -> Row:
        """The row of an occurrence about which something came by mail; `remark` names the files, if there are any."""
        came = self.answers[target.id]
        return replace(row_of(target, self.today), asked_by=came.sender, remark=", ".join(came.names))

    def _sections(self, owed: Iterable[Occurrence], noticed: Collection[int]) -> dict[str, list[Occurrence]]:
        sections: dict[str, list[Occurrence]] = defaultdict(list)
        for each in owed:
            section = section_of(each, self.today, reminded=each.id in noticed or each.plan_id in self.closing)
            if section:
                sections["unconfirmed" if is_unconfirmed(each) else section].append(each)
        return sections

    def _rows(self, person: Person, found: Iterable[Occurrence]) -> tuple[Row, ...]:
        by_day = sorted(found, key=lambda each: (each.due_on or date.max, each.plan_id, each.position, each.id))
        return tuple(self._row(person, each) for each in by_day)

    def _rows_by_activity(self, person: Person, found: Sequence[Occurrence]) -> tuple[Row, ...]:
        """One row an activity: what is asked is the same for all its occurrences, whose rows would look alike."""
        times = Counter(each.activity_id for each in found)
        firsts = {each.activity_id: each for each in reversed(found)}
        by_id = {each.public_id: times[activity_id] for activity_id, each in firsts.items()}
        return tuple(replace(row, times=by_id[row.public_id]) for row in self._rows(person, firsts.values()))


def section_of(target: Occurrence, today: date, *, reminded: bool) -> str | None:
    """Under which heading of the digest something owed stands; None where it is too far off."""
    if target.state == "returned":
        return "returned"
    if target.is_overdue(today):
        return "overdue"
    if target.state == "planned" and target.starts_on and target.starts_on >= today:
        return "starting" if reminded or target.starts_on - today <= STARTS_SOON else None
    if target.due_on is None:
        return None
    return "due_soon" if reminded or target.due_on - today <= DUE_SOON else None


def take_picture(connection: Connection, office: Office) -> Picture:
    """Read what stands open now; what is with somebody who is away stands with their substitute."""
    today = office.today()
    found = [each for each in _open_occurrences(connection) if not each.before_record]
    hands = _by_person(connection, found, today)
    return Picture(
        today=today,
        owed=hands.owed,
        asked=_asked(office, connection, found),
        coordinated=hands.coordinated,
        places=hands.places,
        tallies=tally(each for key in _live_plans(connection) for each in _parts(connection, key)),
        remarks={each.id: _remark(connection, each) for each in found if each.state == "returned"},
        silent=_silent(connection, {each.activity_id for each in found}),
        undelivered=count_dead(connection),
        date_requests=list_date_requests(connection),
        closing=find_closing_plans(connection, today),
        superiors=list_superiors(connection, {each.activity_id for each in found}),
        answers=list_answers(connection),
        chores=tuple(Chore(each.kind.value, each.name, each.count) for each in list_chores(connection, today)),
        infected=_infected(connection, today),
    )


def _infected(connection: Connection, today: date) -> dict[int, list[tuple[Occurrence, str]]]:
    """By coordinator, or who stands in for them."""
    found: dict[int, list[tuple[Occurrence, str]]] = defaultdict(list)
    told = list_infections(connection)
    holders = list_all_holders(connection, Role.COORDINATOR, {each.activity_id for each, _ in told}) if told else {}
    for each, names in told:
        for person in replace_absent(connection, holders[each.activity_id], today):
            found[person.id].append((each, names))
    return found


def _live_plans(connection: Connection) -> Sequence[int]:
    return [key for (key,) in _LIVE_PLANS.fetch(connection, {})]


_LIVE_PLANS = Prepared(select(plan.c.id).where(plan.c.status == PlanStatus.LIVE.value))


def _parts(connection: Connection, plan_id: int) -> list[Occurrence]:
    return list_occurrences(connection, OccurrenceFilter(plan_id=plan_id, parts=True))


def _open_occurrences(connection: Connection) -> list[Occurrence]:
    return [
        each
        for plan_id in _live_plans(connection)
        for each in list_occurrences(connection, OccurrenceFilter(plan_id=plan_id, states=OPEN_STATES))
    ]


@dataclass(frozen=True, slots=True)
class _Hands:
    """In whose hands each occurrence is; see `Picture`."""

    owed: dict[int, list[Occurrence]]
    coordinated: dict[int, list[Occurrence]]
    places: dict[tuple[int, int], str]


def _by_person(connection: Connection, found: Collection[Occurrence], today: date) -> _Hands:
    """What each person owes, and what each coordinates."""
    hands = _Hands(defaultdict(list), defaultdict(list), {})
    # One look for all activities: a plan has hundreds of open occurrences, and this runs each morning.
    responsible = list_all_responsible(connection, found)
    coordinators = list_all_holders(connection, Role.COORDINATOR, {each.activity_id for each in found})
    stand_ins = list_stand_ins(connection, today)
    for each in found:
        if each.state in OWED_STATES:
            _hand_to(hands.owed, hands.places, each, responsible[each.id], stand_ins)
        _hand_to(hands.coordinated, hands.places, each, coordinators[each.activity_id], stand_ins)
    return hands


def _hand_to(
    piles: dict[int, list[Occurrence]],
    places: dict[tuple[int, int], str],
    target: Occurrence,
    people: Collection[Person],
    stand_ins: Mapping[int, Person],
) -> None:
    """Put an occurrence with each of the people, or with who stands in for them."""
    present = {each.id for each in people if each.id not in stand_ins}
    absent = {stand_ins[each.id].id: each.name for each in people if each.id in stand_ins}
    for key in present | absent.keys():
        piles[key].append(target)
    places |= {(key, target.id): name for key, name in absent.items() if key not in present}


def _asked(office: Office, connection: Connection, found: Iterable[Occurrence]) -> dict[int, list[Asked]]:
    asked: dict[int, list[Asked]] = defaultdict(list)
    for each in found:
        submitted = find_open_submission(connection, each.id) if each.state == "evidence_submitted" else None
        if submitted is None:
            continue
        deciders = list_asked(office, connection, submitted)
        item = waiting_of(connection, each, submitted, office.today())
        for person in audience(connection, each, [one.person for one in deciders]):
            asked[person.id].append(Asked(item, tuple(deciders)))
    return asked


def _remark(connection: Connection, target: Occurrence) -> str:
    decisions = (find_decision(connection, each.id) for each in list_submissions(connection, target.id))
    return next((each.remark for each in reversed(list(decisions)) if each), "")


def _silent(connection: Connection, activity_ids: Collection[int]) -> dict[int, list[str]]:
    """Executors without a contact who is still there; of superior bodies none is expected."""
    silent: dict[int, list[str]] = defaultdict(list)
    for activity_id, name in _SILENT.fetch(connection, {"activity_ids": activity_ids}):
        silent[activity_id].append(name)
    return silent


_REACHED = select(contact.c.party_id).join(people, people.c.id == contact.c.person_id).where(people.c.active)
_SILENT = Prepared(
    select(activity_party.c.activity_id, party.c.name)
    .join(party, party.c.id == activity_party.c.party_id)
    .where(
        Among(activity_party.c.activity_id, "activity_ids"),
        or_(*(activity_party.c.standing == each.value for each in (Standing.EXECUTOR, Standing.CO_EXECUTOR))),
        party.c.kind != PartyKind.SUPERIOR.value,
        party.c.id.not_in(_REACHED),
        party.c.id.not_in(select(party_member.c.group_id)),  # of a group, its members are written to
    )
)
