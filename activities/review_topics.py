"""What in a stored plan needs a person, topic by topic: nothing that is sure, nothing twice."""

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, select

from activities.deadlines.schedule import Confidence
from activities.importing.phrase import Phrase
from activities.importing.reading import DefectCode
from activities.kinds import ActivityKind, propose_kind, title_opening
from activities.occurrences import OccurrenceFilter, list_occurrences
from activities.parties import Standing, propose_standings
from activities.plan_activities import Activity, list_activities
from activities.plans import Finding, Plan, PlanStatus, list_findings
from activities.relation_proposals import RelationProposal, propose_relations
from activities.relations import Relation, list_relations
from activities.review_question import ACCEPT, APART, NOTED, WAIT, Question, Topic
from activities.review_words import relation_value
from activities.spelling import spelling_key
from activities.tables import party_spelling
from engine.errors import N_

ASSUMED = N_("The reading rests on an assumption; until somebody confirms it, only the coordinator gets mail.")
SEVERAL_ROWS = N_("“{deadline}” may speak of several rows: {rows}. If one of them gives the days, choose it.")
UNDATED = N_("No date can be had from the text. Without one nothing is reminded of.")
KIND_GUESSED = N_("The kind decides when evidence is due. No word of the title tells it, so it is a guess.")
KIND_TOLD = N_("The kind decides when evidence is due.")
NO_READING = N_("No date was read.")
TAKEN_FOR = N_("“{spelling}” is taken for “{name}”.")
NOT_TAKEN_FOR = N_("“{spelling}” is taken for a party of its own.")
ONE_OR_TWO = N_("The names are nearly alike: a slip, or two parties? Letters go to the party that a name means.")
WHO_DOES_WHAT = N_("Who executes is reminded and hands in; who organises may set dates; who is informed does neither.")
REGIONAL_ORGANISES = N_("The regional centre stands beside others, so it is taken for the organiser.")
FIRST_EXECUTES = N_("Who is named first is taken for the executor, the others for co-executors; all are reminded.")
TEXTS_UNPLACED = N_("The document has texts that no column took: {count}. They are listed by: opora plan show {slug}.")
TOLD = N_("Nothing is mended in silence: say that you have seen it, or correct the row.")

# What the question about the row's deadline asks already.
_ASKED_AS_DEADLINE = frozenset({"no_deadline", "outside_period", "end_before_start"})
_UNPLACED = "unplaced"
# What next year's draft goes on with unchanged asks nothing of anybody.
_KEPT = "rollover_kept"
_SPELLINGS = {"spelling_mapped": ("spelling", "name"), "unknown_party_spelling": ("name", "likely")}


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A plan with all that questions are made of.

    Attributes:
        awaiting: row ids of activities of a live plan with a run that awaits its date.
        meant: the party that each spelling means, by folded spelling.
        thorough: whether kinds that a word tells are asked about too.
    """

    plan: Plan
    rows: Sequence[Activity]
    relations: Mapping[int, Relation]
    findings: Sequence[Finding]
    awaiting: frozenset[int]
    meant: Mapping[str, int]
    thorough: bool

    @property
    def is_draft(self) -> bool:
        """Whether rows may still be corrected."""
        return self.plan.status is PlanStatus.DRAFT


def gather(connection: Connection, plan: Plan, *, thorough: bool = False) -> Reviewed:
    """Read what a plan's questions rest on."""
    waiting = list_occurrences(connection, OccurrenceFilter(plan_id=plan.id, states=["awaiting_date"]))
    spellings = connection.execute(select(party_spelling.c.spelling_key, party_spelling.c.party_id))
    return Reviewed(
        plan=plan,
        rows=[each for each in list_activities(connection, plan.id) if each.removed_at is None],
        relations={each.activity_id: each for each in list_relations(connection, plan.id)},
        findings=list_findings(connection, plan.id),
        awaiting=frozenset(each.activity_id for each in waiting),
        meant={row.spelling_key: row.party_id for row in spellings},
        thorough=thorough,
    )


