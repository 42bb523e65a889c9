"""The data folder and the keys."""

import shutil
import tempfile

from engine.errors import N_, OporaError
from notifications.keys import Keys
from runtime.doctor.finding import Finding, Findings, failure, good, notice, refused
from runtime.log_key import LogKey
from runtime.settings import Settings

SCARCE_BYTES = 500 << 20

WRITABLE = N_("The data folder {folder} can be written; {free} MB are free.")
SCARCE = N_("In the data folder {folder} only {free} MB are free. Make room, before evidence can no longer be stored.")
MISSING = N_("There is no data folder {folder}. Run opora init, or set OPORA_DATA_DIR.")
NOT_WRITABLE = N_("The data folder {folder} cannot be written: {reason}. Give your account the right to.")
KEYS_GOOD = N_("{count} keys for links and the log's key in {folder}, readable by nobody else.")


def check_data_folder(settings: Settings) -> Findings:
    """It is there, and a file can be made in it."""
    folder = settings.data_dir
    if not folder.is_dir():
        yield failure("data_folder", MISSING, folder=folder)
        return
    try:
        # Tried, not asked: rights alone say nothing of a disk that is full or mounted for reading.
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"opora")
    except OSError as error:
        yield failure("data_folder", NOT_WRITABLE, folder=folder, reason=error.strerror)
        return
    yield _space(settings)


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_dir).free
    tell, text = (notice, SCARCE) if free < SCARCE_BYTES else (good, WRITABLE)
    return tell("data_folder", text, folder=settings.data_dir, free=free >> 20)


def check_keys(settings: Settings) -> Findings:
    """Those of the links and of the log are there, whole, and nobody else may read them."""
    try:
        keys = Keys.load(settings.keys_dir)
        LogKey.load(settings.keys_dir)
    except OporaError as error:
        yield refused("keys", error)
        return
    yield good("keys", KEYS_GOOD, count=len(keys.secrets), folder=settings.keys_dir)
