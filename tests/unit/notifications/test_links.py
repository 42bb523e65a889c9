"""Grants as links, and links as grants."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from string import ascii_letters, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from activities.grants import Grant
from activities.invitations import Invitation, Purpose
from notifications.keys import Keys
from notifications.links import BadPublicUrlError, BadTokenError, Links, is_public, make_token, read_token

KEYS = Keys({"1": b"a" * 32, "2": b"b" * 32})
GRANT = Grant(
    id=7,
    public_id="01990f6e-7c1a-7000-8000-000000000001",
    person_id=3,
    submission_id=5,
    manifest_digest=b"m" * 32,
    actions=frozenset({"accept", "return"}),
    nonce=b"n" * 16,
    issued_at=datetime(2026, 3, 2, tzinfo=UTC),
    expires_at=datetime(2026, 4, 1, tzinfo=UTC),
    voided_at=None,
    spent_at=None,
)
OTHER = replace(GRANT, public_id="01990f6e-7c1a-7000-8000-000000000002", nonce=b"o" * 16)
INVITATION = Invitation(
    id=8,
    public_id=GRANT.public_id,
    person_id=3,
    purpose=Purpose.EVIDENCE,
    occurrence_id=11,
    nonce=b"n" * 16,
    issued_at=GRANT.issued_at,
    expires_at=GRANT.expires_at,
    voided_at=None,
)


def find(public_id):
    """The two grants that there are."""
    return {each.public_id: each for each in (GRANT, OTHER)}.get(public_id)


def test_a_token_gives_its_grant_back():
    """Key id, grant id and MAC: 68 characters that need no quoting in a URL."""
    token = make_token(GRANT, KEYS)
    assert token.startswith("2.")
    assert len(token) == 68
    assert set(token) <= set(ascii_letters + digits + "-_.")
    assert read_token(token, KEYS, find) == GRANT


def test_a_link_outlives_the_rotation_of_keys_but_not_the_loss_of_its_key():
    """Older keys verify as long as they are there."""
    token = make_token(GRANT, Keys({"1": b"a" * 32}))
    assert read_token(token, KEYS, find) == GRANT
    with pytest.raises(BadTokenError):
        read_token(token, Keys({"2": b"b" * 32}), find)
    with pytest.raises(BadTokenError):
        read_token(token, Keys({"1": b"c" * 32}), find)


@pytest.mark.parametrize(
    "change",
    [
        {"person_id": 4},
        {"submission_id": 6},
        {"manifest_digest": b"x" * 32},
        {"actions": frozenset({"accept"})},
        {"nonce": b"x" * 16},
        {"expires_at": GRANT.expires_at + timedelta(days=1)},
    ],
)
def test_a_row_that_was_altered_no_longer_fits_its_link(change):
    """Whoever can write the database cannot widen a link that was sent."""
    token = make_token(GRANT, KEYS)
    with pytest.raises(BadTokenError):
        read_token(token, KEYS, lambda _public_id: replace(GRANT, **change))


def test_a_mac_fits_its_own_grant_only():
    """The MAC of one grant under the id of another is refused."""
    one, other = make_token(GRANT, KEYS).split("."), make_token(OTHER, KEYS).split(".")
    with pytest.raises(BadTokenError):
        read_token(".".join([one[0], one[1], other[2]]), KEYS, find)


@given(position=st.integers(0, 67), character=st.sampled_from(ascii_letters + digits + "-_.=é "))
def test_any_other_writing_of_a_token_is_refused(position, character):
    """Not even another base64 writing of the very same bytes passes."""
    token = make_token(GRANT, KEYS)
    altered = token[:position] + character + token[position + 1 :]
    if altered != token:
        with pytest.raises(BadTokenError):
            read_token(altered, KEYS, find)


@given(st.text(max_size=100))
def test_whatever_is_no_token_gets_the_one_answer(text):
    """No cause is told from another."""
    with pytest.raises(BadTokenError) as refused:
        read_token(text, KEYS, find)
    assert str(refused.value) == BadTokenError.message
    assert refused.value.details == {}


@pytest.mark.parametrize(
    ("url", "public"),
    [
        ("https://opora.example.org", True),
        ("https://опора.рф", True),
        ("http://8.8.8.8:8080", True),
        ("https://[2606:4700::1]", True),
        ("http://localhost:8080", False),
        ("http://127.0.0.1", False),
        ("http://127.1.2.3", False),
        ("http://[::1]:8080", False),
        ("http://10.1.2.3", False),
        ("http://192.168.0.7", False),
        ("http://100.64.0.1", False),
        ("http://169.254.0.1", False),
        ("http://0.0.0.0", False),
        ("http://[fd00::1]", False),
        ("http://server", False),
        ("http://server.local", False),
        ("http://server.lan.", False),
        ("http://opora.internal", False),
    ],
)
def test_an_address_is_public_if_its_host_can_be_reached_from_elsewhere(url, public):
    """Loopback, private, link-local and shared addresses are not, nor names without an owner."""
    assert is_public(url) is public


def test_no_link_without_a_public_address():
    """Office mode: letters carry none; a demo's database may link to its own machine."""
    assert Links(None, KEYS).find_decision_url(GRANT) is None
    assert Links("http://127.0.0.1:8080", KEYS).find_decision_url(GRANT) is None
    demo = Links("http://127.0.0.1:8080", KEYS, allow_private=True)
    assert demo.find_decision_url(GRANT) == f"http://127.0.0.1:8080/d/{make_token(GRANT, KEYS)}"


