"""What recurring-ical-events and Radicale, by way of caldav, make of the feed: a line of figures each."""

import sys
import threading
from pathlib import Path
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import caldav
import icalendar
import recurring_ical_events
from radicale import config
from radicale.app import Application


class QuietHandler(WSGIRequestHandler):
    """Leaves the figures alone on the screen."""

    def log_message(self, *_: object) -> None:
        """Nothing."""


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


def by_recurring_ical_events(body: bytes) -> None:
    found = recurring_ical_events.of(icalendar.Calendar.from_ical(body)).between((2025, 1, 1), (2028, 1, 1))
    say(f"recurring-ical-events: sees {len(found)} entries of {body.count(b'BEGIN:VEVENT')}")


def by_caldav(folder: Path, body: bytes) -> None:
    """Each entry is put into Radicale, which refuses what it cannot read, and asked for again."""
    chosen = config.load()
    storage = {"filesystem_folder": str(folder / "radicale")}
    chosen.update({"storage": storage, "auth": {"type": "none"}}, "interop", privileged=True)
    server = make_server("127.0.0.1", 0, Application(chosen), handler_class=QuietHandler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}/"
    calendar = caldav.DAVClient(address, username="opora", password="opora").principal().make_calendar("Opora")
    components = icalendar.Calendar.from_ical(body).walk("VEVENT")
    for each in components:
        single = icalendar.Calendar()
        single.add("prodid", "-//Opora//interop//EN")
        single.add("version", "2.0")
        single.add_component(each)
        calendar.save_event(single.to_ical().decode())
    kept = calendar.events()
    days = {str(each["UID"]): each["DTSTART"].dt for each in components}
    same = sum(days[str(each.icalendar_component["UID"])] == each.icalendar_component["DTSTART"].dt for each in kept)
    say(f"caldav + Radicale: takes {len(kept)} entries of {len(components)}, {same} on the same day")
    server.shutdown()


if __name__ == "__main__":
    work = Path(sys.argv[1])
    feed = urlopen((work / "url").read_text()).read()
    by_recurring_ical_events(feed)
    by_caldav(work, feed)
