"""Looking at a file before it is kept: is it one to be taken, what is it, does it carry a virus?"""

import os
from typing import BinaryIO

from activities.evidence_refusals import EmptyFileError, refuse_type
from activities.evidence_types import tell_type
from activities.media_types import PLAIN, UNKNOWN
from activities.virus_scanner import Scanner


class Reception:
    """Examines one file on its way into the evidence folder.

    Attributes:
        media_type: once examined, what it is by its content.
        is_scanned: whether a scanner has looked and found nothing.
    """

    def __init__(self, name: str, scanner: Scanner | None) -> None:
        self.media_type = UNKNOWN
        self.is_scanned = False
        self._name = name
        self._scanner = scanner

    def examine(self, stream: BinaryIO) -> None:
        """Refuse the file or learn what it is.

        Raises:
            EmptyFileError, DangerousFileError, DamagedArchiveError: it is not taken.
            InfectedFileError, ScannerError: the scanner has refused it, or did not answer.
        """
        if stream.seek(0, os.SEEK_END) == 0:
            raise EmptyFileError
        media_type = tell_type(stream)
        refuse_type(media_type)
        self.media_type = "text/csv" if media_type == PLAIN and self._name.lower().endswith(".csv") else media_type
        if self._scanner is not None:
            stream.seek(0)
            self._scanner.scan(stream)
            self.is_scanned = True
