"""Each mail carries how far the log reaches; who decides, observes or audits reads it in the letter too."""

from email import message_from_bytes, policy

import pytest

from activities.enrolment import give_role
from activities.roles import Role, Scope
from engine.checkpoints import read_anchor
from engine.transparency import find_anchor, seal_history
from notifications.mail.compose import Clerk
from notifications.mail.contexts import Trial
from notifications.mail.kinds import Kind
from notifications.mail.send import send_due
from tests.fixtures.log import SIGNER
from tests.fixtures.mail_office import DOMAIN, MailOffice


def send(desk: MailOffice, person):
    """Send a letter to somebody; how it arrives: its header, its text, its page."""
    with desk.office.store.write() as work:
        Clerk(desk.office, DOMAIN).write(work, Kind.TRIAL, person, Trial(person.name, desk.clock.now()), "trial")
    desk.transport.sent.clear()
    assert send_due(desk.office.store, desk.post) == 1
    letter = message_from_bytes(desk.transport.sent[0].content, policy=policy.default)
    text, page = (part.get_content() for part in letter.iter_parts())
    return letter["X-Opora-Checkpoint"], text, page


@pytest.fixture
def anchor(mail_office: MailOffice) -> str:
    """The newest one, after sealing."""
    seal_history(mail_office.office.store, SIGNER)
    with mail_office.office.store.read() as connection:
        return str(find_anchor(connection))


def test_before_the_first_checkpoint_mails_carry_none(mail_office: MailOffice) -> None:
    """An empty header would say nothing."""
    assert send(mail_office, mail_office.paul)[0] is None


def test_every_mail_carries_the_anchor_in_its_header(mail_office: MailOffice, anchor: str) -> None:
    """It can be read back, and somebody who only hands in is not bothered with it."""
    header, text, page = send(mail_office, mail_office.paul)
    assert read_anchor(header) == read_anchor(anchor)
    assert anchor not in text
    assert anchor not in page


@pytest.mark.parametrize("role", [Role.APPROVER, Role.OBSERVER, Role.AUDITOR])
def test_who_may_want_to_keep_it_reads_it(mail_office: MailOffice, anchor: str, role: Role) -> None:
    """On one line, to copy."""
    give_role(mail_office.office, mail_office.actor(mail_office.mary), mail_office.paul, role, Scope())
    _, text, page = send(mail_office, mail_office.paul)
    assert anchor in text.splitlines()
    assert anchor in page
