"""How a calendar is shown, as options and in words."""

from cli import calendar_presentation as options
from notifications.calendar import presentation


def test_the_command_line_knows_what_there_is() -> None:
    """What can be asked for is what can be shown, although the one does not load the other."""
    assert set(options.SHOWN) == set(presentation.Show)
    assert set(options.KINDS) == set(presentation.EntryKind)
    assert set(options.COLOURS) == set(presentation.COLOURS)


def test_what_was_not_asked_for_is_not_said() -> None:
    """Without alarm and colour the words are those of kind and days alone."""
    words = options.presentation_words(presentation.DEFAULT)
    assert "events" in words
    assert "alarm" not in words
    assert "colour" not in words
