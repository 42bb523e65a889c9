"""What Evolution makes of the feed: its calendar service subscribes to it, as the program does, without a window.

Runs under `dbus-run-session`, with XDG folders of its own; needs evolution-data-server and the bindings of ECal.
"""

import os
import sys
from pathlib import Path
from urllib.parse import urlsplit

import gi

for name, version in (("ECal", "2.0"), ("EDataServer", "1.2"), ("ICalGLib", "3.0")):
    gi.require_version(name, version)
from following import Entries, Entry, tell_after, tell_before, wait_for_changes  # noqa: E402
from gi.repository import ECal, EDataServer, ICalGLib  # noqa: E402

SOURCE = """\
[Data Source]
DisplayName=Opora
Enabled=true
Parent=webcal-stub

[Calendar]
BackendName=webcal

[Authentication]
Host={host}
Port={port}
Method=none

[Security]
Method=none

[WebDAV Backend]
ResourcePath={path}

[Refresh]
Enabled=false
"""
SECONDS = 30


def main(work: Path) -> None:
    _subscribe((work / "url").read_text())
    source = EDataServer.SourceRegistry.new_sync(None).ref_source("opora")
    client = ECal.Client.connect_sync(source, ECal.ClientSourceType.EVENTS, SECONDS, None)

    def look() -> Entries:
        _, events = client.get_object_list_sync("#t", None)
        return {event.get_uid(): _entry(event) for event in events}

    tell_before("Evolution", work, look)
    (work / "evolution").touch()
    wait_for_changes(work)
    client.refresh_sync(None)
    tell_after("Evolution", work, look)


def _subscribe(url: str) -> None:
    sources = Path(os.environ["XDG_CONFIG_HOME"]) / "evolution" / "sources"
    sources.mkdir(parents=True)
    parts = urlsplit(url)
    text = SOURCE.format(host=parts.hostname, port=parts.port, path=parts.path)
    (sources / "opora.source").write_text(text)


def _entry(event: ICalGLib.Component) -> Entry:
    cancelled = event.get_status() == ICalGLib.PropertyStatus.CANCELLED
    return Entry(event.get_dtstart().as_ical_string(), cancelled)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
