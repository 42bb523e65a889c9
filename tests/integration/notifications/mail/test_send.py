"""Letters on their way: leases, budgets, pauses, and workers that die anywhere."""

from collections import Counter
from datetime import timedelta
from email import message_from_bytes
from threading import Barrier, Thread

import pytest
from sqlalchemy import select, update

from activities.decisions import Verdict
from activities.grants import find_grant
from activities.steps import cancel
from activities.submissions import withdraw
from activities.tables import person
from engine.tables import metadata
from notifications.links import Links, make_token
from notifications.mail.backoff import LAST_ATTEMPT
from notifications.mail.compose import Clerk
from notifications.mail.contexts import Trial
from notifications.mail.kinds import Kind
from notifications.mail.letters import UnknownLetterError, claim_letter, count_letters, mark_sent, revive_letter
from notifications.mail.mailbox import Budget, find_mailbox, wake_mailbox
from notifications.mail.post import Post
from notifications.mail.send import send_due
from notifications.mail.transport import Pause, TransportError
from notifications.tables import letter
from tests.fixtures.mail_office import DOMAIN, MOSCOW, ListTransport, MailOffice

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


class WorkerKilledError(BaseException):
    """As if the process had been killed."""


def refusal(code, *, pauses=None, reached_letter=True):
    """What a server answers."""
    return TransportError(
        permanent=code >= 500 and pauses is None, pauses=pauses, code=code, text="so", reached_letter=reached_letter
    )


def write(desk: MailOffice, count=1, kind=Kind.TRIAL, cause="trial"):
    """Queue letters to Paul."""
    with desk.office.store.write() as work:
        for number in range(count):
            context = Trial(desk.paul.name, desk.clock.now())
            Clerk(desk.office, DOMAIN).write(work, kind, desk.paul, context, f"{cause}:{number}")


def states(desk: MailOffice):
    """How many letters stand in each state."""
    with desk.office.store.read() as connection:
        return count_letters(connection)


def post(desk: MailOffice, **changes):
    """The mailbox, with other settings."""
    now = desk.post
    fields = {"sender": now.sender, "transport": now.transport, "links": now.links, "zone": MOSCOW}
    return Post(**fields | {"chance": lambda: 0.0} | changes)


def test_a_letter_is_sent_once(mail_office):
    """It goes to the one recipient under its own message id, and a second look finds nothing."""
    write(mail_office)
    assert mail_office.send() == 1
    assert mail_office.send() == 0
    (sent,) = mail_office.transport.sent
    (stored,) = mail_office.letters()
    assert (sent.recipient, sent.message_id) == ("paul@school12.example", stored.message_id)
    assert (stored.state, stored.attempts, stored.sent_at) == ("sent", 1, mail_office.clock.now())


def test_a_link_is_made_when_the_letter_is_sent_and_stands_nowhere_else(mail_office):
    """Neither the database nor the outbox holds the token or its MAC; the letter carries it once as text and link."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.send()
    (sent,) = mail_office.transport.sent
    with mail_office.office.store.read() as connection:
        grant = connection.execute(select(metadata.tables["grant"])).one()
        dump = repr([connection.execute(select(table)).all() for table in metadata.sorted_tables])
        token = make_token(find_grant(connection, grant.public_id), mail_office.keys)
    parts = [part.get_payload(decode=True).decode() for part in message_from_bytes(sent.content).get_payload()]
    assert [part.count(token) for part in parts] == [1, 1]
    assert token not in dump
    assert token.rpartition(".")[2] not in dump
    assert grant.public_id in dump


def test_without_a_public_address_letters_carry_no_link(mail_office):
    """Office mode: a server that only this machine can reach is no place to send people to."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    links = Links("http://127.0.0.1:8080", mail_office.keys)
    assert send_due(mail_office.office.store, post(mail_office, links=links)) == 1
    message = message_from_bytes(mail_office.transport.sent[0].content)
    text = message.get_payload()[0].get_payload(decode=True).decode()
    assert "127.0.0.1" not in text
    assert "opora occurrence accept 1.1@2026-03-20 --as head@moc.example" in text


