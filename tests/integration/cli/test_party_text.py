"""`opora party text`: what a superior body is asked for, as text to be sent by hand."""

import re

import pytest

MARY = "lavrentieva@parus.example.org"
PUBLIC = {"OPORA_PUBLIC_URL": "https://opora.example.org"}
LINK = re.compile(r"https://opora\.example\.org/e/\S+")


@pytest.fixture
def body(terminal):
    """The superior body that carries out most rows, without a contact yet; its short id and such a row."""
    parties = [each for each in terminal.json("party", "list") if each["kind"] == "superior"]
    for party in parties:
        for each in terminal.json("activity", "list", "--party", party["id"]):
            stands = [one["standing"] for one in each["parties"] if one["name"] == party["name"]]
            open_ = [one for one in each["occurrences"] if one["state"] in {"planned", "in_progress"}]
            if stands[0] in {"executor", "co_executor"} and open_ and open_[-1]["due_on"] > "2026-04-01":
                terminal.done("person", "add", "olga@office.example", "--name", "Власова Ольга", "--as", MARY)
                for contact in party["contacts"]:
                    terminal.done("party", "contact", party["id"], contact, "--remove", "--as", MARY)
                return party["id"], open_[-1]["id"]
    raise LookupError(parties)


def test_the_text_is_data_and_the_rest_is_talk(terminal, body, tmp_path):
    """With a contact and a public address it has a link; the codes are pictures; the same again gives the same link."""
    party, row = body
    terminal.done("party", "contact", party, "olga@office.example", "--as", MARY)
    asking = ("party", "text", party, "--row", row, "--as", MARY)
    done = terminal.done(*asking, "--codes", str(tmp_path / "codes"), **PUBLIC)
    (link,) = LINK.findall(done.stdout)
    assert done.stdout.startswith("Добрый день, Власова Ольга!")
    assert "Nothing was mailed" in done.stderr
    assert (tmp_path / "codes" / f"{row}.png").read_bytes().startswith(b"\x89PNG")
    again = terminal.done(*asking, "--code", **PUBLIC)
    assert LINK.findall(again.stdout) == [link]
    assert "\u2580" in again.stderr or "\u2584" in again.stderr
    steps = [each["event"] for each in terminal.json("history", row)]
    assert steps.count("invite") == 1
    assert terminal.json("mail", "list") == []
    assert (
        "1 link counts no more" in terminal.done("party", "text", party, "--call-back", "--as", MARY, **PUBLIC).stderr
    )
    assert LINK.findall(terminal.done(*asking, **PUBLIC).stdout) != [link]


def test_without_a_contact_or_an_address_there_is_no_link(terminal, body):
    """The text still says what is awaited; what to do for a link is said beside it, and nothing is recorded."""
    party, row = body
    alone = terminal.done("party", "text", party, "--row", row, "--as", MARY, **PUBLIC)
    assert "Пожалуйста, пришлите ответом" in alone.stdout
    assert f"opora party contact {party} PERSON" in alone.stderr
    terminal.done("party", "contact", party, "olga@office.example", "--as", MARY)
    inside = terminal.done("party", "text", party, "--row", row, "--as", MARY)
    assert "OPORA_PUBLIC_URL" in inside.stderr
    assert "/e/" not in alone.stdout + inside.stdout
    assert "invite" not in [each["event"] for each in terminal.json("history", row)]


def test_what_cannot_be_asked_for_is_refused(terminal, body):
    """Another party's row, a person who is no contact, somebody who does not coordinate."""
    party, row = body
    terminal.done("party", "contact", party, "olga@office.example", "--as", MARY)
    other = terminal.json("activity", "list", "--party", "МОЦ")[0]["occurrences"][0]["id"]
    assert "is awaited" in terminal.refused("party", "text", party, "--row", other, "--as", MARY, **PUBLIC)
    assert "is no contact" in terminal.refused("party", "text", party, "--to", MARY, "--as", MARY, **PUBLIC)
    asking = ("party", "text", party, "--row", row, "--as", "olga@office.example")
    assert "coordinator" in terminal.refused(*asking, **PUBLIC)
