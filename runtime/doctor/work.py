"""Whether what is due gets done: the worker, timers, messages, evidence."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import ColumnElement, Connection, func, select

from activities.evidence import list_kept
from activities.tables import blob
from engine.errors import N_
from engine.tables import ladder, message
from runtime.bootstrap import Application
from runtime.doctor.finding import Findings, failure, good, notice
from runtime.heartbeat import MISSED_AFTER, find_last_tick, list_machines

LATE_AFTER = timedelta(minutes=10)
NAMED = 3

WORKER = N_("The worker was at work at {last}.")
SILENT_MACHINE = N_(
    "The worker on the machine {machine} was last at work at {last}; others do its work. "
    "Start it there, or leave it: a day after its last sign it is forgotten."
)
NO_WORKER_YET = N_("No worker has run yet. Start it: opora up")
NO_WORKER = N_("The worker was last at work at {last}. Nothing is sent or started meanwhile. Start it: opora up")
TIMERS = N_("{count} timers wait for their time; none is late.")
TIMERS_LATE = N_("{count} timers are late by more than 10 minutes. See that the worker runs: opora up, or opora tick")
TIMERS_FAILED = N_(
    "{count} timers failed and are tried again, for example with: {error}. "
    "Run opora -v tick and send what it says to the administrator."
)
MESSAGES = N_("No message waits.")
MESSAGES_LATE = N_(
    "{count} messages have waited for more than 10 minutes. Start the worker (opora up) or run opora tick"
)
MESSAGES_DEAD = N_(
    "{count} messages were given up after many attempts, the last one with: {error}. Whom they concern was not told. "
    "See which they are: opora outbox list. Once the trouble is over: opora outbox retry MESSAGE"
)
EVIDENCE = N_("All {count} files of evidence are in their place.")
EVIDENCE_MISSING = N_(
    "{count} files of evidence are missing or of another size, for example {names}. "
    "Bring them back from a backup into {folder}."
)


def check_worker(application: Application) -> Findings:
    """Somebody has ticked a moment ago."""
    with application.store.read() as connection:
        last = find_last_tick(connection)
        machines = list_machines(connection)
    if last is None:
        yield notice("worker", NO_WORKER_YET)
        return
    now, zone = application.store.clock.now(), application.settings.zone
    missed = now - last > MISSED_AFTER
    tell, text = (failure, NO_WORKER) if missed else (good, WORKER)
    yield tell("worker", text, last=last.astimezone(zone))
    silent = {name: at for name, at in machines.items() if now - at > MISSED_AFTER}
    for name, at in sorted(silent.items()):
        if not missed:
            yield notice("worker_silent", SILENT_MACHINE, machine=name, last=at.astimezone(zone))


def check_timers(application: Application) -> Findings:
    """No ladder stands still."""
    late = ladder.c.due_at < application.store.clock.now() - LATE_AFTER
    with application.store.read() as connection:
        armed = _count(connection, ladder.c.instance_id.is_not(None))
        behind = _count(connection, late & (ladder.c.failures == 0))
        failed = _count(connection, ladder.c.failures > 0)
        error = connection.execute(select(ladder.c.error).where(ladder.c.failures > 0).limit(1)).scalar()
    if behind:
        yield failure("timers", TIMERS_LATE, count=behind)
    if failed:
        yield failure("timers", TIMERS_FAILED, count=failed, error=error)
    if not behind and not failed:
        yield good("timers", TIMERS, count=armed)


def check_messages(application: Application) -> Findings:
    """What happened was told on."""
    late = message.c.available_at < application.store.clock.now() - LATE_AFTER
    with application.store.read() as connection:
        waiting = _count(connection, late)
        dead = _count(connection, message.c.dead_at.is_not(None))
        newest = select(message.c.error).where(message.c.dead_at.is_not(None)).order_by(message.c.id.desc())
        error = connection.execute(newest.limit(1)).scalar()
    if waiting:
        yield failure("messages", MESSAGES_LATE, count=waiting)
    if dead:
        yield failure("messages_dead", MESSAGES_DEAD, count=dead, error=error)
    if not waiting and not dead:
        yield good("messages", MESSAGES)


def check_evidence(application: Application) -> Findings:
    """Each file that the database knows is there, in its size; `opora audit verify` reads them whole."""
    with application.store.read() as connection:
        kept = set(list_kept(connection))
        known = [row for row in connection.execute(select(blob.c.digest, blob.c.size)) if row.digest in kept]
    folder = application.office.evidence
    missing = [row.digest.hex() for row in known if _size(folder.path_of(row.digest)) != row.size]
    if missing:
        names = ", ".join(missing[:NAMED])
        yield failure("evidence", EVIDENCE_MISSING, count=len(missing), names=names, folder=folder.path)
    else:
        yield good("evidence", EVIDENCE, count=len(known))


def _count(connection: Connection, condition: ColumnElement[bool]) -> int:
    return connection.execute(select(func.count()).where(condition)).scalar_one()


def _size(path: Path) -> int | None:
    return path.stat().st_size if path.is_file() else None
