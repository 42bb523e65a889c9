"""A trial of the sender: a process that sends letters to a real mail server is killed at any moment.

Everything that the process needs stands here, so that it can be forked from a server that has imported it.
"""

import os
import signal
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from engine import faults
from engine.clock import VirtualClock
from engine.database import open_database
from engine.unit_of_work import SilentBell, Store
from notifications.keys import Keys
from notifications.links import Links
from notifications.mail.mailbox import Budget
from notifications.mail.post import Post
from notifications.mail.send import send_due
from notifications.mail.sender import parse_sender
from notifications.mail.smtp import SmtpTransport
from notifications.mail.smtp_url import Security, SmtpServer

SENDER = "mail@opora.example"


def send_all(url: str, keys: Path, port: int, now: datetime, deadly: int = 0) -> int:
    """Send what is due at this moment; how many letters were finished.

    Args:
        url: the database.
        keys: the folder of the keys.
        port: of the mail server on this machine.
        now: the time.
        deadly: at which of the moments that it counts the process dies: each transaction's beginning of the end and
            end, and each step of SMTP that went well; 0: at none.
    """
    seen = 0

    def pass_by(*_args: object, **_details: object) -> None:
        nonlocal seen
        seen += 1
        if seen == deadly:
            os.kill(os.getpid(), signal.SIGKILL)

    faults.on_reach = pass_by
    engine = open_database(url)
    transport = SmtpTransport(SmtpServer(Security.NONE, "127.0.0.1", port), narrate=pass_by)
    links = Links(None, Keys.load(keys))
    post = Post(parse_sender(SENDER), transport, links, ZoneInfo("Europe/Moscow"), Budget(10_000, 10_000))
    try:
        return send_due(Store(engine, VirtualClock(now), SilentBell()), post)
    finally:
        faults.on_reach = faults._pass
        engine.dispose()
