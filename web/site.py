"""What the pages of one Flask application share."""

from dataclasses import dataclass
from datetime import date

from flask import current_app

from engine.errors import OporaError
from runtime.bootstrap import Application
from web.fetches import FetchLog
from web.freshness import Freshness

_NAME = "opora"


@dataclass(frozen=True, slots=True)
class Site:
    """The application that the pages show, and what is remembered between requests.

    Attributes:
        fetches: who fetched which calendar when.
        freshness: looked at before each answer.
    """

    application: Application
    fetches: FetchLog
    freshness: Freshness

    def find_demo_day(self) -> date | None:
        """The clock's day where it may differ from the wall's: a demo must say so on every page."""
        if self.application.purpose.is_real:
            return None
        try:
            return self.application.office.today()
        except OporaError:  # a clock file that is gone must not stop the page that tells of it
            return None


def install_site(extensions: dict[str, object], site: Site) -> None:
    """Give a Flask application its site (`app.extensions`)."""
    extensions[_NAME] = site


def current_site() -> Site:
    """The site of the request that is being answered."""
    site: Site = current_app.extensions[_NAME]
    return site
