"""What commands start from: the application, and who acts."""

import getpass
from contextlib import suppress

from activities.acting import Actor
from activities.people import get_person
from engine.unit_of_work import Bell
from runtime.bootstrap import Application, build_application
from runtime.queue import QueueBell
from runtime.settings import load_settings

CHANNEL = "cli"


def open_application(bell: Bell | None = None) -> Application:
    """The application of this process's settings.

    Args:
        bell: rung after each step; by default the workers' own.

    Raises:
        SettingsError: a setting cannot be used.
        DatabaseNotInitialisedError: `opora init` has not been run; and whatever else `build_application` refuses.
    """
    settings = load_settings()
    return build_application(settings, bell or QueueBell(settings.huey_url))


def acting(application: Application, actor: str, on_behalf_of: str | None = None) -> Actor:
    """Who acts, as `--as` and `--for` name them (mail address or short id).

    Raises:
        UnknownPersonError: nobody is called that.
    """
    with application.store.read() as connection:
        person = get_person(connection, actor)
        other = get_person(connection, on_behalf_of) if on_behalf_of else None
    return Actor(person, CHANNEL, on_behalf_of=other, os_user=_os_user())


def _os_user() -> str | None:
    # A container's account may have a number and no name.
    with suppress(OSError, KeyError):
        return getpass.getuser()
    return None
