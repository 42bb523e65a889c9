"""An installation is made once, opened with all its parts, and refused where something does not fit."""

import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert

from activities.tables import day_override
from engine.clock import FileClock
from engine.unit_of_work import SilentBell
from notifications.keys import KeysMissingError
from notifications.mail.folder import FolderTransport
from notifications.mail.smtp import SmtpTransport
from runtime import migrations
from runtime.bootstrap import Application, DemoClockRefusedError, SenderMissingError, build_application
from runtime.clock_file import ClockBackwardsError, NoClockToMoveError, move_clock
from runtime.installation import DataFolderError, Purpose, PurposeFixedError, initialise
from runtime.settings import Settings, load_settings


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_an_installation_is_made_of_folder_keys_and_database(settings: Settings) -> None:
    """Nobody else may look into the keys; nobody but the group into the data."""
    done = initialise(settings, Purpose.DEMO)
    assert (done.made, done.purpose) == (("folder", "keys", "database"), Purpose.DEMO)
    assert mode(settings.data_dir) & 0o007 == 0
    assert [mode(path) for path in settings.keys_dir.iterdir()] == [0o600] * 2


def test_making_it_again_changes_nothing(settings: Settings) -> None:
    """Keys, database and purpose stay; only what is missing is made."""
    initialise(settings, Purpose.DEMO)
    keys = {path.name: path.read_bytes() for path in settings.keys_dir.iterdir()}
    again = initialise(settings)
    assert (again.made, again.purpose) == ((), Purpose.DEMO)
    assert {path.name: path.read_bytes() for path in settings.keys_dir.iterdir()} == keys


def test_a_new_database_is_for_production_unless_told(settings: Settings) -> None:
    """The careful choice needs no word."""
    assert initialise(settings).purpose is Purpose.PRODUCTION


def test_the_purpose_of_a_database_stays(settings: Settings) -> None:
    """A production database does not become a demo by a slip at the keyboard."""
    initialise(settings)
    with pytest.raises(PurposeFixedError, match="production"):
        initialise(settings, Purpose.DEMO)


def test_a_data_folder_that_cannot_be_made_is_told(settings: Settings, environment: pytest.MonkeyPatch) -> None:
    """The error names the folder, the reason and the setting."""
    Path("occupied").write_text("")
    environment.setenv("OPORA_DATA_DIR", "occupied/data")
    with pytest.raises(DataFolderError, match=r"occupied/data.*OPORA_DATA_DIR"):
        initialise(load_settings())


def test_without_a_database_the_remedy_is_init(settings: Settings) -> None:
    """Opening what was never made says how to make it, and makes nothing itself."""
    with pytest.raises(migrations.DatabaseNotInitialisedError, match="opora init"):
        build_application(settings, SilentBell())
    assert not settings.data_dir.exists()


def test_without_keys_nothing_is_opened(application: Application) -> None:
    """Links could not be made: better told at once than in the letters."""
    for path in application.settings.keys_dir.iterdir():
        path.unlink()
    with pytest.raises(KeysMissingError, match="opora init"):
        build_application(application.settings, SilentBell())


def test_time_can_be_moved_only_where_nobody_relies_on_it(
    application: Application, make_real: Callable[[], None]
) -> None:
    """A production database refuses a clock file, whatever it shows."""
    assert isinstance(application.store.clock, FileClock)
    make_real()
    with pytest.raises(DemoClockRefusedError, match="OPORA_CLOCK"):
        build_application(application.settings, SilentBell())


def test_a_production_database_goes_by_the_machines_clock(settings: Settings, environment: pytest.MonkeyPatch) -> None:
    """Without the setting there is no file to move."""
    environment.delenv("OPORA_CLOCK")
    initialise(load_settings())
    application = build_application(load_settings(), SilentBell())
    with pytest.raises(NoClockToMoveError, match="OPORA_CLOCK"):
        move_clock(application, datetime(2026, 3, 2, tzinfo=UTC))
    application.close()


def test_the_clock_goes_forwards_only(application: Application) -> None:
    """A later instant is shown from then on; an earlier one is refused; a missing file is made."""
    moved = datetime(2026, 3, 2, 6, tzinfo=UTC)
    move_clock(application, moved)
    assert application.store.clock.now() == moved
    with pytest.raises(ClockBackwardsError, match="2026-03-02"):
        move_clock(application, datetime(2026, 3, 1, tzinfo=UTC))
    assert application.settings.clock is not None
    application.settings.clock.unlink()
    move_clock(application, moved)
    assert application.store.clock.now() == moved


def test_the_organisations_own_days_decide(application: Application) -> None:
    """A Sunday made a working day counts in the office and for timers, once a long-lived process reads it anew."""
    sunday = date(2026, 3, 1)
    assert not application.office.calendar.is_working(sunday)
    with application.store.write() as work:
        work.connection.execute(insert(day_override).values(day=sunday, is_working=True))
    assert not application.office.calendar.is_working(sunday)
    application.refresh()
    assert application.office.calendar.is_working(sunday)
    assert application.office.execution.registry.calendar("house").roll_forward(sunday) == sunday


def test_letters_go_to_a_folder_until_a_server_is_set(
    application: Application, environment: pytest.MonkeyPatch
) -> None:
    """A server needs a sender too; the budget is as set."""
    assert isinstance(application.post.transport, FolderTransport)
    environment.setenv("OPORA_SMTP_URL", "smtp://127.0.0.1:25")
    environment.setenv("OPORA_MAIL_PER_DAY", "5")
    with pytest.raises(SenderMissingError, match="OPORA_MAIL_FROM"):
        _ = replace(application, settings=load_settings()).post
    environment.setenv("OPORA_MAIL_FROM", "МОЦ <opora@parus.example.org>")
    post = replace(application, settings=load_settings()).post
    assert isinstance(post.transport, SmtpTransport)
    assert (post.sender.address, post.budget.a_day) == ("opora@parus.example.org", 5)