def iter_questions(reviewed: Reviewed) -> Iterator[Question]:
    """All questions of a plan, answered or not, each once, in the order in which they are best answered."""
    seen: set[bytes] = set()
    for topic in _TOPICS:
        for question in topic(reviewed):
            if question.digest not in seen:
                seen.add(question.digest)
                yield question


def _deadlines(reviewed: Reviewed) -> Iterator[Question]:
    """Readings that rest on an assumption, and rows without a date: those that follow another row have one."""
    for row in reviewed.rows:
        if not row.needs_a_look or row.id in reviewed.relations:
            continue
        if row.confidence is Confidence.CHECK:
            yield _deadline(reviewed, row, ())
        elif reviewed.is_draft or row.id in reviewed.awaiting:
            yield _deadline(reviewed, row, propose_relations(row, reviewed.rows))


def _deadline(reviewed: Reviewed, row: Activity, proposals: Sequence[RelationProposal]) -> Question:
    ask = row.confidence is Confidence.ASK
    choices = [relation_value(each.relation, reviewed.rows) for each in proposals]
    return Question(
        plan_short_id=reviewed.plan.short_id,
        topic=Topic.DEADLINE,
        subject=row.short_id,
        place=row.reference,
        title=row.title,
        text=row.deadline_text,
        reading=row.schedule.explanation if row.deadline_text else Phrase(NO_READING),
        why=_why_asked(reviewed, row, proposals),
        choices=(*choices, WAIT) if ask else (ACCEPT,),
        # Of several rows none is likelier than another.
        proposed=choices[0] if len(choices) == 1 else "" if ask else ACCEPT,
        takes_text=True,
        # «до 10» below one month is another day below the next: an answer to it is no rule.
        phrase="" if DefectCode.MONTH_FROM_HEADING.value in row.schedule.flags else row.deadline_text,
        seen=(row.confidence.value, json.dumps(row.schedule.to_json()["occurrences"]), row.schedule.rrule or ""),
        schedule=row.schedule,
    )


def _why_asked(reviewed: Reviewed, row: Activity, proposals: Sequence[RelationProposal]) -> Phrase:
    if len(proposals) == 1:
        return proposals[0].reason
    if proposals:
        leaders = {each.relation.leader_id for each in proposals}
        named = ", ".join(f"{each.reference} {each.title}" for each in reviewed.rows if each.id in leaders)
        return Phrase(SEVERAL_ROWS, {"deadline": row.deadline_text, "rows": named})
    return Phrase(UNDATED if row.confidence is Confidence.ASK else ASSUMED)


def _kinds(reviewed: Reviewed) -> Iterator[Question]:
    """Kinds that nobody chose; of a live plan none, since its rows stand."""
    for row in reviewed.rows if reviewed.is_draft else ():
        proposal = propose_kind(row.title, row.schedule)
        if proposal.kind is not row.kind or (proposal.told and not reviewed.thorough):
            continue
        others = [kind.value for kind in ActivityKind if kind is not row.kind]
        yield Question(
            plan_short_id=reviewed.plan.short_id,
            topic=Topic.KIND,
            subject=row.short_id,
            place=row.reference,
            title=row.title,
            text=row.title,
            reading=proposal.reason,
            why=Phrase(KIND_TOLD if proposal.told else KIND_GUESSED),
            choices=(row.kind.value, *others),
            proposed=row.kind.value,
            phrase=title_opening(row.title),
            seen=(row.kind.value, row.deadline_text),
        )


def _spellings(reviewed: Reviewed) -> Iterator[Question]:
    """Names that are nearly alike, once for each pair."""
    for finding in reviewed.findings:
        if finding.code not in _SPELLINGS:
            continue
        spelling, name = (str(finding.details[key]) for key in _SPELLINGS[finding.code])
        parties = [reviewed.meant.get(spelling_key(each)) for each in (spelling, name)]
        if None in parties:
            continue
        yield _spelling(reviewed, spelling, name, is_one=parties[0] == parties[1])


