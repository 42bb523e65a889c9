"""Letters as files."""

import os
import stat

import pytest

from notifications.mail.folder import FolderTransport
from notifications.mail.transport import Envelope, Pause, TransportError


def envelope(message_id="<01990f6e-7c1a@opora.example>", content=b"Subject: a\r\n\r\nb\r\n"):
    """A letter."""
    return Envelope(message_id, "a@opora.example", "b@school.example", content)


def test_a_letter_becomes_a_file_that_mail_programs_open(tmp_path):
    """Named by the message id, in a folder that is made when it is first needed; nothing else is left there."""
    FolderTransport(tmp_path / "mail").send(envelope())
    (path,) = (tmp_path / "mail").iterdir()
    assert path.name == "01990f6e-7c1a.eml"
    assert path.read_bytes() == b"Subject: a\r\n\r\nb\r\n"


def test_nobody_else_reads_a_letter(tmp_path):
    """Whatever the process's mask: what stands in it decides and sends evidence."""
    before = os.umask(0)
    try:
        FolderTransport(tmp_path / "mail").send(envelope())
    finally:
        os.umask(before)
    (path,) = (tmp_path / "mail").iterdir()
    assert (stat.S_IMODE(path.parent.stat().st_mode), stat.S_IMODE(path.stat().st_mode)) == (0o700, 0o600)


def test_a_letter_sent_again_takes_the_same_place(tmp_path):
    """At least once means at most one file."""
    transport = FolderTransport(tmp_path)
    transport.send(envelope())
    transport.send(envelope())
    assert len(list(tmp_path.iterdir())) == 1


def test_a_message_id_cannot_leave_the_folder(tmp_path):
    """Slashes and dots of a name are taken out."""
    FolderTransport(tmp_path / "mail").send(envelope("<../../x@y>"))
    assert [path.parent.name for path in tmp_path.rglob("*.eml")] == ["mail"]


def test_a_folder_that_cannot_be_written_pauses_the_mailbox(tmp_path):
    """The letter is not lost; the system's words stand in the error."""
    (tmp_path / "mail").write_text("a file stands in the way")
    with pytest.raises(TransportError) as failed:
        FolderTransport(tmp_path / "mail").send(envelope())
    assert failed.value.pauses is Pause.CONNECTION
    assert not failed.value.permanent
    assert not failed.value.reached_letter
