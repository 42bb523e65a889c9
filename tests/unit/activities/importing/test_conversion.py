"""Formats that LibreOffice converts: how it is called, and what is said without it."""

import resource
import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from activities.importing import DefectCode, conversion, errors, read_plan
from activities.importing.reader import read_here
from activities.importing.title import calendar_year

Write = Callable[[str, bytes | str], Path]
_RTF = "{\\rtf1\\ansi Plan}"


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Path]:
    """A function that puts a `soffice` of that Python code on the PATH, alone there; gives its folder."""
    folder = tmp_path / "bin"
    folder.mkdir()

    def write(code: str) -> Path:
        program = folder / "soffice"
        program.write_text(f"#!{sys.executable}\nimport pathlib, sys\n{code}\n")
        program.chmod(0o755)
        return folder

    monkeypatch.setenv("PATH", str(folder))
    return write


def _copying(prepared: Path) -> str:
    """Code that behaves as `--convert-to` does: the file of the asked-for kind lies in the output folder."""
    return (
        "out = pathlib.Path(sys.argv[sys.argv.index('--outdir') + 1])\n"
        "kind = sys.argv[sys.argv.index('--convert-to') + 1]\n"
        f"(out / f'plan.{{kind}}').write_bytes(pathlib.Path({str(prepared)!r}).read_bytes())"
    )


def _table(markup) -> str:
    return markup.table(("1", "Совет", "МОЦ", "май", "протокол"))


def test_a_converted_document_is_read_and_told(
    write_file: Write, write_docx: Callable[..., Path], markup, install: Callable[[str], Path]
) -> None:
    """What LibreOffice makes of the file is read like any .docx, in the child too, and the detour is a remark."""
    install(_copying(write_docx(_table(markup))))
    path = write_file("plan.rtf", _RTF)
    reading = read_plan(path, calendar_year(2026))

    assert reading == read_here(path, calendar_year(2026))
    assert [one.title for one in reading.activities] == ["Совет"]
    assert [d.phrase.say() for d in reading.defects if d.code is DefectCode.CONVERTED] == [
        "The file is a .rtf; LibreOffice converted it. Compare a few rows with the original."
    ]


def test_libreoffice_is_called_apart_from_all_else(
    write_file: Write, install: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It works without a window, in a profile of its own that forbids macros and links, on a plainly named copy."""
    monkeypatch.setenv("OPORA_SMTP_URL", "smtp://secret")
    told = tmp_path / "told"
    install(
        "import os, urllib.parse\n"
        "profile = next(a for a in sys.argv if a.startswith('-env:')).partition('file://')[2]\n"
        "settings = pathlib.Path(profile, 'user', 'registrymodifications.xcu').read_text()\n"
        f"pathlib.Path({str(told)!r}).write_text(chr(10).join([*sys.argv[1:], settings, str(dict(os.environ))]))"
    )
    with pytest.raises(errors.ConversionFailedError):
        read_here(write_file("-p an;x.docx", _RTF))

    said = told.read_text()
    assert "--headless" in said
    assert "/plan.rtf" in said
    assert shlex.quote("-p an;x") not in said
    assert '"DisableMacrosExecution"' in said
    assert '"BlockUntrustedRefererLinks"' in said
    assert "OPORA" not in said


def test_without_libreoffice_the_remedy_is_named(
    write_file: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A document that only LibreOffice reads is refused with both ways out."""
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(errors.LibreOfficeMissingError, match=r"kind \.rtf.*save it as \.docx, or have LibreOffice"):
        read_plan(write_file("plan.docx", _RTF))


def test_a_conversion_that_makes_nothing_is_an_error(write_file: Write, install: Callable[[str], Path]) -> None:
    """LibreOffice ends well even where it converts nothing: what counts is the file."""
    install("sys.exit(0)")

    with pytest.raises(errors.ConversionFailedError, match=r"could not convert “plan\.rtf” \(\.rtf\)"):
        read_here(write_file("plan.rtf", _RTF))


def test_a_conversion_that_hangs_is_ended(
    write_file: Write, install: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """After its time LibreOffice is ended, and the limits of this process are as before."""
    monkeypatch.setattr(conversion, "SECONDS", 0.2)
    install("import signal; signal.pause()")
    before = resource.getrlimit(resource.RLIMIT_AS)
    limited = (2**42, before[1])
    resource.setrlimit(resource.RLIMIT_AS, limited)
    try:
        with pytest.raises(errors.ConversionFailedError):
            read_here(write_file("plan.rtf", _RTF))
        assert resource.getrlimit(resource.RLIMIT_AS) == limited
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)
