"""Who acts, through which door, and for whom."""

from dataclasses import dataclass
from typing import Any

from activities.people import Person


@dataclass(frozen=True, slots=True)
class Actor:
    """The person behind an event.

    Args:
        channel: `cli`, `web`, `link`.
        on_behalf_of: the person for whom it is done.
        os_user: the account of the operating system, kept in the payload.
    """

    person: Person
    channel: str
    on_behalf_of: Person | None = None
    os_user: str | None = None

    def payload(self) -> dict[str, Any]:
        """What of the actor belongs into an entry's erasable payload."""
        return {"os_user": self.os_user} if self.os_user else {}

    def ids(self) -> frozenset[str]:
        """Short ids of the one who acts and the one for whom."""
        return frozenset(each.short_id for each in (self.person, self.on_behalf_of) if each)
