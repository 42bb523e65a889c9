"""Organisations that a table of people names: which party each means; what may be a slip is asked, not guessed."""

from collections.abc import Collection, Iterable

from activities.importing.phrase import Phrase
from activities.parties import Party, PartyKind
from activities.spelling import likely_name, spelling_key
from engine.errors import N_

LIKELY = N_("“{name}” is not known; is it “{likely}”? Write it so, or say that it is another one: --new “{name}”.")
NO_GROUP = N_("No group is called “{name}”. Known: {known}. To make one of a party: opora party kind PARTY group")
GROUP_ITSELF = N_("“{name}” is a group itself, so it cannot be a member.")
NOBODY_BELONGS = N_("Say which organisation belongs to “{group}”.")


class Organisations:
    """The parties that are known, and those that the rows so far have made known.

    Args:
        parties: all that are stored.
        confirmed: names that a person has said to be new, however near to others they are.
    """

    def __init__(self, parties: Iterable[Party], confirmed: Collection[str]) -> None:
        self._by_key = {spelling_key(name): each for each in parties for name in each.spellings}
        self._names = {spelling_key(name): name for each in self._by_key.values() for name in each.spellings}
        self._confirmed = {spelling_key(name) for name in confirmed}

    def find_problem(self, name: str) -> Phrase | None:
        """What stands against taking a name for a party, known or new; None where nothing does."""
        key = spelling_key(name)
        likely = None if key in self._names or key in self._confirmed else likely_name(name, self._names.values())
        if likely is not None:
            return Phrase(LIKELY, {"name": name, "likely": likely})
        self._names.setdefault(key, name)
        return None

    def find_problem_of_member(self, name: str, group: str) -> Phrase | None:
        """What stands against an organisation's belonging to a group."""
        if not name:
            return Phrase(NOBODY_BELONGS, {"group": group})
        wanted, member = self._by_key.get(spelling_key(group)), self._by_key.get(spelling_key(name))
        if wanted is None or wanted.kind is not PartyKind.GROUP:
            return Phrase(NO_GROUP, {"name": group, "known": self._group_names()})
        if member is not None and member.kind is PartyKind.GROUP:
            return Phrase(GROUP_ITSELF, {"name": name})
        return None

    def _group_names(self) -> str:
        return ", ".join(sorted({each.name for each in self._by_key.values() if each.kind is PartyKind.GROUP})) or "—"
