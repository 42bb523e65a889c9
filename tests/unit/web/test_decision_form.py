"""Reading the form of a decision page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from activities.decisions import Verdict
from activities.manifest import SubmissionKind
from web.decision_form import LONGEST_REMARK, list_choices, read_answer


def read(kind=SubmissionKind.EVIDENCE, **fields):
    return read_answer(MultiDict(fields), kind)


@pytest.mark.parametrize(
    ("choice", "verdict", "partial"),
    [("accept", Verdict.ACCEPT, False), ("partial", Verdict.ACCEPT, True), ("return", Verdict.RETURN, False)],
)
def test_a_choice_is_a_verdict(choice, verdict, partial):
    """Each of the three choices means what it says."""
    answer = read(decision=choice, remark=" Почему ", seen="ab")
    assert (answer.verdict, answer.partial, answer.remark, answer.seen) == (verdict, partial, "Почему", "ab")
    assert answer.problem == ""


def test_several_choices_are_none():
    """A machine that sends all choices has chosen nothing, not even where they agree."""
    for choices in (["accept", "return"], ["accept", "accept"], []):
        assert read_answer(MultiDict([("decision", each) for each in choices]), SubmissionKind.EVIDENCE).choice == ""


def test_an_outcome_is_not_accepted_in_part():
    """That nothing was done is accepted or returned."""
    assert list_choices(SubmissionKind.OUTCOME) == ["accept", "return"]
    assert read(SubmissionKind.OUTCOME, decision="partial").choice == ""


@pytest.mark.parametrize("remark", ["", "  ", "\r\n\t", "\x00\x1b"])
def test_what_is_missing_is_said(remark):
    """A return and an acceptance in part need a remark; blank text and signs that no keyboard types are none."""
    for choice in ("return", "partial"):
        assert "remark" in read(decision=choice, remark=remark).problem
    assert read(decision="accept", remark=remark).problem == ""


def test_a_remark_has_a_limit():
    """5000 characters are taken, one more is refused."""
    assert read(decision="accept", remark="я" * LONGEST_REMARK).problem == ""
    assert "too long" in read(decision="accept", remark="я" * (LONGEST_REMARK + 1)).problem


@given(st.text(), st.text(), st.text())
def test_whatever_is_sent_is_read(decision, remark, seen):
    """Any text in any field gives an answer whose remark a database can keep and whose lines end in LF."""
    answer = read(decision=decision, remark=remark, seen=seen)
    assert answer.choice in {"", "accept", "partial", "return"}
    assert "\x00" not in answer.remark
    assert "\r" not in answer.remark
    answer.remark.encode()


def test_words_are_kept():
    """Letters of any script, signs, emoji of several parts and line breaks come through."""
    text = "Нет «печати» — 2 × 👩‍👩‍👧, ё\nи\tещё"
    assert read(remark=text).remark == text
