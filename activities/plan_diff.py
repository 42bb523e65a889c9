"""What changed between two versions of a plan: rows matched by what they say, changes named one by one. Pure."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice

from activities.deadlines.schedule import Schedule
from activities.importing.folding import fold
from activities.importing.reading import DefectCode
from activities.plan_content import Heading, PlanContent, PlanRow
from activities.row_matching import Pair, Told, match_rows
from activities.spelling import spelling_key
from engine.errors import N_, OporaError


class NoConflictError(OporaError):
    """Somebody takes the document's deadline where it is no matter of choice."""

    message = N_(
        "“{row}” names no row of which the document changed the deadline that a person has corrected. "
        "Such rows are marked “conflict” in the comparison; name them by their short ids."
    )


class ChangeKind(StrEnum):
    """What can change about a row that stays."""

    # An amendment had taken it out; the document has it again.
    PUT_BACK = "put_back"
    MOVED = "moved"
    RENUMBERED = "renumbered"
    REWORDED = "reworded"
    DEADLINE_CHANGED = "deadline_changed"
    # A person has written another deadline over the document's. Now the document has changed there too:
    # to what the person says, or to something else.
    AGREED = "agreed"
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A text of the document as it was and as it is.

    Attributes:
        field: `number`, `section`, `title`, `responsible`, `result`, `deadline`.
        corrected: the deadline that a person has written over the old one, else None.
    """

    field: str
    before: str
    after: str
    corrected: str | None = None


@dataclass(frozen=True, slots=True)
class RowChange:
    """A row that is in both versions, by its places, and how it changed."""

    pair: Pair
    kinds: tuple[ChangeKind, ...]
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True, slots=True)
class HeadingChange:
    """A heading by its places: new where `old` is None, gone where `new` is None, else moved or with other words."""

    old: int | None
    new: int | None
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class PlanDiff:
    """All that changed from `old` to `new`.

    Attributes:
        title: the plan's title, where it changed.
        pairs: rows that are surely one, changed or not.
        headings_paired: places of headings in the old version by those in the new one.
        changed: the pairs that changed.
        added, removed: places of rows that are only in the new, only in the old version.
        uncertain: pairs that may be one row or two; a person tells which, and until then nothing is done about them.
    """

    old: PlanContent
    new: PlanContent
    title: FieldChange | None
    pairs: tuple[Pair, ...]
    headings_paired: Mapping[int, int]
    headings: tuple[HeadingChange, ...]
    changed: tuple[RowChange, ...]
    added: tuple[int, ...]
    removed: tuple[int, ...]
    uncertain: tuple[Pair, ...]

    @property
    def is_empty(self) -> bool:
        """Whether both versions say the same in the same order."""
        return not (self.title or self.headings or self.changed or self.added or self.removed or self.uncertain)


def diff_plans(
    old: PlanContent, new: PlanContent, told: Told | None = None, put_back: Collection[int] = ()
) -> PlanDiff:
    """The changes from one version to another.

    Args:
        old: the one version.
        new: the other version.
        told: what a person has said of uncertain pairs.
        put_back: places of old rows that were taken out before and come back; they have no place to move from.
    """
    matched = match_rows(old, new, told)
    pairs = tuple(pair for pair in matched if pair.sure)
    headings = _pair_headings(old, new, pairs)
    moved = _moved_rows(old, new, [pair for pair in pairs if pair.old not in put_back], headings)
    return PlanDiff(
        old=old,
        new=new,
        title=_text_change("title", old.title, new.title),
        pairs=pairs,
        headings_paired=headings,
        headings=tuple(_heading_changes(old, new, headings)),
        changed=tuple(_row_changes(old, new, pairs, moved, put_back)),
        added=_left(len(new.rows), (pair.new for pair in matched)),
        removed=_left(len(old.rows), (pair.old for pair in matched)),
        uncertain=tuple(pair for pair in matched if not pair.sure),
    )


def take_document(diff: PlanDiff, rows: Mapping[int, str]) -> PlanDiff:
    """The same changes, but of these rows the document's deadline is taken instead of the person's.

    Args:
        diff: the changes.
        rows: places of rows in the old version, with what people call them.

    Raises:
        NoConflictError: of one of them there is nothing to choose.
    """
    conflicts = {each.pair.old for each in diff.changed if ChangeKind.CONFLICT in each.kinds}
    for place, name in rows.items():
        if place not in conflicts:
            raise NoConflictError(row=name)
    return replace(diff, changed=tuple(_taken(diff, each) if each.pair.old in rows else each for each in diff.changed))


def _taken(diff: PlanDiff, change: RowChange) -> RowChange:
    same = says_the_same(diff.old.rows[change.pair.old].schedule, diff.new.rows[change.pair.new].schedule)
    kind = ChangeKind.REWORDED if same else ChangeKind.DEADLINE_CHANGED
    kinds = dict.fromkeys(kind if each is ChangeKind.CONFLICT else each for each in change.kinds)
    fields = (
        each if each.corrected is None else FieldChange(each.field, each.corrected, each.after)
        for each in change.fields
    )
    return replace(change, kinds=tuple(kinds), fields=tuple(fields))


def says_the_same(one: Schedule, other: Schedule) -> bool:
    """Whether two readings give the same dates, however they are worded."""
    return _dates_of(one) == _dates_of(other)


def _dates_of(schedule: Schedule) -> tuple[object, ...]:
    return (schedule.kind, schedule.occurrences, schedule.rrule, schedule.count, schedule.confidence)


def _left(count: int, taken: Iterable[int]) -> tuple[int, ...]:
    gone = set(taken)
    return tuple(each for each in range(count) if each not in gone)


def _text_change(field: str, before: str, after: str) -> FieldChange | None:
    """White space is no change."""
    return FieldChange(field, before, after) if fold(before) != fold(after) else None


def _row_changes(
    old: PlanContent, new: PlanContent, pairs: Sequence[Pair], moved: set[int], put_back: Collection[int]
) -> Iterator[RowChange]:
    for pair in pairs:
        before, after = old.rows[pair.old], new.rows[pair.new]
        fields = _field_changes(before, after)
        kinds = [kind for field, kind in _KINDS.items() if field in {each.field for each in fields}]
        if pair.new in moved:
            kinds.insert(0, ChangeKind.MOVED)
            sections = (old.section_text(before.heading), new.section_text(after.heading))
            fields.insert(0, FieldChange("section", *sections))
        if _takes_month_from_heading(before, after) and not any(each.field == "deadline" for each in fields):
            fields.append(_other_month(old, new, before, after))
        # A text that stayed is no change, even where a newer version of the program reads it otherwise.
        if any(each.field == "deadline" for each in fields):
            kinds.append(_deadline_kind(before, after))
        if pair.old in put_back:
            kinds.insert(0, ChangeKind.PUT_BACK)
        if kinds:
            yield RowChange(pair, tuple(dict.fromkeys(kinds)), tuple(fields))


def _takes_month_from_heading(before: PlanRow, after: PlanRow) -> bool:
    """Whether the same words, such as «до 10», mean other days now, since they stand below another month."""
    borrowed = _FROM_HEADING & {*before.schedule.flags} and _FROM_HEADING & {*after.schedule.flags}
    return bool(borrowed) and before.document_deadline is None and not says_the_same(before.schedule, after.schedule)


def _other_month(old: PlanContent, new: PlanContent, before: PlanRow, after: PlanRow) -> FieldChange:
    versions = ((old, before), (new, after))
    return FieldChange(
        "deadline", *(f"{row.deadline} ({content.section_text(row.heading)})".strip() for content, row in versions)
    )


_FROM_HEADING = frozenset({DefectCode.MONTH_FROM_HEADING.value, DefectCode.DEADLINE_FROM_HEADING.value})

_KINDS = {
    "number": ChangeKind.RENUMBERED,
    "title": ChangeKind.REWORDED,
    "responsible": ChangeKind.REWORDED,
    "result": ChangeKind.REWORDED,
}


def _deadline_kind(before: PlanRow, after: PlanRow) -> ChangeKind:
    same = says_the_same(before.schedule, after.schedule)
    if before.document_deadline is None:
        return ChangeKind.REWORDED if same else ChangeKind.DEADLINE_CHANGED
    is_agreed = fold(before.deadline) == fold(after.deadline) or (same and before.schedule.occurrences)
    return ChangeKind.AGREED if is_agreed else ChangeKind.CONFLICT


def _field_changes(before: PlanRow, after: PlanRow) -> list[FieldChange]:
    texts = [(name, getattr(before, name), getattr(after, name)) for name in ("number", "title", "result")]
    texts.insert(2, ("responsible", ", ".join(before.responsible), ", ".join(after.responsible)))
    changes = [change for text in texts if (change := _text_change(*text))]
    deadline = _text_change("deadline", before.cell, after.deadline)
    if deadline is not None and before.document_deadline is not None:
        deadline = replace(deadline, corrected=before.deadline)
    return [*changes, *([deadline] if deadline else [])]


def _moved_rows(old: PlanContent, new: PlanContent, pairs: Sequence[Pair], headings: Mapping[int, int]) -> set[int]:
    """Places, in the new version, of rows in another section, and of as few others as make the order of the rest."""
    moved: set[int] = set()
    stayed: dict[int | None, list[Pair]] = defaultdict(list)
    for pair in pairs:
        was, now = old.rows[pair.old].heading, new.rows[pair.new].heading
        if (headings.get(now) if now is not None else None) == was:
            stayed[now].append(pair)
        else:
            moved.add(pair.new)
    for group in stayed.values():
        kept = _longest_rising([pair.old for pair in group])
        moved |= {pair.new for at, pair in enumerate(group) if at not in kept}
    return moved


def _longest_rising(values: Sequence[int]) -> set[int]:
    """The places of a longest rising subsequence (patience sorting)."""
    tails: list[int] = []
    places: list[int] = []
    before: list[int | None] = []
    for place, value in enumerate(values):
        at = bisect_left(tails, value)
        before.append(places[at - 1] if at else None)
        tails[at : at + 1], places[at : at + 1] = [value], [place]
    kept: set[int] = set()
    last = places[-1] if places else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept


def _pair_headings(old: PlanContent, new: PlanContent, pairs: Sequence[Pair]) -> dict[int, int]:
    """Which old heading each new one is: by its words down from the top, by the rows below both, by its own words."""
    paired = _pair_by_words(old, new)
    votes = Counter((new.rows[pair.new].heading, old.rows[pair.old].heading) for pair in pairs)
    for (now, was), _ in sorted(votes.items(), key=lambda vote: (-vote[1], str(vote[0]))):
        if now is not None and was is not None and now not in paired and was not in paired.values():
            paired[now] = was
    for place, heading in enumerate(new.headings):
        if place not in paired:
            above = None if heading.parent is None else paired.get(heading.parent)
            wanted = (spelling_key(heading.title), above)
            free = _left(len(old.headings), paired.values())
            same = (at for at in free if (spelling_key(old.headings[at].title), old.headings[at].parent) == wanted)
            paired.update((place, at) for at in islice(same, 1))
    return paired


def _pair_by_words(old: PlanContent, new: PlanContent) -> dict[int, int]:
    waiting: dict[tuple[str, ...], list[int]] = defaultdict(list)
    for place in range(len(old.headings)):
        waiting[_words_down(old, place)].append(place)
    same = {place: waiting[_words_down(new, place)] for place in range(len(new.headings))}
    return {place: those.pop(0) for place, those in same.items() if those}


def _words_down(content: PlanContent, heading: int) -> tuple[str, ...]:
    return tuple(spelling_key(content.headings[each].title) for each in content.path_of(heading))


def _heading_changes(old: PlanContent, new: PlanContent, paired: Mapping[int, int]) -> Iterator[HeadingChange]:
    in_order = _longest_rising([paired[place] for place in sorted(paired)])
    unmoved = {place for at, place in enumerate(sorted(paired)) if at in in_order}
    for place, heading in enumerate(new.headings):
        before = paired.get(place)
        if before is None:
            yield HeadingChange(None, place, "", heading.text)
        elif place not in unmoved or not _same_heading(old, new, before, place, paired):
            yield HeadingChange(before, place, old.headings[before].text, heading.text)
    for place in _left(len(old.headings), paired.values()):
        yield HeadingChange(place, None, old.headings[place].text, "")


def _same_heading(old: PlanContent, new: PlanContent, before: int, after: int, paired: Mapping[int, int]) -> bool:
    one, other = old.headings[before], new.headings[after]
    parent = paired.get(other.parent) if other.parent is not None else None
    return _texts(one) == _texts(other) and one.level == other.level and one.parent == parent


def _texts(heading: Heading) -> tuple[str, str]:
    return fold(heading.number), fold(heading.title)
