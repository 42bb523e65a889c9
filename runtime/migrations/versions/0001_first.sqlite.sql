CREATE TABLE definition (
	id INTEGER NOT NULL,
	name VARCHAR(64) NOT NULL,
	digest BLOB NOT NULL,
	body TEXT NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_definition PRIMARY KEY (id),
	CONSTRAINT uq_definition_digest UNIQUE (digest)
)
;
CREATE TABLE log_head (
	id INTEGER NOT NULL,
	size INTEGER NOT NULL,
	settled_id INTEGER NOT NULL,
	awaited_id INTEGER NOT NULL,
	awaited_transaction BIGINT NOT NULL,
	CONSTRAINT pk_log_head PRIMARY KEY (id)
)
;
CREATE TABLE log_leaf (
	position INTEGER NOT NULL,
	history_id INTEGER NOT NULL,
	CONSTRAINT pk_log_leaf PRIMARY KEY (position),
	CONSTRAINT uq_log_leaf_history_id UNIQUE (history_id)
)
;
CREATE TRIGGER log_leaf_no_update BEFORE UPDATE ON log_leaf BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER log_leaf_no_delete BEFORE DELETE ON log_leaf BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER log_leaf_no_replace BEFORE INSERT ON log_leaf WHEN EXISTS (SELECT 1 FROM log_leaf WHERE position = NEW.position OR history_id = NEW.history_id) BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TABLE log_tile (
	level INTEGER NOT NULL,
	position INTEGER NOT NULL,
	hashes BLOB NOT NULL,
	CONSTRAINT pk_log_tile PRIMARY KEY (level, position)
)
;
CREATE TABLE log_checkpoint (
	size INTEGER NOT NULL,
	root BLOB NOT NULL,
	note TEXT NOT NULL,
	signed_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_log_checkpoint PRIMARY KEY (size)
)
;
CREATE TRIGGER log_checkpoint_no_update BEFORE UPDATE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER log_checkpoint_no_delete BEFORE DELETE ON log_checkpoint BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER log_checkpoint_no_replace BEFORE INSERT ON log_checkpoint WHEN EXISTS (SELECT 1 FROM log_checkpoint WHERE size = NEW.size) BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TABLE removal_act (
	id INTEGER NOT NULL,
	made_at VARCHAR(27) NOT NULL,
	made_by VARCHAR(64) NOT NULL,
	months INTEGER NOT NULL,
	basis TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_removal_act PRIMARY KEY (id)
)
;
CREATE TABLE setting (
	"key" VARCHAR(64) NOT NULL,
	value TEXT NOT NULL,
	CONSTRAINT pk_setting PRIMARY KEY ("key")
)
;
CREATE TABLE day_override (
	day DATE NOT NULL,
	is_working BOOLEAN NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_day_override PRIMARY KEY (day)
)
;
CREATE TABLE person (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	email VARCHAR(254) NOT NULL,
	name TEXT NOT NULL,
	position TEXT DEFAULT '' NOT NULL,
	language VARCHAR(8) DEFAULT 'ru' NOT NULL,
	active BOOLEAN DEFAULT '1' NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_person PRIMARY KEY (id),
	CONSTRAINT uq_person_short_id UNIQUE (short_id),
	CONSTRAINT uq_person_email UNIQUE (email)
)
;
CREATE TABLE party (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	name TEXT NOT NULL,
	kind VARCHAR(16) DEFAULT 'single' NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_party PRIMARY KEY (id),
	CONSTRAINT uq_party_short_id UNIQUE (short_id)
)
;
CREATE TABLE "plan" (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	slug VARCHAR(64) NOT NULL,
	title TEXT NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	status VARCHAR(16) NOT NULL,
	rhythm VARCHAR(16) NOT NULL,
	columns TEXT NOT NULL,
	source_name TEXT NOT NULL,
	source_digest BLOB NOT NULL,
	imported_at VARCHAR(27) NOT NULL,
	imported_by VARCHAR(64) NOT NULL,
	launched_on DATE,
	approval TEXT DEFAULT '' NOT NULL,
	workflow VARCHAR(64) DEFAULT 'activity' NOT NULL,
	workflow_chosen_at VARCHAR(27),
	workflow_chosen_by VARCHAR(64),
	closed_at VARCHAR(27),
	closed_by VARCHAR(64),
	CONSTRAINT pk_plan PRIMARY KEY (id),
	CONSTRAINT uq_plan_short_id UNIQUE (short_id),
	CONSTRAINT uq_plan_slug UNIQUE (slug),
	CONSTRAINT uq_plan_source_digest UNIQUE (source_digest)
)
;
CREATE TABLE blob (
	digest BLOB NOT NULL,
	size INTEGER NOT NULL,
	stored_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_blob PRIMARY KEY (digest)
)
;
CREATE TABLE mailbox (
	name VARCHAR(254) NOT NULL,
	paused_until VARCHAR(27),
	failures INTEGER DEFAULT '0' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_mailbox PRIMARY KEY (name)
)
;
CREATE TABLE inbox (
	name VARCHAR(400) NOT NULL,
	uid_validity BIGINT,
	last_uid BIGINT DEFAULT '0' NOT NULL,
	read_again_at VARCHAR(27) NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_inbox PRIMARY KEY (name)
)
;
CREATE TABLE feed_change (
	id INTEGER NOT NULL,
	raised_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_feed_change PRIMARY KEY (id)
)
;
CREATE TABLE throttle (
	address VARCHAR(64) NOT NULL,
	window_at VARCHAR(27) NOT NULL,
	attempts INTEGER NOT NULL,
	CONSTRAINT pk_throttle PRIMARY KEY (address)
)
;
CREATE TABLE instance (
	id INTEGER NOT NULL,
	public_id VARCHAR(36) NOT NULL,
	definition_id INTEGER NOT NULL,
	calendar_key VARCHAR(64) NOT NULL,
	state VARCHAR(40) NOT NULL,
	revision INTEGER NOT NULL,
	starts_on DATE,
	due_on DATE,
	submitted_at VARCHAR(27),
	entered_at VARCHAR(27) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_instance PRIMARY KEY (id),
	CONSTRAINT ck_instance_revision_counts CHECK (revision >= 1),
	CONSTRAINT uq_instance_public_id UNIQUE (public_id),
	CONSTRAINT fk_instance_definition_id FOREIGN KEY(definition_id) REFERENCES definition (id)
)
;
CREATE INDEX ix_instance_due_on ON instance (due_on)
;
CREATE INDEX ix_instance_state ON instance (state)
;
CREATE TABLE blob_scan (
	blob_digest BLOB NOT NULL,
	scanned_at VARCHAR(27) NOT NULL,
	threat VARCHAR(100) DEFAULT '' NOT NULL,
	CONSTRAINT pk_blob_scan PRIMARY KEY (blob_digest),
	CONSTRAINT fk_blob_scan_blob_digest FOREIGN KEY(blob_digest) REFERENCES blob (digest)
)
;
CREATE TABLE removed_blob (
	blob_digest BLOB NOT NULL,
	act_id INTEGER NOT NULL,
	CONSTRAINT pk_removed_blob PRIMARY KEY (blob_digest),
	CONSTRAINT fk_removed_blob_blob_digest FOREIGN KEY(blob_digest) REFERENCES blob (digest),
	CONSTRAINT fk_removed_blob_act_id FOREIGN KEY(act_id) REFERENCES removal_act (id)
)
;
CREATE INDEX ix_removed_blob_act_id ON removed_blob (act_id)
;
CREATE TABLE party_member (
	group_id INTEGER NOT NULL,
	member_id INTEGER NOT NULL,
	CONSTRAINT pk_party_member PRIMARY KEY (group_id, member_id),
	CONSTRAINT fk_party_member_group_id FOREIGN KEY(group_id) REFERENCES party (id),
	CONSTRAINT fk_party_member_member_id FOREIGN KEY(member_id) REFERENCES party (id)
)
;
CREATE INDEX ix_party_member_member_id ON party_member (member_id)
;
CREATE TABLE absence (
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	substitute_id INTEGER NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	recorded_at VARCHAR(27) NOT NULL,
	recorded_by VARCHAR(64) NOT NULL,
	ended_at VARCHAR(27),
	handed_over_at VARCHAR(27),
	handed_back_at VARCHAR(27),
	CONSTRAINT pk_absence PRIMARY KEY (id),
	CONSTRAINT fk_absence_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_absence_substitute_id FOREIGN KEY(substitute_id) REFERENCES person (id)
)
;
CREATE INDEX ix_absence_person_id ON absence (person_id)
;
CREATE INDEX ix_absence_substitute_id ON absence (substitute_id)
;
CREATE TABLE erasure (
	person_id INTEGER NOT NULL,
	erased_at VARCHAR(27) NOT NULL,
	erased_by VARCHAR(64) NOT NULL,
	reason TEXT NOT NULL,
	changed TEXT NOT NULL,
	unsure TEXT NOT NULL,
	CONSTRAINT pk_erasure PRIMARY KEY (person_id),
	CONSTRAINT fk_erasure_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
;
CREATE TABLE party_spelling (
	spelling_key VARCHAR(300) NOT NULL,
	spelling TEXT NOT NULL,
	party_id INTEGER NOT NULL,
	CONSTRAINT pk_party_spelling PRIMARY KEY (spelling_key),
	CONSTRAINT fk_party_spelling_party_id FOREIGN KEY(party_id) REFERENCES party (id)
)
;
CREATE INDEX ix_party_spelling_party_id ON party_spelling (party_id)
;
CREATE TABLE contact (
	party_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	CONSTRAINT pk_contact PRIMARY KEY (party_id, person_id),
	CONSTRAINT fk_contact_party_id FOREIGN KEY(party_id) REFERENCES party (id),
	CONSTRAINT fk_contact_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
;
CREATE INDEX ix_contact_person_id ON contact (person_id)
;
CREATE TABLE section (
	id INTEGER NOT NULL,
	plan_id INTEGER NOT NULL,
	parent_id INTEGER,
	position INTEGER NOT NULL,
	number VARCHAR(40) NOT NULL,
	title TEXT NOT NULL,
	level INTEGER NOT NULL,
	removed_at VARCHAR(27),
	CONSTRAINT pk_section PRIMARY KEY (id),
	CONSTRAINT fk_section_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id),
	CONSTRAINT fk_section_parent_id FOREIGN KEY(parent_id) REFERENCES section (id)
)
;
CREATE INDEX ix_section_plan_id ON section (plan_id)
;
CREATE TABLE plan_amendment (
	id INTEGER NOT NULL,
	plan_id INTEGER NOT NULL,
	file_name TEXT NOT NULL,
	file_digest BLOB NOT NULL,
	basis TEXT NOT NULL,
	applied_at VARCHAR(27) NOT NULL,
	applied_by VARCHAR(64) NOT NULL,
	changes TEXT NOT NULL,
	CONSTRAINT pk_plan_amendment PRIMARY KEY (id),
	CONSTRAINT fk_plan_amendment_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id)
)
;
CREATE INDEX ix_plan_amendment_plan_id ON plan_amendment (plan_id)
;
CREATE TABLE finding (
	id INTEGER NOT NULL,
	plan_id INTEGER NOT NULL,
	code VARCHAR(40) NOT NULL,
	place TEXT DEFAULT '' NOT NULL,
	template TEXT NOT NULL,
	details TEXT DEFAULT '{}' NOT NULL,
	CONSTRAINT pk_finding PRIMARY KEY (id),
	CONSTRAINT fk_finding_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id)
)
;
CREATE INDEX ix_finding_plan_id ON finding (plan_id)
;
CREATE TABLE review_answer (
	id INTEGER NOT NULL,
	plan_id INTEGER NOT NULL,
	topic VARCHAR(16) NOT NULL,
	subject TEXT NOT NULL,
	asked TEXT NOT NULL,
	question_digest BLOB NOT NULL,
	answer TEXT NOT NULL,
	answered_at VARCHAR(27) NOT NULL,
	answered_by VARCHAR(64) NOT NULL,
	CONSTRAINT pk_review_answer PRIMARY KEY (id),
	CONSTRAINT fk_review_answer_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id)
)
;
CREATE INDEX ix_review_answer_plan_id ON review_answer (plan_id)
;
CREATE TABLE reading_rule (
	id INTEGER NOT NULL,
	plan_id INTEGER NOT NULL,
	topic VARCHAR(16) NOT NULL,
	phrase_digest BLOB NOT NULL,
	phrase TEXT NOT NULL,
	answer TEXT NOT NULL,
	made_at VARCHAR(27) NOT NULL,
	made_by VARCHAR(64) NOT NULL,
	CONSTRAINT pk_reading_rule PRIMARY KEY (id),
	CONSTRAINT uq_reading_rule_plan_id_topic_phrase_digest UNIQUE (plan_id, topic, phrase_digest),
	CONSTRAINT fk_reading_rule_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id)
)
;
CREATE INDEX ix_reading_rule_phrase_digest ON reading_rule (phrase_digest)
;
CREATE TABLE letter (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	cause_key VARCHAR(200) NOT NULL,
	person_id INTEGER NOT NULL,
	kind VARCHAR(32) NOT NULL,
	recipient VARCHAR(254) NOT NULL,
	language VARCHAR(8) NOT NULL,
	context TEXT NOT NULL,
	message_id VARCHAR(320) NOT NULL,
	references_id VARCHAR(320),
	state VARCHAR(16) NOT NULL,
	urgency INTEGER NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	send_at VARCHAR(27),
	attempts INTEGER DEFAULT '0' NOT NULL,
	lease_token VARCHAR(36),
	sent_at VARCHAR(27),
	error TEXT,
	CONSTRAINT pk_letter PRIMARY KEY (id),
	CONSTRAINT uq_letter_cause_key_person_id_kind UNIQUE (cause_key, person_id, kind),
	CONSTRAINT uq_letter_short_id UNIQUE (short_id),
	CONSTRAINT fk_letter_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT uq_letter_message_id UNIQUE (message_id)
)
;
CREATE INDEX ix_letter_person_id ON letter (person_id, kind)
;
CREATE INDEX ix_letter_send_at ON letter (send_at)
;
CREATE INDEX ix_letter_sent_at ON letter (sent_at)
;
CREATE TABLE preference (
	person_id INTEGER NOT NULL,
	kind VARCHAR(32) NOT NULL,
	pace VARCHAR(16) NOT NULL,
	days VARCHAR(16) DEFAULT '' NOT NULL,
	chosen_at VARCHAR(27) NOT NULL,
	CONSTRAINT pk_preference PRIMARY KEY (person_id, kind),
	CONSTRAINT fk_preference_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
;
CREATE TABLE subscription (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	name TEXT NOT NULL,
	token_digest BLOB NOT NULL,
	person_id INTEGER,
	filters TEXT NOT NULL,
	language VARCHAR(8) DEFAULT 'ru' NOT NULL,
	show VARCHAR(16) DEFAULT 'deadline' NOT NULL,
	kind VARCHAR(16) DEFAULT 'event' NOT NULL,
	alarm_days INTEGER,
	colour VARCHAR(16),
	created_at VARCHAR(27) NOT NULL,
	revoked_at VARCHAR(27),
	fetched_at VARCHAR(27),
	CONSTRAINT pk_subscription PRIMARY KEY (id),
	CONSTRAINT uq_subscription_short_id UNIQUE (short_id),
	CONSTRAINT uq_subscription_token_digest UNIQUE (token_digest),
	CONSTRAINT fk_subscription_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
;
CREATE TABLE history (
	id INTEGER NOT NULL,
	instance_id INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	at VARCHAR(27) NOT NULL,
	event VARCHAR(40) NOT NULL,
	from_state VARCHAR(40) NOT NULL,
	to_state VARCHAR(40) NOT NULL,
	actor VARCHAR(64) NOT NULL,
	on_behalf_of VARCHAR(64),
	channel VARCHAR(16) NOT NULL,
	subject_digest BLOB,
	payload_digest BLOB NOT NULL,
	previous_digest BLOB NOT NULL,
	digest BLOB NOT NULL,
	body BLOB NOT NULL,
	CONSTRAINT pk_history PRIMARY KEY (id),
	CONSTRAINT fk_history_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id),
	CONSTRAINT uq_history_digest UNIQUE (digest)
)
;
CREATE UNIQUE INDEX uq_history_instance_id_revision ON history (instance_id, revision)
;
CREATE TRIGGER history_no_update BEFORE UPDATE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER history_no_delete BEFORE DELETE ON history BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TRIGGER history_no_replace BEFORE INSERT ON history WHEN EXISTS (SELECT 1 FROM history WHERE id = NEW.id OR digest = NEW.digest OR (instance_id = NEW.instance_id AND revision = NEW.revision)) BEGIN SELECT RAISE(ABORT, 'history is append-only'); END
;
CREATE TABLE payload (
	instance_id INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	salt BLOB,
	body BLOB,
	erased_at VARCHAR(27),
	CONSTRAINT pk_payload PRIMARY KEY (instance_id, revision),
	CONSTRAINT fk_payload_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id)
)
;
CREATE TABLE ladder (
	instance_id INTEGER NOT NULL,
	name VARCHAR(40) NOT NULL,
	rung VARCHAR(40) NOT NULL,
	due_at VARCHAR(27) NOT NULL,
	failures INTEGER DEFAULT '0' NOT NULL,
	error TEXT,
	CONSTRAINT pk_ladder PRIMARY KEY (instance_id, name),
	CONSTRAINT fk_ladder_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id)
)
;
CREATE INDEX ix_ladder_due_at_instance_id ON ladder (due_at, instance_id)
;
CREATE TABLE message (
	id INTEGER NOT NULL,
	topic VARCHAR(40) NOT NULL,
	instance_id INTEGER NOT NULL,
	revision INTEGER NOT NULL,
	detail VARCHAR(80) DEFAULT '' NOT NULL,
	dedup_key VARCHAR(200) NOT NULL,
	created_at VARCHAR(27) NOT NULL,
	available_at VARCHAR(27),
	attempts INTEGER DEFAULT '0' NOT NULL,
	done_at VARCHAR(27),
	dead_at VARCHAR(27),
	error TEXT,
	CONSTRAINT pk_message PRIMARY KEY (id),
	CONSTRAINT fk_message_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id),
	CONSTRAINT uq_message_dedup_key UNIQUE (dedup_key)
)
;
CREATE INDEX ix_message_available_at ON message (available_at) WHERE available_at IS NOT NULL
;
CREATE TABLE activity (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	plan_id INTEGER NOT NULL,
	section_id INTEGER,
	position INTEGER NOT NULL,
	number VARCHAR(40) NOT NULL,
	title TEXT NOT NULL,
	result TEXT NOT NULL,
	deadline_text TEXT NOT NULL,
	document_deadline TEXT,
	responsible TEXT NOT NULL,
	schedule TEXT NOT NULL,
	kind VARCHAR(16) NOT NULL,
	confidence VARCHAR(8) NOT NULL,
	confirmed_at VARCHAR(27),
	workflow VARCHAR(64) DEFAULT 'activity' NOT NULL,
	note_suffices BOOLEAN DEFAULT '0' NOT NULL,
	removed_at VARCHAR(27),
	CONSTRAINT pk_activity PRIMARY KEY (id),
	CONSTRAINT uq_activity_plan_id_position UNIQUE (plan_id, position),
	CONSTRAINT uq_activity_short_id UNIQUE (short_id),
	CONSTRAINT fk_activity_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id),
	CONSTRAINT fk_activity_section_id FOREIGN KEY(section_id) REFERENCES section (id)
)
;
CREATE TABLE arrival (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	content_digest BLOB NOT NULL,
	letter_id INTEGER NOT NULL,
	sort VARCHAR(16) NOT NULL,
	sender VARCHAR(254) NOT NULL,
	arrived_at VARCHAR(27) NOT NULL,
	template TEXT NOT NULL,
	details TEXT DEFAULT '{}' NOT NULL,
	settled_at VARCHAR(27),
	settled_by VARCHAR(64),
	outcome VARCHAR(16),
	CONSTRAINT pk_arrival PRIMARY KEY (id),
	CONSTRAINT uq_arrival_short_id UNIQUE (short_id),
	CONSTRAINT uq_arrival_content_digest UNIQUE (content_digest),
	CONSTRAINT fk_arrival_letter_id FOREIGN KEY(letter_id) REFERENCES letter (id)
)
;
CREATE INDEX ix_arrival_letter_id ON arrival (letter_id)
;
CREATE TABLE feed (
	subscription_id INTEGER NOT NULL,
	stale BOOLEAN DEFAULT '0' NOT NULL,
	shown_on DATE NOT NULL,
	stamp BLOB NOT NULL,
	etag VARCHAR(66) NOT NULL,
	modified_at VARCHAR(27) NOT NULL,
	events INTEGER NOT NULL,
	left_out INTEGER NOT NULL,
	body BLOB NOT NULL,
	packed BLOB NOT NULL,
	CONSTRAINT pk_feed PRIMARY KEY (subscription_id),
	CONSTRAINT fk_feed_subscription_id FOREIGN KEY(subscription_id) REFERENCES subscription (id)
)
;
CREATE TABLE activity_party (
	activity_id INTEGER NOT NULL,
	position INTEGER NOT NULL,
	party_id INTEGER NOT NULL,
	standing VARCHAR(16) NOT NULL,
	CONSTRAINT pk_activity_party PRIMARY KEY (activity_id, position),
	CONSTRAINT fk_activity_party_activity_id FOREIGN KEY(activity_id) REFERENCES activity (id),
	CONSTRAINT fk_activity_party_party_id FOREIGN KEY(party_id) REFERENCES party (id)
)
;
CREATE INDEX ix_activity_party_party_id ON activity_party (party_id)
;
CREATE TABLE role_grant (
	id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	role VARCHAR(16) NOT NULL,
	plan_id INTEGER,
	section_id INTEGER,
	activity_id INTEGER,
	granted_at VARCHAR(27) NOT NULL,
	revoked_at VARCHAR(27),
	CONSTRAINT pk_role_grant PRIMARY KEY (id),
	CONSTRAINT fk_role_grant_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_role_grant_plan_id FOREIGN KEY(plan_id) REFERENCES "plan" (id),
	CONSTRAINT fk_role_grant_section_id FOREIGN KEY(section_id) REFERENCES section (id),
	CONSTRAINT fk_role_grant_activity_id FOREIGN KEY(activity_id) REFERENCES activity (id)
)
;
CREATE INDEX ix_role_grant_person_id ON role_grant (person_id)
;
CREATE TABLE occurrence (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	activity_id INTEGER NOT NULL,
	instance_id INTEGER NOT NULL,
	"key" VARCHAR(40) NOT NULL,
	member_id INTEGER,
	rrule TEXT,
	planned_starts_on DATE,
	planned_ends_on DATE,
	planned_due_on DATE,
	ends_on DATE,
	postponed INTEGER DEFAULT '0' NOT NULL,
	before_record BOOLEAN DEFAULT '0' NOT NULL,
	CONSTRAINT pk_occurrence PRIMARY KEY (id),
	CONSTRAINT uq_occurrence_activity_id_key_member_id UNIQUE (activity_id, "key", member_id),
	CONSTRAINT uq_occurrence_short_id UNIQUE (short_id),
	CONSTRAINT fk_occurrence_activity_id FOREIGN KEY(activity_id) REFERENCES activity (id),
	CONSTRAINT uq_occurrence_instance_id UNIQUE (instance_id),
	CONSTRAINT fk_occurrence_instance_id FOREIGN KEY(instance_id) REFERENCES instance (id),
	CONSTRAINT fk_occurrence_member_id FOREIGN KEY(member_id) REFERENCES party (id)
)
;
CREATE UNIQUE INDEX uq_occurrence_activity_id_key_alone ON occurrence (activity_id, "key") WHERE member_id IS NULL
;
CREATE TABLE row_relation (
	activity_id INTEGER NOT NULL,
	leader_id INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	working_days INTEGER NOT NULL,
	confirmed_at VARCHAR(27) NOT NULL,
	confirmed_by VARCHAR(64) NOT NULL,
	CONSTRAINT pk_row_relation PRIMARY KEY (activity_id),
	CONSTRAINT fk_row_relation_activity_id FOREIGN KEY(activity_id) REFERENCES activity (id) ON DELETE CASCADE,
	CONSTRAINT fk_row_relation_leader_id FOREIGN KEY(leader_id) REFERENCES activity (id) ON DELETE CASCADE
)
;
CREATE INDEX ix_row_relation_leader_id ON row_relation (leader_id)
;
CREATE TABLE pending_step (
	id INTEGER NOT NULL,
	amendment_id INTEGER NOT NULL,
	occurrence_id INTEGER NOT NULL,
	action VARCHAR(8) NOT NULL,
	starts_on DATE,
	ends_on DATE,
	due_on DATE,
	rrule TEXT,
	settled_at VARCHAR(27),
	settled_by VARCHAR(64),
	outcome VARCHAR(16),
	reason TEXT DEFAULT '' NOT NULL,
	CONSTRAINT pk_pending_step PRIMARY KEY (id),
	CONSTRAINT fk_pending_step_amendment_id FOREIGN KEY(amendment_id) REFERENCES plan_amendment (id),
	CONSTRAINT fk_pending_step_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id)
)
;
CREATE INDEX ix_pending_step_amendment_id ON pending_step (amendment_id)
;
CREATE INDEX ix_pending_step_occurrence_id ON pending_step (occurrence_id)
;
CREATE TABLE evidence (
	id INTEGER NOT NULL,
	occurrence_id INTEGER NOT NULL,
	kind VARCHAR(8) NOT NULL,
	blob_digest BLOB,
	name TEXT NOT NULL,
	media_type VARCHAR(120) DEFAULT '' NOT NULL,
	added_at VARCHAR(27) NOT NULL,
	added_by VARCHAR(64) NOT NULL,
	removed_at VARCHAR(27),
	CONSTRAINT pk_evidence PRIMARY KEY (id),
	CONSTRAINT fk_evidence_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id),
	CONSTRAINT fk_evidence_blob_digest FOREIGN KEY(blob_digest) REFERENCES blob (digest)
)
;
CREATE INDEX ix_evidence_blob_digest ON evidence (blob_digest)
;
CREATE INDEX ix_evidence_occurrence_id ON evidence (occurrence_id)
;
CREATE TABLE submission (
	id INTEGER NOT NULL,
	short_id VARCHAR(16) NOT NULL,
	occurrence_id INTEGER NOT NULL,
	version INTEGER NOT NULL,
	kind VARCHAR(16) NOT NULL,
	manifest TEXT NOT NULL,
	manifest_digest BLOB NOT NULL,
	submitted_at VARCHAR(27) NOT NULL,
	submitted_by VARCHAR(64) NOT NULL,
	provided_by VARCHAR(64),
	withdrawn_at VARCHAR(27),
	CONSTRAINT pk_submission PRIMARY KEY (id),
	CONSTRAINT uq_submission_occurrence_id_version UNIQUE (occurrence_id, version),
	CONSTRAINT uq_submission_short_id UNIQUE (short_id),
	CONSTRAINT fk_submission_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id)
)
;
CREATE TABLE invitation (
	id INTEGER NOT NULL,
	public_id VARCHAR(36) NOT NULL,
	person_id INTEGER NOT NULL,
	purpose VARCHAR(16) NOT NULL,
	occurrence_id INTEGER,
	nonce BLOB NOT NULL,
	issued_at VARCHAR(27) NOT NULL,
	expires_at VARCHAR(27) NOT NULL,
	voided_at VARCHAR(27),
	CONSTRAINT pk_invitation PRIMARY KEY (id),
	CONSTRAINT uq_invitation_public_id UNIQUE (public_id),
	CONSTRAINT fk_invitation_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_invitation_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id)
)
;
CREATE INDEX ix_invitation_person_id ON invitation (person_id)
;
CREATE TABLE date_request (
	id INTEGER NOT NULL,
	occurrence_id INTEGER NOT NULL,
	person_id INTEGER NOT NULL,
	wanted_on DATE NOT NULL,
	reason TEXT NOT NULL,
	asked_at VARCHAR(27) NOT NULL,
	settled_at VARCHAR(27),
	CONSTRAINT pk_date_request PRIMARY KEY (id),
	CONSTRAINT fk_date_request_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id),
	CONSTRAINT fk_date_request_person_id FOREIGN KEY(person_id) REFERENCES person (id)
)
;
CREATE INDEX ix_date_request_occurrence_id ON date_request (occurrence_id)
;
CREATE TABLE arrived_file (
	id INTEGER NOT NULL,
	arrival_id INTEGER NOT NULL,
	occurrence_id INTEGER,
	blob_digest BLOB NOT NULL,
	name TEXT NOT NULL,
	media_type VARCHAR(120) NOT NULL,
	CONSTRAINT pk_arrived_file PRIMARY KEY (id),
	CONSTRAINT fk_arrived_file_arrival_id FOREIGN KEY(arrival_id) REFERENCES arrival (id),
	CONSTRAINT fk_arrived_file_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id),
	CONSTRAINT fk_arrived_file_blob_digest FOREIGN KEY(blob_digest) REFERENCES blob (digest)
)
;
CREATE INDEX ix_arrived_file_arrival_id ON arrived_file (arrival_id)
;
CREATE INDEX ix_arrived_file_occurrence_id ON arrived_file (occurrence_id)
;
CREATE TABLE notice (
	id INTEGER NOT NULL,
	dedup_key VARCHAR(200) NOT NULL,
	person_id INTEGER NOT NULL,
	occurrence_id INTEGER NOT NULL,
	kind VARCHAR(40) NOT NULL,
	raised_at VARCHAR(27) NOT NULL,
	settled_at VARCHAR(27),
	CONSTRAINT pk_notice PRIMARY KEY (id),
	CONSTRAINT uq_notice_dedup_key_person_id UNIQUE (dedup_key, person_id),
	CONSTRAINT fk_notice_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_notice_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id)
)
;
CREATE INDEX ix_notice_open ON notice (person_id) WHERE settled_at IS NULL
;
CREATE TABLE feed_event (
	occurrence_id INTEGER NOT NULL,
	variant VARCHAR(16) NOT NULL,
	language VARCHAR(8) NOT NULL,
	digest BLOB NOT NULL,
	sequence INTEGER NOT NULL,
	modified_at VARCHAR(27) NOT NULL,
	starts_on DATE NOT NULL,
	ends_on DATE NOT NULL,
	cancelled BOOLEAN DEFAULT '0' NOT NULL,
	owed BOOLEAN DEFAULT '0' NOT NULL,
	body BLOB NOT NULL,
	CONSTRAINT pk_feed_event PRIMARY KEY (occurrence_id, variant, language),
	CONSTRAINT fk_feed_event_occurrence_id FOREIGN KEY(occurrence_id) REFERENCES occurrence (id)
)
;
CREATE INDEX ix_feed_event_modified_at ON feed_event (language, modified_at)
;
CREATE TABLE decision (
	id INTEGER NOT NULL,
	submission_id INTEGER NOT NULL,
	verdict VARCHAR(16) NOT NULL,
	remark TEXT DEFAULT '' NOT NULL,
	partial BOOLEAN DEFAULT '0' NOT NULL,
	person_id INTEGER NOT NULL,
	on_behalf_of_id INTEGER,
	channel VARCHAR(16) NOT NULL,
	decided_at VARCHAR(27) NOT NULL,
	settles BOOLEAN NOT NULL,
	CONSTRAINT pk_decision PRIMARY KEY (id),
	CONSTRAINT uq_decision_submission_id_person_id_verdict UNIQUE (submission_id, person_id, verdict),
	CONSTRAINT fk_decision_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id),
	CONSTRAINT fk_decision_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_decision_on_behalf_of_id FOREIGN KEY(on_behalf_of_id) REFERENCES person (id)
)
;
CREATE UNIQUE INDEX uq_decision_submission_id_settled ON decision (submission_id) WHERE settles IS 1
;
CREATE TABLE grant (
	id INTEGER NOT NULL,
	public_id VARCHAR(36) NOT NULL,
	person_id INTEGER NOT NULL,
	submission_id INTEGER NOT NULL,
	on_behalf_of_id INTEGER,
	manifest_digest BLOB NOT NULL,
	actions VARCHAR(40) NOT NULL,
	nonce BLOB NOT NULL,
	issued_at VARCHAR(27) NOT NULL,
	expires_at VARCHAR(27) NOT NULL,
	voided_at VARCHAR(27),
	spent_at VARCHAR(27),
	CONSTRAINT pk_grant PRIMARY KEY (id),
	CONSTRAINT uq_grant_public_id UNIQUE (public_id),
	CONSTRAINT fk_grant_person_id FOREIGN KEY(person_id) REFERENCES person (id),
	CONSTRAINT fk_grant_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id),
	CONSTRAINT fk_grant_on_behalf_of_id FOREIGN KEY(on_behalf_of_id) REFERENCES person (id)
)
;
CREATE INDEX ix_grant_submission_id ON grant (submission_id)
;
