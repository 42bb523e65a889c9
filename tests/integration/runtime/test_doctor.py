"""The doctor finds each kind of trouble, names it in one line with its remedy, and takes good health for good."""

import io
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from sqlalchemy import insert, text, update

from activities.people import insert_person
from activities.roles import Role, Scope, insert_role
from activities.tables import blob
from engine.database import DatabaseDamagedError, wal_is_safe
from engine.tables import ladder, message
from notifications.tables import letter, mailbox
from runtime import migrations
from runtime.bootstrap import Application
from runtime.doctor import Finding, Level, database, examine, feeds, folders
from runtime.installation import Purpose, initialise
from runtime.settings import Settings, load_settings
from runtime.ticking import run_tick

SPRING = "2026-04-06T06:00:00Z"


@pytest.fixture
def database_kind() -> str:
    """SQLite: of the checks only one looks at the kind of database, and has its own test on PostgreSQL."""
    return "sqlite"


@pytest.fixture
def healthy(application: Application) -> Application:
    """An installation that has just ticked, in office mode."""
    run_tick(application)
    return application


@pytest.fixture
def busy(launched: Application) -> Application:
    """The same with the sample plan at work."""
    run_tick(launched)
    return launched


def found(check: str) -> Finding:
    """The one finding of a check."""
    findings = [each for each in examine() if each.check == check]
    assert len(findings) == 1, [each.check for each in examine()]
    return findings[0]


def failures() -> dict[str, str]:
    return {each.check: each.text.format(**each.details) for each in examine() if each.level is Level.FAILURE}


def test_good_health_has_no_failure(healthy: Application) -> None:
    """Every check answers once, and what is merely not set is a notice."""
    findings = list(examine())
    assert [each.check for each in findings if each.level is Level.FAILURE] == []
    assert {each.check for each in findings if each.level is Level.NOTICE} == {"clock_file", "mail", "links"}
    checks = [each.check for each in findings]
    assert len(set(checks)) == len(checks)
    assert {"settings", "data_folder", "keys", "schema", "storage", "zone", "clock", "worker", "timers"} <= set(checks)
    assert {"messages", "letters", "evidence"} <= set(checks)


def test_a_wrong_setting_is_all_there_is_to_say(environment: pytest.MonkeyPatch) -> None:
    """Nothing else can be looked at before the settings can be read."""
    environment.setenv("OPORA_PORT", "many")
    assert [(each.check, each.level) for each in examine()] == [("settings", Level.FAILURE)]


