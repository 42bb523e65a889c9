"""Waits that grow and are spread."""

from datetime import timedelta
from itertools import pairwise

import pytest

from notifications.mail.backoff import LAST_ATTEMPT, pause_after, wait_after
from notifications.mail.transport import Pause

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def test_a_letter_is_tried_for_about_five_days():
    """Five minutes, ten, twenty … six hours: RFC 5321 asks for four or five days before giving up."""
    waits = [wait_after(attempt, lambda: 0.0) for attempt in range(1, LAST_ATTEMPT)]
    assert waits[:4] == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE]
    assert all(later >= sooner for sooner, later in pairwise(waits))
    assert max(waits) == 6 * HOUR
    assert timedelta(days=4) <= sum(waits, timedelta()) <= timedelta(days=5)


def test_chance_adds_up_to_a_quarter():
    """Letters refused at one instant do not come back at one instant."""
    assert wait_after(1, lambda: 0.5) == 5 * MINUTE * 1.125
    assert wait_after(1000, lambda: 1.0) == 6 * HOUR * 1.25


@pytest.mark.parametrize(
    ("pause", "first", "longest"),
    [
        (Pause.CONNECTION, MINUTE, HOUR),
        (Pause.LOGIN, 15 * MINUTE, 6 * HOUR),
        (Pause.ACCOUNT, 24 * HOUR, 24 * HOUR),
    ],
)
def test_a_mailbox_rests_longer_each_time(pause, first, longest):
    """An account that is to be left alone is left alone for a day at once."""
    assert pause_after(pause, 1, lambda: 0.0) == first
    assert pause_after(pause, 2, lambda: 0.0) == min(2 * first, longest)
    assert pause_after(pause, 50, lambda: 0.0) == longest
