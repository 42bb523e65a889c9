"""The secrets that sign links, as their folder has them: a process that runs for months sees a key that was added."""

from collections.abc import Iterator, Mapping
from pathlib import Path

from notifications.keys import Keys


class KeyFolder(Mapping[str, bytes]):
    """Key id → secret, as the folder had them at the last `reload`.

    Raises:
        KeysMissingError, KeyExposedError, KeyDamagedError: as `Keys.load`.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: object = None
        self._secrets: Mapping[str, bytes] = {}
        self.reload()

    def reload(self) -> None:
        """Read the folder anew if a file in it came, went or was changed.

        Raises:
            KeysMissingError, KeyExposedError, KeyDamagedError: as `Keys.load`; the secrets stay as they were.
        """
        seen = self._look()
        if seen != self._seen:
            self._secrets = Keys.load(self._folder).secrets
            self._seen = seen

    def _look(self) -> object:
        files = (each.stat() for each in sorted(self._folder.glob("*.key")))
        # The time of the last change of rights or content, which nobody sets by hand.
        return [(stat.st_ino, stat.st_ctime_ns) for stat in files]

    def __getitem__(self, key_id: str) -> bytes:
        return self._secrets[key_id]

    def __iter__(self) -> Iterator[str]:
        return iter(self._secrets)

    def __len__(self) -> int:
        return len(self._secrets)
