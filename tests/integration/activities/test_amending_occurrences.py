"""What an amendment does to running work, and never to what people have done."""

from datetime import date

from activities.date_requests import ask_date, list_date_requests
from activities.evidence import add_note
from activities.plan_activities import list_activities
from activities.plans import get_plan
from activities.rescheduling import Action, LeftReason
from activities.steps import NewDates, postpone, set_date
from tests.fixtures.amending import BASIS, TO_MAY, effects_of, last_entry, rows


def test_a_moved_deadline_postpones(empty_desk, small_live, amend):
    """The occurrence keeps its key and its planned date; history names the file and the basis."""
    amendment = amend(TO_MAY)
    moved = empty_desk.occurrence("1.1")
    assert (moved.key, moved.planned_due_on) == ("2026-03-20", date(2026, 3, 20))
    assert (moved.due_on, moved.ends_on, moved.postponed) == (date(2026, 5, 20), date(2026, 5, 20), 1)
    entry = last_entry(empty_desk, moved)
    assert (entry.entry.event, entry.entry.subject_digest) == ("postpone", amendment.document.digest)
    assert entry.payload["basis"] == BASIS
    assert entry.payload["file_digest"] == amendment.document.digest.hex()
    assert moved.deadline_text == "до 20 мая"


def test_a_row_from_before_the_record_is_taken_up_again(empty_desk, small_live, amend):
    """A new deadline to come is awaited, reminded of and overdue like any other; one that is past too is not."""
    assert empty_desk.occurrence("1.3").before_record
    amend(("до 15 января", "до 20 января"))
    assert empty_desk.occurrence("1.3").before_record
    amend(("до 15 января", "до 15 июня"))
    again = empty_desk.occurrence("1.3")
    assert (again.due_on, again.before_record) == (date(2026, 6, 15), False)


def test_an_amendment_answers_who_asked_for_another_date(empty_desk, small_live, amend):
    """Once the plan moves the row or takes it out, nobody is asked any more whether it may be moved."""
    for number, day in (("1.1", date(2026, 4, 1)), ("1.2", date(2026, 5, 5))):
        ask_date(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence(number).id, day, "Ремонт")
    amend(TO_MAY, ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""))
    with empty_desk.office.store.read() as connection:
        assert list_date_requests(connection) == {}


def test_a_second_amendment_moves_what_the_first_one_moved(empty_desk, small_live, amend):
    """Dates that an amendment set are not a person's."""
    amend(TO_MAY)
    amend(("до 20 марта", "до 10 июня"))
    assert empty_desk.occurrence("1.1").due_on == date(2026, 6, 10)
    amend(("до 20 марта", "до 20 марта 2026"))
    back = empty_desk.occurrence("1.1")
    assert (back.due_on, back.postponed) == (date(2026, 3, 20), 2)


def test_windows_meet_occurrences_by_key(empty_desk, small_live, amend):
    """March stays untouched, October goes, May and June come."""
    amend(("март, октябрь", "март, май, июнь"))
    states = {each.key: each.state for each in empty_desk.occurrences() if each.number == "2.4"}
    assert states == {"2026-03": "planned", "2026-10": "cancelled", "2026-05": "planned", "2026-06": "planned"}
    assert empty_desk.events("2.4@2026-03") == ["create"]
    assert last_entry(empty_desk, empty_desk.occurrence("2.4@2026-05")).payload["basis"] == BASIS


def test_a_quota_that_got_dates_is_dated(empty_desk, small_live, amend):
    """The counted occurrences keep their keys and get the days; what is planned is what they got."""
    amend(("не менее 3 раз в течение года", "апрель, июнь, октябрь"))
    found = [each for each in empty_desk.occurrences() if each.number == "2.2"]
    assert [(each.key, each.state, each.planned_starts_on) for each in found] == [
        ("no1", "planned", date(2026, 4, 1)),
        ("no2", "planned", date(2026, 6, 1)),
        ("no3", "planned", date(2026, 10, 1)),
    ]


def test_a_date_that_was_taken_away_is_awaited_anew(empty_desk, small_live, amend):
    """The dated occurrence is cancelled, an undated one waits."""
    amend(("апрель", "по отдельному графику"))
    found = [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "1.2"]
    assert found == [("2026-04", "cancelled"), ("no1", "awaiting_date")]


