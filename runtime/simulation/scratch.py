"""A scratch installation that holds one plan and whom it concerns, and can reach nobody."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, Table, event, insert, or_, select, true

from activities import people_tables
from activities import tables as domain
from engine import tables as engine_tables
from engine.clock import VirtualClock
from engine.database import reading, writing
from engine.tables import metadata
from engine.unit_of_work import SilentBell, Store
from notifications import tables as mail
from runtime.bootstrap import Application, build_application
from runtime.installation import PURPOSE, Purpose, initialise

Choice = Callable[[int], ColumnElement[bool]]


def _rows(plan_id: int) -> Select[tuple[int]]:
    return select(domain.activity.c.id).where(domain.activity.c.plan_id == plan_id)


def _sections(plan_id: int) -> Select[tuple[int]]:
    return select(domain.section.c.id).where(domain.section.c.plan_id == plan_id)


def _runs(plan_id: int) -> Select[tuple[int]]:
    return select(domain.occurrence.c.id).where(domain.occurrence.c.activity_id.in_(_rows(plan_id)))


def _instances(plan_id: int) -> Select[tuple[int]]:
    return select(domain.occurrence.c.instance_id).where(domain.occurrence.c.activity_id.in_(_rows(plan_id)))


def _submissions(plan_id: int) -> Select[tuple[int]]:
    return select(domain.submission.c.id).where(domain.submission.c.occurrence_id.in_(_runs(plan_id)))


def _roles(plan_id: int) -> ColumnElement[bool]:
    """Roles on everything, on the plan or inside it."""
    held = domain.role_grant.c
    everywhere = held.plan_id.is_(None) & held.section_id.is_(None) & held.activity_id.is_(None)
    return or_(
        everywhere,
        held.plan_id == plan_id,
        held.section_id.in_(_sections(plan_id)),
        held.activity_id.in_(_rows(plan_id)),
    )


_WHOLE = (
    *(domain.day_override, domain.person, domain.party, domain.party_spelling, domain.contact),
    *(people_tables.party_member, people_tables.absence),
    engine_tables.definition,
)
# Whatever is not named stays where it is: evidence, letters, subscriptions, links, the log.
_CHOSEN: dict[Table, Choice] = {
    **{table: lambda _plan_id: true() for table in _WHOLE},
    domain.setting: lambda _plan_id: domain.setting.c.key != PURPOSE,
    domain.plan: lambda plan_id: domain.plan.c.id == plan_id,
    domain.section: lambda plan_id: domain.section.c.plan_id == plan_id,
    domain.activity: lambda plan_id: domain.activity.c.plan_id == plan_id,
    domain.activity_party: lambda plan_id: domain.activity_party.c.activity_id.in_(_rows(plan_id)),
    domain.row_relation: lambda plan_id: domain.row_relation.c.activity_id.in_(_rows(plan_id)),
    domain.role_grant: _roles,
    domain.occurrence: lambda plan_id: domain.occurrence.c.activity_id.in_(_rows(plan_id)),
    domain.submission: lambda plan_id: domain.submission.c.occurrence_id.in_(_runs(plan_id)),
    domain.decision: lambda plan_id: domain.decision.c.submission_id.in_(_submissions(plan_id)),
    engine_tables.instance: lambda plan_id: engine_tables.instance.c.id.in_(_instances(plan_id)),
    engine_tables.history: lambda plan_id: engine_tables.history.c.instance_id.in_(_instances(plan_id)),
    engine_tables.payload: lambda plan_id: engine_tables.payload.c.instance_id.in_(_instances(plan_id)),
    # Handled messages have told what they had to tell.
    engine_tables.message: lambda plan_id: (
        engine_tables.message.c.instance_id.in_(_instances(plan_id)) & engine_tables.message.c.available_at.is_not(None)
    ),
    engine_tables.ladder: lambda plan_id: engine_tables.ladder.c.instance_id.in_(_instances(plan_id)),
    mail.notice: lambda plan_id: mail.notice.c.occurrence_id.in_(_runs(plan_id)) & mail.notice.c.settled_at.is_(None),
}


_KEPT = frozenset({"zone", "quiet_hours", "mail_from"})
"""The settings that decide who is told what and when; all others are as if nobody had set them."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """An installation of purpose `simulation` whose clock only moves when told."""

    application: Application
    clock: VirtualClock


@contextmanager
def open_scratch(real: Application, plan_id: int, clock: VirtualClock) -> Iterator[Scratch]:
    """Copy a plan and whom it concerns into a database of its own; it is gone at the end of the block.

    Args:
        real: only read, in one short transaction.
        plan_id: the plan; draft or live.
        clock: stands at the instant from which the scratch installation lives on.
    """
    with TemporaryDirectory(prefix="opora-simulation-") as folder:
        application = _build(real, Path(folder), clock)
        try:
            _copy(real.store.engine, application.store.engine, plan_id)
            application.refresh()
            yield Scratch(application, clock)
        finally:
            application.close()


def _build(real: Application, folder: Path, clock: VirtualClock) -> Application:
    """The production composition, of settings that name no mailbox, no folder of calendars and nothing else outside."""
    url = f"sqlite:///{folder / 'opora.db'}"
    usual = {name: each.get_default() for name, each in type(real.settings).model_fields.items() if name not in _KEPT}
    own = {
        "data_dir": folder,
        "keys_dir": folder / "keys",
        "database_url": url,
        "database_owner_url": url,
        "huey_url": f"sqlite:///{folder / 'huey.db'}",
    }
    settings = real.settings.model_copy(update=usual | own)
    initialise(settings, Purpose.SIMULATION)
    built = build_application(settings, SilentBell())
    _forgo_durability(built.store.engine)
    store = Store(built.store.engine, clock, SilentBell())
    return replace(built, office=replace(built.office, store=store))


def _forgo_durability(engine: Engine) -> None:
    """A database that is thrown away need not survive a power cut: a year costs hundreds of waits for the disk."""

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA synchronous=OFF")

    engine.dispose()  # connections that were opened before know nothing of it


def _copy(source: Engine, target: Engine, plan_id: int) -> None:
    # Read in whole before anything is written: one moment of the real database, and no lock on it meanwhile.
    with reading(source) as connection:
        found = {table: _read(connection, table, choice(plan_id)) for table, choice in _CHOSEN.items()}
    with writing(target) as connection:
        # A section may stand before the one above it, a row before the one it follows.
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        for table in metadata.sorted_tables:
            if found.get(table):
                connection.execute(insert(table), found[table])


def _read(connection: Connection, table: Table, chosen: ColumnElement[bool]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(select(table).where(chosen)).mappings()]
