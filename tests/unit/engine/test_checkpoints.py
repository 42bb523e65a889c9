"""Checkpoints are signed notes as C2SP describes them; anchors are their short form."""

from base64 import b64decode, b64encode
from dataclasses import dataclass

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from engine.checkpoints import (
    BadAnchorError,
    BadCheckpointError,
    TreeHead,
    _is_signed,
    key_id,
    open_checkpoint,
    read_anchor,
    read_checkpoint,
    sign_checkpoint,
    verifier_key,
)
from tests.fixtures.log import SIGNER, TestSigner

# The example of https://pkg.go.dev/golang.org/x/mod/sumdb/note, whose format C2SP took over.
PETER = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
SAYING = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
SIGNED = "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM="
HEAD = TreeHead(SIGNER.name, 7, bytes(range(32)))


@dataclass
class Peter:
    """The verifier of the example."""

    name = "PeterNeumann"
    public_key = b64decode(PETER.rpartition("+")[2])[1:]

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Raises where it does not hold."""
        Ed25519PublicKey.from_public_bytes(self.public_key).verify(signature, message)
        return True


def test_signatures_are_those_of_signed_notes():
    """Key id, verifier key and signature line of the example that the format comes with."""
    assert key_id(Peter()).hex() == "c74f20a3"
    assert verifier_key(Peter()) == PETER
    assert _is_signed(SAYING.encode(), SIGNED, Peter())


def test_a_checkpoint_is_three_lines_and_a_signature():
    """The form that C2SP's tlog-checkpoint asks for, to the byte."""
    note = sign_checkpoint(HEAD, SIGNER)
    root = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
    text, signature = note.split("\n\n")
    assert text == f"opora.test/log\n7\n{root}"
    assert signature.startswith("— opora.test/log ")
    assert note.endswith("\n")
    assert len(b64decode(signature.split(" ")[2])) == 4 + 64
    assert open_checkpoint(note, SIGNER) == read_checkpoint(note) == HEAD


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("\n7\n", "\n8\n"),
        ("AAEC", "AAED"),
        ("\n7\n", "\n07\n"),
        ("\n7\n", "\n7\nmore\n"),
        ("\n\n— ", "\n\n- "),
        ("\n\n— opora", "\n\n— other"),
        ("\n\n", "\n"),
        ("opora.test/log\n", "other.test/log\n"),
        ("h8=\n", "h8\n"),
        ("h8=\n", "h9=\n"),
    ],
)
def test_a_checkpoint_that_was_altered_is_refused(old, new):
    """Wherever."""
    note = sign_checkpoint(HEAD, SIGNER)
    assert old in note
    with pytest.raises(BadCheckpointError):
        open_checkpoint(note.replace(old, new, 1), SIGNER)


def test_a_signature_of_another_key_is_refused():
    """Even under the same name, and even with the right key id in front."""
    other = TestSigner(seed=bytes(32))
    with pytest.raises(BadCheckpointError):
        open_checkpoint(sign_checkpoint(HEAD, other), SIGNER)
    text = HEAD.text()
    forged = b64encode(key_id(SIGNER) + other.sign(text.encode())).decode()
    with pytest.raises(BadCheckpointError):
        open_checkpoint(f"{text}\n— {SIGNER.name} {forged}\n", SIGNER)


def test_a_signature_under_another_key_id_is_refused():
    """The id is part of the format: others' tools pass such a line over."""
    text = HEAD.text()
    line = b64encode(bytes(4) + SIGNER.sign(text.encode())).decode()
    with pytest.raises(BadCheckpointError):
        open_checkpoint(f"{text}\n— {SIGNER.name} {line}\n", SIGNER)


def test_a_second_signature_does_no_harm():
    """Others may have signed too, with keys that are not known here."""
    note = sign_checkpoint(HEAD, SIGNER)
    assert open_checkpoint(f"{note}{SIGNED}\n— broken %%\n", SIGNER) == HEAD


@given(st.from_regex(r"[a-z]{1,9}(\.[a-z]{2,5})?(/[a-z0-9]{1,9})?", fullmatch=True), st.integers(0, 2**40), st.binary())
def test_an_anchor_comes_back(origin, size, noise):
    """However it was broken into lines, with or without the name of its header."""
    head = TreeHead(origin, size, (noise + bytes(32))[:32])
    for line in (head.anchor(), f"X-Opora-Checkpoint: {head.anchor()}", head.anchor().replace(" ", "\r\n  ")):
        assert read_anchor(line) == head


@given(st.text())
def test_any_other_text_is_no_anchor(text):
    """It is refused, never taken for another."""
    with pytest.raises(BadAnchorError):
        read_anchor(text)


@pytest.mark.parametrize("size", ["-1", "07", "1e3", "٣", "", "1 2"])
def test_a_size_has_one_form(size):
    """Digits of ASCII, no leading nought."""
    with pytest.raises(BadAnchorError):
        read_anchor(f"opora {size} {b64encode(bytes(32)).decode()}")
