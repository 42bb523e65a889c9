"""Files are read in a process that hostile ones may harm: one clear error, and nothing else happens."""

import os
import pickle
import subprocess
import sys
import zipfile
import zlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from activities.importing import Limits, errors, read_plan, read_table
from activities.importing.progress import Progress, Stage
from activities.importing.reader import read_here
from activities.importing.title import calendar_year
from activities.importing.transport import UnknownValueError, pack, unpack
from engine.errors import OporaError

Write = Callable[[str, bytes | str], Path]
_PLAN = "План на 2026 год\n№ | Мероприятие | Срок |\n1 | Совет | май |\n2 | Слёт | до 05.06.2026 |\n"


def test_the_child_reads_what_this_process_would(write_file: Write) -> None:
    """The reading that comes back equals the one made here."""
    path = write_file("plan.txt", _PLAN)

    assert read_plan(path) == read_here(path)
    assert read_plan(path, calendar_year(2027)).period == calendar_year(2027)


@pytest.mark.needs("shared")
@pytest.mark.parametrize("name", ["moc-2023.docx", "moc-2021-2022.pdf"])
def test_real_plans_come_back_whole(shared_plans: Path, name: str) -> None:
    """Nothing that real plans hold is of a class that cannot be passed."""
    path = shared_plans / name

    assert read_plan(path) == read_here(path)


def test_a_table_comes_back_unread(write_file: Write) -> None:
    """A file is taken apart in the child for others than plans too."""
    (table,) = read_table(write_file("people.csv", "ФИО;Почта;Роль\nИванова;i@example.org;координатор\n")).tables()

    assert [cell.text for cell in table.rows[1].cells] == ["Иванова", "i@example.org", "координатор"]


def test_an_error_comes_back_as_it_was(write_file: Write) -> None:
    """The child's error keeps its class and its details, days as days."""
    path = write_file("plan.txt", _PLAN.replace("План на 2026 год\n", ""))

    with pytest.raises(errors.PlanPeriodUnknownError, match="--from 2026-01-01 --to 2026-12-31") as raised:
        read_plan(path)
    assert raised.value.details["starts_on"] == date(2026, 1, 1)


def test_progress_comes_back(write_file: Write) -> None:
    """The opening of the file is reported at once, rows as they are read, the last one at the end."""
    seen: list[Progress] = []
    read_plan(write_file("plan.txt", _PLAN), report=seen.append)

    assert seen == [Progress(Stage.FILE, 0, 0), Progress(Stage.ROWS, 1, 2), Progress(Stage.ROWS, 2, 2)]


def _pdf(stream: bytes) -> bytes:
    return b"""%%PDF-1.4
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages /Kids [3 0 R] /Count 1 >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 400 500] /Contents 4 0 R >> endobj
4 0 obj << /Filter /FlateDecode /Length %d >>
stream
%s
endstream endobj
trailer << /Root 1 0 R /Size 5 >>
%%%%EOF""" % (len(stream), stream)


def test_a_pdf_that_unpacks_beyond_memory_is_refused(write_file: Write) -> None:
    """A quarter of a gigabyte of blanks in a stream of 250 KB ends in one error, not in swapping."""
    packer = zlib.compressobj()
    stream = b"".join(packer.compress(b" " * 2**20) for _ in range(256)) + packer.flush()

    with pytest.raises(errors.PlanTooHeavyError, match="more than 250 MB"):
        read_plan(write_file("plan.pdf", _pdf(stream)), limits=Limits(memory_mb=250))


def test_a_file_that_takes_too_long_is_given_up(write_file: Write) -> None:
    """When the time by the wall clock is up, the child ends and the error says so."""
    operators = zlib.compress(b"0 0 m 9 9 l S " * 2_000_000)

    with pytest.raises(errors.PlanTooSlowError, match="longer than 2 s"):
        read_plan(write_file("plan.pdf", _pdf(operators)), limits=Limits(wall_seconds=2))


def test_a_file_that_computes_too_long_is_given_up(write_file: Write) -> None:
    """Processor time is limited by the system itself, so that no parser can outwait it."""
    operators = zlib.compress(b"0 0 m 9 9 l S " * 2_000_000)

    with pytest.raises(errors.PlanTooSlowError, match="longer than 2 s"):
        read_plan(write_file("plan.pdf", _pdf(operators)), limits=Limits(cpu_seconds=2))


