"""A disk that gives input/output errors, and a server whose disk is full: real errors of the system's own calls.

`failing_disk.c` is compiled here and loaded before everything else by a process of its own (LD_PRELOAD): from then on
a file in the middle says which calls fail, and with which error.
"""

import errno
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from engine.audit import verify_history
from engine.clock import VirtualClock
from engine.database import DatabaseFullError, DatabaseUnavailableError
from engine.errors import OporaError
from engine.log_audit import verify_log
from engine.tables import history, instance, message, payload
from tests.faults.trial import NOW, look, open_rig, prepare, work
from tests.fixtures.databases import SETTINGS, PostgresServer, run_postgresql
from tests.fixtures.engine import Rig
from tests.fixtures.log import SIGNER
from tests.fixtures.tools import REPOSITORY

pytestmark = pytest.mark.needs("compiler")
SOURCE = Path(__file__).with_name("failing_disk.c")
MEMORY = Path("/dev/shm")
FAR = 10_000
MANY = 300
KINDS = ("write", "sync", "read")


@dataclass(frozen=True)
class Disk:
    """A disk that fails once it is told to.

    Args:
        switch: the file that tells it.
        environment: of a process that is to feel it.
    """

    switch: Path
    environment: dict[str, str]

    def fail(self, kind: str, number: int, where: str) -> None:
        """From now on calls of a kind on files whose path has this piece end with an error."""
        told = self.switch.with_suffix(".new")
        told.write_text(f"{kind} {number} 0 {where}", encoding="ascii")
        told.chmod(0o644)
        told.replace(self.switch)

    def heal(self) -> None:
        """Everything goes well again."""
        self.switch.unlink()


