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
echo >"$work/move"
until [ -e "$work/moved" ]; do sleep 0.2; done
echo "vdirsyncer: after one entry moved and one was called off, copies $(vdirsyncer sync | grep -c Copying || true) entries"
echo "khal: lists $(khal_days 2026-01-01 2027-12-31) entries, $(khal_days 2026-11-11 2026-11-11) on that day"
"$bin/python" "$here/readers.py" "$work"
if [ -e "$work/node_modules" ]; then (cd "$work" && node readers.mjs "$url"); fi
