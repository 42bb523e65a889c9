"""The page by which an approver decides."""

import re

import pytest


def fields(page):
    """What a browser would send with the form as it stands."""
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    return {"seen": seen[1]} if seen else {}


@pytest.fixture
def client(any_house):
    return any_house.web().test_client()


def test_the_page_shows_what_is_to_be_decided(any_house, client):
    """Number, title, plan, section, deadline, result, who handed in, files and links stand on the page."""
    sent = any_house.hand_in(
        note="Приняли 12 человек", links=["https://school.example/news"], numbers={"Участники": 12}
    )
    page = client.get(f"/d/{any_house.token(sent)}")
    assert page.status_code == 200
    text = page.get_data(as_text=True)
    for words in (
        "1.2",
        "Справка об участии в конкурсе",
        "План работы МОЦ на 2026 год",
        "Методическая работа",
        "31 марта 2026",
        "Пётр Учителев",
        "справка.pdf",
        "Приняли 12 человек",
        'href="https://school.example/news" rel="noreferrer noopener',
        "Участники",
        sent.manifest_digest.hex()[:16],
    ):
        assert words in text, words
    assert "checked" not in text