@pytest.fixture(scope="module")
def shim() -> Iterator[Path]:
    """The compiled library, where any account can read it."""
    with TemporaryDirectory(prefix="opora-disk-") as name:
        Path(name).chmod(0o755)
        library = Path(name) / "failing_disk.so"
        command = ["cc", "-shared", "-fPIC", "-O1", "-Wall", "-Wextra", "-Werror", "-o", str(library), str(SOURCE)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        yield library


@pytest.fixture(scope="module")
def disk(shim: Path) -> Disk:
    """The disk of whoever is started in its environment."""
    switch = shim.with_name("switch")
    return Disk(switch, {"LD_PRELOAD": str(shim), "OPORA_FAILING_SWITCH": str(switch)})


# SQLite -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def path() -> Iterator[Path]:
    """A database with much due work."""
    with TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as name:
        path = Path(name) / "opora.db"
        prepare(f"sqlite:///{path}")
        yield path


def _finish(path: Path) -> dict[str, list[Any]]:
    rig = open_rig(f"sqlite:///{path}", VirtualClock(NOW))
    while work(rig):
        pass
    assert verify_history(rig.store).findings == ()
    assert verify_log(rig.store, [SIGNER]).findings == ()
    picture = look(rig.store.engine)
    rig.close()
    return picture


# One process goes through all moments: it fails, says so, and goes on when the disk is well again.
_WORK_ON_A_FAILING_DISK = """
import os, shutil, sys
from pathlib import Path
from engine.errors import OporaError
from tests.faults.trial import open_rig, work
good, switch = Path(sys.argv[1]), Path(os.environ["OPORA_FAILING_SWITCH"])
for moment in sys.argv[3:]:
    path = shutil.copy(good, good.with_name(f"{sys.argv[2]}-{moment}.db"))
    rig = open_rig(f"sqlite:///{path}")
    switch.write_text(f"{sys.argv[2]} 5 {moment} {path}", encoding="ascii")
    try:
        while work(rig):
            pass
        print(moment, "whole")
    except OporaError as error:
        print(moment, type(error).__name__, error)
    switch.unlink()
    while work(rig):
        pass
    rig.close()
"""
MOMENTS = {"write": (0, 3, 9, 40), "sync": (0, 1, 2, 3, 4, 23), "read": (0, 2, 16, 29)}


@pytest.mark.parametrize("kind", KINDS)
def test_an_input_output_error_leaves_no_half_step(disk: Disk, path: Path, kind: str) -> None:
    """Whichever write, sync or read fails: one message with what to do, and afterwards the same process does the rest.

    The fifth sync of a commit is that of the emptied journal: SQLite reports it, and yet the commit stands.
    """
    arguments = [sys.executable, "-c", _WORK_ON_A_FAILING_DISK, str(path), kind, *map(str, (*MOMENTS[kind], FAR))]
    known = {**os.environ, **disk.environment}
    done = subprocess.run(arguments, cwd=REPOSITORY, env=known, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert said.pop(str(FAR)) == "whole"
    expected = "The disk under the database fails: disk I/O error. Check that the data folder can be written"
    # Of a disk that does not read SQLite says mostly that the file is damaged: what to look at first is said then too.
    damaged = "The database file is damaged: database disk image is malformed. If the system's log tells of trouble"
    for told in said.values():
        assert expected in told or (kind == "read" and damaged in told), said
        assert "opora restore" in told
    undisturbed = _finish(Path(shutil.copy(path, path.with_name("undisturbed.db"))))
    for moment in MOMENTS[kind]:
        assert _finish(path.with_name(f"{kind}-{moment}.db")) == undisturbed


def test_evidence_on_a_failing_disk_is_not_recorded(disk: Disk, installation: Path, tmp_path: Path) -> None:
    """The file of evidence cannot be synced: the command says so, and neither a row nor a piece of a file is left."""
    shutil.copy(installation.parent / "clock", tmp_path)
    data = Path(shutil.copytree(installation, tmp_path / "data"))
    (tmp_path / "list.txt").write_text("список участников", encoding="utf-8")
    disk.fail("sync", errno.EIO, str(data / "evidence"))
    known = {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(data), "OPORA_CLOCK": f"file:{tmp_path / 'clock'}"}
    kept = {each for each in (data / "evidence").rglob("*") if each.is_file()}
    arguments = ["occurrence", "submit", "1.1", "--file", str(tmp_path / "list.txt"), "--as", _PERSON]
    done = subprocess.run(
        [sys.executable, "-m", "cli", *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **known, **disk.environment},
        capture_output=True,
        text=True,
        check=False,
    )
    disk.heal()
    assert done.returncode == 1
    assert "The evidence folder cannot be used: Input/output error. Nothing was recorded." in done.stderr
    assert "Traceback" not in done.stderr
    assert {each for each in (data / "evidence").rglob("*") if each.is_file()} == kept


_PERSON = "lavrentieva@parus.example.org"


# PostgreSQL -------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def server(disk: Disk) -> Iterator[PostgresServer]:
    """A server on the disk; the files of its log of writes are small, so that it soon wants another one."""
    settings = {**SETTINGS, "autovacuum": "off", "min_wal_size": "2MB", "wal_writer_delay": "10s"}
    with run_postgresql(settings, disk.environment, "--wal-segsize=1") as server:
        yield server


@pytest.fixture
def served(server: PostgresServer) -> Iterator[Rig]:
    """An engine on the server, with some errands."""
    server.execute("CREATE DATABASE served")
    rig = Rig(server.url("served"), VirtualClock(NOW))
    rig.start(many=5)
    yield rig
    rig.close()
    server.execute("DROP DATABASE served WITH (FORCE)")


def _count(rig: Rig) -> tuple[int, ...]:
    return tuple(len(rig.rows(table)) for table in (instance, history, payload, message))


def _fill(rig: Rig) -> list[OporaError]:
    """Start errands by the hundreds until one fails."""
    for _ in range(40):
        try:
            rig.start(many=MANY)
        except OporaError as error:
            return [error]
    return []


@pytest.mark.needs("postgresql")
def test_a_server_without_room_for_its_tables_takes_no_half_step(disk: Disk, served: Rig) -> None:
    """The step fails as a whole and says that room is wanted; with room the next one is taken, and history is whole."""
    disk.fail("write", errno.ENOSPC, "/data/base/")
    told = _fill(served)
    counts = _count(served)
    disk.heal()
    assert [type(each) for each in told] == [DatabaseFullError]
    assert "No space left on device" in str(told[0])
    assert "Nothing was changed. Make room on the disk that it lies on, then try again." in str(told[0])
    assert {(each - 5) % MANY for each in counts} == {0}
    assert len(set(counts)) == 1
    served.start(many=MANY)
    assert _count(served)[0] == counts[0] + MANY
    assert verify_history(served.store).findings == ()


@pytest.mark.needs("postgresql")
def test_a_server_without_room_for_its_log_comes_back_with_all_it_said_it_had(
    server: PostgresServer, disk: Disk, served: Rig
) -> None:
    """It stops altogether; with room it is started again, and each step is there as a whole or not at all."""
    disk.fail("write", errno.ENOSPC, "/data/pg_wal/")
    told = _fill(served)
    disk.heal()
    # Another process of the server may meet the end of the disk first; all that is heard here is that it broke off.
    assert isinstance(told[0], DatabaseUnavailableError)
    assert type(told[0]) is not DatabaseFullError or "pg_wal" in str(told[0])
    server.start()
    counts = _count(served)
    assert len(set(counts)) == 1
    assert {(each - 5) % MANY for each in counts} == {0}
    served.start(many=MANY)
    assert verify_history(served.store).findings == ()