def test_what_is_over_before_it_goes_out_is_dropped(mail_office):
    """Withdrawn or decided while the letter waited: nobody is asked any more."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    withdraw(mail_office.office, mail_office.actor(mail_office.paul), mail_office.occurrence("1.1").id)
    mail_office.decide("1.2", Verdict.ACCEPT)
    assert mail_office.send() == 1
    assert mail_office.transport.sent == []
    assert states(mail_office) == {"dropped": 1}


def test_nobody_hears_that_a_decision_is_late_on_what_was_called_off(mail_office):
    """Neither the coordinator, who holds no link that would be void by then, nor by a reminder that comes late."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    mail_office.at("2026-03-10", "08:01")
    mail_office.tick()
    assert mail_office.told(Kind.ESCALATION)
    head, target = mail_office.actor(mail_office.head), mail_office.occurrence("1.1")
    cancel(mail_office.office, head, target.id, reason="Отпало", basis="приказ № 5")
    mail_office.send()
    assert mail_office.transport.sent == []


def test_of_several_questions_those_that_are_over_are_left_out(mail_office):
    """The letter asks only for what still waits."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    mail_office.decide("1.2", Verdict.ACCEPT)
    mail_office.send()
    message = message_from_bytes(mail_office.transport.sent[0].content)
    text = message.get_payload()[0].get_payload(decode=True).decode()
    assert "Справка об охвате кружками" in text
    assert "Семинар для наставников" not in text


def test_who_has_left_is_sent_nothing(mail_office):
    """A letter to an inactive person is dropped."""
    write(mail_office)
    with mail_office.office.store.write() as work:
        work.connection.execute(update(person).where(person.c.id == mail_office.paul.id).values(active=False))
    mail_office.send()
    assert mail_office.transport.sent == []
    assert states(mail_office) == {"dropped": 1}


def test_a_refusal_for_good_is_kept_visible(mail_office):
    """5yz: dead, with the server's words, and never tried again until a person revives it."""
    write(mail_office)
    mail_office.transport.trouble = [refusal(550)]
    assert mail_office.send() == 1
    mail_office.clock.advance(30 * DAY)
    assert mail_office.send() == 0
    (stored,) = mail_office.letters()
    assert stored.state == "dead"
    assert "550" in stored.error
    with mail_office.office.store.write() as work:
        revive_letter(work, stored.short_id)
    assert mail_office.send() == 1
    assert mail_office.letters()[0].state == "sent"
    with mail_office.office.store.write() as work, pytest.raises(UnknownLetterError):
        revive_letter(work, stored.short_id)


def test_a_refusal_for_now_is_tried_again_with_growing_waits(mail_office):
    """4yz: five minutes, then ten; the other letters are not held up, and the message id stays."""
    write(mail_office, 2)
    mail_office.transport.trouble = [refusal(451)]
    assert mail_office.send() == 1
    assert states(mail_office) == {"deferred": 1, "sent": 1}
    mail_office.transport.trouble = [refusal(451)]
    for wait, done in ((4 * MINUTE, 0), (MINUTE, 0), (9 * MINUTE, 0), (MINUTE, 1)):
        mail_office.clock.advance(wait)
        assert mail_office.send() == done
    assert Counter(each.message_id for each in mail_office.transport.sent).most_common(1)[0][1] == 1
    assert states(mail_office) == {"sent": 2}


def test_after_five_days_of_refusals_a_letter_is_dead(mail_office):
    """The last attempt ends it, visibly."""
    write(mail_office)
    began = mail_office.clock.now()
    for _ in range(LAST_ATTEMPT):
        mail_office.transport.trouble = [refusal(451)]
        mail_office.send()
        mail_office.clock.advance(7 * HOUR)
    (stored,) = mail_office.letters()
    assert (stored.state, stored.attempts) == ("dead", LAST_ATTEMPT)
    assert mail_office.clock.now() - began > 4 * DAY


