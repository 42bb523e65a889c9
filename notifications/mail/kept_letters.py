"""Letters that lie as files where no SMTP server is set: removing those that a person is named in."""

import email
import email.policy
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path


def remove_letters(folder: Path, names_the_person: Callable[[str], bool]) -> int:
    """Remove every letter in whose headers or text the person is named; how many.

    Raises:
        OSError: a file cannot be read or removed.
    """
    removed = 0
    for path in folder.glob("*.eml"):
        if any(map(names_the_person, _texts(path.read_bytes()))):
            path.unlink()
            removed += 1
    return removed


def _texts(content: bytes) -> Iterator[str]:
    letter = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    for value in letter.values():
        yield str(value)
    for part in letter.walk():
        if part.get_content_maintype() == "text":
            yield str(part.get_content())