def _spelling(reviewed: Reviewed, spelling: str, name: str, *, is_one: bool) -> Question:
    rows = [row.reference for row in reviewed.rows if spelling_key(spelling) in map(spelling_key, row.responsible)]
    return Question(
        plan_short_id=reviewed.plan.short_id,
        topic=Topic.PARTY,
        subject=spelling,
        place=", ".join(rows),
        title="",
        text=spelling,
        reading=Phrase(TAKEN_FOR if is_one else NOT_TAKEN_FOR, {"spelling": spelling, "name": name}),
        why=Phrase(ONE_OR_TWO),
        choices=(name, APART),
        proposed=name if is_one else APART,
        takes_text=True,
        phrase=spelling,
        seen=(name,),
    )


def _standings(reviewed: Reviewed) -> Iterator[Question]:
    """How parties that stand in one row take part, once for all rows that name the same, until somebody said so."""
    together: dict[tuple[tuple[int, Standing], ...], list[Activity]] = defaultdict(list)
    for row in reviewed.rows if reviewed.is_draft else ():
        proposed = propose_standings([each.name for each in row.parties])
        if len(proposed) > 1 and proposed == [each.standing for each in row.parties]:
            together[tuple((each.party_id, each.standing) for each in row.parties)].append(row)
    return (_standing(reviewed, rows) for rows in together.values())


def _standing(reviewed: Reviewed, rows: Sequence[Activity]) -> Question:
    parties = rows[0].parties
    values = [each.standing.value for each in parties]
    names = ", ".join(each.name for each in parties)
    organises = Standing.ORGANISER.value in values
    return Question(
        plan_short_id=reviewed.plan.short_id,
        topic=Topic.STANDING,
        subject=",".join(str(each.party_id) for each in parties),
        place=", ".join(each.reference for each in rows),
        title="",
        text=names,
        reading=Phrase(REGIONAL_ORGANISES if organises else FIRST_EXECUTES),
        why=Phrase(WHO_DOES_WHAT),
        choices=tuple(dict.fromkeys([",".join(values), *_other_standings(len(values))])),
        proposed=",".join(values),
        takes_text=True,
        phrase=names,
        seen=(",".join(values), *(each.short_id for each in rows)),
    )


def _other_standings(count: int) -> Iterator[str]:
    """Usual ways to stand: all execute; one executes and the others help, or are informed."""
    yield ",".join([Standing.EXECUTOR.value] * count)
    for other in (Standing.CO_EXECUTOR, Standing.INFORMED):
        for first in range(min(count, 2)):
            yield ",".join(Standing.EXECUTOR.value if at == first else other.value for at in range(count))


def group_findings(reviewed: Reviewed) -> Iterator[tuple[Question, Sequence[Finding]]]:
    """Remarks on the document, each with its question; texts without a place together as one."""
    for each in reviewed.findings:
        if each.code not in {*_SPELLINGS, *_ASKED_AS_DEADLINE, _UNPLACED, _KEPT}:
            yield _finding(reviewed, each.code, each.place, Phrase(each.template, each.details)), [each]
    unplaced = [each for each in reviewed.findings if each.code == _UNPLACED]
    if unplaced:
        details = {"count": len(unplaced), "slug": reviewed.plan.slug}
        texts = [str(each.details) for each in unplaced]
        yield _finding(reviewed, _UNPLACED, "", Phrase(TEXTS_UNPLACED, details), texts), unplaced


def _findings(reviewed: Reviewed) -> Iterator[Question]:
    return (question for question, _ in group_findings(reviewed))


def _finding(reviewed: Reviewed, code: str, place: str, sentence: Phrase, seen: Sequence[str] = ()) -> Question:
    return Question(
        plan_short_id=reviewed.plan.short_id,
        topic=Topic.FINDING,
        subject=code,
        place=place,
        title="",
        text="",
        reading=sentence,
        why=Phrase(TOLD),
        choices=(NOTED,),
        proposed=NOTED,
        seen=(place, sentence.say(), *seen),
    )


_TOPICS: tuple[Callable[[Reviewed], Iterator[Question]], ...] = (_deadlines, _kinds, _spellings, _standings, _findings)
