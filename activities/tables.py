"""The domain's tables. Rows that people name carry a `short_id`, unique in the whole installation by its prefix."""

from sqlalchemy import (
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
)

import activities.evidence_tables
import activities.people_tables  # noqa: F401
from engine.tables import UtcDateTime, metadata

setting = Table(
    "setting",
    metadata,
    Column("key", String(64), primary_key=True),
    Column("value", Text, nullable=False),
)

day_override = Table(
    "day_override",
    metadata,
    Column("day", Date, primary_key=True),
    Column("is_working", Boolean, nullable=False),
    Column("reason", Text, nullable=False, server_default=""),
)

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("email", String(254), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("position", Text, nullable=False, server_default=""),
    Column("language", String(8), nullable=False, server_default="ru"),
    Column("active", Boolean, nullable=False, server_default="1"),
    Column("created_at", UtcDateTime, nullable=False),
)

# That a person was erased: what the act says, without a word of who it was.
erasure = Table(
    "erasure",
    metadata,
    Column("person_id", ForeignKey("person.id"), primary_key=True),
    Column("erased_at", UtcDateTime, nullable=False),
    Column("erased_by", String(64), nullable=False),
    Column("reason", Text, nullable=False),
    # Name of the table → rows changed, and where a family name was left for a person to look at, as JSON.
    Column("changed", Text, nullable=False),
    Column("unsure", Text, nullable=False),
)

party = Table(
    "party",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("kind", String(16), nullable=False, server_default="single"),
    Column("created_at", UtcDateTime, nullable=False),
)

party_spelling = Table(
    "party_spelling",
    metadata,
    Column("spelling_key", String(300), primary_key=True),
    Column("spelling", Text, nullable=False),
    Column("party_id", ForeignKey("party.id"), nullable=False, index=True),
)

contact = Table(
    "contact",
    metadata,
    Column("party_id", ForeignKey("party.id"), primary_key=True),
    Column("person_id", ForeignKey("person.id"), primary_key=True, index=True),
)

plan = Table(
    "plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("slug", String(64), nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("starts_on", Date, nullable=False),
    Column("ends_on", Date, nullable=False),
    Column("status", String(16), nullable=False),
    Column("rhythm", String(16), nullable=False),
    Column("columns", Text, nullable=False),
    Column("source_name", Text, nullable=False),
    Column("source_digest", LargeBinary(32), nullable=False, unique=True),
    Column("imported_at", UtcDateTime, nullable=False),
    Column("imported_by", String(64), nullable=False),
    Column("launched_on", Date),
    Column("approval", Text, nullable=False, server_default=""),
    # What new rows go through; rows may be given another one.
    Column("workflow", String(64), nullable=False, server_default="activity"),
    Column("workflow_chosen_at", UtcDateTime),
    Column("workflow_chosen_by", String(64)),
    Column("closed_at", UtcDateTime),
    Column("closed_by", String(64)),
)

section = Table(
    "section",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False, index=True),
    Column("parent_id", ForeignKey("section.id")),
    Column("position", Integer, nullable=False),
    Column("number", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("level", Integer, nullable=False),
    # A heading that an amendment took out while rows of a live plan still stand below it.
    Column("removed_at", UtcDateTime),
)

