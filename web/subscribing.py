"""`/c/TOKEN`: how a person subscribes to a calendar, and what a calendar is and is not."""

from urllib.parse import quote

from flask import Blueprint, Response, url_for

from notifications.calendar.subscriptions import find_subscription_by_token
from web.capability import refuse_bad_link
from web.pages import choose_language, render_page
from web.site import current_site

subscribing_pages = Blueprint("subscribing", __name__)


@subscribing_pages.get("/c/<token>")
def explain(token: str) -> Response:
    """How to subscribe, and what a calendar is and is not."""
    application = current_site().application
    with application.store.read() as connection:
        subscription = find_subscription_by_token(connection, token)
    if subscription is None:
        raise refuse_bad_link()
    https_url = _feed_url(token)
    webcal_url = "webcal:" + https_url.partition(":")[2]
    return render_page(
        "calendar",
        choose_language(subscription.language),
        subscription=subscription,
        https_url=https_url,
        webcal_url=webcal_url,
        google_url=f"https://calendar.google.com/calendar/render?cid={quote(webcal_url, safe='')}",
        outlook_url=_outlook_url(https_url, subscription.name),
    )


def _feed_url(token: str) -> str:
    public_url = current_site().application.settings.public_url
    if public_url is None:
        return url_for("feed.refuse", token=token, _external=True)
    return f"{public_url.rstrip('/')}/c/{token}.ics"


def _outlook_url(https_url: str, name: str) -> str:
    address = f"url={quote(https_url, safe='')}&name={quote(name, safe='')}"
    return f"https://outlook.live.com/calendar/0/addfromweb?{address}"
