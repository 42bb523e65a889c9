"""A virus that is found only later: whoever decides and whoever sent it are warned, and nobody is handed the file."""

from dataclasses import replace
from io import BytesIO

import pytest

from activities.acting import Actor
from activities.evidence import add_file
from activities.evidence_scanning import scan_stored
from activities.invitations import invite_to_send
from activities.virus_scanner import InfectedFileError
from notifications.links import make_token

BAD = b"%PDF-1.4 minutes"


class Knowing:
    """A scanner that knows one file."""

    def scan(self, stream):
        """Say what is in it."""
        if stream.read() == BAD:
            raise InfectedFileError(threat="Eicar-Test")


@pytest.fixture
def found(house):
    """What was handed in for 1.2 carries a virus in its first file; so does what is gathered for 1.3."""
    sealed = house.hand_in("1.2", files=[("а.pdf", BAD), ("б.pdf", b"%PDF-1.4 clean")])
    add_file(house.office, Actor(house.teacher, "cli"), house.occurrence("1.3").id, BytesIO(BAD), name="в.pdf")
    scan_stored(replace(house.office, scanner=Knowing()))
    return sealed


def test_the_decision_page_warns_and_hands_out_the_other_file_only(house, found):
    """The virus is named; neither link nor preview leads to it, and its address is none; it can be decided on."""
    client, path = house.web().test_client(), f"/d/{house.token(found)}"
    page = client.get(path).get_data(as_text=True)
    number = next(n for n, file in enumerate(found.manifest.files, 1) if file.name == "а.pdf")
    other = 3 - number
    assert "вирус (Eicar-Test)" in " ".join(page.split())
    assert f"{path}/evidence/{number}" not in page
    assert f"{path}/evidence/{other}" in page
    assert [client.get(f"{path}/evidence/{each}").status_code for each in (number, other)] == [404, 200]
    assert client.get(f"{path}/preview/{number}").status_code == 404
    form = {"decision": "return", "remark": "пришлите другой файл", "seen": found.manifest_digest.hex()}
    assert client.post(path, data=form).status_code == 303


def test_whoever_sent_it_is_asked_to_take_it_out(house, found):
    """On the page to send evidence the file stands with the virus's name beside it."""
    target = house.occurrence("1.3").id
    with house.office.store.write() as work:
        made = invite_to_send(work, house.teacher.id, [target])[target]
    page = house.web().test_client().get(f"/e/{make_token(made, house.application.keys)}").get_data(as_text=True)
    assert "в.pdf" in page
    assert "вирус (Eicar-Test)" in " ".join(page.split())