activity = Table(
    "activity",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("section_id", ForeignKey("section.id")),
    Column("position", Integer, nullable=False),
    Column("number", String(40), nullable=False),
    Column("title", Text, nullable=False),
    Column("result", Text, nullable=False),
    Column("deadline_text", Text, nullable=False),
    # The cell as the document has it where a person has written another deadline; NULL where both are the same.
    Column("document_deadline", Text),
    # The cell as the plan has it: names of parties may be mapped, the report shows what was written.
    Column("responsible", Text, nullable=False),
    Column("schedule", Text, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("confidence", String(8), nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("workflow", String(64), nullable=False, server_default="activity"),
    Column("note_suffices", Boolean, nullable=False, server_default="0"),
    # A row that an amendment took out of a live plan: its occurrences and their history stay.
    Column("removed_at", UtcDateTime),
    UniqueConstraint("plan_id", "position"),
)

activity_party = Table(
    "activity_party",
    metadata,
    Column("activity_id", ForeignKey("activity.id"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("party_id", ForeignKey("party.id"), nullable=False, index=True),
    Column("standing", String(16), nullable=False),
)

plan_amendment = Table(
    "plan_amendment",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False, index=True),
    Column("file_name", Text, nullable=False),
    Column("file_digest", LargeBinary(32), nullable=False),
    Column("basis", Text, nullable=False),
    Column("applied_at", UtcDateTime, nullable=False),
    Column("applied_by", String(64), nullable=False),
    # What stood before and what stands now, as JSON: rows themselves keep only the present text.
    Column("changes", Text, nullable=False),
)

# What an amendment does to an occurrence while whoever applied it may not: it waits for somebody who may.
pending_step = Table(
    "pending_step",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("amendment_id", ForeignKey("plan_amendment.id"), nullable=False, index=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False, index=True),
    Column("action", String(8), nullable=False),
    # The window that it is moved to.
    Column("starts_on", Date),
    Column("ends_on", Date),
    Column("due_on", Date),
    Column("rrule", Text),
    Column("settled_at", UtcDateTime),
    Column("settled_by", String(64)),
    Column("outcome", String(16)),
    Column("reason", Text, nullable=False, server_default=""),
)

finding = Table(
    "finding",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False, index=True),
    Column("code", String(40), nullable=False),
    Column("place", Text, nullable=False, server_default=""),
    # An English template with its values as JSON, said in the reader's language when shown.
    Column("template", Text, nullable=False),
    Column("details", Text, nullable=False, server_default="{}"),
)

role_grant = Table(
    "role_grant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("role", String(16), nullable=False),
    # The narrowest of the three that is set is the scope; none of them means everything.
    Column("plan_id", ForeignKey("plan.id")),
    Column("section_id", ForeignKey("section.id")),
    Column("activity_id", ForeignKey("activity.id")),
    Column("granted_at", UtcDateTime, nullable=False),
    Column("revoked_at", UtcDateTime),
)

occurrence = Table(
    "occurrence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("activity_id", ForeignKey("activity.id"), nullable=False),
    Column("instance_id", ForeignKey("instance.id"), nullable=False, unique=True),
    Column("key", String(40), nullable=False),
    Column("member_id", ForeignKey("party.id")),
    Column("rrule", Text),
    # The window and the day as planned, fixed for ever; the present ones are the instance's anchors and `ends_on`.
    Column("planned_starts_on", Date),
    Column("planned_ends_on", Date),
    Column("planned_due_on", Date),
    Column("ends_on", Date),
    Column("postponed", Integer, nullable=False, server_default="0"),
    Column("before_record", Boolean, nullable=False, server_default="0"),
    UniqueConstraint("activity_id", "key", "member_id"),
    # NULLs differ from one another, so an occurrence without a member needs an index of its own.
    Index(
        "uq_occurrence_activity_id_key_alone",
        "activity_id",
        "key",
        unique=True,
        sqlite_where=Column("member_id").is_(None),
        postgresql_where=Column("member_id").is_(None),
    ),
)

blob = Table(
    "blob",
    metadata,
    Column("digest", LargeBinary(32), primary_key=True),
    Column("size", Integer, nullable=False),
    Column("stored_at", UtcDateTime, nullable=False),
)

evidence = Table(
    "evidence",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("blob_digest", ForeignKey("blob.digest"), index=True),
    Column("name", Text, nullable=False),
    Column("media_type", String(120), nullable=False, server_default=""),
    Column("added_at", UtcDateTime, nullable=False),
    Column("added_by", String(64), nullable=False),
    Column("removed_at", UtcDateTime),
)

submission = Table(
    "submission",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("short_id", String(16), nullable=False, unique=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("manifest", Text, nullable=False),
    Column("manifest_digest", LargeBinary(32), nullable=False),
    Column("submitted_at", UtcDateTime, nullable=False),
    Column("submitted_by", String(64), nullable=False),
    Column("provided_by", String(64)),
    Column("withdrawn_at", UtcDateTime),
    UniqueConstraint("occurrence_id", "version"),
)

decision = Table(
    "decision",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("submission_id", ForeignKey("submission.id"), nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("remark", Text, nullable=False, server_default=""),
    Column("partial", Boolean, nullable=False, server_default="0"),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("on_behalf_of_id", ForeignKey("person.id")),
    Column("channel", String(16), nullable=False),
    Column("decided_at", UtcDateTime, nullable=False),
    # The one that ends the matter. Where several have to accept, those before it only count.
    Column("settles", Boolean, nullable=False),
    UniqueConstraint("submission_id", "person_id", "verdict"),
    Index(
        "uq_decision_submission_id_settled",
        "submission_id",
        unique=True,
        sqlite_where=Column("settles").is_(True),
        postgresql_where=Column("settles").is_(True),
    ),
)

grant = Table(
    "grant",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("submission_id", ForeignKey("submission.id"), nullable=False, index=True),
    # For whom it decides, where its holder only stands in for somebody.
    Column("on_behalf_of_id", ForeignKey("person.id")),
    Column("manifest_digest", LargeBinary(32), nullable=False),
    Column("actions", String(40), nullable=False),
    Column("nonce", LargeBinary(16), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("voided_at", UtcDateTime),
    Column("spent_at", UtcDateTime),
)

# Leave to open a page of one's own, again and again; decides nothing, see `invitations`.
invitation = Table(
    "invitation",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("public_id", String(36), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id"), nullable=False, index=True),
    Column("purpose", String(16), nullable=False),
    Column("occurrence_id", ForeignKey("occurrence.id")),
    Column("nonce", LargeBinary(16), nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("voided_at", UtcDateTime),
)

# Another date that somebody has asked for; settled by a step that moves the date, by a refusal, or by a newer one.
date_request = Table(
    "date_request",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("occurrence_id", ForeignKey("occurrence.id"), nullable=False, index=True),
    Column("person_id", ForeignKey("person.id"), nullable=False),
    Column("wanted_on", Date, nullable=False),
    Column("reason", Text, nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("settled_at", UtcDateTime),
)

# What a person said at review: of what, what was asked then (its digest settles the question), the answer, who, when.
review_answer = Table(
    "review_answer",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False, index=True),
    Column("topic", String(16), nullable=False),
    Column("subject", Text, nullable=False),
    Column("asked", Text, nullable=False),
    Column("question_digest", LargeBinary(32), nullable=False),
    Column("answer", Text, nullable=False),
    Column("answered_at", UtcDateTime, nullable=False),
    Column("answered_by", String(64), nullable=False),
)

reading_rule = Table(
    "reading_rule",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("plan_id", ForeignKey("plan.id"), nullable=False),
    Column("topic", String(16), nullable=False),
    # SHA-256 of the folded phrase: cells may be longer than an index allows.
    Column("phrase_digest", LargeBinary(32), nullable=False, index=True),
    Column("phrase", Text, nullable=False),
    Column("answer", Text, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Column("made_by", String(64), nullable=False),
    UniqueConstraint("plan_id", "topic", "phrase_digest"),
)

row_relation = Table(
    "row_relation",
    metadata,
    # A row follows one other row at most. What is no longer in a draft follows nothing.
    Column("activity_id", ForeignKey("activity.id", ondelete="CASCADE"), primary_key=True),
    Column("leader_id", ForeignKey("activity.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("confirmed_at", UtcDateTime, nullable=False),
    Column("confirmed_by", String(64), nullable=False),
)
