"""Looks an installation over: each check says what it found, and what to do about it."""

import os
from collections.abc import Callable, Iterator

from engine.errors import N_, OporaError
from engine.unit_of_work import SilentBell
from runtime.bootstrap import Application, build_application
from runtime.doctor import database, decisions, feeds, folders, letters, time, work
from runtime.doctor.finding import Finding, Findings, Level, good, notice, refused
from runtime.settings import PREFIX, Settings, SettingsError, load_settings

__all__ = ["Finding", "Level", "examine"]

SETTINGS = N_("The settings can be read.")
UNKNOWN_SETTING = N_("There is no setting {name}, so it does nothing. See docs/settings.md for the names.")
ELSEWHERE = {"OPORA_ACTOR", "OPORA_LANG"}
"""What single commands read from the environment, apart from `Settings`."""

BEFORE: tuple[Callable[[Settings], Findings], ...] = (
    folders.check_data_folder,
    folders.check_keys,
    feeds.check_feed_folder,
)
CHECKS: tuple[Callable[[Application], Findings], ...] = (
    database.check_schema,
    database.check_storage,
    time.check_clock,
    time.check_server_clock,
    work.check_worker,
    work.check_timers,
    work.check_messages,
    decisions.check_workflows,
    decisions.check_decisions,
    letters.check_mail,
    letters.check_arrivals,
    letters.check_links,
    work.check_evidence,
)


def examine() -> Iterator[Finding]:
    """Look the installation of this process's settings over; one check that fails holds up only what rests on it."""
    try:
        settings = load_settings()
    except SettingsError as error:
        yield refused("settings", error)
        return
    yield good("settings", SETTINGS)
    yield from _unknown_settings()
    for look in BEFORE:
        yield from look(settings)
    try:
        application = build_application(settings, SilentBell())
    except OporaError as error:
        yield refused("application", error)
        return
    for check in CHECKS:
        yield from _guarded(check, application)
    application.close()


def _unknown_settings() -> Findings:
    known = {PREFIX + name.upper() for name in Settings.model_fields} | ELSEWHERE
    for name in sorted(os.environ):
        if name.startswith(PREFIX) and name not in known:
            yield notice("unknown_setting", UNKNOWN_SETTING, name=name)


def _guarded(check: Callable[[Application], Findings], application: Application) -> Findings:
    try:
        yield from check(application)
    except OporaError as error:
        yield refused(check.__name__.removeprefix("check_"), error)
