"""From the secret in an address to the grant that it stands for."""

from flask import request
from werkzeug.exceptions import Forbidden, NotFound, TooManyRequests

from activities.grants import Grant, find_grant
from notifications.links import BadTokenError, read_token
from web.site import current_site
from web.throttle import WINDOW, count_bad_link, fold_client, is_throttled

_OWN_FORM = frozenset({None, "same-origin", "none"})


def open_link(token: str) -> Grant:
    """The grant of a token that is ours; reads only.

    Raises:
        NotFound: forged, altered, cut off: one answer to all.
        TooManyRequests: the same after many of them.
    """
    application = current_site().application
    with application.store.read() as connection:
        try:
            return read_token(token, application.keys, lambda public_id: find_grant(connection, public_id))
        except BadTokenError:
            pass
    raise refuse_bad_link()


def refuse_bad_link() -> NotFound | TooManyRequests:
    """Count a bad link and give the answer to it."""
    store = current_site().application.store
    client = fold_client(request.remote_addr)
    with store.read() as connection:
        if is_throttled(connection, client, store.clock.now()):
            return TooManyRequests(retry_after=int(WINDOW.total_seconds()))
    count_bad_link(store, client)
    return NotFound()


def refuse_foreign_form() -> None:
    """Let only our own page send the form.

    Rests on `Sec-Fetch-Site` (W3C Fetch Metadata), which browsers set and pages cannot; Referer and Origin are
    withheld by our own `no-referrer`. Where it is absent, the secret in the address is what protects.

    Raises:
        Forbidden: another site's page sent it.
    """
    if request.headers.get("Sec-Fetch-Site") not in _OWN_FORM:
        raise Forbidden
