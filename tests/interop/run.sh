#!/bin/sh
# Real calendar programs read our feed: `make interop`. Installs them into a folder that is removed afterwards;
# needs the network, python3 with venv, and npm for the two JavaScript readers.
set -eu
here=$(dirname "$0")
python=$1
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT

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