def test_trouble_with_the_connection_pauses_the_mailbox_and_costs_no_letter_an_attempt(mail_office):
    """A day's outage: one try a pause, each pause longer, and afterwards every letter goes out."""
    write(mail_office, 5)
    tries = 0
    down_until = mail_office.clock.now() + DAY
    while mail_office.clock.now() < down_until:
        mail_office.transport.trouble = [refusal(0, pauses=Pause.CONNECTION, reached_letter=False)]
        mail_office.send()
        tries += not mail_office.transport.trouble
        mail_office.clock.advance(10 * MINUTE)
    assert 20 < tries < 35
    assert {each.attempts for each in mail_office.letters()} == {0}
    mail_office.transport.trouble = []
    mail_office.clock.advance(HOUR)
    assert mail_office.send() == 5
    with mail_office.office.store.read() as connection:
        assert find_mailbox(connection, f"mail@{DOMAIN}").failures == 0


def test_a_refused_login_pauses_for_long_and_says_why(mail_office):
    """The letter stays; a person who has put it right wakes the mailbox."""
    write(mail_office)
    mail_office.transport.trouble = [refusal(535, pauses=Pause.LOGIN, reached_letter=False)]
    mail_office.send()
    mail_office.clock.advance(14 * MINUTE)
    assert mail_office.send() == 0
    with mail_office.office.store.read() as connection:
        box = find_mailbox(connection, f"mail@{DOMAIN}")
    assert "535" in box.reason
    with mail_office.office.store.write() as work:
        wake_mailbox(work, f"mail@{DOMAIN}")
    assert mail_office.send() == 1


def test_an_account_over_its_limit_is_left_alone_for_a_day(mail_office):
    """Not one attempt in 24 hours, and no letter is lost by it."""
    write(mail_office, 3)
    mail_office.transport.trouble = [refusal(451, pauses=Pause.ACCOUNT)]
    assert mail_office.send() == 0
    mail_office.clock.advance(DAY - MINUTE)
    assert mail_office.send() == 0
    assert mail_office.transport.sent == []
    mail_office.clock.advance(MINUTE)
    assert mail_office.send() == 3


def test_what_was_taken_for_spam_does_not_hold_up_the_others_for_ever(mail_office):
    """The letter is dead, the account rests a day, then the rest goes out."""
    write(mail_office, 2)
    spam = refusal(554, pauses=Pause.ACCOUNT)
    spam.permanent = True
    mail_office.transport.trouble = [spam]
    mail_office.send()
    assert states(mail_office) == {"dead": 1, "queued": 1}
    mail_office.clock.advance(DAY)
    assert mail_office.send() == 1


def test_the_budget_holds_by_the_hour_and_by_the_day(mail_office):
    """What is over it waits; nothing is lost, and the next hour goes on."""
    write(mail_office, 12)
    tight = post(mail_office, budget=Budget(a_day=8, an_hour=5))
    assert [send_due(mail_office.office.store, tight) for _ in range(2)] == [5, 0]
    mail_office.clock.advance(HOUR)
    assert send_due(mail_office.office.store, tight) == 3
    mail_office.clock.advance(HOUR)
    assert send_due(mail_office.office.store, tight) == 0
    mail_office.clock.advance(DAY)
    assert send_due(mail_office.office.store, tight) == 4


def test_urgent_kinds_go_first(mail_office):
    """A decision that is awaited passes the digests written before it."""
    mail_office.at("2026-03-06", "08:00")
    mail_office.tick()
    mail_office.submit("1.2", mail_office.ann)
    mail_office.tick()
    mail_office.send()
    assert [each.kind for each in mail_office.letters()] == ["morning_digest", "evidence_awaits"]
    assert [each.recipient for each in mail_office.transport.sent] == ["head@moc.example", "paul@school12.example"]


@pytest.mark.parametrize("after_acceptance", [False, True])
def test_a_worker_killed_while_sending_is_followed_by_one_that_sends_the_same_letter(mail_office, after_acceptance):
    """Between DATA and the row: once more, with the same message id and the same bytes; nothing is lost."""
    write(mail_office)

    def die(envelope):
        if after_acceptance:
            mail_office.transport.sent.append(envelope)
        raise WorkerKilledError

    mail_office.transport.during = die
    with pytest.raises(WorkerKilledError):
        mail_office.send()
    assert states(mail_office) == {"transmitting": 1}
    mail_office.transport.during = lambda _envelope: None
    assert mail_office.send() == 0
    mail_office.clock.advance(10 * MINUTE)
    assert mail_office.send() == 1
    assert len(mail_office.transport.sent) == 1 + after_acceptance
    assert len({each.message_id for each in mail_office.transport.sent}) == 1
    assert mail_office.letters()[0].attempts == 2


