"""Capability links: a grant or an invitation of the domain becomes the token of a link, and a token the row again.

A token is `KEY.ROW.MAC`: the key's id, the row's UUID in base64url, and an HMAC-SHA256 over everything that it
allows, its sort first. The row alone gives no link (the key is missing), the key alone gives none (the row is missing),
and a row that was altered no longer fits the links that were sent.
"""

import hmac
import ipaddress
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from activities.grants import Grant
from activities.invitations import Invitation, Purpose
from engine.canonical import canonical_json
from engine.clock import format_instant
from engine.errors import N_, OporaError
from notifications.keys import Keys

DECISION_PATH = "/d/"
"""Where a decision page lies below the public address; the token follows."""
INVITATION_PATHS = {
    Purpose.EVIDENCE: "/e/",
    Purpose.DECISIONS: "/m/",
    Purpose.PREFERENCES: "/p/",
    Purpose.DATES: "/w/",
    Purpose.TEXTS: "/t/",
}
"""Where the page lies that an invitation opens."""

_GRANT = "opora-grant-1"
_INVITATION = "opora-invitation-1"
_TOKEN = re.compile(r"([0-9]{1,6})\.([A-Za-z0-9_-]{22})\.[A-Za-z0-9_-]{43}")
HIDDEN = "…"
# A host of one of these ends is nobody's outside (RFC 6761, RFC 6762, RFC 8375, ICANN's "internal").
_PRIVATE_ENDS = ("localhost", "local", "internal", "lan", "home.arpa", "test", "invalid")

Leave = TypeVar("Leave", Grant, Invitation)
"""What a link gives leave by."""


class BadTokenError(OporaError):
    """A token that is not one of ours. One answer to every cause, so that guessing teaches nothing."""

    message = N_("This link is not valid. Open the link of the newest mail, or ask the coordinator.")


class BadPublicUrlError(OporaError):
    """The public address cannot stand in a link."""

    message = N_("{url} cannot be used in links. Set OPORA_PUBLIC_URL to an address such as https://opora.example.org.")


def make_token(leave: Grant | Invitation, keys: Keys) -> str:
    """The token of a grant or invitation, signed by the newest key; the same at each call until the key is changed."""
    return _token(leave, keys, keys.newest)


def read_token(token: str, keys: Keys, find: Callable[[str], Leave | None]) -> Leave:
    """The row that a token stands for. Whether it still counts is asked of `check_grant` and `check_invitation`.

    Args:
        token: what stood in the link.
        keys: all keys in use.
        find: gives the grant, or the invitation, with a public id, or None.

    Raises:
        BadTokenError: not a token, an unknown key or row, or a signature that does not fit the row.
    """
    parts = _TOKEN.fullmatch(token)
    leave = find(_unpack(parts[2])) if parts else None
    if parts is None or leave is None or parts[1] not in keys.secrets:
        raise BadTokenError
    # The whole texts are compared: base64 has more than one writing of the same bytes, and only ours is good.
    if not hmac.compare_digest(token, _token(leave, keys, parts[1])):
        raise BadTokenError
    return leave


@dataclass(frozen=True, slots=True)
class Links:
    """Makes the links that letters carry, or none.

    Args:
        public_url: where people reach the server, or None.
        allow_private: a demo's or a test's database lets links lead to this machine or its network.

    Raises:
        BadPublicUrlError: the address is no http or https URL, or carries a login, a query or a fragment.
    """

    public_url: str | None
    keys: Keys
    allow_private: bool = False

    def __post_init__(self) -> None:
        if self.public_url is not None and not _is_plain_url(self.public_url):
            raise BadPublicUrlError(url=self.public_url)

    def find_decision_url(self, grant: Grant) -> str | None:
        """The link to decide by; None where no letter may carry one yet (office mode)."""
        return self._find_url(DECISION_PATH, grant)

    def find_invitation_url(self, invitation: Invitation) -> str | None:
        """The link to the page that an invitation opens; None where no letter may carry one yet (office mode)."""
        return self._find_url(INVITATION_PATHS[invitation.purpose], invitation)

    @property
    def leave_the_house(self) -> bool:
        """Whether letters may carry links: people elsewhere can reach the server, or it is a demo's or a test's."""
        return self.public_url is not None and (self.allow_private or is_public(self.public_url))

    def find_home_url(self) -> str:
        """Where people outside find the start page; empty while nobody can reach it."""
        return f"{(self.public_url or '').rstrip('/')}/" if self.leave_the_house else ""

    def _find_url(self, path: str, leave: Grant | Invitation) -> str | None:
        if self.public_url is None or not self.leave_the_house:
            return None
        return self.public_url.rstrip("/") + path + make_token(leave, self.keys)


def hide_tokens(text: str) -> str:
    """The text without the tokens in it: a mail server that refuses a letter may quote its links."""
    return _TOKEN.sub(HIDDEN, text)


def is_public(url: str) -> bool:
    """Whether people elsewhere can reach an address, judged by its host alone: neither loopback nor private."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return ipaddress.ip_address(host).is_global
    except ValueError:
        return "." in host and not f".{host}".endswith(tuple(f".{end}" for end in _PRIVATE_ENDS))


def _is_plain_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
        port_is_good = parts.port is None or parts.port > 0
    except ValueError:
        return False
    extras = parts.username or parts.password or parts.query or parts.fragment
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and port_is_good and not extras and _is_ink(url)


def _is_ink(url: str) -> bool:
    return url.isascii() and url.isprintable() and not re.search(r"[\s<>\"'\\]", url)


def _token(leave: Grant | Invitation, keys: Keys, key_id: str) -> str:
    signed = _grant_terms(leave) if isinstance(leave, Grant) else _invitation_terms(leave)
    mac = hmac.digest(keys.secrets[key_id], canonical_json(signed), "sha256")
    return f"{key_id}.{_base64(UUID(leave.public_id).bytes)}.{_base64(mac)}"


def _grant_terms(grant: Grant) -> dict[str, object]:
    return {
        "purpose": _GRANT,
        "grant": grant.public_id,
        "person": grant.person_id,
        "on_behalf_of": grant.on_behalf_of_id,
        "submission": grant.submission_id,
        "manifest": grant.manifest_digest.hex(),
        "actions": sorted(grant.actions),
        "expires_at": format_instant(grant.expires_at),
        "nonce": grant.nonce.hex(),
    }


def _invitation_terms(invitation: Invitation) -> dict[str, object]:
    return {
        "purpose": _INVITATION,
        "invitation": invitation.public_id,
        "opens": invitation.purpose.value,
        "person": invitation.person_id,
        "occurrence": invitation.occurrence_id,
        "expires_at": format_instant(invitation.expires_at),
        "nonce": invitation.nonce.hex(),
    }


def _base64(content: bytes) -> str:
    return urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _unpack(text: str) -> str:
    return str(UUID(bytes=urlsafe_b64decode(text + "==")))
