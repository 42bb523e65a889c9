"""Files with personal data after their time: bytes go, the digest and an act stay, and everybody is told."""

import io
import os
from datetime import UTC, datetime, timedelta

import pytest

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide
from activities.evidence import add_file, list_damaged
from activities.evidence_overview import list_acts
from activities.evidence_retention import Term, list_expired, remove_expired
from engine.machine import RoleNotAllowedError

PDF = b"%PDF-1.4 personal"


def age(house, days=700):
    """Make every stored file as old as it would be."""
    for path in (house.office.evidence.path / "sha256").glob("*/*"):
        stored_at = path.stat().st_mtime - timedelta(days=days).total_seconds()
        os.utime(path, (stored_at, stored_at))


@pytest.fixture
def sent(house):
    """One file with personal data alone, one that another row needs without the mark."""
    house.hand_in("1.3", files=[("общий.pdf", b"%PDF-1.4 common")])
    sealed = house.hand_in(
        "1.2", files=[("список.pdf", PDF), ("копия.pdf", b"%PDF-1.4 common")], contains_personal_data=True
    )
    age(house)
    return sealed


def expired(house, months=12, waiting=()):
    with house.office.store.read() as connection:
        return list_expired(house.office, connection, Term(months, dict(waiting)))


def remove(house, months=12, waiting=()):
    return remove_expired(house.office, Actor(house.coordinator, "cli"), Term(months, dict(waiting), "приказ № 5"))


def test_nothing_goes_before_its_time(house, sent):
    """On the day that the term ends everything is there; the day after it is listed, with what still needs it."""
    house.clock.set(datetime(2027, 12, 31, 6, tzinfo=UTC))
    assert (expired(house), remove(house)) == ([], None)
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    assert {each.name: each.needed_for for each in expired(house)} == {
        "список.pdf": (),
        "копия.pdf": ("1.3@2026-04-10",),
    }


def test_bytes_go_and_an_act_stays(house, sent):
    """The file alone is removed, verifying finds nothing amiss, the page tells the act; then nothing is left to do."""
    token = house.token(sent)
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    number, gone = remove(house)
    assert [each.name for each in gone] == ["список.pdf"]
    paths = {file.name: house.office.evidence.path_of(file.digest) for file in sent.manifest.files}
    assert {name: path.exists() for name, path in paths.items()} == {"список.pdf": False, "копия.pdf": True}
    assert list_damaged(house.office) == (1, [])
    assert remove(house) is None
    house.clock.set(datetime(2026, 3, 3, 6, tzinfo=UTC))  # while the link counts
    page = house.web().test_client().get(f"/d/{token}").get_data(as_text=True)
    assert f"Удалено по сроку, акт № {number} от 1 января 2028" in page.replace("\xa0", " ")
    assert f"{token}/evidence/2" not in page
    assert f"{token}/evidence/1" in page


def test_a_removed_file_answers_with_the_act(house, sent):
    """410 with the number and the day of the act, for the file and its preview; what is kept is served as before."""
    token = house.token(sent)
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    number, _ = remove(house)
    house.clock.set(datetime(2026, 3, 3, 6, tzinfo=UTC))  # while the link counts
    client = house.web().test_client()
    for path in ("evidence", "preview"):
        gone = client.get(f"/d/{token}/{path}/2")
        assert gone.status_code == 410
        text = gone.get_data(as_text=True).replace("\xa0", " ")
        assert "Этот файл удалён" in text
        assert f"акт № {number} от 1 января 2028" in text
    with client.get(f"/d/{token}/evidence/1") as kept:
        assert kept.status_code == 200
    house.hand_in("1.1", files=[("список.pdf", PDF)])
    with client.get(f"/d/{token}/evidence/2") as again:
        assert again.get_data() == PDF


@pytest.mark.needs("postgresql")
def test_it_is_the_same_on_postgresql(make_house, new_postgres_url):
    """What goes, what another row keeps, the act, and what is sent again."""
    house = make_house(new_postgres_url)
    house.hand_in("1.3", files=[("общий.pdf", b"%PDF-1.4 common")])
    both = [("список.pdf", PDF), ("копия.pdf", b"%PDF-1.4 common")]
    sealed = house.hand_in("1.2", files=both, contains_personal_data=True)
    age(house)
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    assert {each.name: each.needed_for for each in expired(house)} == {
        "список.pdf": (),
        "копия.pdf": ("1.3@2026-04-10",),
    }
    number, gone = remove(house)
    assert [each.name for each in gone] == ["список.pdf"]
    with house.office.store.read() as connection:
        assert [(act, files) for act, _, files in list_acts(connection)] == [(number, 1)]
    assert list_damaged(house.office) == (1, [])
    house.hand_in("1.1", files=[("список.pdf", PDF)])
    assert list_damaged(house.office) == (2, [])
    assert sum(house.office.evidence.path_of(file.digest).exists() for file in sealed.manifest.files) == 2


def test_what_is_sent_again_for_the_same_row_is_there_again(house, sent):
    """It was returned, and its evidence removed since: the piece is a new one with its bytes."""
    returned = DecisionRequest(sent.id, sent.manifest_digest, Verdict.RETURN, "нет подписи")
    decide(house.office, Actor(house.head, "cli"), returned)
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    remove(house)
    target = house.occurrence("1.2").id
    old = next(each for each in sent.manifest.files if each.name == "список.pdf")
    added = add_file(house.office, Actor(house.teacher, "cli"), target, io.BytesIO(PDF), name="список.pdf")
    assert (added.blob_digest, added.added_at) == (old.digest, house.clock.now())
    assert house.office.evidence.path_of(old.digest).read_bytes() == PDF
    assert list_damaged(house.office) == (2, [])


def test_what_is_sent_again_is_there_again(house, sent):
    """The same bytes handed in anew are kept as any other."""
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    remove(house)
    house.hand_in("1.1", files=[("список.pdf", PDF)])
    assert list_damaged(house.office) == (2, [])


def test_what_was_stored_today_stays_until_tomorrow(house, sent):
    """Somebody may be sending the same bytes at this moment; the list says so, and no act speaks of the file."""
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    house.office.evidence.store(io.BytesIO(PDF), 1000)
    assert [each.name for each in expired(house) if each.is_young] == ["список.pdf"]
    assert remove(house) is None
    age(house, days=2)
    assert [each.name for each in remove(house)[1]] == ["список.pdf"]


def test_what_came_by_mail_and_waits_stays(house, sent):
    """An answer brought the same bytes, and nobody has said yet what becomes of them."""
    house.clock.set(datetime(2028, 1, 1, 6, tzinfo=UTC))
    waiting = {sent.manifest.files[0].digest: "r-000001", sent.manifest.files[1].digest: "r-000001"}
    needed = {each.name: each.needed_for for each in expired(house, waiting=waiting)}
    assert needed["список.pdf"] == ("r-000001",)
    assert remove(house, waiting=waiting) is None


def test_not_everybody_removes(house):
    """Whoever neither coordinates nor administers is refused, and nothing is removed."""
    before = house.dump()
    for person in (house.teacher, house.head):
        with pytest.raises(RoleNotAllowedError):
            remove_expired(house.office, Actor(person, "cli"), Term(0, {}, "приказ № 5"))
    assert house.dump() == before
