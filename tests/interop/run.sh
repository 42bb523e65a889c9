#!/bin/sh
# Real calendar programs read our feed: `make interop`. Installs them into a folder that is removed afterwards; needs
# the network, python3 with venv, and npm for the two JavaScript readers. Thunderbird, Evolution's calendar service and
# libical come from the system: as root on Debian they are installed, elsewhere those that are missing are left out.
set -eu
here=$(dirname "$0")
python=$1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
		thunderbird evolution-data-server dbus python3-gi gir1.2-ecal-2.0 gir1.2-ical-3.0 >"$work/apt.log" ||
		cat "$work/apt.log"
fi

"$python" -m venv "$work/clients"
"$work/clients/bin/pip" install --quiet vdirsyncer khal caldav radicale recurring-ical-events
if command -v npm >/dev/null; then
	cp "$here/readers.mjs" "$work/"
	(cd "$work" && npm install --silent --no-fund --no-audit ical.js node-ical)
fi
mkfifo "$work/move"
PYTHONPATH="$here/../.." "$python" "$here/serve.py" "$work" &
server=$!
sh "$here/clients.sh" "$work"
