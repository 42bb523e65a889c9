"""Mails of strangers, read within bounds."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.mail.arrivals import _parse
from notifications.mail.attachments import list_attachments
from notifications.mail.incoming import LARGEST_BYTES, UnreadableMailError, read_head, read_incoming
from tests.fixtures.returned_mail import PDF, answer, returned

KNOWN = "<01990f6e-0000-7000-8000-000000000000@opora.example>"
MAIL = answer(KNOWN, "paul@school12.example", ("протокол.pdf", PDF))


def nested(depth: int) -> bytes:
    """A mail whose parts lie in each other."""
    return b"".join(b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (n, n) for n in range(depth))


HOSTILE = {
    "too large": b"Subject: x\n\n" + b"x" * LARGEST_BYTES,
    "a thousand levels": nested(1000),
    "a mail in a mail": b"Content-Type: message/rfc822\n\n" * 2000,
    "ten thousand parts": b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\nx\n" * 10_000,
    "ten thousand named parts": b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"".join(b"--b\nContent-Type: application/x%d\n\nx\n" % n for n in range(10_000)),
    "a head without end": b"X-A: b\n" * 200_000,
    "endless parameters": b"Content-Type: multipart/mixed; boundary=" + b'";' * 500_000 + b"\n\nx\n",
    "a parameter behind a part": b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; "
    b'a="' + b";" * 500_000 + b"\n\nx\n--b--\n",
    "only line ends": b"Subject: x\n\n" + b"\n" * 2_000_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_mail_beyond_the_bounds_is_refused_with_its_reason(name):
    """Before the parser sees it; its head can still be looked at."""
    with pytest.raises(UnreadableMailError) as caught:
        read_incoming(HOSTILE[name])
    assert caught.value.details["problem"]
    assert read_head(HOSTILE[name]).answers == ()


@given(
    st.binary(max_size=400),
    st.integers(0, len(MAIL)),
    st.integers(0, 60),
    st.sampled_from([MAIL, returned(KNOWN, "a@b.example")]),
)
@settings(max_examples=1500)
def test_any_bytes_end_in_a_reading_or_a_refusal(noise, at, gap, mail):
    """A mail with noise at any place: never another error."""
    content = mail[:at] + noise + mail[at + gap :]
    try:
        parsed = _parse(content, is_cut=False)
    except UnreadableMailError:
        return
    assert len(parsed.incoming.digest) == 32
    assert all(each.content and each.name.isprintable() for each in parsed.attachments.taken)


@pytest.mark.parametrize(
    ("stated", "sender"),
    [
        ("paul@school12.example", "paul@school12.example"),
        ("Paul <PAUL@School12.example>", "paul@school12.example"),
        ('"mary@moc.example" <x@evil.example>', "x@evil.example"),
        ("=?utf-8?B?0J/QsNCy0LXQuw==?= <paul@school12.example>", "paul@school12.example"),
        ("paul@school12.example, x@evil.example", ""),
        ("<paul@school12.example> <x@evil.example>", ""),
        ("paul@school12.example (x@evil.example)", ""),
        ("paul@school12.example\nFrom: x@evil.example", ""),
        ("Paul", ""),
        ("", ""),
    ],
)
def test_a_sender_is_one_address_or_nobody(stated, sender):
    """What two programs could read in two ways is nobody's."""
    assert read_incoming(f"From: {stated}\n\ntext\n".encode()).sender == sender


def attached(*parts: bytes) -> bytes:
    """A mail with these parts."""
    return (
        b"Content-Type: multipart/mixed; boundary=b\n\n"
        + b"".join(b"--b\n" + each + b"\n" for each in parts)
        + b"--b--\n"
    )


def part(head: str, content: bytes = b"content") -> bytes:
    """A part with a head of its own."""
    return head.encode() + b"\n\n" + content


LOGO = "Content-Type: image/png; name=logo.png\nContent-ID: <logo>\nContent-Disposition: inline; filename=logo.png"
PARTS = [
    (part("Content-Type: text/plain"), None, ""),
    (part("Content-Type: text/html"), None, ""),
    (part("Content-Type: text/plain; name=list.txt"), "list.txt", ""),
    (part("Content-Type: application/pdf; name==?utf-8?B?0LDQutGCLnBkZg==?="), "акт.pdf", ""),
    (part("Content-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''%D0%B0.pdf"), "а.pdf", ""),
    (part('Content-Type: application/pdf; name="=?nonsense?B?0LDQ?="'), "=?nonsense?B?0LDQ?=", ""),
    (part('Content-Type: application/pdf; name="../../etc/passwd"'), "passwd", ""),
    (part('Content-Type: application/x-rar; name="фото.rar"'), "фото.rar", ""),
    (part("Content-Type: application/pdf; name=a.pdf\nContent-Transfer-Encoding: base64", b"QUJD*!*QUJD"), "a.pdf", ""),
    (part(LOGO, b"x" * 5_000), "logo.png", "a small picture within the text"),
    (part(LOGO, b"x" * 100_000), "logo.png", ""),
    (part("Content-Type: application/ms-tnef; name=winmail.dat"), "winmail.dat", "Outlook packed the files"),
    (
        part("Content-Type: message/rfc822\nContent-Disposition: attachment; filename=old.eml"),
        "old.eml",
        "a whole mail",
    ),
    (part("Content-Type: application/pkcs7-mime; name=smime.p7m"), "smime.p7m", "it is encrypted"),
    (part("Content-Type: application/pkcs7-signature; name=smime.p7s"), None, ""),
    (part("Content-Type: application/pdf; name=empty.pdf", b""), "empty.pdf", "it is empty"),
]


@pytest.mark.parametrize(("raw", "name", "reason"), PARTS)
def test_each_part_is_taken_or_left_out_with_its_reason(raw, name, reason):
    """Files under a bare name; texts and signatures are none; logos, packed and encrypted parts are named."""
    found = list_attachments(read_incoming(attached(raw)))
    names = [each.name for each in found.taken] + [each.name for each in found.left_out]
    assert len(names) == (name is not None)
    assert all(name in each or not each.isascii() for each in names)
    assert [each.reason.startswith(reason) for each in found.left_out] == ([True] if reason else [])


def test_more_files_than_a_reply_may_bring_are_named():
    """The first twenty are taken."""
    parts = [part(f"Content-Type: application/pdf; name={n}.pdf", b"%d" % n) for n in range(23)]
    found = list_attachments(read_incoming(attached(*parts)))
    assert [each.name for each in found.taken] == [f"{n}.pdf" for n in range(20)]
    assert [each.name for each in found.left_out] == ["20.pdf", "21.pdf", "22.pdf"]
