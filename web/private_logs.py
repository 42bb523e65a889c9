"""Keeps the secrets of addresses out of the log.

Flask names the path of a page that failed, waitress that of a client who went away; a path of ours may be a key.
"""

import logging
import re

_SECRET = re.compile(r"(/[a-z]/)[^/\s\]]+")
_LOGGERS = ("waitress", "web.app")


class HideSecrets(logging.Filter):
    """Writes `/d/…` where a record names the address of a capability page or a calendar."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Let every record pass, without secrets."""
        message = record.getMessage()
        hidden = hide_secrets(message)
        if hidden != message:
            record.msg, record.args = hidden, None
        return True


def hide_secrets(text: str) -> str:
    """The text with the secret part of each of our addresses taken out."""
    return _SECRET.sub(r"\1…", text)


def install() -> None:
    """Put the filter on every logger that is told of addresses; again and again, since it stands there once."""
    for name in _LOGGERS:
        logger = logging.getLogger(name)
        if not any(isinstance(each, HideSecrets) for each in logger.filters):
            logger.addFilter(HideSecrets())
