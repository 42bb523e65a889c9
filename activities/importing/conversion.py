"""Formats that LibreOffice reads for us: .odt, .ods, .doc, .xls, .rtf."""

import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from activities.importing.errors import ConversionFailedError, LibreOfficeMissingError
from activities.importing.source import Oddity, OddityKind, Source

PROGRAMS = ("soffice", "libreoffice")
SECONDS = 120
_TARGETS = {"odt": "docx", "doc": "docx", "rtf": "docx", "ods": "xlsx", "xls": "xlsx"}
# A new profile for each file: no one else's settings or locks, no macros, nothing fetched (names as in LibreOffice's
# own officecfg/registry/schema/org/openoffice/Office/Common.xcs).
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="DisableMacrosExecution" oor:op="fuse"><value>true</value></prop></item>
<item oor:path="/org.openoffice.Office.Common/Security/Scripting">
<prop oor:name="BlockUntrustedRefererLinks" oor:op="fuse"><value>true</value></prop></item>
</oor:items>
"""


def convert(path: Path, kind: str, read: Callable[[Path], Source]) -> Source:
    """The source of a document of that kind, converted to .docx or .xlsx and read from there.

    Raises:
        LibreOfficeMissingError: it is not installed.
        ConversionFailedError: it made nothing of the file, or not in time.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        raise LibreOfficeMissingError(file=path.name, kind=f".{kind}")
    with tempfile.TemporaryDirectory(prefix="opora-") as folder:
        source = read(_run(program, path, kind, Path(folder)))
    return replace(source, oddities=(*source.oddities, Oddity(OddityKind.CONVERTED, f".{kind}")))


def _run(program: str, path: Path, kind: str, folder: Path) -> Path:
    """The converted document. The copy has a plain name, which no option can be mistaken for."""
    copied = folder / f"plan.{kind}"
    shutil.copyfile(path, copied)
    settings = folder / "profile" / "user" / "registrymodifications.xcu"
    settings.parent.mkdir(parents=True)
    settings.write_text(_PROFILE, "utf-8")
    target = _TARGETS[kind]
    profile = f"-env:UserInstallation={(folder / 'profile').as_uri()}"
    flags = ["--headless", "--norestore", "--nolockcheck", "--nodefault"]
    _call([program, profile, *flags, "--convert-to", target, "--outdir", str(folder), str(copied)], path)
    converted = folder / f"plan.{target}"
    if not converted.exists():
        raise ConversionFailedError(file=path.name, kind=f".{kind}")
    return converted


def _call(command: list[str], path: Path) -> None:
    """Run LibreOffice, which reserves gigabytes of address space that it never uses."""
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (hard, hard))
    environment = {name: os.environ[name] for name in ("PATH", "LANG", "LC_ALL") if name in os.environ}
    try:
        subprocess.run(  # noqa: S603  (the program was found on PATH, the arguments are ours)
            command,
            env=environment | {"HOME": str(Path(command[-1]).parent)},
            timeout=SECONDS,
            check=False,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
    except (subprocess.TimeoutExpired, OSError) as error:
        raise ConversionFailedError(file=path.name, kind=Path(command[-1]).suffix) from error
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
