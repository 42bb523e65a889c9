"""What people did to the rows of a draft stays, whatever documents say later."""

import pytest
from sqlalchemy import update

from activities.correcting import confirm_reading, edit_activity
from activities.kinds import ActivityKind
from activities.parties import Standing
from activities.plan_activities import resolve_activity
from activities.plan_diff import ChangeKind, NoConflictError
from activities.plan_rollover import roll_over
from activities.tables import activity, activity_party
from tests.fixtures.amending import TO_MAY

APRIL = "до 30 апреля"
REWORDED = ("Подготовить справку об охвате", "Подготовить справки об охвате")


def row(desk, reference="1.1"):
    """The activity that a reference names."""
    with desk.office.store.read() as connection:
        return resolve_activity(connection, reference)


def edit(desk, reference="1.1", **values):
    """Correct a row of the draft as the coordinator."""
    return edit_activity(desk.office, desk.actor(desk.mary), row(desk, reference), **values)


def kinds_of(proposal):
    """How each changed row changed."""
    return [change.kinds for change in proposal.diff.changed]


def test_a_corrected_deadline_is_no_change_of_the_document(empty_desk, small_draft, compare, amend):
    """Documents are compared with documents; when the row's title changes, the person's deadline stays with it."""
    edit(empty_desk, deadline=APRIL)
    assert row(empty_desk).document_deadline == "до 20 марта"
    assert compare().diff.is_empty
    amend(REWORDED)
    kept = row(empty_desk)
    assert (kept.title[:19], kept.deadline_text) == ("Подготовить справки", APRIL)
    assert str(kept.schedule.occurrences[0].due) == "2026-04-30"
    assert kept.document_deadline == "до 20 марта"


def test_a_correction_that_is_taken_back_leaves_no_trace(empty_desk, small_draft, amend):
    """The row says what the document says, so that the document's next change holds."""
    edit(empty_desk, deadline=APRIL)
    edit(empty_desk, deadline="в мае")
    assert row(empty_desk).document_deadline == "до 20 марта"
    edit(empty_desk, deadline="до  20 марта")
    assert row(empty_desk).document_deadline is None
    amend(TO_MAY)
    assert row(empty_desk).deadline_text == "до 20 мая"


def test_where_both_changed_it_the_person_holds_and_the_conflict_is_told_once(empty_desk, small_draft, compare, amend):
    """What the document says now is kept beside it; the same document again is nothing new."""
    edit(empty_desk, deadline=APRIL)
    proposal = compare(TO_MAY)
    assert kinds_of(proposal) == [(ChangeKind.CONFLICT,)]
    (field,) = proposal.diff.changed[0].fields
    assert (field.before, field.after, field.corrected) == ("до 20 марта", "до 20 мая", APRIL)
    amendment = amend(TO_MAY)
    assert amendment.changes["changed"][0]["fields"][0]["corrected"] == APRIL
    kept = row(empty_desk)
    assert (kept.deadline_text, kept.document_deadline) == (APRIL, "до 20 мая")
    assert compare(TO_MAY).diff.is_empty


def test_the_document_s_deadline_is_taken_when_somebody_says_so(empty_desk, small_draft, compare, amend):
    """Then it is a change like any other."""
    edit(empty_desk, deadline=APRIL)
    taken = [row(empty_desk).short_id]
    assert kinds_of(compare(TO_MAY, taken=taken)) == [(ChangeKind.DEADLINE_CHANGED,)]
    amend(TO_MAY, taken=taken)
    now = row(empty_desk)
    assert (now.deadline_text, now.document_deadline) == ("до 20 мая", None)


@pytest.mark.parametrize("name", ["1.2", "a-000000"])
def test_only_where_there_is_a_conflict_is_there_something_to_take(empty_desk, small_draft, compare, name):
    """A row whose deadline nobody corrected, or that is not there, is refused."""
    edit(empty_desk, deadline=APRIL)
    named = row(empty_desk, name).short_id if name == "1.2" else name
    with pytest.raises(NoConflictError):
        compare(TO_MAY, taken=[named])


