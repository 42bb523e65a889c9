"""What is known of one thing, a line a fact."""

import pytest

from cli.output import print_facts


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Labels as they stand in the code."""
    monkeypatch.setenv("OPORA_LANG", "en")


def test_a_fact_is_a_line(capsys):
    """Label and value on one line, on stdout."""
    print_facts([("Title", "Seminar"), ("Rows", 3)])
    assert capsys.readouterr() == ("Title: Seminar\nRows: 3\n", "")


def test_what_is_not_known_leaves_no_line(capsys):
    """None and empty texts are left out; nought is a fact."""
    print_facts([("Title", None), ("Result", ""), ("Rows", 0)])
    assert capsys.readouterr().out == "Rows: 0\n"


def test_several_lines_stand_below_their_label(capsys):
    """A value of several lines is set in."""
    print_facts([("Spelled", "МОЦ\nОпорный центр")])
    assert capsys.readouterr().out == "Spelled:\n  МОЦ\n  Опорный центр\n"
