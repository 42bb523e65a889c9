"""A backup holds the database and the evidence of one moment, and comes back into an empty place or not at all."""

import io
import json
import shutil
import stat
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text

from activities.enrolment import NewPerson, enrol
from activities.tables import blob
from engine.clock import VirtualClock
from engine.database import open_database
from engine.tables import instance
from engine.unit_of_work import SilentBell
from notifications.keys import KeysMissingError
from runtime import database_copy, migrations
from runtime.backup import BackupExistsError, BackupFolderError, evidence_name, make_backup
from runtime.backup_manifest import NewerBackupError, NoBackupError
from runtime.bootstrap import Application, build_application
from runtime.database_copy import DatabaseUsedError
from runtime.installation import initialise
from runtime.log_key import LogKey, PublicLogKey
from runtime.restore import DataFolderUsedError, OtherDatabaseKindError, restore_backup
from runtime.settings import Settings, load_settings
from runtime.ticking import run_tick
from tests.fixtures.databases import PostgresServer
from tests.fixtures.tools import find_postgresql

SCAN = b"scan of a certificate"


@pytest.fixture(autouse=True)
def tools(environment: pytest.MonkeyPatch) -> None:
    """PostgreSQL's own programs on PATH, as its client package puts them."""
    import os

    found = find_postgresql("pg_dump")
    if found:
        environment.setenv("PATH", f"{found.parent}{os.pathsep}{os.environ['PATH']}")


@pytest.fixture
def furnished(application: Application) -> Application:
    """An installation with a person and a file of evidence."""
    enrol(application.office, None, NewPerson("head@parus.example.org", "Head"))
    keep(application, SCAN)
    return application


def keep(application: Application, content: bytes) -> None:
    """Store a file and the row that names it."""
    stored = application.office.evidence.store(io.BytesIO(content), 1000)
    with application.store.write() as work:
        work.connection.execute(insert(blob).values(digest=stored.digest, size=stored.size, stored_at=work.now))


@pytest.fixture
def elsewhere(
    environment: pytest.MonkeyPatch, request: pytest.FixtureRequest, settings: Settings, tmp_path: Path
) -> Iterator[Settings]:
    """Settings of an empty place for the same kind of database."""
    environment.setenv("OPORA_DATA_DIR", str(tmp_path / "elsewhere"))
    if settings.database_url.startswith("sqlite"):
        yield load_settings()
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    server.execute("CREATE DATABASE elsewhere")
    environment.setenv("OPORA_DATABASE_URL", server.url("elsewhere"))
    yield load_settings()
    server.execute("DROP DATABASE elsewhere WITH (FORCE)")


def rows_of(application: Application) -> dict[str, Any]:
    with application.store.read() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table)).all()))
            for table in migrations.SCHEMA.sorted_tables
        }


