"""What errors say, in the reader's language."""

import pytest

from activities.plan_launch import PlanNotDraftError
from engine.errors import OporaError
from engine.machine import EventNotAllowedError, RoleNotAllowedError
from engine.merkle import ProofError
from notifications.error_text import NAMES, translate_error
from notifications.translation import UnknownLanguageError


class OuterError(OporaError):
    """An error with another one inside; its text is no catalogue's."""

    message = "Outer: {inner}"


class ReasonError(OporaError):
    """An error with a reason of somebody else's; its text is no catalogue's."""

    message = "Because: {reason}"


def test_an_error_is_translated_with_its_details():
    """The Russian text of an error names the same values as the English one."""
    assert translate_error(UnknownLanguageError(language="de"), "ru") == "Нет текстов на языке de. Выберите ru или en."


def test_an_error_inside_an_error_is_translated_too():
    """An error among the details comes in the same language."""
    inner = UnknownLanguageError(language="de")
    assert translate_error(OuterError(inner=inner), "ru") == "Outer: Нет текстов на языке de. Выберите ru или en."


def test_names_of_states_events_and_roles_are_said_in_words():
    """Nobody reads `evidence_submitted`: each name, and each of several, comes as people call it."""
    refused = EventNotAllowedError(event="submit", state="awaiting_date", allowed="set_date, cancel")
    said = translate_error(refused, "ru")
    assert "«ожидается дата»" in said
    assert "назначить дату (set-date), отменить (cancel)" in said
    assert "координатор, утверждающий" in translate_error(
        RoleNotAllowedError(event="accept", roles="coordinator, approver"), "ru"
    )
    assert "в работе" in translate_error(PlanNotDraftError(slug="moc-2026", status="live"), "ru")


def test_in_english_the_commands_are_named():
    """An event is named as the command that fires it."""
    said = translate_error(EventNotAllowedError(event="submit", state="awaiting_date", allowed="set_date"), "en")
    assert "“submit” is not possible in the state “date awaited”. Possible now: set-date." in said


@pytest.mark.parametrize(
    ("reason", "said"),
    [("Permission denied", "нет прав"), ("No such file or directory", "нет такого файла или папки"), ("EOF", "EOF")],
)
def test_what_the_system_says_is_translated_where_it_is_known(reason, said):
    """The system's commonest reasons come in the language; what nobody foresaw stays as it is."""
    assert translate_error(ReasonError(reason=reason), "ru") == f"Because: {said}"


def test_a_marked_problem_is_translated():
    """A problem that a lower room has marked comes in the language of the sentence."""
    assert "слишком короткое" in translate_error(ProofError(problem="it is too short"), "ru")


def test_every_name_that_is_said_in_words_has_some():
    """No list of words but that of free texts is empty."""
    assert {name for name, words in NAMES.items() if not words} == {"reason", "problem"}
