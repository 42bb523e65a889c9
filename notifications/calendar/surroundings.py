"""What entries show or are chosen by that changes without a step: names, rows of a plan, parties, contacts.

Steps write messages; who renames a party or corrects a title does not. So each tick compares one digest of it all:
nothing that a person can change by whatever command, now or later, is missed.
"""

from sqlalchemy import Connection, Table, select

from activities.tables import activity, activity_party, contact, occurrence, party, party_spelling, plan, section
from engine.canonical import sha256

_WATCHED: tuple[tuple[Table, tuple[str, ...]], ...] = (
    (plan, ("id", "status")),
    (section, ("id", "parent_id", "title")),
    (activity, ("id", "plan_id", "section_id", "number", "title", "result", "kind")),
    (activity_party, ("activity_id", "position", "party_id")),
    (party, ("id", "name")),
    (party_spelling, ("spelling_key", "party_id")),
    (contact, ("party_id", "person_id")),
    (occurrence, ("id", "member_id", "ends_on", "planned_due_on", "before_record")),
)


def surroundings_digest(connection: Connection) -> bytes:
    """SHA-256 over it all; equal while nothing of it has changed."""
    rows = []
    for table, names in _WATCHED:
        chosen = select(*(table.c[name] for name in names)).order_by(*table.primary_key)
        rows.append(repr([tuple(row) for row in connection.execute(chosen)]))
    return sha256("\n".join(rows).encode("utf-8", "surrogatepass"))