def test_what_was_saved_comes_back(launched: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """Every row of every table and every byte of evidence, on both databases; history verifies."""
    keep(launched, SCAN)
    saved = make_backup(launched.settings, tmp_path / "b.tar")
    restored = restore_backup(elsewhere, tmp_path / "b.tar")
    assert restored.manifest == saved.manifest
    assert (restored.findings, restored.signatures_checked) == ((), False)
    shutil.copytree(launched.settings.keys_dir, elsewhere.keys_dir)
    copy = build_application(elsewhere, SilentBell())
    assert rows_of(copy) == rows_of(launched)
    with copy.store.read() as connection:
        digest = connection.execute(select(blob.c.digest)).scalar_one()
    with copy.office.evidence.open(digest) as stream:
        assert stream.read() == SCAN
    copy.close()


def test_a_backup_holds_no_key(furnished: Application, tmp_path: Path) -> None:
    """Who finds a backup can sign no link: neither file nor content of a key is in it, and nobody else may read it."""
    path = tmp_path / "b.tar"
    make_backup(furnished.settings, path)
    with tarfile.open(path) as tar:
        names = sorted(tar.getnames())
    digest = names[1].rpartition("/")[2]
    assert names == ["database", evidence_name(digest), "manifest.json"]
    secrets = [each.read_text().strip() for each in furnished.settings.keys_dir.iterdir()]
    assert secrets
    assert not any(secret.encode() in path.read_bytes() for secret in secrets)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_restored_place_needs_its_keys(furnished: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """Without the copy of the keys the remedy is named."""
    make_backup(furnished.settings, tmp_path / "b.tar")
    restore_backup(elsewhere, tmp_path / "b.tar")
    with pytest.raises(KeysMissingError, match="opora init"):
        build_application(elsewhere, SilentBell())
    assert initialise(elsewhere).made == ("keys",)


def test_keys_may_lie_in_the_data_folder_before(furnished: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """Who brings the keys first is not refused, and keeps them."""
    make_backup(furnished.settings, tmp_path / "b.tar")
    shutil.copytree(furnished.settings.keys_dir, elsewhere.keys_dir)
    brought = {path.name: path.read_bytes() for path in elsewhere.keys_dir.iterdir()}
    restore_backup(elsewhere, tmp_path / "b.tar")
    assert {path.name: path.read_bytes() for path in elsewhere.keys_dir.iterdir()} == brought
    build_application(elsewhere, SilentBell()).close()


def test_people_work_on_while_a_backup_is_made(
    furnished: Application, elsewhere: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file handed in after the database was copied is not missed by it, and one before never lacks its bytes."""
    copied = database_copy.copy_out

    def copy_and_go_on(url: str, target: Path) -> None:
        copied(url, target)
        keep(furnished, b"late")

    monkeypatch.setattr("runtime.backup.copy_out", copy_and_go_on)
    saved = make_backup(furnished.settings, tmp_path / "b.tar")
    assert saved.manifest.missing == ()
    restore_backup(elsewhere, tmp_path / "b.tar")
    engine = open_database(elsewhere.database_url)
    with engine.connect() as connection:
        known = {digest.hex() for digest in connection.execute(select(blob.c.digest)).scalars()}
    engine.dispose()
    assert known < set(saved.manifest.evidence)


def test_a_missing_file_of_evidence_is_told_and_stops_nothing(furnished: Application, tmp_path: Path) -> None:
    """The rest is saved; the manifest names what was lost or damaged."""
    files = [each for each in furnished.settings.evidence_dir.rglob("*") if each.is_file()]
    files[0].chmod(0o640)
    files[0].write_bytes(b"altered")
    saved = make_backup(furnished.settings, tmp_path / "b.tar")
    assert (saved.manifest.evidence, saved.manifest.missing) == ((), (files[0].name,))


def test_a_backup_never_overwrites(furnished: Application, tmp_path: Path) -> None:
    """The older backup may be the good one."""
    path = tmp_path / "b.tar"
    path.write_text("older")
    with pytest.raises(BackupExistsError):
        make_backup(furnished.settings, path)
    assert path.read_text() == "older"


def test_a_backup_that_cannot_be_written_leaves_nothing(
    furnished: Application, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A disk that is full in the middle leaves no file that looks like a backup."""
    with pytest.raises(BackupFolderError, match="nowhere"):
        make_backup(furnished.settings, tmp_path / "nowhere" / "b.tar")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    target = tmp_path / "disk"
    target.mkdir()
    monkeypatch.setattr(tarfile.TarFile, "addfile", full)
    with pytest.raises(BackupFolderError, match="No space left"):
        make_backup(furnished.settings, target / "b.tar")
    assert list(target.iterdir()) == []


def test_nothing_is_saved_of_nothing(settings: Settings, tmp_path: Path) -> None:
    """Without an installation there is no empty backup that somebody may rely on."""
    with pytest.raises(migrations.DatabaseNotInitialisedError):
        make_backup(settings, tmp_path / "b.tar")
    assert not (tmp_path / "b.tar").exists()


def test_a_manifest_says_when_and_what(furnished: Application, clock: VirtualClock, tmp_path: Path) -> None:
    """JSON that a person can read too."""
    make_backup(furnished.settings, tmp_path / "b.tar", clock)
    with tarfile.open(tmp_path / "b.tar") as tar:
        stream = tar.extractfile("manifest.json")
        assert stream is not None
        plain = json.loads(stream.read())
    assert plain["made_at"] == "2026-03-02T06:00:00.000000Z"
    assert (plain["format"], plain["schema"], plain["purpose"]) == (1, migrations.newest(), "test")
    assert plain["database_kind"] == furnished.store.engine.dialect.name


def test_a_place_in_use_is_left_alone(furnished: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """Nothing is written over data, be it in the folder or in the database."""
    make_backup(furnished.settings, tmp_path / "b.tar")
    before = rows_of(furnished)
    with pytest.raises((DataFolderUsedError, DatabaseUsedError)):
        restore_backup(furnished.settings, tmp_path / "b.tar")
    assert rows_of(furnished) == before
    elsewhere.data_dir.mkdir()
    (elsewhere.data_dir / "notes.txt").write_text("mine")
    with pytest.raises(DataFolderUsedError, match="not empty"):
        restore_backup(elsewhere, tmp_path / "b.tar")


def test_a_database_in_use_is_left_alone(furnished: Application, tmp_path: Path) -> None:
    """An empty folder beside a database that holds something is not enough."""
    make_backup(furnished.settings, tmp_path / "b.tar")
    url = furnished.store.engine.url.render_as_string(hide_password=False)
    if url.startswith("sqlite"):
        url = f"sqlite:///{(furnished.settings.data_dir / 'opora.db').absolute()}"
    mixed = furnished.settings.model_copy(
        update={"data_dir": tmp_path / "empty", "database_url": url, "database_owner_url": url}
    )
    with pytest.raises(DatabaseUsedError):
        restore_backup(mixed, tmp_path / "b.tar")
    assert not (tmp_path / "empty").exists()


def rewrite(path: Path, change: Callable[[str, bytes], bytes | None]) -> None:
    """Write a backup anew with members changed, or left out where the change says None."""
    with tarfile.open(path) as tar:
        members = [(each.name, tar.extractfile(each)) for each in tar.getmembers()]
        contents = [(name, stream.read()) for name, stream in members if stream]
    with tarfile.open(path, "w") as tar:
        for name, content in contents:
            changed = change(name, content)
            if changed is not None:
                info = tarfile.TarInfo(name)
                info.size = len(changed)
                tar.addfile(info, io.BytesIO(changed))


def flip(wanted: str) -> Callable[[str, bytes], bytes]:
    """Change the last byte of the members whose name begins so."""

    def change(name: str, content: bytes) -> bytes:
        return content[:-1] + bytes([content[-1] ^ 1]) if name.startswith(wanted) else content

    return change


def drop(wanted: str) -> Callable[[str, bytes], bytes | None]:
    """Leave out the members whose name begins so."""
    return lambda name, content: None if name.startswith(wanted) else content


def say_newer(name: str, content: bytes) -> bytes:
    """A manifest of a format to come."""
    return content.replace(b'"format": 1', b'"format": 2') if name == "manifest.json" else content


def say_newer_schema(name: str, content: bytes) -> bytes:
    """A manifest of a database to come."""
    return content.replace(b'"schema": "0001"', b'"schema": "9999"') if name == "manifest.json" else content


@pytest.mark.parametrize(
    "case",
    [
        (flip("database"), NoBackupError, "database was altered"),
        (flip("evidence"), NoBackupError, "altered"),
        (drop("database"), NoBackupError, "database is missing"),
        (drop("evidence"), NoBackupError, "is missing"),
        (drop("manifest"), NoBackupError, "manifest.json is missing"),
        (say_newer, NewerBackupError, "newer version"),
        (say_newer_schema, migrations.DatabaseTooNewError, "9999"),
    ],
)
def test_a_backup_that_was_altered_is_refused(
    furnished: Application,
    elsewhere: Settings,
    tmp_path: Path,
    case: tuple[Callable[[str, bytes], bytes | None], type[Exception], str],
) -> None:
    """One byte off, a part missing, a version to come: nothing is brought back, and a good copy still can be."""
    change, error, words = case
    path, good = tmp_path / "b.tar", tmp_path / "good.tar"
    make_backup(furnished.settings, path)
    shutil.copyfile(path, good)
    rewrite(path, change)
    with pytest.raises(error, match=words):
        restore_backup(elsewhere, path)
    restore_backup(elsewhere, good)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.99])
def test_a_backup_that_was_cut_is_refused(
    furnished: Application, elsewhere: Settings, tmp_path: Path, share: float
) -> None:
    """A copy that broke off has no manifest, which stands at the end."""
    path = tmp_path / "b.tar"
    make_backup(furnished.settings, path)
    whole = path.read_bytes()
    path.write_bytes(whole[: int((len(whole) - 10_240) * share)])
    with pytest.raises(NoBackupError, match="complete"):
        restore_backup(elsewhere, path)
    assert not elsewhere.data_dir.exists()


def test_another_file_is_no_backup(elsewhere: Settings, tmp_path: Path) -> None:
    """Neither a letter nor a name that leads nowhere."""
    (tmp_path / "letter.txt").write_text("Dear colleagues,")
    for name in ("letter.txt", "nothing.tar"):
        with pytest.raises(NoBackupError, match=name):
            restore_backup(elsewhere, tmp_path / name)


def test_a_backup_comes_back_into_its_own_kind_of_database(furnished: Application, tmp_path: Path) -> None:
    """A copy of SQLite is no dump of PostgreSQL."""
    path = tmp_path / "b.tar"
    make_backup(furnished.settings, path)
    kind = furnished.store.engine.dialect.name
    other = b"sqlite" if kind == "postgresql" else b"postgresql"
    rewrite(path, lambda name, content: content.replace(kind.encode(), other) if name == "manifest.json" else content)
    empty = furnished.settings.model_copy(update={"data_dir": tmp_path / "empty"})
    url = f"sqlite:///{tmp_path / 'fresh.db'}"
    if kind == "sqlite":
        empty = empty.model_copy(update={"database_url": url, "database_owner_url": url})
        with pytest.raises(OtherDatabaseKindError, match="postgresql"):
            restore_backup(empty, path)
    else:
        with pytest.raises((OtherDatabaseKindError, DatabaseUsedError)):
            restore_backup(empty, path)


def test_a_history_that_was_altered_before_is_told(launched: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """The backup is what was saved, so it comes back; that it was altered before is found and said."""
    with launched.store.write() as work:
        first = work.connection.execute(select(func.min(instance.c.id))).scalar_one()
        work.connection.execute(text(f"UPDATE instance SET state = 'accepted' WHERE id = {first}"))
    make_backup(launched.settings, tmp_path / "b.tar")
    restored = restore_backup(elsewhere, tmp_path / "b.tar")
    assert restored.findings is not None
    assert {each.code for each in restored.findings} == {"state"}


def test_a_log_that_was_altered_before_is_told(launched: Application, elsewhere: Settings, tmp_path: Path) -> None:
    """The tree of the stored entries must lead to what was signed, with the keys there or without them."""
    run_tick(launched)
    with launched.store.write() as work:
        work.connection.execute(text("UPDATE log_tile SET hashes = :zeros"), {"zeros": bytes(32)})
    make_backup(launched.settings, tmp_path / "b.tar")
    restored = restore_backup(elsewhere, tmp_path / "b.tar")
    assert restored.findings is not None
    assert {each.code for each in restored.findings} & {"log", "sealed", "checkpoint"}


@pytest.mark.parametrize("keys", ["the same", "others", "none"])
def test_the_logs_signatures_are_checked_if_the_keys_are_there(
    launched: Application, elsewhere: Settings, tmp_path: Path, keys: str
) -> None:
    """Good under the key that signed, found under another one, and said to be unchecked without any."""
    run_tick(launched)
    make_backup(launched.settings, tmp_path / "b.tar")
    if keys == "the same":
        shutil.copytree(launched.settings.keys_dir, elsewhere.keys_dir)
    elif keys == "others":
        LogKey.create(elsewhere.keys_dir)
    restored = restore_backup(elsewhere, tmp_path / "b.tar")
    assert restored.findings is not None
    assert {each.code for each in restored.findings} == ({"signature"} if keys == "others" else set())
    assert restored.signatures_checked is (keys != "none")
    if keys == "others":
        earlier = PublicLogKey(launched.log_key.name, launched.log_key.public_key)
        shutil.rmtree(elsewhere.data_dir / "evidence")
        (elsewhere.data_dir / "opora.db").unlink(missing_ok=True)
        if elsewhere.database_url.startswith("sqlite"):
            assert restore_backup(elsewhere, tmp_path / "b.tar", [earlier]).findings == ()
