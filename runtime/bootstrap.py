"""The composition root: the one place where everything is put together."""

from dataclasses import dataclass
from functools import cached_property

from sqlalchemy import Engine

from activities.evidence_folder import EvidenceFolder
from activities.guards import GUARDS
from activities.office import Office
from activities.virus_scanner import parse_scanner
from activities.working_calendar import WorkingCalendar
from engine.clock import Clock, FileClock, SystemClock
from engine.database import open_database
from engine.errors import N_, OporaError
from engine.execution import Execution
from engine.registry import Registry
from engine.unit_of_work import Bell, Store
from notifications.keys import Keys
from notifications.links import Links
from notifications.mail.imap_url import parse_imap_url
from notifications.mail.inbox import Inbox
from notifications.mail.mailbox import Budget
from notifications.mail.post import Post, choose_transport
from notifications.mail.sender import parse_sender
from runtime import migrations
from runtime.database_marks import refuse_closed
from runtime.day_overrides import StoredOverrides
from runtime.installation import Purpose, get_purpose
from runtime.key_folder import KeyFolder
from runtime.log_key import LogKey
from runtime.settings import Settings


class DemoClockRefusedError(OporaError):
    """A clock that can be moved, on a database that people rely on."""

    message = N_(
        "OPORA_CLOCK moves the time, which a production database never allows. Unset OPORA_CLOCK, "
        "or use a database made by: opora init --purpose demo."
    )


class SenderMissingError(OporaError):
    """A mail server without a sender."""

    message = N_("OPORA_SMTP_URL is set, but not whom letters come from. Set OPORA_MAIL_FROM to: Name <address>")


@dataclass(frozen=True)
class Application:
    """All that a command, a page or a task works with."""

    settings: Settings
    purpose: Purpose
    office: Office
    overrides: StoredOverrides
    keys: Keys
    key_folder: KeyFolder
    links: Links

    @property
    def store(self) -> Store:
        """The database with its clock and bell."""
        return self.office.store

    @cached_property
    def post(self) -> Post:
        """The mailbox that letters come from; put together when first asked for, since most commands send nothing.

        Raises:
            SenderMissingError: a mail server is set, but no sender.
            SmtpUrlError, InsecureLoginError, BadSenderError: a setting of the mail cannot be used.
        """
        return Post(
            sender=parse_sender(sender_text(self.settings)),
            transport=choose_transport(self.settings.smtp_url, self.settings.mail_dir),
            links=self.links,
            zone=self.settings.zone,
            budget=Budget(self.settings.mail_per_day, self.settings.mail_per_hour),
        )

    @cached_property
    def inbox(self) -> Inbox | None:
        """The mailbox that answers come to; None where none is read.

        Raises:
            ImapUrlError: `OPORA_IMAP_URL` cannot be used.
        """
        return Inbox(parse_imap_url(self.settings.imap_url)) if self.settings.imap_url else None

    @cached_property
    def log_key(self) -> LogKey:
        """What signs the log; read when first asked for.

        Raises:
            LogKeyMissingError, LogKeyDamagedError, KeyExposedError: it cannot be used.
        """
        return LogKey.load(self.settings.keys_dir)

    def refresh(self) -> None:
        """Read anew what other processes may have changed: long-lived processes call it before each piece of work.

        Raises:
            DatabaseMovedError: somebody has moved the database elsewhere; and whatever else closes it.
            KeysMissingError: no keys are left, and what else `Keys.load` finds.
        """
        with self.store.read() as connection:
            refuse_closed(connection)
        self.overrides.reload()
        self.key_folder.reload()

    def close(self) -> None:
        """Let go of the database."""
        self.store.engine.dispose()


def sender_text(settings: Settings) -> str:
    """Whom letters come from: `OPORA_MAIL_FROM`; without a mail server, an address that nobody has (RFC 2606).

    Raises:
        SenderMissingError: a mail server is set, but no sender.
    """
    if settings.mail_from is None and settings.smtp_url is not None:
        raise SenderMissingError
    return settings.mail_from or "Opora <opora@opora.invalid>"


def build_application(settings: Settings, bell: Bell) -> Application:
    """Everything, put together from the settings.

    Raises:
        DatabaseNotInitialisedError, DatabaseOutdatedError, DatabaseTooNewError: the schema does not fit.
        DatabaseUnavailableError: the database cannot be read.
        CopyUnfinishedError, DatabaseMovedError: nobody may work in the database.
        DemoClockRefusedError: `OPORA_CLOCK` on a production database.
        KeysMissingError: no keys, and what else `Keys.load` finds.
        BadPublicUrlError: `OPORA_PUBLIC_URL` cannot stand in a link.
        BadScannerUrlError: `OPORA_CLAMD_URL` is no address of a clamd.
    """
    engine = open_database(settings.database_url)
    try:
        return _assemble(settings, bell, engine)
    except BaseException:
        engine.dispose()
        raise


def choose_clock(settings: Settings) -> Clock:
    """The machine's clock, or the file that stands for it in a demo, a simulation or a test."""
    return FileClock(settings.clock) if settings.clock else SystemClock()


def _assemble(settings: Settings, bell: Bell, engine: Engine) -> Application:
    migrations.check(engine)
    store = Store(engine, choose_clock(settings), bell)
    with store.read() as connection:
        refuse_closed(connection)
        purpose = get_purpose(connection)
    if settings.clock and purpose.is_real:
        raise DemoClockRefusedError
    overrides = StoredOverrides(store)
    calendar = WorkingCalendar(settings.zone, overrides=overrides)
    # One organisation, one calendar, whatever key an instance carries.
    execution = Execution(Registry(GUARDS, lambda _key: calendar))
    key_folder = KeyFolder(settings.keys_dir)
    keys = Keys(key_folder)
    links = Links(settings.public_url, keys, allow_private=not purpose.is_real)
    return Application(
        settings=settings,
        purpose=purpose,
        office=Office(
            store,
            execution,
            EvidenceFolder(settings.evidence_dir),
            calendar,
            parse_scanner(settings.clamd_url) if settings.clamd_url else None,
            links.find_home_url(),
        ),
        overrides=overrides,
        keys=keys,
        key_folder=key_folder,
        links=links,
    )
