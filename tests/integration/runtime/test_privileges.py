"""With two logins on PostgreSQL the application works, and can neither change history nor the schema."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from engine.audit import verify_history
from engine.database import open_database, writing
from engine.unit_of_work import SilentBell
from runtime.bootstrap import Application, build_application
from runtime.installation import Purpose, initialise
from runtime.settings import load_settings
from runtime.ticking import run_tick
from tests.fixtures.databases import PostgresServer

pytestmark = pytest.mark.needs("postgresql")


@pytest.fixture
def restricted(
    environment: pytest.MonkeyPatch,
    postgres_server: PostgresServer,
    postgres_url: str,
    tmp_path: Path,
    launch_sample: Callable[[Application], None],
) -> Iterator[Application]:
    """The sample plan, launched and ticked by a login that owns nothing."""
    (tmp_path / "clock").write_text("2026-04-06T06:00:00Z", encoding="ascii")
    environment.setenv("OPORA_CLOCK", f"file:{tmp_path / 'clock'}")
    environment.setenv("OPORA_DATABASE_OWNER_URL", postgres_url)
    environment.setenv("OPORA_DATABASE_URL", postgres_url.replace("postgres@", "clerk@"))
    postgres_server.execute("CREATE ROLE clerk LOGIN")
    initialise(load_settings(), Purpose.TEST)
    application = build_application(load_settings(), SilentBell())
    launch_sample(application)
    yield application
    application.close()
    # A login goes only once nothing depends on it; `postgres_url` drops the database after this.
    engine = open_database(postgres_url)
    with writing(engine) as connection:
        connection.execute(text("DROP OWNED BY clerk"))
    engine.dispose()
    postgres_server.execute("DROP ROLE clerk")


def test_the_applications_login_can_do_the_work(restricted: Application) -> None:
    """Import, launch and a tick need no right beyond those granted; history verifies."""
    report = run_tick(restricted)
    assert report.failures == {}
    assert report.done["timers"] > 0
    assert verify_history(restricted.store).findings == ()


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE history SET event = 'accept'",
        "DELETE FROM history",
        "TRUNCATE history CASCADE",
        "DROP TRIGGER history_no_change ON history",
        "ALTER TABLE history DISABLE TRIGGER ALL",
        "UPDATE alembic_version SET version_num = '9999'",
        "DROP TABLE payload",
    ],
)
def test_the_applications_login_cannot_touch_what_must_stay(restricted: Application, statement: str) -> None:
    """The database refuses for want of the right, before any trigger is asked."""
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"), restricted.store.write() as work:
        work.connection.execute(text(statement))
