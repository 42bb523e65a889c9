"""Previews of evidence on the decision page: drawn apart, of pixels alone, and never in the way."""

import io

import pytest
from PIL import Image

from web import previews as previews_module
from web.previews import Previews

PDF = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 200 300]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
)
ORIENTATION, MAKER, GPS = 0x0112, 0x010F, 0x8825


def picture(kind="JPEG", size=(1600, 1200), **saved):
    stream = io.BytesIO()
    Image.new("RGB", size, "navy").save(stream, kind, **saved)
    return stream.getvalue()


def photograph():
    """A photograph that says which camera made it and where, held upright."""
    exif = Image.Exif()
    exif[ORIENTATION], exif[MAKER] = 6, "Canary camera"
    exif.get_ifd(GPS)[1] = "N"
    return picture(exif=exif)


def bomb():
    """A PNG of a few bytes that says it is 60,000 by 60,000."""
    content = bytearray(picture("PNG", (1, 1)))
    content[16:24] = (60_000).to_bytes(4, "big") * 2
    return bytes(content)


def ask(house, content, name="файл"):
    """The answer to a question for the preview of a file just handed in."""
    sent = house.hand_in(files=[(name, content)])
    return house.web().test_client().get(f"/d/{house.token(sent)}/preview/1")


def test_a_photograph_is_shown_small_upright_and_without_what_it_says(house):
    """The preview is a WebP of our own within 720 by 960: turned, without camera and place, under a closed policy."""
    answer = ask(house, photograph())
    assert (answer.status_code, answer.content_type) == (200, "image/webp")
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    with Image.open(io.BytesIO(answer.data)) as drawn:
        assert drawn.size == (540, 720)
        assert not drawn.getexif()
    assert b"Canary" not in answer.data


def test_the_first_page_of_a_pdf_is_shown(house):
    """A page of 200 by 300 points keeps its shape."""
    with Image.open(io.BytesIO(ask(house, PDF).data)) as drawn:
        assert drawn.size == (640, 960)


@pytest.mark.parametrize("content", [bomb(), b"%PDF-1.4 and no more", b"\xff\xd8\xff" + bytes(500), b"words"], ids=repr)
def test_what_cannot_be_drawn_has_no_preview(house, content):
    """Bombs, damage and other formats are 404 with a word in the place of the picture, and on the page later on."""
    sent = house.hand_in(files=[("файл", content[:5000])])
    client, url = house.web().test_client(), f"/d/{house.token(sent)}"
    for language, words in (("ru", ">Предпросмотра нет<"), ("en", ">No preview<")):
        answer = client.get(f"{url}/preview/1?lang={language}")
        assert (answer.status_code, answer.content_type) == (404, "image/svg+xml")
        assert words in answer.get_data(as_text=True)
    page = client.get(url).get_data(as_text=True)
    assert "<img" not in page
    assert ("Предпросмотра нет: скачайте файл" in page) == (content != b"words")


def test_a_preview_is_drawn_once(house, monkeypatch):
    """The second question is answered from the folder, also where the answer is that there is none."""
    previews = Previews(house.application.settings.preview_dir, house.office.evidence)
    found = []
    for content in (picture(size=(20, 20)), b"%PDF-1.4 and no more"):
        stored = house.office.evidence.store(io.BytesIO(content), 10_000)
        found.append((stored.digest, previews.find(stored.digest, "image/jpeg")))
    monkeypatch.setattr(previews_module.subprocess, "run", lambda *_a, **_k: pytest.fail("drawn again"))
    assert [previews.find(digest, "image/jpeg") for digest, _ in found] == [drawn for _, drawn in found]
    assert [drawn is None for _, drawn in found] == [False, True]


def test_the_folder_does_not_grow_for_ever(house, monkeypatch):
    """Beyond the limit the oldest go."""
    monkeypatch.setattr(previews_module, "MOST_KEPT", 3)
    folder = house.application.settings.preview_dir
    previews = Previews(folder, house.office.evidence)
    for width in range(10, 16):
        stored = house.office.evidence.store(io.BytesIO(picture(size=(width, 9))), 10_000)
        monkeypatch.setattr(previews, "_draw", lambda *_: b"drawn")
        previews.find(stored.digest, "image/jpeg")
    assert 1 <= len(list(folder.iterdir())) <= 3


def test_drawing_is_stopped_in_time(house, monkeypatch):
    """Whoever draws too long is ended, and there is no preview."""
    monkeypatch.setattr(previews_module, "_SECONDS", 0.01)
    assert ask(house, photograph()).status_code == 404


def test_a_preview_needs_the_link(house):
    """Numbers beyond the files lead nowhere, and a link that counts no more shows nothing."""
    sent = house.hand_in(files=[("a.jpg", picture(size=(9, 9)))])
    client, token = house.web().test_client(), house.token(sent)
    assert client.get(f"/d/{token}/preview/2").status_code == 404
    house.pass_time(days=60)
    assert client.get(f"/d/{token}/preview/1").status_code == 410


def test_the_page_tells_what_to_know_of_a_file(house):
    """Not checked, sent before, named otherwise than it is: each stands beside the file."""
    house.hand_in("1.3", files=[("x.jpg", picture(size=(9, 9)))])
    sent = house.hand_in("1.2", files=[("справка.pdf", picture(size=(9, 9)))])
    path = f"/d/{house.token(sent)}"
    page = house.web().test_client().get(path).get_data(as_text=True)
    assert "на вирусы не проверено" in page
    assert "Этот же файл сдан по 1.3" in page
    assert "По имени это «.pdf», а по содержанию — фото (JPEG)." in page
    assert f'src="{path}/preview/1"' in page
