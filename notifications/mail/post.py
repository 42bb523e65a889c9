"""What the sender of letters is given at start."""

import random
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from notifications.links import Links
from notifications.mail.backoff import Chance
from notifications.mail.folder import FolderTransport
from notifications.mail.mailbox import Budget
from notifications.mail.sender import Sender
from notifications.mail.smtp import SmtpTransport
from notifications.mail.smtp_url import parse_smtp_url
from notifications.mail.transport import Transport


@dataclass(frozen=True, slots=True)
class Post:
    """The mailbox that letters come from, the way they go, and what they carry.

    Attributes:
        zone: of the clock on the office's wall.
        chance: spreads waits (`backoff`); given by tests.
    """

    sender: Sender
    transport: Transport
    links: Links
    zone: ZoneInfo
    budget: Budget = field(default_factory=Budget)
    chance: Chance = random.random


def choose_transport(smtp_url: str | None, folder: Path) -> Transport:
    """The SMTP server that the URL names; without one, files in the folder.

    Raises:
        SmtpUrlError, InsecureLoginError: the URL cannot be used.
    """
    return SmtpTransport(parse_smtp_url(smtp_url)) if smtp_url else FolderTransport(folder)
