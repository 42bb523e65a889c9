"""Calendar feeds, the pure part: no database, no clock, no HTTP.

`event` says what one entry of a feed is, `wording` composes its text, `rendering` turns entries into the bytes of a
VEVENT and of a whole calendar, `digest` tells whether anything visible changed, `conditional` answers "304 or not",
`lint` reads a finished feed byte by byte.

`writing` holds icalendar, the writer of record; `rendering` writes the same bytes several times faster.
The package imports none of them, so that a command which only lints does not load icalendar.
"""
