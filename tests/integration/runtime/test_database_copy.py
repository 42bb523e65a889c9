"""What cannot be saved: a damaged database, or one whose own programs are not there."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import text

from engine.database import DatabaseDamagedError, open_database, writing
from runtime.backup import make_backup
from runtime.database_copy import ToolMissingError
from runtime.installation import Purpose, initialise
from runtime.settings import load_settings


def test_a_damaged_database_is_not_saved_as_if_it_were_whole(environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """SQLite looks its copy over; a backup of a broken file would push out the last good one."""
    settings = load_settings()
    initialise(settings, Purpose.TEST)
    engine = open_database(settings.database_url)
    with writing(engine) as connection:
        page = connection.execute(text("SELECT rootpage FROM sqlite_master WHERE name = 'history'")).scalar_one()
    engine.dispose()
    path = settings.data_dir / "opora.db"
    with path.open("r+b") as file:
        size = sqlite3.connect(":memory:").execute("PRAGMA page_size").fetchone()[0]
        file.seek((page - 1) * size)
        file.write(b"\xff" * size)
    with pytest.raises(DatabaseDamagedError, match="opora restore"):
        make_backup(settings, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


@pytest.mark.needs("postgresql")
def test_without_postgresqls_programs_the_remedy_is_named(
    environment: pytest.MonkeyPatch, postgres_url: str, tmp_path: Path
) -> None:
    """The error names the program and the package that brings it."""
    environment.setenv("OPORA_DATABASE_URL", postgres_url)
    initialise(load_settings(), Purpose.TEST)
    environment.setenv("PATH", str(tmp_path))
    with pytest.raises(ToolMissingError, match=r"pg_dump.*postgresql-client"):
        make_backup(load_settings(), tmp_path / "b.tar")
