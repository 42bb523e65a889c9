"""The archive of a plan: all of it, checked by nothing but its own words, and there only if the plan is closed."""

import hashlib
import json
import subprocess
import sys
from zipfile import ZipFile

import pytest

from activities import plan_archive
from activities.plan_archive import ArchiveExistsError, ArchiveFolderError, LeftOut, archive_and_close
from activities.plans import PlanStatus, get_plan
from activities.steps import reopen
from engine.checkpoints import verifier_key
from engine.store import StaleRevisionError
from tests.fixtures.log import SIGNER
from tests.fixtures.tools import REPOSITORY

FOLDER = "evidence/1.1@2026-03-20 ({})/v1"


@pytest.fixture
def database_kind():
    """On SQLite alone: the rows are read by what is tried on both elsewhere."""
    return "sqlite"


@pytest.fixture
def year(empty_desk, small_live, end):
    """A plan that is over: one row accepted with two files, the others called off."""
    empty_desk.add("1.1", empty_desk.mary, b"list", name="список.txt")
    empty_desk.decide(empty_desk.hand_in("1.1", empty_desk.mary), empty_desk.head)
    end()
    return small_live


@pytest.fixture
def archive(empty_desk, year, tmp_path):
    """Write the archive of the year and close it."""
    (tmp_path / "kept").mkdir()

    def run():
        actor = empty_desk.actor(empty_desk.mary)
        return archive_and_close(empty_desk.office, actor, year, SIGNER, tmp_path / "kept" / "year.zip")[1]

    return run


def status(desk):
    """What the plan is now."""
    with desk.office.store.read() as connection:
        return get_plan(connection, "moc-2026").status


def lines_of(package):
    """The exported history."""
    return [json.loads(line) for line in package.read("history.jsonl").decode().splitlines()]


def test_an_archive_holds_the_year(empty_desk, archive):
    """Report, evidence by its names, what was sealed, history; its list of digests is right and it is nobody else's."""
    made = archive()
    assert (made.files, made.left_out, status(empty_desk)) == (2, (), PlanStatus.CLOSED)
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert made.digest == hashlib.sha256(made.path.read_bytes()).digest()
    folder = FOLDER.format(empty_desk.occurrence("1.1").short_id)
    with ZipFile(made.path) as package:
        assert package.read(f"{folder}/список.txt") == b"list"
        assert package.read(f"{folder}/протокол.txt") == b"protocol"
        told = dict(reversed(line.split("  ", 1)) for line in package.read("SHA256SUMS").decode().splitlines())
        assert told == {
            name: hashlib.sha256(package.read(name)).hexdigest() for name in package.namelist() if name != "SHA256SUMS"
        }
        assert {"README.txt", "report.docx", "history.jsonl", f"{folder}/manifest.json"} <= set(told)
        assert "В архиве есть всё" in package.read("README.txt").decode()
    assert [each.name for each in made.path.parent.iterdir()] == ["year.zip"]


def test_its_manifest_is_the_one_that_was_decided_on(empty_desk, archive):
    """History names the digest of exactly these bytes."""
    made = archive()
    with ZipFile(made.path) as package:
        folder = FOLDER.format(empty_desk.occurrence("1.1").short_id)
        digest = hashlib.sha256(package.read(f"{folder}/manifest.json")).hexdigest()
        bodies = [json.loads(each["body"]) for each in lines_of(package) if "leaf" in each]
    assert digest in {body["subject"] for body in bodies if body["event"] == "accept"}


def test_its_history_verifies_without_the_program(archive, tmp_path):
    """By the script alone and the key that the README names, to the last step."""
    made = archive()
    with ZipFile(made.path) as package:
        package.extract("history.jsonl", tmp_path)
        assert verifier_key(SIGNER) in package.read("README.txt").decode()
        leaves = [each for each in lines_of(package) if "leaf" in each]
    script = REPOSITORY / "docs" / "verify.py"
    command = [sys.executable, "-I", str(script), "history.jsonl", "--json", "--key", verifier_key(SIGNER)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=tmp_path)
    assert (done.returncode, json.loads(done.stdout)["findings"]) == (0, [])
    assert json.loads(leaves[-1]["body"])["event"] == "cancel"


