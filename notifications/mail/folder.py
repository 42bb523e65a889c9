"""Letters as files, where no SMTP server is set: any mail program opens them.

Their links are keys, so nobody but the account that Opora runs under may read them.
"""

import os
import re
from pathlib import Path

from notifications.mail.transport import Envelope, Pause, TransportError


class FolderTransport:
    """Writes each letter to `<unique part of the message id>.eml`; sent again, it takes the same place."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def send(self, envelope: Envelope) -> None:
        """Write the file; readers see all of it or nothing.

        Raises:
            TransportError: the folder cannot be written; pauses the mailbox.
        """
        name = re.sub(r"[^A-Za-z0-9-]", "_", envelope.message_id.strip("<>").partition("@")[0])
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            staged = self.folder / f".{name}.new"
            with os.fdopen(os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
                file.write(envelope.content)
                file.flush()
                os.fsync(file.fileno())
            staged.replace(self.folder / f"{name}.eml")
        except OSError as error:
            raise TransportError(permanent=False, pauses=Pause.CONNECTION, code=0, text=str(error)) from error
