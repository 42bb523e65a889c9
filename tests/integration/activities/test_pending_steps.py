"""What a coordinator's amendment may not do waits for an approver, and nothing of it is lost."""

from datetime import date

import pytest

from activities.evidence import add_note
from activities.guards import ReasonMissingError
from activities.pending_steps import NothingWaitsError, StepOutcome, carry_out_pending, drop_pending, list_pending
from activities.rescheduling import LeftReason
from activities.tables import pending_step
from engine.machine import RoleNotAllowedError
from tests.fixtures.amending import BASIS, TO_MAY, last_entry

WITHOUT_SEMINAR = ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", "")


@pytest.fixture
def waiting(empty_desk, small_live):
    """What waits: occurrence, where to, what stands in the way."""

    def see():
        with empty_desk.office.store.read() as connection:
            found = list_pending(connection, small_live.id)
        return [
            (each.occurrence.reference, each.effect.planned.ends_on if each.effect.planned else None, each.left)
            for each in found
        ]

    return see


@pytest.fixture
def amended(empty_desk, small_live, amend):
    """The coordinator has moved one row and taken out another."""
    return amend(TO_MAY, WITHOUT_SEMINAR, by=empty_desk.mary)


def act(desk, plan, by, references=None):
    """Carry out what waits; how each step ended."""
    ids = None if references is None else [desk.occurrence(each).id for each in references]
    return [each.outcome for each in carry_out_pending(desk.office, desk.actor(by), plan, ids)]


def test_what_the_coordinator_may_not_do_waits(empty_desk, amended, waiting):
    """The texts are those of the document; the occurrences are as they were, and what is to come of them is kept."""
    assert waiting() == [("1.2@2026-04", None, None), ("1.1@2026-03-20", date(2026, 5, 20), None)]
    assert empty_desk.occurrence("1.1").due_on == date(2026, 3, 20)
    assert empty_desk.occurrence("1.2").state == "planned"


def test_an_approver_carries_it_out_later(empty_desk, small_live, amended, waiting):
    """On the amendment's own basis and file; each once, and then nothing waits."""
    assert act(empty_desk, small_live, empty_desk.head) == [StepOutcome.DONE, StepOutcome.DONE]
    moved, gone = empty_desk.occurrence("1.1"), empty_desk.occurrence("1.2")
    assert (moved.due_on, moved.postponed, gone.state) == (date(2026, 5, 20), 1, "cancelled")
    for each, event in ((moved, "postpone"), (gone, "cancel")):
        entry = last_entry(empty_desk, each)
        assert (entry.entry.event, entry.entry.subject_digest) == (event, amended.document.digest)
        assert (entry.payload["basis"], entry.entry.actor) == (BASIS, empty_desk.head.short_id)
    assert waiting() == []
    assert act(empty_desk, small_live, empty_desk.head) == []
    assert {row.outcome for row in empty_desk.rows(pending_step)} == {"done"}


def test_who_may_not_changes_nothing(empty_desk, small_live, amended, waiting):
    """The coordinator again, or an observer: refused, and it waits on."""
    for person in (empty_desk.mary, empty_desk.olga):
        with pytest.raises(RoleNotAllowedError):
            act(empty_desk, small_live, person)
        with pytest.raises(RoleNotAllowedError):
            drop_pending(
                empty_desk.office, empty_desk.actor(person), small_live, [empty_desk.occurrence("1.1").id], "нет"
            )
    assert len(waiting()) == 2


def test_one_is_carried_out_and_the_other_dropped(empty_desk, small_live, amended, waiting):
    """A dropped one stays as it is, with who said so and why; what is not there is told."""
    desk, one = empty_desk, empty_desk.occurrence("1.1").id
    assert act(desk, small_live, desk.head, ["1.2"]) == [StepOutcome.DONE]
    assert [each[0] for each in waiting()] == ["1.1@2026-03-20"]
    with pytest.raises(NothingWaitsError):
        act(desk, small_live, desk.head, ["1.2"])
    with pytest.raises(ReasonMissingError):
        drop_pending(desk.office, desk.actor(desk.head), small_live, [one], " ")
    drop_pending(desk.office, desk.actor(desk.head), small_live, [one], "справка уже готова")
    assert waiting() == []
    assert desk.occurrence("1.1").due_on == date(2026, 3, 20)
    dropped = next(row for row in desk.rows(pending_step) if row.occurrence_id == one)
    assert (dropped.outcome, dropped.settled_by, dropped.reason) == (
        "dropped",
        desk.head.short_id,
        "справка уже готова",
    )


def test_what_somebody_did_meanwhile_stays(empty_desk, small_live, amended, waiting):
    """It is told while it waits, left when an approver acts, and kept on record as left."""
    add_note(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence("1.1").id, "начали")
    assert waiting()[1] == ("1.1@2026-03-20", date(2026, 5, 20), LeftReason.EVIDENCE)
    assert act(empty_desk, small_live, empty_desk.head) == [StepOutcome.DONE, StepOutcome.LEFT]
    assert empty_desk.occurrence("1.1").due_on == date(2026, 3, 20)
    assert waiting() == []


def test_a_later_amendment_of_the_same_row_overtakes_what_waits(empty_desk, small_live, amended, amend, waiting):
    """What it says of the row counts; of other rows it goes on waiting."""
    amend(("до 20 марта", "до 10 июня"), WITHOUT_SEMINAR, by=empty_desk.mary)
    assert waiting() == [("1.2@2026-04", None, None), ("1.1@2026-03-20", date(2026, 6, 10), None)]
    amend(("до 20 марта", "до 20 марта 2026"), WITHOUT_SEMINAR, by=empty_desk.mary)
    assert waiting() == [("1.2@2026-04", None, None)]
    assert sorted(row.outcome or "" for row in empty_desk.rows(pending_step)) == ["", "overtaken", "overtaken"]


def test_an_approver_s_own_amendment_leaves_nothing_waiting(empty_desk, small_live, amend, waiting):
    """What the actor may do is done at once."""
    amend(TO_MAY, WITHOUT_SEMINAR)
    assert waiting() == []