def test_the_folder_of_calendar_files(healthy: Application, environment: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Nothing is said where none is set; else whether it is there, can be written, and can be listed by strangers."""
    assert "feed_folder" not in {each.check for each in examine()}
    folder = tmp_path / "feeds"
    environment.setenv("OPORA_FEED_DIR", str(folder))
    assert (found("feed_folder").level, found("feed_folder").text) == (Level.NOTICE, feeds.MISSING)
    folder.mkdir(mode=0o710)
    assert (found("feed_folder").level, found("feed_folder").text) == (Level.GOOD, feeds.GOOD)
    folder.chmod(0o755)
    assert (found("feed_folder").level, found("feed_folder").text) == (Level.NOTICE, feeds.OPEN)
    environment.setenv("OPORA_FEED_DIR", "/proc/self")
    assert (found("feed_folder").level, found("feed_folder").text) == (Level.FAILURE, feeds.NOT_WRITABLE)


def test_a_misspelt_setting_is_noticed(environment: pytest.MonkeyPatch) -> None:
    """A variable that nothing reads is a slip of the keyboard."""
    environment.setenv("OPORA_SMTP_ULR", "smtp://mail")
    assert found("unknown_setting").details == {"name": "OPORA_SMTP_ULR"}


def test_before_init_the_remedy_is_init(settings: Settings) -> None:
    """Folder, keys and database: each line says how to make it."""
    said = failures()
    assert set(said) == {"data_folder", "keys", "application"}
    assert all("opora init" in each for each in said.values())


def test_a_data_folder_that_cannot_be_written_is_found(healthy: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the cause, what the system says is passed on."""

    def refuse(**_: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("runtime.doctor.folders.tempfile.TemporaryFile", refuse)
    assert "Read-only file system" in failures()["data_folder"]


def test_little_space_is_noticed(healthy: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before it is too late, and not as a failure."""
    monkeypatch.setattr(folders, "SCARCE_BYTES", 1 << 62)
    assert found("data_folder").level is Level.NOTICE


@pytest.mark.parametrize("name", ["link-1.key", "log.key"])
def test_a_key_that_others_may_read_is_found(healthy: Application, name: str) -> None:
    """The line holds the command that mends it."""
    (healthy.settings.keys_dir / name).chmod(0o644)
    assert "chmod 600" in failures()["keys"]


def test_a_database_of_another_version_is_found(healthy: Application) -> None:
    """An older one names the upgrade."""
    with healthy.store.write() as work:
        work.connection.execute(text(f"UPDATE {migrations.VERSION_TABLE} SET version_num = '0000'"))
    assert "opora database upgrade" in failures()["application"]


@pytest.mark.needs("postgresql")
def test_postgresql_is_asked_for_its_version(environment: pytest.MonkeyPatch, postgres_url: str) -> None:
    """Its files are its own affair; all else is looked at as on SQLite."""
    environment.setenv("OPORA_DATABASE_URL", postgres_url)
    initialise(load_settings(), Purpose.TEST)
    assert "version" in found("storage").details
    assert failures() == {}


def test_a_damaged_file_is_found(healthy: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """What SQLite says of its file is passed on."""

    def damaged(_path: Path) -> None:
        raise DatabaseDamagedError(reason="row 3 missing from index")

    monkeypatch.setattr(database, "check_sqlite", damaged)
    assert "row 3 missing" in failures()["storage_whole"]


def test_a_journal_that_may_corrupt_is_found(healthy: Application, monkeypatch: pytest.MonkeyPatch) -> None:
    """WAL on an SQLite with the fault is a failure; on a fixed one it is none, nor is TRUNCATE anywhere."""
    monkeypatch.setattr(database, "wal_is_safe", lambda: False)
    assert (found("storage").level is Level.GOOD) is not wal_is_safe()
    monkeypatch.setattr("engine.database.wal_is_safe", lambda: True)
    assert found("storage").level is Level.FAILURE
    monkeypatch.setattr(database, "wal_is_safe", lambda: True)
    assert found("storage").level is Level.GOOD


def test_a_clock_behind_history_is_found(busy: Application, settings: Settings) -> None:
    """A machine that woke up in the past would write wrong dates."""
    assert settings.clock is not None
    settings.clock.write_text("2025-12-31T00:00:00Z")
    assert "2026-01-12" in failures()["clock"]


def test_a_worker_that_stopped_is_found(busy: Application, move_clock: Callable[[str], None]) -> None:
    """Five minutes without a tick; and then timers that are due stand still."""
    move_clock(SPRING)
    said = failures()
    assert "opora up" in said["worker"]
    assert "timers are late" in said["timers"]
    run_tick(busy)
    assert failures() == {}


def test_before_the_first_tick_that_is_no_failure(launched: Application) -> None:
    """A new installation is not ill; it has not been started."""
    assert found("worker").level is Level.NOTICE


def change(application: Application, statement: Any) -> None:
    with application.store.write() as work:
        work.connection.execute(statement)


def test_a_timer_that_fails_is_found(busy: Application) -> None:
    """With what stood against it."""
    some = ladder.c.instance_id == 1
    change(busy, update(ladder).where(some).values(failures=3, error="KeyError: 'house'"))
    assert "KeyError" in failures()["timers"]


def give(application: Application, email: str, *roles: Role) -> None:
    """Add a person who holds these roles everywhere."""
    with application.store.write() as work:
        person = insert_person(work, email, email, "", "ru")
        for role in roles:
            insert_role(work, person.id, role, Scope())


def test_what_nobody_may_accept_is_found(busy: Application, run_opora: Callable[..., Result]) -> None:
    """Before it is handed in it is noticed, afterwards it is a failure; with an approver who is somebody else, none."""
    every = found("decisions_later")
    assert every.level is Level.NOTICE
    assert "opora person grant PERSON --role approver" in every.text
    give(busy, "one@parus.example.org", Role.APPROVER, Role.COORDINATOR)
    assert found("decisions").level is Level.GOOD
    (busy.settings.data_dir / "list.txt").write_text("list", encoding="utf-8")
    file = str(busy.settings.data_dir / "list.txt")
    sent = run_opora("occurrence", "submit", "1.4", "--file", file, "--as", "one@parus.example.org")
    assert sent.exit_code == 0, sent.stderr
    assert failures()["decisions"].startswith("1 occurrences are handed in")
    assert "moc-2026:1.4" in failures()["decisions"]
    give(busy, "two@parus.example.org", Role.APPROVER)
    assert found("decisions").level is Level.GOOD


def test_one_approver_where_two_are_asked_for_is_found(busy: Application, run_opora: Callable[..., Result]) -> None:
    """How many the workflow of each row asks for counts."""
    give(busy, "one@parus.example.org", Role.APPROVER)
    migrate = ("workflow", "migrate", "activity", "--to", "activity-two-approvers", "--only", "1.4", "--apply")
    moved = run_opora(*migrate, "--as", "coordinator@parus.example.org")
    assert moved.exit_code == 0, moved.stderr
    assert found("decisions_later").details == {"count": 1, "references": "moc-2026:1.4@2026-04-01"}


@pytest.mark.parametrize("change_to", ["definition_id = 77", "definition_id = 2"])
def test_a_workflow_that_is_gone_is_found(busy: Application, change_to: str) -> None:
    """Its row is missing, or its text is no workflow: whatever runs by it stands still."""
    raw = sqlite3.connect(str(busy.store.engine.url.database), isolation_level=None)
    raw.execute("INSERT INTO definition VALUES (2, 'x', X'00', '{', '2026-01-12T05:00:00.000000Z')")
    raw.execute(f"UPDATE instance SET {change_to} WHERE id = 1")
    raw.close()
    assert failures()["workflows"].startswith("For 1 occurrences the workflow is missing or cannot be read")
    assert "opora restore" in failures()["workflows"]
    assert "opora audit verify" in failures()["decisions"]


def test_messages_that_wait_or_were_given_up_are_found(busy: Application) -> None:
    """Each in its own line."""
    now = busy.store.clock.now()
    change(busy, update(message).where(message.c.id == 1).values(available_at=now - timedelta(minutes=11)))
    change(busy, update(message).where(message.c.id == 2).values(dead_at=now, error="no such person"))
    said = failures()
    assert said["messages"].startswith("1 ")
    assert "no such person" in said["messages_dead"]


def test_letters_that_are_stuck_are_found(
    busy: Application, move_clock: Callable[[str], None], settings: Settings
) -> None:
    """Dead is a failure, deferred a notice, a resting mailbox a failure with its reason."""
    move_clock(SPRING)
    run_tick(busy)
    change(busy, update(letter).values(state="deferred"))
    assert found("letters").level is Level.NOTICE
    change(busy, update(letter).values(state="dead"))
    assert "opora mail list" in failures()["letters"]
    rest = {"paused_until": busy.store.clock.now() + timedelta(hours=1), "reason": "limit exceeded"}
    change(busy, update(mailbox).values(rest))
    assert "limit exceeded" in failures()["mailbox"]


@pytest.mark.parametrize(
    ("url", "real", "level"),
    [
        ("https://opora.school.ru", True, Level.GOOD),
        ("http://127.0.0.1:8080", True, Level.FAILURE),
        ("https://192.168.1.5", True, Level.FAILURE),
        ("http://127.0.0.1:8080", False, Level.NOTICE),
    ],
)
def test_a_public_address_that_leads_nowhere_is_found(
    healthy: Application,
    environment: pytest.MonkeyPatch,
    make_real: Callable[[], None],
    *,
    url: str,
    real: bool,
    level: Level,
) -> None:
    """In a demo the own machine is reached; nobody else's is."""
    environment.setenv("OPORA_PUBLIC_URL", url)
    if real:
        make_real()
        environment.delenv("OPORA_CLOCK")
    assert found("links").level is level


def test_a_mail_setting_that_cannot_be_used_is_found(healthy: Application, environment: pytest.MonkeyPatch) -> None:
    """The remedy is the setting's own; everything else is looked at all the same."""
    environment.setenv("OPORA_SMTP_URL", "smtp://127.0.0.1")
    assert set(failures()) == {"mail"}
    assert "OPORA_MAIL_FROM" in failures()["mail"]


def test_evidence_that_is_gone_is_found(healthy: Application) -> None:
    """A file that is missing, or shorter than it was."""
    stored = healthy.office.evidence.store(io.BytesIO(b"scan"), 10)
    change(healthy, insert(blob).values(digest=stored.digest, size=stored.size, stored_at=healthy.store.clock.now()))
    assert found("evidence").level is Level.GOOD
    path = healthy.office.evidence.path_of(stored.digest)
    path.chmod(0o640)
    path.write_bytes(b"sca")
    assert stored.digest.hex() in failures()["evidence"]
    path.unlink()
    assert stored.digest.hex() in failures()["evidence"]


def test_the_command_prints_a_line_a_check_and_fails_where_one_fails(
    healthy: Application, run_opora: Callable[..., Result]
) -> None:
    """✓ for good, ! for a notice, ✗ for a failure; exit 1 only for a failure; Russian where asked for."""
    good = run_opora("doctor")
    assert good.exit_code == 0, good.output
    assert {line[0] for line in good.stdout.splitlines()} == {"✓", "!"}
    next(healthy.settings.keys_dir.iterdir()).unlink()
    bad = run_opora("doctor")
    assert bad.exit_code == 1
    assert any(line.startswith("✗") and "opora init" in line for line in bad.stdout.splitlines())


def test_the_command_prints_json_for_programs(healthy: Application, run_opora: Callable[..., Result]) -> None:
    """A monitor reads checks and levels, not words."""
    plain = json.loads(run_opora("doctor", "--json").stdout)
    assert {"check", "level", "message"} == set(plain[0])
    assert {each["level"] for each in plain} == {"good", "notice"}
