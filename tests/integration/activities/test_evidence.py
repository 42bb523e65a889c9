"""Evidence until a submission seals it, and submissions until somebody decides."""

import hashlib
import io

import pytest

from activities import evidence as evidence_module
from activities.evidence import (
    BadLinkError,
    UnknownEvidenceError,
    add_file,
    add_link,
    add_note,
    list_evidence,
    remove_evidence,
)
from activities.evidence_folder import EvidenceFolder, EvidenceFolderError, EvidenceMissingError, EvidenceTooLargeError
from activities.grants import issue_grant
from activities.guards import EvidenceMissingError as NothingToSubmitError
from activities.manifest import OutcomeReason, SubmissionKind
from activities.submissions import (
    NothingSubmittedError,
    SubmissionDetails,
    TwoProvidersError,
    list_submissions,
    report_outcome,
    submit,
    withdraw,
)
from activities.tables import blob, evidence, grant, submission
from engine.machine import EventNotAllowedError, RoleNotAllowedError


def gathered(desk, reference):
    """What the next submission would seal."""
    with desk.office.store.read() as connection:
        return list_evidence(connection, desk.occurrence(reference).id)


def sealed_versions(desk, reference):
    """All submissions of an occurrence."""
    with desk.office.store.read() as connection:
        return list_submissions(connection, desk.occurrence(reference).id)


def test_a_file_is_kept_under_its_digest(desk):
    """Name, size and SHA-256 are recorded; the bytes lie in the folder; history says that evidence was added."""
    piece = desk.add("1.1", desk.paul, b"protocol")
    assert piece.blob_digest == hashlib.sha256(b"protocol").digest()
    assert (piece.name, piece.size) == ("протокол.txt", 8)
    assert desk.office.evidence.path_of(piece.blob_digest).read_bytes() == b"protocol"
    assert desk.events("1.1") == ["create", "add_evidence"]


def test_the_same_content_is_stored_once(desk):
    """The same bytes a second time are the piece that is there; for another row they share one blob."""
    desk.add("1.1", desk.paul, b"same", "a.txt")
    desk.add("1.1", desk.paul, b"same", "b.txt")
    assert [each.name for each in gathered(desk, "1.1")] == ["a.txt"]
    desk.add("1.2", desk.mary, b"same", "c.txt")
    assert len(desk.rows(blob)) == 1


def test_a_stranger_adds_nothing(desk):
    """Who answers for another party, approves or observes adds no evidence; no row is left."""
    for person in (desk.ann, desk.head, desk.olga):
        with pytest.raises(RoleNotAllowedError):
            desk.add("1.1", person)
    assert desk.rows(evidence) == []
    assert desk.rows(blob) == []


def test_evidence_may_come_before_the_date(desk):
    """Work whose date is still awaited takes evidence, but cannot be handed in yet."""
    desk.add("2.2@no1", desk.paul)
    with pytest.raises(EventNotAllowedError):
        submit(desk.office, desk.actor(desk.paul), desk.occurrence("2.2@no1").id, SubmissionDetails())


@pytest.mark.parametrize("link", ["", "school.example/page", "ftp://school.example", "javascript:alert(1)", "http://"])
def test_only_web_addresses_are_links(desk, link):
    """Anything but an http or https address is refused."""
    with pytest.raises(BadLinkError):
        add_link(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, link)


def test_a_file_beyond_the_limit_is_not_kept(desk, monkeypatch):
    """Neither a row nor a byte stays of a file that is too large."""
    monkeypatch.setattr(evidence_module, "FILE_LIMIT_BYTES", 10)
    with pytest.raises(EvidenceTooLargeError):
        desk.add("1.1", desk.paul, b"x" * 11)
    assert desk.rows(evidence) == []
    assert [path for path in desk.office.evidence.path.rglob("*") if path.is_file()] == []


def test_a_folder_that_cannot_be_written_is_told(desk, tmp_path):
    """Where the evidence folder is no folder, the error says so and nothing is recorded."""
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    with pytest.raises(EvidenceFolderError):
        EvidenceFolder(tmp_path / "file").store(io.BytesIO(b"x"), 10)


def test_damage_is_noticed(desk):
    """A stored file that was changed or lost is not what it was."""
    piece = desk.add("1.1", desk.paul)
    path = desk.office.evidence.path_of(piece.blob_digest)
    desk.office.evidence.check(piece.blob_digest)
    path.chmod(0o640)
    path.write_bytes(b"changed")
    with pytest.raises(EvidenceMissingError):
        desk.office.evidence.check(piece.blob_digest)
    path.unlink()
    with pytest.raises(EvidenceMissingError):
        desk.office.evidence.check(piece.blob_digest)


def test_file_names_cannot_lead_elsewhere(desk):
    """Folders, control characters and overrides of direction are taken out of a name."""
    target = desk.occurrence("1.1").id
    name = "../..\\C:\\secret/\u202eот\nчёт.pdf"
    piece = add_file(desk.office, desk.actor(desk.paul), target, io.BytesIO(b"x"), name=name)
    assert piece.name == "отчёт.pdf"


def test_nothing_cannot_be_submitted(desk):
    """Without a file or a link, or with a note alone, submitting is refused and says what to add."""
    target = desk.occurrence("1.1").id
    for details in (SubmissionDetails(), SubmissionDetails(note="всё сделано")):
        with pytest.raises(NothingToSubmitError):
            submit(desk.office, desk.actor(desk.paul), target, details)
    assert desk.rows(submission) == []
    assert desk.occurrence("1.1").state == "planned"


