"""`OPORA_FEED_DIR`: the bytes of calendars as files that a plain web server hands out, without this program.

A file is called as its calendar's address ends: `TOKEN.ics`. The database knows digests of these secrets only, so a
file begins with the command that makes the address, the one moment at which the secret is there; workers keep up the
files that they find. Whose file it is they learn as the web server does of an address: by hashing what it is called
(docs/decisions/0010-feed-files-are-called-by-their-secret.md).
"""

import logging
import os
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import NoResultFound

from activities.office import Office
from engine.errors import N_, OporaError
from notifications.calendar.conditional import strong_etag
from notifications.calendar.emission import StoredFeed, read_bytes
from notifications.calendar.feeds import render_feed
from notifications.calendar.subscriptions import Subscription, token_digest
from notifications.tables import feed, subscription

# The web server's group may open a file whose name it is told; nobody else may even list the names.
FOLDER_MODE = 0o710
FILE_MODE = 0o644
PART = ".part-"
ABANDONED = timedelta(hours=1)

_NAME = re.compile(r"([\w-]{32})\.ics", re.ASCII)

_log = logging.getLogger(__name__)


class FeedFolderError(OporaError):
    """The folder of calendar files cannot be used."""

    message = N_(
        "The folder of calendar files {folder} cannot be used: {reason}. The calendar itself is stored and served. "
        "Let the account that Opora runs under write there, or unset OPORA_FEED_DIR."
    )


@dataclass(frozen=True, slots=True)
class FeedFolder:
    """Files of calendars, each whole at any moment; everything else that lies there is left alone."""

    path: Path

    def offer(self, office: Office, wanted: Subscription, token: str) -> None:
        """Begin the file of a calendar whose address was made just now.

        Raises:
            FeedFolderError: it cannot be written.
        """
        with office.store.read() as connection:
            rendered = render_feed(connection, wanted.spec, office.today())
        try:
            self.path.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            _replace(self.path / f"{token}.ics", rendered.body, office.store.clock.now())
        except OSError as error:
            raise FeedFolderError(folder=self.path, reason=error.strerror) from error

    def keep_up(self, office: Office) -> int:
        """Write each file anew whose calendar has other bytes, remove each that no address leads to; how many.

        A file that fails keeps what it has, is told in the log, and holds up no other.

        Raises:
            FeedFolderError: the folder cannot be read.
        """
        written = sum(_write(office, path, stored) for path, stored in self._list_outdated(office))
        # After the writing: an address that was revoked meanwhile must not have its file back.
        return written + sum(_remove(path) for path in self._list_dead(office))

    def _files(self) -> dict[bytes, Path]:
        """Digest of a secret → its file."""
        try:
            found = [(_NAME.fullmatch(path.name), path) for path in self.path.iterdir()] if self.path.exists() else []
        except OSError as error:
            raise FeedFolderError(folder=self.path, reason=error.strerror) from error
        return {token_digest(name[1]): path for name, path in found if name}

    def _list_outdated(self, office: Office) -> Iterator[tuple[Path, StoredFeed]]:
        made = select(subscription.c.token_digest, feed.c.subscription_id, feed.c.etag, feed.c.modified_at).join(feed)
        with office.store.read() as connection:
            rows = connection.execute(made.where(subscription.c.revoked_at.is_(None))).all()
        files = self._files()
        for digest, *stored in rows:
            # Its content tells, not its date: a file may have been damaged or brought back from a backup.
            if digest in files and _etag(files[digest]) != stored[1]:
                yield files[digest], StoredFeed(*stored)

    def _list_dead(self, office: Office) -> Iterator[Path]:
        files = self._files()
        with office.store.read() as connection:
            live = select(subscription.c.token_digest).where(subscription.c.revoked_at.is_(None))
            alive = set(connection.execute(live).scalars())
        yield from (path for digest, path in files.items() if digest not in alive)
        yield from self._list_abandoned(office.store.clock.now())

    def _list_abandoned(self, now: datetime) -> Iterator[Path]:
        """What a process that was killed while it wrote has left behind."""
        if self.path.exists():
            parts = (path for path in self.path.iterdir() if path.name.startswith(PART))
            yield from (path for path in parts if now.timestamp() - _second_of(path) > ABANDONED.total_seconds())


def _etag(path: Path) -> str:
    try:
        return strong_etag(path.read_bytes())
    except OSError:  # written anew, it is readable again; if that fails too, it is told
        return ""


def _write(office: Office, path: Path, stored: StoredFeed) -> bool:
    try:
        with office.store.read() as connection:
            body = read_bytes(connection, stored, packed=False)
        _replace(path, body, stored.modified_at)
    except NoResultFound:  # revoked meanwhile
        return False
    except OSError as error:
        # Not the path: its last part is the secret.
        _log.warning("the file of the calendar with row id %s: %s", stored.subscription_id, error.strerror)
        return False
    return True


def _remove(path: Path) -> bool:
    try:
        path.unlink()
    except FileNotFoundError:  # another worker was first
        return False
    except OSError as error:
        _log.warning("a calendar file that no address leads to cannot be removed: %s", error.strerror)
        return False
    return True


def _replace(path: Path, body: bytes, modified_at: datetime) -> None:
    """Put other bytes in a file's place: whoever reads it has the old ones or the new ones, after a power cut too."""
    seconds = max(int(modified_at.timestamp()), _second_of(path) + 1)
    descriptor, name = tempfile.mkstemp(prefix=PART, dir=path.parent)
    part = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(body)
            file.flush()
            os.fsync(descriptor)
        part.chmod(FILE_MODE)
        os.utime(part, (seconds, seconds))
        part.replace(path)
    except BaseException:
        part.unlink(missing_ok=True)
        raise


def _second_of(path: Path) -> int:
    """When a file was changed. Servers make the tag of size and second, so that of the next one must be a later one."""
    try:
        return int(path.stat().st_mtime)
    except FileNotFoundError:
        return -1
