"""What an installation is for, and making one: folders, keys, database."""

import os
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from sqlalchemy import Connection, Engine, insert, select

from activities.tables import setting
from engine.database import open_database, reading, writing
from engine.errors import N_, OporaError
from notifications.keys import Keys, KeysExistError
from runtime import migrations
from runtime.database_marks import refuse_closed
from runtime.log_key import LogKey
from runtime.privileges import grant_access
from runtime.settings import Settings

PURPOSE = "purpose"


class Purpose(StrEnum):
    """What a database is for; told once, when it is made."""

    PRODUCTION = "production"
    DEMO = "demo"
    SIMULATION = "simulation"
    TEST = "test"

    @property
    def is_real(self) -> bool:
        """Whether real people rely on it, so that neither the clock nor an address may be invented."""
        return self is Purpose.PRODUCTION


class DataFolderError(OporaError):
    """The data folder cannot be made or written."""

    message = N_("The folder {folder} cannot be written: {reason}. Give your account the right, or set OPORA_DATA_DIR.")


class PurposeFixedError(OporaError):
    """A database keeps the purpose that it was made for."""

    message = N_("This database was made for “{purpose}” and stays so. Set OPORA_DATA_DIR to another folder.")


@dataclass(frozen=True, slots=True)
class Initialised:
    """What `initialise` found and made.

    Args:
        made: what was not there before: `folder`, `keys`, `database`.
    """

    purpose: Purpose
    made: tuple[str, ...]


def initialise(settings: Settings, purpose: Purpose | None = None) -> Initialised:
    """Make what is missing; what is there stays as it is.

    Args:
        settings: where.
        purpose: what a new database is for, production by default; must fit a database that is there.

    Raises:
        DataFolderError: the data folder or the keys' folder cannot be written.
        PurposeFixedError: the database was made for something else.
        DatabaseTooNewError: the database is newer than this program.
        CopyUnfinishedError, DatabaseMovedError: nobody may work in the database.
    """
    made = [] if settings.data_dir.exists() else ["folder"]
    _make_folder(settings.data_dir)
    made += _make_keys(settings.keys_dir)
    engine = open_database(settings.database_owner_url)
    try:
        if migrations.current(engine) is None:
            made.append("database")
        migrations.upgrade(engine, refuse_closed)
        grant_access(settings, engine)
        return Initialised(_settle_purpose(engine, purpose), tuple(made))
    finally:
        engine.dispose()


def get_purpose(connection: Connection) -> Purpose:
    """What the database is for; production unless it was made for something else."""
    value = connection.execute(select(setting.c.value).where(setting.c.key == PURPOSE)).scalar()
    return Purpose(value) if value else Purpose.PRODUCTION


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise DataFolderError(folder=folder, reason=error.strerror) from error
    if not os.access(folder, os.W_OK | os.X_OK):
        raise DataFolderError(folder=folder, reason=os.strerror(13))


def _make_keys(folder: Path) -> list[str]:
    made = []
    try:
        with suppress(KeysExistError):
            Keys.create(folder)
            made = ["keys"]
        return ["keys"] if LogKey.create(folder) else made
    except OSError as error:
        raise DataFolderError(folder=folder, reason=error.strerror) from error


def _settle_purpose(engine: Engine, wanted: Purpose | None) -> Purpose:
    with reading(engine) as connection:
        stored = connection.execute(select(setting.c.value).where(setting.c.key == PURPOSE)).scalar()
    if stored is None:
        chosen = wanted or Purpose.PRODUCTION
        with writing(engine) as connection:
            connection.execute(insert(setting).values(key=PURPOSE, value=chosen.value))
        return chosen
    if wanted not in {None, Purpose(stored)}:
        raise PurposeFixedError(purpose=stored)
    return Purpose(stored)