@pytest.mark.parametrize("written", [APRIL, "не позднее 30 апреля 2026 г."])
def test_a_document_that_says_what_the_person_said_settles_it(empty_desk, small_draft, compare, amend, written):
    """From then on the row says what the document says, confirmed as it was."""
    edit(empty_desk, deadline=APRIL)
    with empty_desk.office.store.write() as work:
        work.connection.execute(update(activity).values(confirmed_at=work.now))
    change = ("до 20 марта", written)
    assert kinds_of(compare(change)) == [(ChangeKind.AGREED,)]
    amend(change)
    now = row(empty_desk)
    assert (now.deadline_text, now.document_deadline) == (written, None)
    assert now.confirmed_at is not None
    assert compare(change).diff.is_empty


def test_a_live_row_runs_by_the_person_s_deadline(empty_desk, small_draft, compare, amend):
    """An unchanged document moves nothing; a conflict moves nothing unless the document's deadline is taken."""
    edit(empty_desk, deadline=APRIL)
    empty_desk.launch(small_draft)
    assert compare().effects == ()
    assert compare(TO_MAY).effects == ()
    amend(TO_MAY)
    assert str(empty_desk.occurrence("1.1").due_on) == "2026-04-30"
    june = ("до 20 марта", "до 20 июня")
    amend(june, taken=["1.1"])
    assert str(empty_desk.occurrence("1.1").due_on) == "2026-06-20"


def test_a_kind_that_a_person_chose_stays_in_a_draft(empty_desk, small_draft, amend):
    """Whatever the document's texts would propose."""
    edit(empty_desk, "2.4", kind=ActivityKind.EVENT)
    amend(("март, октябрь", "в течение года"), ("Публиковать обзор", "Публиковать обзоры"))
    assert row(empty_desk, "2.4").kind is ActivityKind.EVENT


def test_the_kind_follows_the_deadline_that_holds(empty_desk, small_draft, amend):
    """Of a row whose deadline was corrected to ongoing work, a new title makes no deliverable again."""
    edit(empty_desk, deadline="в течение года")
    assert row(empty_desk).kind is ActivityKind.ONGOING
    amend(REWORDED)
    assert row(empty_desk).kind is ActivityKind.ONGOING


def test_parties_that_stay_stand_as_somebody_said(empty_desk, small_draft, amend):
    """A party that the document adds is proposed; what a person said of the others holds."""
    first, second = (each.party_id for each in row(empty_desk, "2.2").parties)
    with empty_desk.office.store.write() as work:
        here = activity_party.c.activity_id == row(empty_desk, "2.2").id
        for party_id, standing in ((first, Standing.ORGANISER), (second, Standing.EXECUTOR)):
            changed = update(activity_party).where(here & (activity_party.c.party_id == party_id))
            work.connection.execute(changed.values(standing=standing.value))
    amend(("МОЦ, Школа № 12", "МОЦ, Школа № 12, Библиотека"))
    assert [(each.name, each.standing.value) for each in row(empty_desk, "2.2").parties] == [
        ("МОЦ", "organiser"),
        ("Школа № 12", "executor"),
        ("Библиотека", "co_executor"),
    ]


def test_next_year_starts_from_the_deadline_that_holds(empty_desk, small_draft):
    """The draft's own document is the draft: nothing of the old correction is carried as one."""
    edit(empty_desk, deadline="апрель")
    confirm_reading(empty_desk.office, empty_desk.actor(empty_desk.mary), row(empty_desk))
    roll_over(empty_desk.office, empty_desk.actor(empty_desk.mary), small_draft, "2027")
    rolled = row(empty_desk, "moc-2027:1.1")
    assert (rolled.deadline_text, rolled.document_deadline) == ("апрель", None)
