"""Whether letters go out, and what stands in their way."""

from engine.errors import N_, OporaError
from notifications.links import is_public
from notifications.mail.arrivals import list_arrivals, list_wrong_addresses
from notifications.mail.inbox import find_trouble
from notifications.mail.letters import LetterState, count_letters
from notifications.mail.mailbox import find_mailbox
from runtime.bootstrap import Application
from runtime.doctor.finding import Findings, failure, good, notice, refused

TO_A_FOLDER = N_("Letters are written to {folder}, not sent. To send them, set OPORA_SMTP_URL and OPORA_MAIL_FROM.")
BY_SMTP = N_("Letters go out as {sender} by a mail server. Try it: opora mail test ADDRESS")
DEAD = N_("{count} letters could not be delivered. See whom they were for and why: opora mail list --state dead")
DEFERRED = N_(
    "{count} letters were put off by the mail server and are tried again. See: opora mail list --state deferred"
)
NOTHING_STUCK = N_("No letter is stuck; {count} were sent.")
WRONG_ADDRESSES = N_(
    "Several letters came back from these addresses: {addresses}. Ask these people and correct the addresses."
)
ANSWERS = N_("{count} answers wait to be looked at: opora mail replies")
INBOX_TROUBLE = N_("The mailbox {mailbox} cannot be read: {problem}. Check OPORA_IMAP_URL, then: opora mail inbox")
PAUSED = N_("Nothing is sent until {until}: {reason}. Put it right; it is tried again by itself.")
LINKS = N_("Links in letters lead to {url}.")
LINKS_PRIVATE = N_("Links in letters lead to {url}, which only this machine or network can reach; for trying out only.")
NO_LINKS = N_(
    "Letters carry no links, since OPORA_PUBLIC_URL is not set. Decisions are made by opora occurrence accept."
)
LINKS_NOWHERE = N_(
    "OPORA_PUBLIC_URL is {url}, which people elsewhere cannot reach, so letters carry no links. "
    "Set it to the address under which the server is reached from outside."
)


def check_mail(application: Application) -> Findings:
    """There is a way out for letters, and nothing is stuck on it."""
    try:
        post = application.post
    except OporaError as error:
        yield refused("mail", error)
        return
    if application.settings.smtp_url:
        yield good("mail", BY_SMTP, sender=post.sender.address)
    else:
        yield notice("mail", TO_A_FOLDER, folder=application.settings.mail_dir)
    yield from _check_mailbox(application, post.sender.address)
    yield from _check_letters(application)


def _check_mailbox(application: Application, name: str) -> Findings:
    with application.store.read() as connection:
        mailbox = find_mailbox(connection, name)
    if mailbox and mailbox.paused_until and mailbox.rests(application.store.clock.now()):
        until = mailbox.paused_until.astimezone(application.settings.zone)
        yield failure("mailbox", PAUSED, until=until, reason=mailbox.reason)


def _check_letters(application: Application) -> Findings:
    with application.store.read() as connection:
        counts = count_letters(connection)
    dead, deferred = counts.get(LetterState.DEAD.value, 0), counts.get(LetterState.DEFERRED.value, 0)
    if dead:
        yield failure("letters", DEAD, count=dead)
    if deferred:
        yield notice("letters", DEFERRED, count=deferred)
    if not dead and not deferred:
        yield good("letters", NOTHING_STUCK, count=counts.get(LetterState.SENT.value, 0))


def check_arrivals(application: Application) -> Findings:
    """What comes back is read, no answer waits, and no address is wrong."""
    try:
        inbox = application.inbox
    except OporaError as error:
        yield refused("inbox", error)
        return
    with application.store.read() as connection:
        problem = find_trouble(connection, inbox) if inbox else ""
        waiting, wrong = len(list_arrivals(connection)), list_wrong_addresses(connection)
    if inbox and problem:
        yield failure("inbox", INBOX_TROUBLE, mailbox=inbox.server.name, problem=problem)
    if waiting:
        yield notice("answers", ANSWERS, count=waiting)
    if wrong:
        yield notice("addresses", WRONG_ADDRESSES, addresses=", ".join(address for address, _ in wrong))


def check_links(application: Application) -> Findings:
    """What letters link to can be opened by those who get them."""
    url = application.settings.public_url
    if url is None:
        yield notice("links", NO_LINKS)
    elif is_public(url):
        yield good("links", LINKS, url=url)
    elif application.purpose.is_real:
        yield failure("links", LINKS_NOWHERE, url=url)
    else:
        yield notice("links", LINKS_PRIVATE, url=url)
