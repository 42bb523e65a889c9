"""From the secret in an address to the grant or invitation that it stands for."""

from collections.abc import Callable

from flask import request
from sqlalchemy import Connection
from werkzeug.exceptions import Forbidden, Gone, NotFound, TooManyRequests

from activities.grants import Grant, find_grant
from activities.invitations import Invitation, Purpose, find_invitation, is_invitation_open
from activities.people import Person, get_person_by_id
from notifications.links import BadTokenError, Leave, read_token
from web.site import current_site
from web.throttle import WINDOW, count_bad_link, fold_client, is_throttled

_OWN_FORM = frozenset({None, "same-origin", "none"})


def open_link(token: str) -> Grant:
    """The grant of a token that is ours; reads only.

    Raises:
        NotFound: forged, altered, cut off: one answer to all.
        TooManyRequests: the same after many of them.
    """
    return _open(token, find_grant)


def open_invitation(token: str, purpose: Purpose) -> Invitation:
    """The invitation of a token that is ours and for this page; reads only.

    Raises:
        NotFound, TooManyRequests: as `open_link`.
    """
    found = _open(token, find_invitation)
    if found.purpose is not purpose:
        raise refuse_bad_link()
    return found


def open_own_page(token: str, purpose: Purpose) -> tuple[Invitation, Person]:
    """The invitation to a page of one's own that counts now, and whose it is; reads only.

    Raises:
        NotFound, TooManyRequests: as `open_link`.
        Gone: its time is over, it was called back, or its person has left.
    """
    invited = open_invitation(token, purpose)
    store = current_site().application.store
    with store.read() as connection:
        person = get_person_by_id(connection, invited.person_id)
    if not person.active or not is_invitation_open(invited, store.clock.now()):
        raise Gone
    return invited, person


def _open(token: str, find: Callable[[Connection, str], Leave | None]) -> Leave:
    application = current_site().application
    with application.store.read() as connection:
        try:
            return read_token(token, application.keys, lambda public_id: find(connection, public_id))
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
