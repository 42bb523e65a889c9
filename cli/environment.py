"""The two settings that commands read by themselves: as `runtime.settings` reads the rest, but before it is loaded."""

import os
from functools import lru_cache
from pathlib import Path

ACTOR = "OPORA_ACTOR"
LANGUAGE = "OPORA_LANG"
_FILE = ".env"


def find_setting(name: str) -> str | None:
    """A setting of the environment or, without one there, of `.env` in the working folder; empty is not set."""
    return os.environ.get(name) or _of_file(name)


def _of_file(name: str) -> str | None:
    path = Path(_FILE).absolute()
    try:
        return _read(path, path.stat().st_mtime_ns).get(name)
    except (OSError, UnicodeDecodeError):
        # Whatever is wrong with the file is told by what needs the other settings in it.
        return None


@lru_cache(maxsize=1)
def _read(path: Path, _changed_at: int) -> dict[str, str]:
    # Imported here: few folders have the file, and `opora --help` is fast.
    from dotenv import dotenv_values

    return {name.upper(): value for name, value in dotenv_values(path, encoding="utf-8").items() if value}
