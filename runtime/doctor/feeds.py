"""The folder of calendar files, where there is one."""

import stat
import tempfile

from engine.errors import N_
from runtime.doctor.finding import Findings, failure, good, notice
from runtime.settings import Settings

GOOD = N_("The folder of calendar files {folder} can be written.")
MISSING = N_("The folder of calendar files {folder} is made with the first calendar; then let the web server read it.")
OPEN = N_("Everyone on this machine can list {folder}, and names there are the keys of calendars: chmod o-rwx {folder}")
NOT_WRITABLE = N_("The folder of calendar files {folder} cannot be written: {reason}. Give your account the right to.")


def check_feed_folder(settings: Settings) -> Findings:
    """A file can be made in it, and not everyone can list what is secret."""
    folder = settings.feed_dir
    if folder is None:
        return
    if not folder.is_dir():
        yield notice("feed_folder", MISSING, folder=folder)
        return
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"opora")
        listed_by_all = folder.stat().st_mode & stat.S_IROTH
    except OSError as error:
        yield failure("feed_folder", NOT_WRITABLE, folder=folder, reason=error.strerror)
        return
    if listed_by_all:
        yield notice("feed_folder", OPEN, folder=folder)
    else:
        yield good("feed_folder", GOOD, folder=folder)
