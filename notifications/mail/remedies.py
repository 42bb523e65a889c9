"""What to do when a trial letter is not accepted: by the step at which it stopped, and what the server said."""

import re
from collections.abc import Collection

from engine.errors import N_
from notifications.mail.smtp import CONNECTED, ENCRYPTED, LOGGED_IN, RECIPIENT_ACCEPTED, SENDER_ACCEPTED
from notifications.mail.smtp_url import Security
from notifications.mail.transport import Pause, TransportError

NO_CONNECTION = N_(
    "The server was not reached. Check host and port in OPORA_SMTP_URL (smtps:// is port 465, smtp+starttls:// is 587) "
    "and whether this machine may connect there: many networks close port 25."
)
NO_WELCOME = N_(
    "The server lets nobody in at the moment, or not this machine. Try again in an hour; then ask the provider."
)
BAD_CERTIFICATE = N_(
    "The certificate does not fit the server's name, so nothing was said to it. Write the name that the provider "
    "gives; a server of your own needs a certificate that this machine trusts."
)
NO_ENCRYPTION = N_("The server offers no encryption here, so no password was sent. Try smtps:// with port 465.")
ENCRYPTION_WANTED = N_(
    "The server talks only encrypted. Write smtp+starttls:// (port 587) or smtps:// (port 465) into OPORA_SMTP_URL."
)
BAD_LOGIN = N_(
    "The login was refused. Yandex and Mail.ru want a password made for applications, not that of the mailbox, and "
    "access by mail programs switched on; special characters of a password are written as %XX. See docs/howto/mail.md."
)
LOGIN_WANTED = N_("The server wants a login first. Write it into OPORA_SMTP_URL: smtps://login:password@host:465")
BAD_SENDER = N_("The sender was refused. Most providers take only the login's own address: set OPORA_MAIL_FROM to it.")
BAD_RECIPIENT = N_("The recipient was refused. Check the address letter by letter; the mailbox may be full or closed.")
LATER = N_("The server puts the letter off; that is usual at a first letter (greylisting). Try again in half an hour.")
ENOUGH = N_(
    "The provider says that it was enough. Send nothing for a day: each attempt makes it worse. Then set "
    "OPORA_MAIL_PER_DAY and OPORA_MAIL_PER_HOUR lower."
)
TAKEN_FOR_SPAM = N_(
    "The letter was taken for spam. Look at the letter's words, at the SPF and DKIM records of the domain, and ask the "
    "provider."
)
BROKEN_OFF = N_(
    "The connection broke off in the middle. Whether the letter arrives is open; try again in a few minutes."
)

_LOGIN_WANTED = re.compile(
    r"authenti[cf]|must (login|log in)|auth required|relay(ing)? (access )?(denied|not )", re.IGNORECASE
)


def find_remedy(told: Collection[str], trouble: TransportError, security: Security) -> str:
    """What to do, as a marked text.

    Args:
        told: the marked texts of the steps that went well.
        trouble: how the next step ended.
        security: what was asked for.
    """
    if "STARTTLS" in trouble.text.upper() and security is Security.NONE:
        return ENCRYPTION_WANTED
    if trouble.pauses is Pause.ACCOUNT or "spam" in trouble.text.lower():
        return TAKEN_FOR_SPAM if "spam" in trouble.text.lower() else ENOUGH
    if trouble.reached_letter:
        return _of_the_letter(told, trouble)
    if LOGGED_IN in told or (CONNECTED in told and trouble.code):
        refused_to_encrypt = security is Security.STARTTLS and ENCRYPTED not in told
        if refused_to_encrypt and (trouble.code >= 500 or trouble.code == 454):
            return NO_ENCRYPTION
        return _of_the_way_in(told, trouble)
    return _of_the_way_there(told, trouble)


def _of_the_letter(told: Collection[str], trouble: TransportError) -> str:
    if trouble.code == 0:
        return BROKEN_OFF
    if trouble.code == 530 or (LOGGED_IN not in told and _LOGIN_WANTED.search(trouble.text)):
        return LOGIN_WANTED
    if trouble.code // 100 == 4:
        return LATER
    if RECIPIENT_ACCEPTED in told:
        return TAKEN_FOR_SPAM
    return BAD_RECIPIENT if SENDER_ACCEPTED in told else BAD_SENDER


def _of_the_way_in(told: Collection[str], trouble: TransportError) -> str:
    if trouble.code == 0:
        return BROKEN_OFF
    if trouble.code // 100 == 4:
        return LATER if LOGGED_IN in told else NO_WELCOME
    if trouble.code == 530:
        return LOGIN_WANTED
    return BAD_SENDER if LOGGED_IN in told or trouble.code in {501, 550, 551, 553} else BAD_LOGIN


def _of_the_way_there(told: Collection[str], trouble: TransportError) -> str:
    if "certificate" in trouble.text.lower():
        return BAD_CERTIFICATE
    if "STARTTLS" in trouble.text.upper():
        return NO_ENCRYPTION
    return NO_WELCOME if trouble.code or CONNECTED in told else NO_CONNECTION
