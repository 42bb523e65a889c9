"""Files of evidence as a link hands them out."""

import hashlib
from base64 import b64encode

import pytest

from activities import evidence_reception

CONTENT = b"%PDF-1.4\n" + bytes(range(256)) * 1000


@pytest.fixture
def client(house):
    return house.web().test_client()


def url_of(house, name="отчёт «итог».pdf", content=CONTENT):
    sent = house.hand_in(files=[(name, content, "")])
    return f"/d/{house.token(sent)}/evidence/1"


def test_a_file_comes_whole_as_a_download(house, client):
    """Name, size, type and digest are told; the bytes are those that were handed in."""
    answer = client.get(url_of(house))
    assert answer.status_code == 200
    assert answer.get_data() == CONTENT
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Content-Type"] == "application/pdf"
    digest = b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert answer.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    assert answer.headers["Content-Disposition"] == (
        'attachment; filename="_____ ______.pdf"; '
        "filename*=UTF-8''%D0%BE%D1%82%D1%87%D1%91%D1%82%20%C2%AB%D0%B8%D1%82%D0%BE%D0%B3%C2%BB.pdf"
    )


def test_a_file_can_run_nothing(house, client):
    """It is saved and not shown, its type is not guessed, and were it shown, it would be in a sandbox."""
    headers = client.get(url_of(house, "x.bin", content=b"\0<script>alert(1)</script>")).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.parametrize(
    "media_type",
    ["image/svg+xml", "text/html; charset=utf-8", "application/xhtml+xml", "text/xml", "", "x\r\nX-Evil: 1"],
)
def test_a_type_that_could_run_is_not_told(house, client, media_type, monkeypatch):
    """Whatever type was sealed with the file, it does not reach the browser unless it is on the list."""
    monkeypatch.setattr(evidence_reception, "tell_type", lambda _stream: media_type)
    headers = client.get(url_of(house, "x")).headers
    assert headers["Content-Type"] == "application/octet-stream"
    assert "X-Evil" not in headers


@pytest.mark.parametrize("name", ["../../etc/passwd", 'a"b\\c%d.pdf', "\u202efdp.txt", "a\r\nX-Evil: 1", "💾" * 80, ""])
def test_a_hostile_name_stays_a_name(house, client, name):
    """No name ends the header, leaves a folder, or runs backwards."""
    headers = client.get(url_of(house, name)).headers
    value = headers["Content-Disposition"]
    assert "X-Evil" not in headers
    assert value.isascii()
    assert value.count('"') == 2
    assert not any(sign in value for sign in ("/", "\\", "%E2%80%AE", "%0A", "%22%22"))


def test_a_question_about_a_file_opens_nothing(house, client):
    """HEAD tells the same headers without a byte of the file."""
    url = url_of(house)
    asked, fetched = client.head(url), client.get(url)
    assert asked.get_data() == b""
    same = ("Content-Length", "Content-Type", "Content-Disposition", "Repr-Digest")
    assert [asked.headers[name] for name in same] == [fetched.headers[name] for name in same]


@pytest.mark.parametrize("number", ["0", "2", "-1", "1x", "1/../1", "99999999999999999999"])
def test_only_this_submissions_files_are_there(house, client, number):
    """Numbers beyond the submission's files lead nowhere."""
    assert client.get(url_of(house)[:-1] + number).status_code == 404


def test_a_file_that_is_gone_is_told_calmly(house, client, caplog):
    """A missing file is a page that says so, and a line in the log for the administrator."""
    url = url_of(house)
    path_of(house).unlink()
    assert client.get(url).status_code == 503
    assert "is missing" in caplog.text


@pytest.mark.parametrize("content", [CONTENT[:-1] + b"!", CONTENT[:-1], CONTENT + b"more", b""])
def test_an_altered_file_does_not_arrive_whole(house, client, caplog, content):
    """Of a file that is no longer what was handed in, the last bytes are held back, so that the download fails."""
    url = url_of(house)
    path = path_of(house)
    path.chmod(0o600)
    path.write_bytes(content)
    answer = client.get(url)
    assert len(answer.get_data()) < len(CONTENT)
    assert "is damaged" in caplog.text


def path_of(house):
    (path,) = (each for each in house.office.evidence.path.joinpath("sha256").rglob("*") if each.is_file())
    return path