def test_a_merged_area_of_a_whole_sheet_is_refused(tmp_path: Path) -> None:
    """A few bytes that stand for seventeen thousand million cells are stopped."""
    path = tmp_path / "plan.xlsx"
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    relations = "http://schemas.openxmlformats.org/package/2006/relationships"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    sheet_type = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(path, "w") as book:
        book.writestr(
            "[Content_Types].xml",
            '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
            f'<Override PartName="/xl/workbook.xml" ContentType="{sheet_type}.sheet.main+xml"/></Types>',
        )
        book.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{office}/officeDocument" '
            'Target="xl/workbook.xml"/></Relationships>',
        )
        book.writestr(
            "xl/workbook.xml",
            f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets><sheet name="a" sheetId="1" r:id="r"/></sheets>'
            "</workbook>",
        )
        book.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{relations}"><Relationship Id="r" Type="{office}/worksheet" '
            'Target="worksheets/sheet1.xml"/></Relationships>',
        )
        book.writestr(
            "xl/worksheets/sheet1.xml",
            f'<worksheet xmlns="{main}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData>'
            '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells></worksheet>',
        )

    with pytest.raises((errors.PlanTooHeavyError, errors.DecompressionBombError)):
        read_plan(path, limits=Limits(memory_mb=200))


def test_the_child_knows_no_settings(write_file: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither the database nor a key nor a proxy reaches the process that parses."""
    told = tmp_path / "told"
    spy = tmp_path / "spy"
    spy.mkdir()
    (spy / "sitecustomize.py").write_text(
        f"import os, pathlib\npathlib.Path({str(told)!r}).write_text(str([*os.environ]))"
    )
    monkeypatch.syspath_prepend(spy)
    monkeypatch.setenv("OPORA_DATABASE_URL", "postgresql://secret@host/db")
    read_plan(write_file("plan.txt", _PLAN))

    assert "PYTHONPATH" in told.read_text()
    assert "OPORA" not in told.read_text()


def test_a_crash_of_the_child_is_an_error(write_file: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A parser that brings its process down is told as a failure over this file."""
    (tmp_path / "sitecustomize.py").write_text("import os; os.abort()")
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(errors.ReaderFailedError, match=r"failed over it \(-6\)"):
        read_plan(write_file("plan.txt", _PLAN))


def test_a_fault_of_the_reader_carries_its_trace(
    write_file: Write, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A slip in our own code is one error for the person, its trace a note for -v."""
    (tmp_path / "sitecustomize.py").write_text(
        "import activities.importing.formats as formats\n"
        "def fail(*_): raise KeyError('slip')\n"
        "formats.tell_format = fail\n"
    )
    monkeypatch.syspath_prepend(tmp_path)

    with pytest.raises(errors.ReaderFailedError, match="KeyError") as raised:
        read_plan(write_file("plan.txt", _PLAN))
    assert "in fail" in raised.value.__notes__[0]


def test_no_child_outlives_its_question(write_file: Write) -> None:
    """However it ends, no process is left behind."""
    with pytest.raises(errors.PlanTooSlowError):
        read_plan(write_file("plan.txt", _PLAN), limits=Limits(wall_seconds=0))

    with pytest.raises(ChildProcessError):
        os.waitpid(-1, os.WNOHANG)


def test_only_values_of_a_reading_are_unpacked() -> None:
    """Bytes that name any other function or class are refused before anything is made."""
    with pytest.raises(UnknownValueError, match="system"):
        unpack(pickle.dumps(os.system))
    with pytest.raises(UnknownValueError):
        unpack(pack(OporaError()))


def test_giant_texts_are_named(write_file: Write) -> None:
    """A cell beyond what Excel itself would hold is refused with its place."""
    text = _PLAN.replace("Совет", "Совет " * 6_000)

    with pytest.raises(errors.TextTooLongError, match=r"36002 characters in one place \(line 3\)"):
        read_plan(write_file("plan.txt", text))


@pytest.mark.parametrize(("system", "is_limited"), [("linux", True), ("darwin", False)])
def test_memory_is_limited_where_the_system_holds_it(system: str, is_limited: bool) -> None:
    """Where a limit on memory is not held, or even refused, reading goes on with limits on time."""
    script = f"""if True:
        import resource, sys
        from activities.importing import child
        sys.platform = {system!r}
        before = resource.getrlimit(resource.RLIMIT_AS)[0]
        child.limit({{"memory_mb": 900, "cpu_seconds": 30}})
        print(resource.getrlimit(resource.RLIMIT_AS)[0] != before, resource.getrlimit(resource.RLIMIT_CPU)[0])
    """
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[4]
    )

    assert told.stdout.split() == [str(is_limited), "30"]
