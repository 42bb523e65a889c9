"""The text of an entry, composed of parts that are already in the subscriber's language."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, dataclass
from enum import StrEnum

from engine.errors import N_


class StateMark(StrEnum):
    """What stands before the title, so that a state is seen without opening the entry."""

    NONE = ""
    DONE = "✓"
    OVERDUE = "!"
    RETURNED = "↩"
    DATE_AWAITED = "?"
    NOT_PERFORMED = "✗"


@dataclass(frozen=True, slots=True)
class FeedTexts:
    """The words before each line of a description."""

    state: str
    responsible: str
    expected_result: str
    original_date: str
    link: str

    def translated(self, translate: Callable[[str], str]) -> "FeedTexts":
        """The same words in another language."""
        return FeedTexts(*map(translate, astuple(self)))


ENGLISH = FeedTexts(
    state=N_("State"),
    responsible=N_("Responsible"),
    expected_result=N_("Expected result"),
    original_date=N_("Originally planned for"),
    link=N_("Open in Opora"),
)
"""Also the keys of the catalogues: `ENGLISH.translated(...)` gives the words of another language."""


def summarize(mark: StateMark, number: str, title: str) -> str:
    """The title of an entry: `✓ 1.6.1 Seminar for school librarians`; parts that are empty leave no gap."""
    return " ".join(filter(None, (mark.value, number.strip(), title.strip())))


def describe(
    texts: FeedTexts,
    *,
    state: str,
    responsible: Sequence[str],
    expected_result: str = "",
    original_date: str = "",
    link: str = "",
) -> str:
    """The description, one line a fact; a fact that is not known leaves no line.

    Args:
        texts: the words before each fact.
        state: the state's name.
        responsible: who owes, in the plan's own words.
        expected_result: what shall come of it, in the plan's own words.
        original_date: where a date was moved, the one it was moved from, as people write it.
        link: where the occurrence can be opened.
    """
    facts = (
        (texts.state, state),
        (texts.responsible, ", ".join(responsible)),
        (texts.expected_result, expected_result),
        (texts.original_date, original_date),
        (texts.link, link),
    )
    return "\n".join(f"{label}: {fact}" for label, fact in facts if fact)