def test_a_link_stands_below_the_public_address():
    """A path of the address is kept, a slash at its end makes no difference."""
    expected = f"https://moc.example.org/opora/d/{make_token(GRANT, KEYS)}"
    assert Links("https://moc.example.org/opora/", KEYS).find_decision_url(GRANT) == expected


@pytest.mark.parametrize(
    "url",
    [
        "ftp://opora.example.org",
        "opora.example.org",
        "javascript:alert(1)",
        "https://",
        "https://user:word@opora.example.org",
        "https://opora.example.org/?a=b",
        "https://opora.example.org/#a",
        'https://opora.example.org/"><b>',
        "https://opora.example.org/\r\nBcc: x",
        "https://opora.example.org:99999",
    ],
)
def test_an_address_that_cannot_stand_in_a_link_is_refused_at_start(url):
    """The error names the setting."""
    with pytest.raises(BadPublicUrlError, match="OPORA_PUBLIC_URL"):
        Links(url, KEYS)


def test_an_invitation_has_a_token_too():
    """It gives its invitation back, and its link leads to the page that it opens."""
    token = make_token(INVITATION, KEYS)
    assert read_token(token, KEYS, lambda _public_id: INVITATION) == INVITATION
    url = Links("https://moc.example.org", KEYS).find_invitation_url(INVITATION)
    assert url == f"https://moc.example.org/e/{token}"
    assert Links("http://127.0.0.1:8080", KEYS).find_invitation_url(INVITATION) is None


@pytest.mark.parametrize(
    "change",
    [
        {"person_id": 4},
        {"purpose": Purpose.DECISIONS},
        {"occurrence_id": 12},
        {"occurrence_id": None},
        {"expires_at": GRANT.expires_at + timedelta(seconds=1)},
        {"nonce": b"x" * 16},
    ],
)
def test_an_invitation_that_was_altered_fits_no_link(change):
    """Whoever changes what an invitation opens, for whom or until when, makes its link useless."""
    token = make_token(INVITATION, KEYS)
    with pytest.raises(BadTokenError):
        read_token(token, KEYS, lambda _public_id: replace(INVITATION, **change))


def test_an_invitation_never_passes_for_a_grant():
    """A token signs its sort: with the same id and nonce, one does not open what the other does."""
    with pytest.raises(BadTokenError):
        read_token(make_token(INVITATION, KEYS), KEYS, find)
    with pytest.raises(BadTokenError):
        read_token(make_token(GRANT, KEYS), KEYS, lambda _public_id: INVITATION)