def test_a_submission_seals_what_was_gathered(desk):
    """Files, links, notes, numbers, provider: all in the manifest whose digest the row and the history name."""
    target = desk.occurrence("1.1").id
    add_link(desk.office, desk.actor(desk.paul), target, "https://school.example/page")
    add_note(desk.office, desk.actor(desk.paul), target, "по списку")
    sealed = desk.hand_in("1.1", desk.paul, note="итог", numbers={"participants": 25})
    assert (sealed.version, sealed.kind) == (1, SubmissionKind.EVIDENCE)
    assert [file.name for file in sealed.manifest.files] == ["протокол.txt"]
    assert sealed.manifest.links == ("https://school.example/page",)
    assert sealed.manifest.note == "по списку\nитог"
    assert sealed.manifest.numbers == {"participants": 25}
    assert sealed.manifest.provided_by == sealed.manifest.entered_by == desk.paul.short_id
    assert sealed.manifest_digest == sealed.manifest.digest
    assert desk.occurrence("1.1").state == "evidence_submitted"


def test_evidence_of_another_is_said_so(desk):
    """The coordinator enters what a school provided; both are kept."""
    sealed = desk.hand_in("1.1", desk.mary, provided_by=desk.paul.short_id)
    assert (sealed.submitted_by, sealed.provided_by) == (desk.mary.short_id, desk.paul.short_id)
    behalf = desk.hand_in("1.2", desk.mary, on_behalf_of=desk.ann)
    assert behalf.provided_by == desk.ann.short_id


def test_one_submission_has_one_provider(desk):
    """On behalf of one and provided by another would hide the first from the rule on one's own evidence."""
    with pytest.raises(TwoProvidersError):
        desk.hand_in("1.1", desk.mary, on_behalf_of=desk.head, provided_by=desk.paul.short_id)
    assert desk.rows(submission) == []


def test_only_the_submitter_withdraws(desk):
    """Another person cannot take it back; the submitter can, and work goes on."""
    desk.hand_in("1.1", desk.paul)
    target = desk.occurrence("1.1").id
    with pytest.raises(RoleNotAllowedError):
        withdraw(desk.office, desk.actor(desk.mary), target)
    withdraw(desk.office, desk.actor(desk.paul), target)
    assert desk.occurrence("1.1").state == "in_progress"
    assert desk.waiting("1.1") is None
    with pytest.raises(NothingSubmittedError):
        withdraw(desk.office, desk.actor(desk.paul), target)


def test_a_removed_piece_stays_in_earlier_versions(desk):
    """What is taken out is missing from the next version only."""
    desk.hand_in("1.1", desk.paul)
    withdraw(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id)
    piece = gathered(desk, "1.1")[0]
    remove_evidence(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, piece.id)
    desk.add("1.1", desk.paul, b"better", "справка.txt")
    submit(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, SubmissionDetails())
    names = [[file.name for file in each.manifest.files] for each in sealed_versions(desk, "1.1")]
    assert names == [["протокол.txt"], ["справка.txt"]]


def test_a_piece_of_another_occurrence_is_not_removed(desk):
    """A number that belongs elsewhere, or was removed already, is unknown here."""
    piece = desk.add("1.1", desk.paul)
    with pytest.raises(UnknownEvidenceError):
        remove_evidence(desk.office, desk.actor(desk.ann), desk.occurrence("1.2").id, piece.id)
    remove_evidence(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, piece.id)
    with pytest.raises(UnknownEvidenceError):
        remove_evidence(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, piece.id)


def test_what_is_submitted_takes_no_more_evidence(desk):
    """While a decision is awaited the evidence stays as it is."""
    desk.hand_in("1.1", desk.paul)
    with pytest.raises(EventNotAllowedError):
        desk.add("1.1", desk.paul, b"more")
    with pytest.raises(EventNotAllowedError):
        remove_evidence(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, gathered(desk, "1.1")[0].id)
    assert len(gathered(desk, "1.1")) == 1


def test_an_outcome_is_a_submission(desk):
    """«Не состоялось» is sealed with its reason and waits for a decision, also where no date was ever set."""
    target = desk.occurrence("2.4")
    sealed = report_outcome(desk.office, desk.actor(desk.mary), target.id, OutcomeReason.NOT_HELD, "карантин")
    assert (sealed.kind, sealed.manifest.outcome_reason) == (SubmissionKind.OUTCOME, OutcomeReason.NOT_HELD)
    assert sealed.manifest.note == "карантин"
    assert desk.occurrence("2.4").state == "evidence_submitted"


def test_a_new_version_and_a_withdrawal_void_the_links(desk):
    """Grants on an earlier version count no more once it is withdrawn."""
    first = desk.hand_in("1.1", desk.paul)
    with desk.office.store.write() as work:
        issue_grant(work, desk.head.id, first.id)
    withdraw(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id)
    assert [row.voided_at is not None for row in desk.rows(grant)] == [True]
    second = submit(desk.office, desk.actor(desk.paul), desk.occurrence("1.1").id, SubmissionDetails())
    assert second.version == 2
    assert second.manifest_digest != first.manifest_digest