def test_a_letter_that_kills_its_senders_is_given_up(mail_office):
    """Else it would take every worker with it for ever."""
    write(mail_office)

    def die(_envelope):
        raise WorkerKilledError

    mail_office.transport.during = die
    for _ in range(LAST_ATTEMPT):
        with pytest.raises(WorkerKilledError):
            mail_office.send()
        mail_office.clock.advance(10 * MINUTE)
    assert mail_office.send() == 0
    assert states(mail_office) == {"dead": 1}


def test_a_sender_that_lost_its_lease_changes_nothing(mail_office):
    """Another worker has sent the letter meanwhile: the late one finds another lease token."""
    write(mail_office)
    other = ListTransport()

    def be_slow(_envelope):
        mail_office.transport.during = lambda _envelope: None
        mail_office.clock.advance(11 * MINUTE)
        assert send_due(mail_office.office.store, post(mail_office, transport=other)) == 1
        mail_office.transport.trouble = [refusal(550)]

    mail_office.transport.during = be_slow
    mail_office.send()
    (stored,) = mail_office.letters()
    assert (stored.state, stored.attempts, stored.error) == ("sent", 2, None)
    assert len(other.sent) == 1


def test_a_lease_that_ran_out_before_sending_began_keeps_the_sender_from_sending(mail_office):
    """Whoever claims next has the letter; the first one's token opens nothing."""
    write(mail_office)
    store = mail_office.office.store
    with store.write() as work:
        first = claim_letter(work)
    with store.write() as work:
        assert claim_letter(work) is None
    mail_office.clock.advance(10 * MINUTE)
    with store.write() as work:
        second = claim_letter(work)
    with store.write() as work:
        assert not mark_sent(work, first)
        assert mark_sent(work, second)


def test_a_sender_that_was_slow_to_write_its_letter_out_does_not_send_it(mail_office):
    """The lease ran out before the server was spoken to, and another worker has sent the letter."""
    mail_office.submit("1.1", mail_office.paul)
    mail_office.tick()
    other = ListTransport()

    class SlowLinks(Links):
        """Takes longer than a lease."""

        def find_decision_url(self, grant):
            """Let the other worker pass."""
            mail_office.clock.advance(11 * MINUTE)
            send_due(mail_office.office.store, post(mail_office, transport=other))
            return Links.find_decision_url(self, grant)

    slow = SlowLinks("https://opora.example.org", mail_office.keys)
    assert send_due(mail_office.office.store, post(mail_office, links=slow)) == 0
    assert len(other.sent) == 1
    assert mail_office.transport.sent == []


def test_no_lock_is_held_while_a_server_is_spoken_to(mail_office):
    """Others write to the database in the middle of a transmission."""
    write(mail_office)
    mail_office.transport.during = lambda _envelope: write(mail_office, cause="meanwhile")
    mail_office.send()
    assert sum(states(mail_office).values()) >= 2


def test_a_letter_that_cannot_be_made_does_not_stop_the_others(mail_office):
    """A damaged context is deferred with its error and shown."""
    write(mail_office, 2)
    broken = mail_office.letters()[0].id
    with mail_office.office.store.write() as work:
        work.connection.execute(update(letter).where(letter.c.id == broken).values(context="{}"))
    assert mail_office.send() == 1
    assert states(mail_office) == {"deferred": 1, "sent": 1}
    assert "ValidationError" in mail_office.letters()[0].error


def test_several_workers_send_each_letter_once_and_keep_to_the_budget(mail_office):
    """Four threads, twenty letters, a budget of fifteen: fifteen are sent, none twice."""
    write(mail_office, 20)
    tight = post(mail_office, budget=Budget(a_day=100, an_hour=15))
    start = Barrier(4)

    def work():
        start.wait()
        send_due(mail_office.office.store, tight)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(mail_office.transport.sent) == 15
    assert len({each.message_id for each in mail_office.transport.sent}) == 15
    assert states(mail_office) == {"sent": 15, "queued": 5}
