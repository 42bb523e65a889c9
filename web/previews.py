"""Small pictures of evidence: drawn in a process of their own, kept by the digest of what they show.

Without one nothing is lost: whatever goes wrong, there is just no preview.
"""

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from threading import BoundedSemaphore

from activities.evidence_folder import MEGABYTE, EvidenceFolder, EvidenceMissingError

TYPES = frozenset({"image/jpeg", "image/png", "image/webp", "application/pdf"})
MOST_BYTES = 60 * MEGABYTE
MOST_KEPT = 4000
"""About 30 KB each, so about 120 MB."""
_SECONDS = 30
_PASSED_ON = ("PATH", "TMPDIR", "LANG", "LC_ALL", "LC_CTYPE", "SYSTEMROOT")
_AT_ONCE = BoundedSemaphore(2)
_WAIT_SECONDS = 20

_log = logging.getLogger(__name__)


def is_shown(media_type: str, size: int) -> bool:
    """Whether a preview is worth trying."""
    return media_type in TYPES and 0 < size <= MOST_BYTES


class Previews:
    """Previews in a folder; each is drawn once, and so is the answer that there is none (an empty file)."""

    def __init__(self, folder: Path, evidence: EvidenceFolder) -> None:
        self.folder = folder
        self._evidence = evidence

    def find(self, digest: bytes, media_type: str) -> bytes | None:
        """The preview of a file as WebP, drawn now if it never was; None where there is none."""
        kept = self._path_of(digest)
        try:
            return kept.read_bytes() or None
        except OSError:
            pass
        if not _AT_ONCE.acquire(timeout=_WAIT_SECONDS):
            return None
        try:
            drawn = self._draw(digest, media_type)
        finally:
            _AT_ONCE.release()
        if drawn is not None:
            self._keep(kept, drawn)
        return drawn or None

    def is_missing(self, digest: bytes) -> bool:
        """Whether it was tried before, and there is none; nothing is drawn to find out."""
        try:
            return self._path_of(digest).stat().st_size == 0
        except OSError:
            return False

    def forget(self, digests: Iterable[bytes]) -> None:
        """Remove the previews of files that are removed themselves."""
        for digest in digests:
            self._path_of(digest).unlink(missing_ok=True)

    def _path_of(self, digest: bytes) -> Path:
        return self.folder / f"{digest.hex()}.webp"

    def _draw(self, digest: bytes, media_type: str) -> bytes | None:
        """The picture; empty where it cannot be drawn; None where nothing is known because the file is not there."""
        environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
        environment["PYTHONPATH"] = os.pathsep.join(str(Path(folder).absolute()) for folder in sys.path)
        command = [sys.executable, "-P", "-W", "ignore", "-m", "web.preview_drawing", media_type]
        try:
            with self._evidence.open(digest) as stream:
                done = subprocess.run(  # noqa: S603  (our own program)
                    command,
                    stdin=stream,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.DEVNULL,
                    env=environment,
                    timeout=_SECONDS,
                    check=False,
                )
        except subprocess.TimeoutExpired:
            return b""
        except (OSError, EvidenceMissingError):
            return None
        return done.stdout if done.returncode == 0 else b""

    def _keep(self, kept: Path, drawn: bytes) -> None:
        try:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.NamedTemporaryFile(dir=self.folder, delete=False) as staged:
                staged.write(drawn)
            Path(staged.name).replace(kept)
            self._drop_oldest()
        except OSError as error:
            _log.warning("a preview cannot be kept: %s", error)

    def _drop_oldest(self) -> None:
        known = list(self.folder.iterdir())
        if len(known) > MOST_KEPT:
            by_age = sorted(known, key=lambda path: path.stat().st_mtime)
            for path in by_age[: len(known) - MOST_KEPT * 9 // 10]:
                path.unlink(missing_ok=True)
