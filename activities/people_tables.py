"""Tables of who stands for whom: the members of a group, and who is there for somebody who is away."""

from sqlalchemy import Column, Date, ForeignKey, Integer, String, Table

from engine.tables import UtcDateTime, metadata

# Who belongs to a group: each of them may have a part of its own in what the group is named for.
party_member = Table(
    "party_member",
    metadata,
    Column("group_id", ForeignKey("party.id"), primary_key=True),
    Column("member_id", ForeignKey("party.id"), primary_key=True, index=True),
)

# That somebody is away and who stands in. Rows stay: what was decided in somebody's place rests on them.
absence = Table(
    "absence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("substitute_id", ForeignKey("person.id"), nullable=False, index=True),
    # Both days inclusive, in the organisation's time zone.
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("recorded_at", UtcDateTime, nullable=False),
    Column("recorded_by", String(64), nullable=False),
    # Back before the last day, or it never began.
    Column("ended_at", UtcDateTime),
    # When the substitute was told what waits, and when the absent person was told what still does.
    Column("handed_over_at", UtcDateTime),
    Column("handed_back_at", UtcDateTime),
)