def test_what_was_said_in_another_plan_is_not_in_it(empty_desk, year, archive):
    """Its steps stand in the log, their words do not; this plan's do."""
    other = empty_desk.bring(
        "План работы центра на 2027 год\n\nI. Документы\n1.1 | Сдать | МОЦ | отчёт | до 15 мая\n"
    ).plan
    empty_desk.launch(other)
    others = {each.public_id for each in empty_desk.occurrences(plan_id=other.id)}
    with ZipFile(archive().path) as package:
        leaves = [each for each in lines_of(package) if "leaf" in each]
    said = {json.loads(each["body"])["instance"]: each["payload"] is not None for each in leaves}
    assert {said[instance] for instance in others} == {False}
    assert {told for instance, told in said.items() if instance not in others} == {True}


def test_what_is_not_there_is_named_and_stops_nothing(empty_desk, archive):
    """A file that was damaged is left out by name, in both languages."""
    path = empty_desk.office.evidence.path_of(hashlib.sha256(b"list").digest())
    path.chmod(0o600)
    path.write_bytes(b"other")
    made = archive()
    place = f"{FOLDER.format(empty_desk.occurrence('1.1').short_id)}/список.txt"
    assert (made.files, made.left_out) == (1, (LeftOut(place, "missing"),))
    with ZipFile(made.path) as package:
        assert place not in package.namelist()
        read_me = package.read("README.txt").decode()
    assert f"- {place}: файла нет или он повреждён" in read_me
    assert f"- {place}: the file is missing or damaged" in read_me


def test_nothing_is_overwritten(empty_desk, archive, tmp_path, monkeypatch):
    """The plan stays live and the file what it was; this is said before anything is written."""
    monkeypatch.delattr(plan_archive, "_write")
    (tmp_path / "kept" / "year.zip").write_text("another")
    with pytest.raises(ArchiveExistsError):
        archive()
    assert (tmp_path / "kept" / "year.zip").read_text() == "another"
    assert status(empty_desk) is PlanStatus.LIVE


def test_who_comes_second_to_a_name_gives_way(empty_desk, archive, tmp_path, monkeypatch):
    """A file that came while the archive was written is not overwritten either."""
    path = tmp_path / "kept" / "year.zip"
    write = plan_archive._write

    def slowly(*known):
        path.write_text("another")
        return write(*known)

    monkeypatch.setattr(plan_archive, "_write", slowly)
    with pytest.raises(ArchiveExistsError):
        archive()
    assert (path.read_text(), status(empty_desk)) == ("another", PlanStatus.LIVE)


def test_without_an_archive_nothing_is_closed(empty_desk, year, tmp_path):
    """A folder that is not there; nothing is left."""
    actor = empty_desk.actor(empty_desk.mary)
    with pytest.raises(ArchiveFolderError):
        archive_and_close(empty_desk.office, actor, year, SIGNER, tmp_path / "nowhere" / "year.zip")
    assert status(empty_desk) is PlanStatus.LIVE


def test_what_happens_while_it_is_written_stops_it(empty_desk, archive, end, tmp_path, monkeypatch):
    """It would not be in the archive: there is none then, and the plan is live."""
    write = plan_archive._write

    def slowly(*known):
        written = write(*known)
        reopen(empty_desk.office, empty_desk.actor(empty_desk.mary), empty_desk.occurrence("1.2").id, reason="ошибка")
        end()
        return written

    monkeypatch.setattr(plan_archive, "_write", slowly)
    with pytest.raises(StaleRevisionError):
        archive()
    assert (list((tmp_path / "kept").iterdir()), status(empty_desk)) == ([], PlanStatus.LIVE)


def test_a_database_that_fails_at_the_end_leaves_no_archive(empty_desk, archive, tmp_path, monkeypatch):
    """Whoever finds an archive may rely on it that the plan is closed."""

    def fail(*_known, put_away, **_more):
        put_away()
        raise RuntimeError("cut off")

    monkeypatch.setattr(plan_archive, "close_plan", fail)
    with pytest.raises(RuntimeError, match="cut off"):
        archive()
    assert (list((tmp_path / "kept").iterdir()), status(empty_desk)) == ([], PlanStatus.LIVE)
