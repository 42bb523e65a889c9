"""Tables of what was done to files of evidence: looked through for viruses, removed after their time."""

from sqlalchemy import Column, ForeignKey, Integer, LargeBinary, String, Table, Text

from engine.tables import UtcDateTime, metadata

# A scanner has looked at these bytes. What it finds something in at the door is never kept; what it knows only later
# stays, named.
blob_scan = Table(
    "blob_scan",
    metadata,
    Column("blob_digest", LargeBinary(32), ForeignKey("blob.digest"), primary_key=True),
    Column("scanned_at", UtcDateTime, nullable=False),
    # What it found, in its own words; empty where nothing.
    Column("threat", String(100), nullable=False, server_default=""),
)

# An act of removal: who removed bytes of evidence, when, and after how long. Its id is its number.
removal_act = Table(
    "removal_act",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    Column("months", Integer, nullable=False),
    Column("basis", Text, nullable=False, server_default=""),
)

removed_blob = Table(
    "removed_blob",
    metadata,
    Column("blob_digest", LargeBinary(32), ForeignKey("blob.digest"), primary_key=True),
    Column("act_id", ForeignKey("removal_act.id"), nullable=False, index=True),
)
