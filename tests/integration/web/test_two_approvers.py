"""The pages of those who decide where two approvers have to accept."""

import re

import pytest

from activities.acting import Actor
from activities.decisions import DecisionRequest, Verdict, decide, find_decision
from activities.occurrences import get_occurrence
from activities.vocabulary import VOCABULARY
from engine.migration import Migration, Mover, migrate
from tests.fixtures.databases import on_sqlite
from workflows.catalogue import get_workflow


def form(page, **fields):
    """What a browser would send with the form of a page."""
    seen = re.search(r'name="seen" value="([0-9a-f]+)"', page.get_data(as_text=True))
    return {"seen": seen[1] if seen else "", "remark": "", **fields}


def standing_decision(house, submission):
    with house.office.store.read() as connection:
        return find_decision(connection, submission.id)


@pytest.fixture
def client(any_house):
    """A browser without JavaScript."""
    return any_house.web().test_client()


@pytest.fixture
def pair(any_house):
    """A submission that two have to accept, with the addresses of the head's page and the deputy's."""
    sent = any_house.hand_in()
    with any_house.office.store.write() as work:
        ids = [get_occurrence(work.connection, sent.occurrence_id).instance_id]
        two = Migration(get_workflow("activity-two-approvers", VOCABULARY))
        migrate(work, any_house.office.execution.registry, ids, two, Mover("p-admin", "cli"))
    return sent, *(f"/d/{any_house.token(sent, each)}" for each in (any_house.head, any_house.deputy))


def test_the_first_of_two_sees_who_is_still_awaited(any_house, client, pair):
    """The page says that it is recorded and by whom it is still to be accepted; a second click changes nothing."""
    sent, mine, _ = pair
    assert client.post(mine, data=form(client.get(mine), decision="accept", remark="без замечаний")).status_code == 303
    page = client.get(f"{mine}?lang=en")
    text = page.get_data(as_text=True)
    assert page.status_code == 200
    assert "Your acceptance is recorded" in text
    assert f"Still awaited: {any_house.deputy.name}." in text
    assert "<q>без замечаний</q>" in text
    assert "decided: accepted by one" in text
    assert "<form" not in text
    before = any_house.dump()
    assert client.post(mine, data={"decision": "return", "remark": "нет"}).status_code == 303
    assert any_house.dump() == before
    assert standing_decision(any_house, sent) is None


def test_the_second_of_two_sees_the_first_and_settles_it(any_house, client, pair):
    """The other one's link still opens the form; it says who has accepted, and both stand on the receipts."""
    sent, mine, others = pair
    client.post(mine, data=form(client.get(mine), decision="accept"))
    page = client.get(f"{others}?lang=en")
    assert f"by {any_house.head.name}." in page.get_data(as_text=True)
    assert client.post(others, data=form(page, decision="accept")).status_code == 303
    assert standing_decision(any_house, sent).person == any_house.deputy
    for address in (mine, others):
        text = client.get(f"{address}?lang=en").get_data(as_text=True)
        assert f"by {any_house.head.name}." in text
        assert f"by {any_house.deputy.name} (" in text


@on_sqlite
def test_a_return_after_the_first_acceptance_is_told_on_its_page(any_house, client, pair):
    """Who had accepted reads that the other has returned it, and why."""
    _, mine, others = pair
    client.post(mine, data=form(client.get(mine), decision="accept"))
    client.post(others, data=form(client.get(others), decision="return", remark="нет печати"))
    text = client.get(f"{mine}?lang=en").get_data(as_text=True)
    assert "<blockquote>нет печати</blockquote>" in text
    assert any_house.occurrence("1.2").state == "returned"


@on_sqlite
def test_who_has_accepted_elsewhere_is_told_so_on_the_page(any_house, client, pair):
    """The link of one who has accepted at the office shows that, not that it counts no more."""
    sent, mine, _ = pair
    request = DecisionRequest(sent.id, sent.manifest_digest, Verdict.ACCEPT)
    decide(any_house.office, Actor(any_house.head, "cli"), request)
    assert "Your acceptance is recorded" in client.get(f"{mine}?lang=en").get_data(as_text=True)
