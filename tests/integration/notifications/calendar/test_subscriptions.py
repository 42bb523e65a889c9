"""Subscriptions: addresses whose secret is not stored, and what they show."""

from datetime import timedelta

import pytest

from activities.occurrences import OccurrenceFilter
from activities.parties import get_party, merge_parties
from notifications.calendar.subscriptions import (
    AmbiguousSubscriptionError,
    NewSubscription,
    UnknownSubscriptionError,
    add_subscription,
    find_subscription_by_token,
    get_subscription,
    list_subscriptions,
    record_fetches,
    revoke_subscription,
    rotate_subscription,
)
from notifications.tables import subscription


@pytest.fixture
def added(any_house):
    """A subscription and its secret."""
    return add_subscription(any_house.office, NewSubscription(" Сроки ", OccurrenceFilter(), "en"))


def find(house, token):
    with house.office.store.read() as connection:
        return find_subscription_by_token(connection, token)


def get(house, text):
    with house.office.store.read() as connection:
        return get_subscription(connection, text)


def test_the_secret_is_not_stored(any_house, added):
    """No column of the row holds the secret; it has 192 bits and fits an address of 256 signs."""
    made, token = added
    with any_house.office.store.read() as connection:
        row = connection.execute(subscription.select()).one()
    assert all(token not in str(value) and token.encode() not in bytes(str(value), "utf-8") for value in row)
    assert len(token) == 32
    assert find(any_house, token) == made
    assert made.name == "Сроки"
    assert made.language == "en"


@pytest.mark.parametrize(
    "change", [lambda token: token[:-1], lambda token: token.swapcase(), lambda _: "", lambda _: "x"]
)
def test_another_secret_finds_nothing(any_house, added, change):
    """Only the very secret leads to the subscription."""
    assert find(any_house, change(added[1])) is None


def test_a_filter_comes_back_as_it_was(any_house):
    """Plan, section, party, person and states are kept."""
    with any_house.office.store.read() as connection:
        school = get_party(connection, "Школа № 12")
    wanted = OccurrenceFilter(
        plan_id=any_house.plan.id,
        section_id=1,
        party_id=school.id,
        person_id=any_house.teacher.id,
        states=["planned", "returned"],
    )
    made, token = add_subscription(any_house.office, NewSubscription("М", wanted))
    assert find(any_house, token).filter == made.filter == wanted


def test_a_merged_party_keeps_its_calendars(any_house):
    """When two parties turn out to be one, a calendar of the one that is gone shows the other's."""
    with any_house.office.store.read() as connection:
        school = get_party(connection, "Школа № 12")
    with any_house.office.store.write() as work:
        from activities.parties import ensure_party

        other = ensure_party(work, "Гимназия имени Пушкина")
    _, token = add_subscription(any_house.office, NewSubscription("М", OccurrenceFilter(party_id=school.id)))
    with any_house.office.store.read() as connection:
        target = get_party(connection, other.name)
    merge_parties(any_house.office, school, target)
    assert find(any_house, token).filter.party_id == target.id


def test_a_new_address_ends_the_old_one(any_house, added):
    """After a rotation the old secret leads nowhere, and the new one to the same subscription."""
    made, token = added
    fresh = rotate_subscription(any_house.office, made)
    assert find(any_house, token) is None
    assert find(any_house, fresh).id == made.id


def test_a_revoked_address_leads_nowhere_until_there_is_a_new_one(any_house, added):
    """Revoking ends the address; a new one, asked for later, brings the subscription back."""
    made, token = added
    revoke_subscription(any_house.office, made)
    assert find(any_house, token) is None
    assert get(any_house, made.short_id).revoked_at == any_house.clock.now()
    assert find(any_house, rotate_subscription(any_house.office, made)).revoked_at is None


def test_a_subscription_is_named_by_id_or_name(any_house, added):
    """Short id and name find it; what is unknown or fits two is refused, and the two are told."""
    made = added[0]
    assert get(any_house, made.short_id) == get(any_house, " Сроки ") == made
    with pytest.raises(UnknownSubscriptionError):
        get(any_house, "Срок")
    twin, _ = add_subscription(any_house.office, NewSubscription("Сроки", OccurrenceFilter()))
    with pytest.raises(AmbiguousSubscriptionError, match=f"{made.short_id}, {twin.short_id}"):
        get(any_house, "Сроки")
    assert get(any_house, twin.short_id) == twin


def test_fetches_are_noted(any_house, added):
    """The times that were gathered stand in the list."""
    at = any_house.clock.now() - timedelta(minutes=3)
    with any_house.office.store.write() as work:
        record_fetches(work, {added[0].id: at, 999: at})
    with any_house.office.store.read() as connection:
        assert [each.fetched_at for each in list_subscriptions(connection)] == [at]
