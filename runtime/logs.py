"""What long-lived processes tell on stderr, one line an event; no token, address or name of a person."""

import logging
import time

_QUIET = ("huey", "alembic")  # they tell of each task and each step


def configure_logs() -> None:
    """Write to stderr, with the machine's time in UTC."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.Formatter.converter = time.gmtime
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
