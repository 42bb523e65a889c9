"""Everything that can be verified: history, the log over it, what was signed and sent out, the files of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.evidence import list_damaged
from engine.audit import AuditReport, Finding, verify_history
from engine.checkpoints import TreeHead
from engine.log_audit import LogReport, verify_log
from engine.unit_of_work import Store
from runtime.bootstrap import Application
from runtime.log_key import PublicLogKey


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read and what was found; the first finding is the first bad entry."""

    history: AuditReport
    log: LogReport
    files: int
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class RecordsReport:
    """What a database says of itself."""

    history: AuditReport
    log: LogReport

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Of both; the first is the first bad entry."""
        return (*self.history.findings, *self.log.findings)


def verify_records(store: Store, keys: Sequence[PublicLogKey], anchors: Sequence[TreeHead] = ()) -> RecordsReport:
    """Verify what stands in a database: history and the log over it; others may work meanwhile.

    Raises:
        DatabaseUnavailableError: the database cannot be read.
    """
    return RecordsReport(verify_history(store), verify_log(store, keys, anchors))


def verify_installation(
    application: Application, anchors: Sequence[TreeHead] = (), earlier_keys: Sequence[PublicLogKey] = ()
) -> Verification:
    """Verify all of it; others may work meanwhile.

    Args:
        application: of the installation.
        anchors: what letters or papers say of the log.
        earlier_keys: of the log, before its present one.

    Raises:
        DatabaseUnavailableError: the database cannot be read.
        LogKeyMissingError, LogKeyDamagedError, KeyExposedError: the log's key cannot be used.
    """
    keys = [application.log_key, *earlier_keys]
    records = verify_records(application.store, keys, anchors)
    files, damaged = list_damaged(application.office)
    bad_files = (Finding(each.hex(), 0, "evidence", "the file is missing or not what it was") for each in damaged)
    return Verification(records.history, records.log, files, (*records.findings, *bad_files))
