"""«Лист приёмки»: all of a submission on paper, with the digest, and a place for the decision or the decision."""

import io

import pytest
from docx import Document

from activities.acceptance_sheet import gather_sheet, group_digest, write_sheet
from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide


@pytest.fixture
def sent(house):
    return house.hand_in(
        "1.2",
        files=[("справка\u202e.pdf", b"%PDF-1.4 x")],
        links=["https://school.example/a"],
        numbers={"участники": 12},
    )


def read(house, submission):
    """Every text on the sheet, and how many pictures."""
    stream = io.BytesIO()
    with house.office.store.read() as connection:
        target = house.occurrence("1.2")
        sheet = gather_sheet(connection, target, submission, house.office.calendar.zone, house.office.today())
    write_sheet(sheet, stream)
    document = Document(stream)
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells]), len(document.inline_shapes)


def test_everything_that_was_handed_in_stands_on_it(house, sent):
    """Plan, row, result, who handed in, files with digests, and the whole digest in groups and as a code."""
    said, pictures = read(house, sent)
    file = sent.manifest.files[0]
    for text in (
        *("План работы МОЦ на 2026 год", "1.2 Справка об участии в конкурсе", "Справка", "Школа № 12", "Пётр Учителев"),
        *("справка.pdf", f"{file.size} байт", group_digest(file.digest), group_digest(sent.manifest_digest)),
        *("https://school.example/a", "участники", "12", "версия 1, 02.03.2026 09:00"),
    ):
        assert text in said, text
    assert pictures == 1


def test_what_is_not_decided_has_a_place_for_it(house, sent):
    """Three choices, a line for the remark, for the name, for the signature, and how it is entered."""
    said, _ = read(house, sent)
    assert all(f"☐ {choice}" in said for choice in ("принято", "принято частично", "возвращено"))
    assert f"--digest {sent.manifest_digest.hex()[:12]}" in said
    assert "Подпись" in said


def test_a_decision_stands_on_it(house, sent):
    """What was decided, by whom, when and with which remark; nothing is left to be chosen."""
    request = DecisionRequest(sent.id, sent.manifest_digest, Verdict.RETURN, remark="Нет подписи")
    decide(house.office, Actor(house.head, "cli"), request)
    said, _ = read(house, sent)
    assert "возвращено" in said
    assert "Анна Директорова" in said
    assert "Нет подписи" in said
    assert "☐" not in said


def test_a_digest_is_in_groups():
    """Eight groups of eight digits."""
    assert group_digest(bytes(range(32))).split(" ") == [bytes(range(at, at + 4)).hex() for at in range(0, 32, 4)]
