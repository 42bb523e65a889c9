"""Sending the letters that are due: lease, make the text, say that it begins, send, write down what came of it.

Each database transaction is over before a server is spoken to and a new one begins after; so a slow server holds no
lock, and a worker may die anywhere (see `letters`).
"""

import logging
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from activities.grants import Grant, GrantExpiredError, GrantVoidError, check_grant, find_grant
from activities.invitations import (
    Invitation,
    Purpose,
    find_open_invitation,
    is_invitation_open,
    list_invitations,
)
from activities.people import get_person_by_id
from activities.roles import Role, holds_anywhere
from activities.submissions import find_open_submission, get_submission
from engine.transparency import find_anchor
from engine.unit_of_work import Store
from notifications.links import hide_tokens
from notifications.mail.contexts import Context, Row, Waiting, read_context
from notifications.mail.kinds import SORTS, Kind
from notifications.mail.letters import (
    Letter,
    begin_transmission,
    bury_letter,
    claim_letter,
    defer_letter,
    drop_letter,
    give_back_letter,
    is_any_due,
    mark_sent,
)
from notifications.mail.mailbox import budget_left, lock_mailbox, pause_mailbox, wake_mailbox
from notifications.mail.message import Address, seal_message
from notifications.mail.post import Post
from notifications.mail.preferences import find_unsubscribe_url
from notifications.mail.render import View, render_letter
from notifications.mail.transport import Envelope, TransportError

KEEPERS = (Role.APPROVER, Role.OBSERVER, Role.AUDITOR)
"""Who reads in the letter itself how far the log reaches; for all others it stands in a header."""

_log = logging.getLogger(__name__)


def send_due(store: Store, post: Post) -> int:
    """Send what is due, within the budget and until the mailbox has to rest; how many letters were finished.

    Finished is sent, dead or dropped: a deferred letter is no progress, so that a tick comes to an end.
    """
    finished = 0
    while letter := _claim(store, post):
        finished += _send(store, post, letter)
    return finished


def _claim(store: Store, post: Post) -> Letter | None:
    with store.read() as connection:
        if not is_any_due(connection, store.clock.now()):
            return None
    with store.write() as work:
        if lock_mailbox(work, post.sender.address).rests(work.now):
            return None
        if budget_left(work.connection, post.budget, work.now) <= 0:
            return None
        return claim_letter(work)


def _send(store: Store, post: Post, letter: Letter) -> bool:
    """Send one leased letter; whether it is finished."""
    try:
        envelope = _write_out(store, post, letter)
    except Exception as error:  # noqa: BLE001  (one letter that cannot be made must not stop the others)
        _log.warning("letter %s could not be written out", letter.short_id, exc_info=True)
        return _defer(store, post, letter, hide_tokens(f"{type(error).__name__}: {error}"))
    if envelope is None:
        with store.write() as work:
            return drop_letter(work, letter)
    with store.write() as work:
        if not begin_transmission(work, letter):
            return False
    try:
        post.transport.send(envelope)
    except TransportError as trouble:
        return _settle_trouble(store, post, letter, trouble)
    with store.write() as work:
        wake_mailbox(work, post.sender.address)
        return mark_sent(work, letter)


def _settle_trouble(store: Store, post: Post, letter: Letter, trouble: TransportError) -> bool:
    with store.write() as work:
        if trouble.pauses:
            pause_mailbox(work, post.sender.address, trouble, trouble.pauses, post.chance)
        if trouble.permanent:
            return bury_letter(work, letter, str(trouble))
        # Trouble before the server had heard of the letter says nothing against it, and costs it no attempt.
        if trouble.pauses and not trouble.reached_letter:
            give_back_letter(work, letter, str(trouble))
            return False
    return _defer(store, post, letter, str(trouble))


def _defer(store: Store, post: Post, letter: Letter, reason: str) -> bool:
    with store.write() as work:
        defer_letter(work, letter, reason, post.chance)
    return False


def _write_out(store: Store, post: Post, letter: Letter) -> Envelope | None:
    """The finished mail; None where what it was to say is over."""
    kind = Kind(letter.kind)
    context = read_context(SORTS[kind].context, letter.context)
    with store.read() as connection:
        person = get_person_by_id(connection, letter.person_id)
        now = store.clock.now()
        left, grants = _still_waiting(connection, context.waiting(), now)
        still = context.with_waiting(left)
        # In office mode there is no link to make of them.
        rows, pages = (context.rows(), _pages(still)) if post.links.leave_the_house else ((), ())
        invitations = _invitations(connection, rows, now)
        invited = [find_open_invitation(connection, letter.person_id, purpose, now) for purpose in pages]
        anchor = find_anchor(connection) or ""
        keeps_anchors = bool(anchor) and holds_anywhere(connection, person.id, KEEPERS)
    if still is None or not person.active:
        return None
    urls = {grant.public_id: url for grant in grants if (url := post.links.find_decision_url(grant))}
    urls |= {each.public_id: url for each in invitations if (url := post.links.find_invitation_url(each))}
    view = View(
        language=letter.language,
        address=letter.recipient,
        zone=post.zone,
        urls=urls,
        anchor=anchor if keeps_anchors else "",
        pages={each.purpose: url for each in invited if each and (url := post.links.find_invitation_url(each))},
    )
    rendered = render_letter(kind, still, view)
    address = Address(
        name=person.name,
        mail=letter.recipient,
        language=letter.language,
        message_id=letter.message_id,
        references_id=letter.references_id,
        written_at=now,
        anchor=anchor,
        unsubscribe_url=find_unsubscribe_url(view.page(Purpose.PREFERENCES), kind),
    )
    return seal_message(rendered, post.sender, address)


def _pages(context: Context | None) -> tuple[Purpose, ...]:
    """The pages of their own that a letter leads its reader to."""
    return (Purpose.PREFERENCES, *sorted(context.leads_to if context else ()))


def _still_waiting(
    connection: Connection, items: Iterable[Waiting], now: datetime
) -> tuple[tuple[Waiting, ...], list[Grant]]:
    """The items that still wait for a decision, and the recipient's grants to make it."""
    left: list[Waiting] = []
    grants: list[Grant] = []
    for item in items:
        grant = find_grant(connection, item.grant) if item.grant else None
        if not _is_waiting(connection, item) or (item.grant and (grant is None or not _counts(grant, now))):
            continue
        left.append(item)
        grants += [grant] if grant else []
    return tuple(left), grants


def _invitations(connection: Connection, rows: Iterable[Row], now: datetime) -> list[Invitation]:
    """The recipient's invitations to send evidence, as far as they still count."""
    named = list_invitations(connection, {row.invitation for row in rows if row.invitation})
    return [each for each in named if is_invitation_open(each, now)]


def _is_waiting(connection: Connection, item: Waiting) -> bool:
    waiting = find_open_submission(connection, get_submission(connection, item.submission_id).occurrence_id)
    return waiting is not None and waiting.id == item.submission_id


def _counts(grant: Grant, now: datetime) -> bool:
    try:
        check_grant(grant, now)
    except (GrantExpiredError, GrantVoidError):
        return False
    return True
