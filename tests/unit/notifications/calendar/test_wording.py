"""The text of an entry."""

import pytest

from notifications.calendar.wording import ENGLISH, FeedTexts, StateMark, describe, summarize

RUSSIAN = FeedTexts("Состояние", "Ответственные", "Результат", "Первоначальный срок", "Открыть")


@pytest.mark.parametrize(
    ("mark", "number", "title", "summary"),
    [
        (StateMark.NONE, "1.6.1", "Семинар", "1.6.1 Семинар"),
        (StateMark.DONE, "1.6.1", "Семинар", "✓ 1.6.1 Семинар"),
        (StateMark.OVERDUE, "1.6.1", "Семинар", "! 1.6.1 Семинар"),
        (StateMark.RETURNED, " 1.6.1 ", "Семинар ", "↩ 1.6.1 Семинар"),
        (StateMark.DATE_AWAITED, "", "Семинар", "? Семинар"),
    ],
)
def test_the_state_is_seen_before_number_and_title(mark: StateMark, number: str, title: str, summary: str) -> None:
    """A mark, the number, the title; what is missing leaves no gap."""
    assert summarize(mark, number, title) == summary


def test_the_description_says_one_fact_a_line() -> None:
    """State, who owes, expected result, original date, link, each behind its word."""
    text = describe(
        RUSSIAN,
        state="Просрочено",
        responsible=["школа № 12", "МОЦ"],
        expected_result="Справка {черновик}",
        original_date="28 февраля 2026 г.",
        link="https://opora.example/o/1",
    )
    assert text == (
        "Состояние: Просрочено\nОтветственные: школа № 12, МОЦ\nРезультат: Справка {черновик}\n"
        "Первоначальный срок: 28 февраля 2026 г.\nОткрыть: https://opora.example/o/1"
    )


def test_unknown_facts_leave_no_line() -> None:
    """An entry of which little is known has a short description."""
    assert describe(ENGLISH, state="Planned", responsible=[]) == "State: Planned"


def test_the_words_are_translated_one_by_one() -> None:
    """The English words are the keys of the catalogues."""
    assert ENGLISH.translated(str.upper).original_date == "ORIGINALLY PLANNED FOR"
