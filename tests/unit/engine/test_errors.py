"""An error carries its message in English and the values in it."""

from engine.errors import N_, OporaError


class NoBreadError(OporaError):
    """For these tests."""

    message = N_("There is no {what}. Buy {what}.")


def test_an_error_says_its_message_with_its_details() -> None:
    """The text is filled in, the details stay beside it for a translator."""
    error = NoBreadError(what="bread")
    assert str(error) == "There is no bread. Buy bread."
    assert error.details == {"what": "bread"}


def test_marking_a_text_leaves_it_as_it_is() -> None:
    """`N_` is for the tool that collects texts."""
    assert N_("Buy bread.") == "Buy bread."