def test_a_removed_row_is_cancelled_and_kept(empty_desk, small_live, amend):
    """Its occurrences are cancelled with the basis; row and history stay, and the document no longer has it."""
    amend(("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""))
    gone = empty_desk.occurrence("1.2")
    assert gone.state == "cancelled"
    entry = last_entry(empty_desk, gone)
    assert (entry.payload["reason"], entry.payload["basis"]) == ("исключено из плана", BASIS)
    assert "1.2" not in [number for number, *_ in rows(empty_desk)]
    with empty_desk.office.store.read() as connection:
        stored = [each.number for each in list_activities(connection, small_live.id)]
    assert stored == ["1.1", "1.2", "1.3", "2.1", "2.2", "2.3", "2.4"]


def test_rewording_reschedules_nothing(empty_desk, small_draft, amend):
    """Requests that were opened since stay open, though the plan's text counts only the first."""
    amend(("| по отдельному графику", "| по запросу"))
    with empty_desk.office.store.read() as connection:
        target = get_plan(connection, "moc-2026")
    empty_desk.launch(target)
    first = empty_desk.occurrence("2.3@no1").id
    set_date(empty_desk.office, empty_desk.actor(empty_desk.mary), first, NewDates(date(2026, 5, 5)))
    before = [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "2.3"]
    assert len(before) == 2
    amend(("| по отдельному графику", "| по запросу"), ("2.3 | Собрать", "2.3 | Созвать"))
    assert [(each.key, each.state) for each in empty_desk.occurrences() if each.number == "2.3"] == before


def test_an_added_row_starts_today(empty_desk, small_live, amend):
    """What was due before today stands on the list before the start of record, the rest is planned."""
    amend(("II. Работа", "1.4 | Обновить банк программ | МОЦ | банк | февраль, август\nII. Работа"))
    found = [(each.key, each.state, each.before_record) for each in empty_desk.occurrences() if each.number == "1.4"]
    assert found == [("2026-02", "planned", True), ("2026-08", "planned", False)]


def test_what_people_did_is_left_and_told(empty_desk, small_live, compare, amend):
    """Evidence, a date that a person set and finished work stay; each is told with its reason."""
    desk = empty_desk
    coordinator = desk.actor(desk.mary)
    desk.decide(desk.hand_in("1.1", desk.mary), desk.head)
    add_note(desk.office, coordinator, desk.occurrence("1.2").id, "начали")
    set_date(desk.office, coordinator, desk.occurrence("2.2@no1").id, NewDates(date(2026, 5, 5)))
    changes = (
        ("до 20 марта", "до 20 мая"),
        ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""),
        ("не менее 3 раз в течение года", "апрель, июнь, октябрь"),
    )
    before = {each.key: each for each in desk.occurrences() if each.number in {"1.1", "1.2"} or each.key == "no1"}
    told = effects_of(compare(*changes))
    assert (Action.LEAVE, "1.1@2026-03-20", LeftReason.FINISHED) in told
    assert (Action.LEAVE, "1.2@2026-04", LeftReason.EVIDENCE) in told
    assert (Action.LEAVE, "2.2@no1", LeftReason.DATE_SET) in told
    amend(*changes)
    for key, was in before.items():
        now = next(each for each in desk.occurrences(ids=[was.id]))
        assert (key, now.state, now.due_on, now.revision) == (key, was.state, was.due_on, was.revision)
    assert len([each for each in desk.occurrences() if each.number == "2.2"]) == 3


def test_a_day_inside_a_window_that_stays_is_kept_quietly(empty_desk, small_live, compare):
    """A clarified day is nothing to tell of while its window is in the plan."""
    target = empty_desk.occurrence("2.4@2026-03").id
    set_date(empty_desk.office, empty_desk.actor(empty_desk.mary), target, NewDates(date(2026, 3, 12)))
    assert effects_of(compare(("март, октябрь", "март, октябрь, ноябрь"))) == [(Action.ADD, "2026-11", None)]


def test_a_person_s_postponement_is_theirs(empty_desk, small_live, compare):
    """Unlike one that an amendment made."""
    target = empty_desk.occurrence("1.1").id
    dates = NewDates(date(2026, 4, 1))
    postpone(empty_desk.office, empty_desk.actor(empty_desk.head), target, dates, reason="ремонт", basis="письмо")
    assert effects_of(compare(TO_MAY)) == [(Action.LEAVE, "1.1@2026-03-20", LeftReason.DATE_SET)]


def test_who_does_not_approve_changes_texts_only(empty_desk, small_live, compare, amend):
    """What needs an approver is told and left; rows that were added start all the same."""
    changes = (
        TO_MAY,
        ("1.2 | Провести семинар для наставников | Дом творчества | программа | апрель\n", ""),
        ("II. Работа", "1.4 | Обновить банк программ | МОЦ | банк | август\nII. Работа"),
    )
    mary = empty_desk.mary
    assert effects_of(compare(*changes, by=mary)) == [
        (Action.LEAVE, "1.2@2026-04", LeftReason.NOT_ALLOWED),
        (Action.LEAVE, "1.1@2026-03-20", LeftReason.NOT_ALLOWED),
        (Action.ADD, "2026-08", None),
    ]
    amend(*changes, by=mary)
    assert empty_desk.occurrence("1.1").due_on == date(2026, 3, 20)
    assert empty_desk.occurrence("1.2").state == "planned"
    assert empty_desk.occurrence("1.4").state == "planned"
    assert rows(empty_desk)[0][2] == "до 20 мая"
