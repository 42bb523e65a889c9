"""`/c/TOKEN`: how a person subscribes to a calendar, and what a calendar is and is not."""

from dataclasses import dataclass
from urllib.parse import quote

from flask import Blueprint, Response, url_for
from markupsafe import Markup

from engine.errors import N_
from notifications.calendar.subscriptions import find_subscription_by_token
from notifications.camera_code import render_svg
from notifications.links import is_public
from notifications.translation import translate
from web.capability import refuse_bad_link
from web.pages import choose_language, render_page
from web.site import current_site

CODE = N_("The address of this page as a code for a camera")
YANDEX = "https://calendar.yandex.ru/"

subscribing_pages = Blueprint("subscribing", __name__)


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where one calendar is found.

    Attributes:
        page: for people.
        feed: for programs.
    """

    page: str

    @property
    def feed(self) -> str:
        """What people paste into a program."""
        return f"{self.page}.ics"

    @property
    def webcal(self) -> str:
        """Opens the calendar program of the same device."""
        return "webcal:" + self.feed.partition(":")[2]

    @property
    def google(self) -> str:
        """Asks whoever is logged in whether to add the calendar; takes no https address here."""
        return f"https://calendar.google.com/calendar/render?cid={quote(self.webcal, safe='')}"

    def outlook(self, name: str) -> str:
        """The same for Outlook on the web, which takes https only."""
        address = f"url={quote(self.feed, safe='')}&name={quote(name, safe='')}"
        return f"https://outlook.live.com/calendar/0/addfromweb?{address}"


@subscribing_pages.get("/c/<token>")
def explain(token: str) -> Response:
    """How to subscribe, and what a calendar is and is not."""
    application = current_site().application
    with application.store.read() as connection:
        subscription = find_subscription_by_token(connection, token)
    if subscription is None:
        raise refuse_bad_link()
    addresses = Addresses(_page_url(token))
    language = choose_language(subscription.language)
    return render_page(
        "calendar",
        language,
        subscription=subscription,
        addresses=addresses,
        yandex_url=YANDEX,
        # The services fetch the calendar themselves, from where they are.
        reached_by_services=is_public(addresses.feed),
        code=Markup(render_svg(addresses.page, translate(CODE, language))),  # noqa: S704  (segno's, from our own address)
    )


def _page_url(token: str) -> str:
    public_url = current_site().application.settings.public_url
    if public_url is None:
        return url_for("subscribing.explain", token=token, _external=True)
    return f"{public_url.rstrip('/')}/c/{token}"
