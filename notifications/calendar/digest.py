"""Whether anything that a subscriber can see has changed."""

import hashlib

from notifications.calendar.event import EventContent
from notifications.calendar.rendering import render_content


def event_digest(content: EventContent) -> bytes:
    """SHA-256 over the entry as it would be shown, without revision (SEQUENCE, DTSTAMP, LAST-MODIFIED).

    Taken from the rendered values: what changes no byte of them changes no digest, and a new version of the
    program that shows an entry otherwise changes it as it must.
    """
    lines = [name + b":" + value for name, value in sorted(render_content(content).items())]
    return hashlib.sha256(b"\n".join(lines)).digest()
