"""How mail systems say that a letter did not arrive."""

import pytest

from notifications.mail.bounces import find_bounce
from notifications.mail.incoming import read_incoming
from tests.fixtures.returned_mail import answer, returned, told_in_words

KNOWN = "<01990f6e-0000-7000-8000-000000000000@opora.example>"
PAUL = "paul@school12.example"


def bounce(content: bytes):
    """What a mail says of letters."""
    return find_bounce(read_incoming(content))


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize(("action", "final"), [("failed", True), ("delayed", False)])
def test_a_delivery_status_says_which_letter_failed_for_whom(whole, action, final):
    """By RFC 3464: the returned letter's id, the recipient, whether it was given up, the server's words."""
    told = bounce(returned(KNOWN, PAUL, action=action, whole=whole))
    assert told.message_ids == (KNOWN,)
    fate = told.fate_of(PAUL)
    assert (fate.is_final, fate.reason) == (final, "5.1.1 550 5.1.1 <nobody>: user unknown")
    assert told.fate_of("ann@house.example") is None


def test_the_original_recipient_counts_too():
    """The address that the letter went to, before the mail system forwarded it."""
    assert bounce(returned(KNOWN, "deputy@elsewhere.example", original=PAUL)).fate_of(PAUL).is_final


def test_a_link_that_a_mail_system_quotes_is_not_kept():
    """What a server says may hold the letter's own link; the reason is shown to others."""
    token = f"1.{'b' * 22}.{'A' * 43}"
    told = bounce(returned(KNOWN, PAUL, said=f"554 blocked: https://opora.example/d/{token}"))
    assert "554 blocked" in told.fate_of(PAUL).reason
    assert "A" * 43 not in told.fate_of(PAUL).reason


WORDS = [
    ("550 5.1.1 <{}>: no such user", True),
    ("Message was not accepted -- invalid mailbox. Local mailbox {} is unavailable: user not found (550 5.1.1)", True),
    ("Сообщение не доставлено: {}\n  550 5.7.1 No such user!", True),
    ("Письмо для {} не доставлено. Ответ сервера: 552 5.2.2 Mailbox full", True),
    ("{} : 451 4.7.1 greylisted, will be retried", False),
    ("Доставка для {} задерживается, попытки будут продолжены: 550 5.0.0", False),
    ("{}: 250 2.0.0 delivered", None),
    ("The letter to {} came back", None),
]


@pytest.mark.parametrize(("words", "final"), WORDS)
def test_words_count_with_a_code(words, final):
    """5yz is final unless the mail says that it goes on trying; without a code at all nothing is said of anybody."""
    told = bounce(told_in_words("MAILER-DAEMON@yandex.ru", "failure", f"{words.format(PAUL)}\nMessage-ID: {KNOWN}\n"))
    fate = told.fate_of(PAUL)
    assert KNOWN in told.message_ids
    assert (fate and fate.is_final) == final


def test_only_a_mail_system_is_believed_without_a_delivery_status():
    """An ordinary mail with such words is an answer; a receipt that a letter was read is nothing."""
    words = f"550 5.1.1 {PAUL} {KNOWN}"
    assert bounce(told_in_words("friend@example.org", "failure", words)) is None
    assert bounce(told_in_words("friend@example.org", "failure", words, X_Failed_Recipients=PAUL)) is not None
    assert bounce(answer(KNOWN, PAUL)) is None
    receipt = returned(KNOWN, PAUL, sender="paul@school12.example").replace(
        b"delivery-status", b"disposition-notification"
    )
    assert bounce(receipt) is None
