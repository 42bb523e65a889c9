"""From texts to the bytes of a mail (RFC 5322, MIME): nothing in a title or a name can become a header.

The headers are written as `email.header.Header` objects by the `compat32` policy: these are encoded as they stand.
The newer policies first parse a value, decode encoded words in it, and write the result anew (cpython issue 121650).
"""

import re
from dataclasses import dataclass, field
from datetime import datetime
from email import policy
from email.header import Header
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.utils import format_datetime
from typing import Any

from notifications.mail.headers import encode_mailbox, encode_text
from notifications.mail.render import Rendered
from notifications.mail.sender import Sender, ascii_address
from notifications.mail.transport import Envelope

_LINE_END = re.compile(r"\r\n|\r|\n")
_WIRE = policy.compat32.clone(linesep="\r\n", max_line_length=76)


@dataclass(frozen=True, slots=True)
class Address:
    """Where one letter goes, and how it is told from others.

    Attributes:
        message_id, references_id: as stored with the letter.
        written_at: goes into the Date header.
        unsubscribe_url: where mail programs say that letters of this kind are not wanted any more (RFC 8058).
        anchor: how far the log of history reaches, None before the first checkpoint. Every mail that leaves the house
            carries one, so that those who have it can tell a rewritten history.
    """

    name: str
    mail: str
    language: str
    message_id: str
    references_id: str | None
    written_at: datetime
    anchor: str | None = None
    unsubscribe_url: str | None = field(default=None, repr=False)


def seal_message(rendered: Rendered, sender: Sender, to: Address) -> Envelope:
    """The finished mail: text and HTML as alternatives, all of it 7-bit on the wire.

    Raises:
        UnicodeError: the recipient's domain has no ASCII form.
    """
    recipient = ascii_address(to.mail)
    # base64 never holds "=_", so the boundary stands in neither part; sent again, the letter has the same bytes.
    message = MIMEMultipart("alternative", boundary=f"=_{to.message_id.strip('<>').partition('@')[0]}")
    for name, value in _headers(rendered.subject, sender, to, recipient).items():
        message[name] = value
    message.attach(MIMEText(_canonical(rendered.text), "plain", "utf-8"))
    message.attach(MIMEText(_canonical(rendered.html), "html", "utf-8"))
    return Envelope(to.message_id, sender.address, recipient, message.as_bytes(policy=_WIRE))


def _headers(subject: str, sender: Sender, to: Address, recipient: str) -> dict[str, Any]:
    headers: dict[str, Header | str] = {
        "From": encode_mailbox(sender.name, sender.address, "From"),
        "To": encode_mailbox(to.name, recipient, "To"),
        "Subject": encode_text(subject, "Subject"),
        "Date": format_datetime(to.written_at),
        "Message-ID": to.message_id,
        "Content-Language": to.language,
        # RFC 3834 §5: no out-of-office answers; Exchange asks for a header of its own.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    if to.anchor:
        headers["X-Opora-Checkpoint"] = to.anchor
    if to.unsubscribe_url:
        headers["List-Unsubscribe"] = f"<{to.unsubscribe_url}>"
        headers["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    thread = {"In-Reply-To": to.references_id, "References": to.references_id} if to.references_id else {}
    return headers | thread


def _canonical(text: str) -> str:
    """Lines ended by CR LF (RFC 2046 §4.1.1), and no half characters, which no encoding can carry."""
    return _LINE_END.sub("\r\n", text.encode("utf-8", "replace").decode("utf-8"))
