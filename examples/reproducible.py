"""Office files whose members depend on their content only, so that a rebuild shows no change where there is none."""

import io
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

MADE_AT = datetime(2025, 12, 26, 9, 0)  # noqa: DTZ001  (Office properties are written without a zone)
"""The instant that the samples' properties give as their making, UTC: the sample plan's approval day."""


def write_office_file(source: bytes, path: Path, replaced: Mapping[str, bytes] | None = None) -> None:
    """Write a zip-based Office file with the zip format's earliest time stamp on every member.

    Args:
        source: the file as a library saved it.
        path: where to write.
        replaced: members to write instead of the library's own, by name.
    """
    with ZipFile(io.BytesIO(source)) as saved, ZipFile(path, "w") as written:
        for name in saved.namelist():
            content = (replaced or {}).get(name) or saved.read(name)
            written.writestr(ZipInfo(name), content, ZIP_DEFLATED)
