"""Everything that can be verified: history, the log over it, what was signed and sent out, the files of evidence."""

from collections.abc import Sequence
from dataclasses import dataclass

from activities.evidence import list_damaged
from engine.audit import AuditReport, Finding, verify_history
from engine.checkpoints import TreeHead
from engine.log_audit import LogReport, verify_log
from runtime.bootstrap import Application
from runtime.log_key import PublicLogKey


@dataclass(frozen=True, slots=True)
class Verification:
    """What was read and what was found; the first finding is the first bad entry."""

    history: AuditReport
    log: LogReport
    files: int
    findings: tuple[Finding, ...]


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
    history = verify_history(application.store)
    log = verify_log(application.store, keys, anchors)
    files, damaged = list_damaged(application.office)
    bad_files = (Finding(each.hex(), 0, "evidence", "the file is missing or not what it was") for each in damaged)
    return Verification(history, log, files, (*history.findings, *log.findings, *bad_files))
