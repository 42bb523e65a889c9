#!/bin/sh
# Let each client read the feed whose address stands in WORK/url; prints a line of figures a client.
set -eu
here=$(dirname "$0")
work=$1
bin=$work/clients/bin
until [ -s "$work/url" ]; do sleep 0.2; done
url=$(cat "$work/url")

mkdir -p "$work/khal" "$work/status"
cat >"$work/vdirsyncer.conf" <<CONF
[general]
status_path = "$work/status"
[pair opora]
a = "there"
b = "here"
collections = null
[storage there]
type = "http"
url = "$url"
[storage here]
type = "filesystem"
path = "$work/khal"
fileext = ".ics"
CONF
cat >"$work/khal.conf" <<CONF
[calendars]
[[opora]]
path = $work/khal
[locale]
local_timezone = Europe/Moscow
dateformat = %Y-%m-%d
longdateformat = %Y-%m-%d
[sqlite]
path = $work/khal.db
CONF
vdirsyncer() { "$bin/vdirsyncer" --config "$work/vdirsyncer.conf" "$@" 2>&1; }
# vdirsyncer gives what comes by http UIDs of its own, the digests of their content.
khal_days() { "$bin/khal" --config "$work/khal.conf" list --format '{start-date} {uid}' --day-format '' "$@" | sort -u | grep -c . || true; }

vdirsyncer discover >/dev/null
echo "vdirsyncer: first sync copies $(vdirsyncer sync | grep -c Copying || true) entries"
echo "vdirsyncer: second sync copies $(vdirsyncer sync | grep -c -E 'Copying|Deleting' || true) entries"
echo "khal: lists $(khal_days 2026-01-01 2027-12-31) entries, $(khal_days 2026-11-11 2026-11-11) on the day to which one will be moved"

# By system Python, which has the bindings.
has() { /usr/bin/python3 -c "import gi; gi.require_version('$1', '$2')" 2>/dev/null; }
evolution=
if has ICalGLib 3.0; then /usr/bin/python3 "$here/libical.py" "$work"; else echo "libical: not here"; fi
if has ECal 2.0 && command -v dbus-run-session >/dev/null; then
	for each in CONFIG CACHE DATA; do export "XDG_${each}_HOME=$work/xdg-$each"; done
	dbus-run-session -- /usr/bin/python3 "$here/evolution.py" "$work" 2>"$work/evolution.log" &
	evolution=$!
	until [ -e "$work/evolution" ] || ! kill -0 "$evolution" 2>/dev/null; do sleep 0.2; done
else
	echo "Evolution: not here"
fi
ask_thunderbird() {
	if command -v thunderbird >/dev/null; then HOME="$work" "$bin/python" "$here/thunderbird.py" "$work"; else echo "Thunderbird: not here"; fi
}
ask_thunderbird

echo >"$work/move"
until [ -e "$work/moved" ]; do sleep 0.2; done
vdirsyncer sync >"$work/sync.log" || true
echo "vdirsyncer: after one entry was moved, one called off and one taken out, copies \
$(grep -c Copying "$work/sync.log" || true) entries and deletes $(grep -c Deleting "$work/sync.log" || true)"
echo "khal: lists $(khal_days 2026-01-01 2027-12-31) entries, $(khal_days 2026-11-11 2026-11-11) on that day"
if has ICalGLib 3.0; then /usr/bin/python3 "$here/libical.py" "$work"; fi
if [ -n "$evolution" ]; then wait "$evolution" || tail "$work/evolution.log"; fi
ask_thunderbird
"$bin/python" "$here/readers.py" "$work"
if [ -e "$work/node_modules" ]; then (cd "$work" && node readers.mjs "$url"); fi
