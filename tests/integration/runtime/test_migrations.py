"""Versions of the schema: a new database and an upgraded one are the same, and a foreign version is refused."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from engine.database import open_database, reading, writing
from runtime import migrations
from runtime.migrations import SCHEMA, frozen_sql

POSTGRESQL_SCHEMA = {
    "columns": "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default"
    " FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
    "functions": "SELECT pg_get_functiondef(oid) FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """An empty database."""
    opened = open_database(database_url)
    yield opened
    opened.dispose()


def schema_of(engine: Engine) -> set[Any]:
    """Everything that a database says of its schema, but for the migrations' own table."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            rows = connection.execute(text("SELECT type, name, tbl_name, sql FROM sqlite_master"))
            found = {(*row[:3], re.sub(r"\s+", " ", row[3] or "")) for row in rows}
        else:
            found = {
                (kind, *row) for kind, query in POSTGRESQL_SCHEMA.items() for row in connection.execute(text(query))
            }
    return {each for each in found if migrations.VERSION_TABLE not in str(each)}


def wipe(engine: Engine) -> None:
    """Empty the database."""
    engine.dispose()
    if engine.dialect.name == "sqlite":
        Path(str(engine.url.database)).unlink()
        return
    with writing(engine) as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))


def test_a_migrated_schema_equals_a_fresh_one(engine: Engine) -> None:
    """What the revisions make is what the tables in the code say, triggers too.

    Until the first release: `python -m runtime.migrations.frozen_sql` writes the first revision anew.
    """
    migrations.upgrade(engine)
    migrated = schema_of(engine)
    wipe(engine)
    SCHEMA.create_all(engine)
    assert migrated == schema_of(engine)
    assert len(migrated) > len(SCHEMA.tables)


def test_the_comparison_sees_a_trigger(engine: Engine) -> None:
    """A history without its triggers would not pass as the same schema."""
    migrations.upgrade(engine)
    whole = schema_of(engine)
    with writing(engine) as connection:
        name = "history_no_update" if engine.dialect.name == "sqlite" else "history_no_change ON history"
        connection.execute(text(f"DROP TRIGGER {name}"))
    assert len(whole - schema_of(engine)) == 1


def test_upgrading_twice_changes_nothing(engine: Engine) -> None:
    """A second upgrade finds the schema in place, and the version is the newest."""
    migrations.upgrade(engine)
    before = schema_of(engine)
    migrations.upgrade(engine)
    assert schema_of(engine) == before
    assert migrations.current(engine) == migrations.newest()
    migrations.check(engine)


def test_a_database_that_is_not_there_is_not_made(sqlite_url: str) -> None:
    """Asking for the version of a missing file answers None and leaves no file behind."""
    engine = open_database(sqlite_url)
    assert migrations.current(engine) is None
    with pytest.raises(migrations.DatabaseNotInitialisedError, match="opora init"):
        migrations.check(engine)
    assert not Path(str(engine.url.database)).exists()


def test_an_empty_database_is_not_initialised(engine: Engine) -> None:
    """A database without tables is told apart from one of another version."""
    with reading(engine):
        pass
    with pytest.raises(migrations.DatabaseNotInitialisedError):
        migrations.check(engine)


@pytest.mark.parametrize(
    ("version", "error"),
    [("9999", migrations.DatabaseTooNewError), ("0000", migrations.DatabaseOutdatedError)],
)
def test_another_version_is_refused(engine: Engine, version: str, error: type[Exception]) -> None:
    """A newer database needs a newer program, an older one an upgrade; both errors name the versions."""
    migrations.upgrade(engine)
    set_version(engine, version)
    with pytest.raises(error, match=version):
        migrations.check(engine)


def test_a_newer_database_is_not_upgraded(engine: Engine) -> None:
    """An upgrade by an older program changes nothing."""
    migrations.upgrade(engine)
    set_version(engine, "9999")
    before = schema_of(engine)
    with pytest.raises(migrations.DatabaseTooNewError):
        migrations.upgrade(engine)
    assert (schema_of(engine), migrations.current(engine)) == (before, "9999")


def set_version(engine: Engine, version: str) -> None:
    with writing(engine) as connection:
        connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '{version}'"))


def test_the_newest_version_is_alembics_head() -> None:
    """The number taken from the files' names is what Alembic finds in them; there is one line of revisions."""
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    assert ScriptDirectory.from_config(config).get_heads() == [migrations.newest()]


@pytest.mark.parametrize("dialect", frozen_sql.DIALECTS)
def test_frozen_sql_is_read_as_it_was_written(dialect: str, tmp_path: Path) -> None:
    """Statements come back one by one, a trigger's own semicolons notwithstanding."""
    revision = tmp_path / "0001_any.py"
    frozen_sql.write_statements(revision, SCHEMA)
    read = frozen_sql.read_statements(revision, dialect)
    assert read == frozen_sql.creating(SCHEMA, dialect)
    assert any("RAISE" in statement and "history_" in statement for statement in read)
