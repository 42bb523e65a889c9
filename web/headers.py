"""What every answer carries, and what a page may do that others may not."""

from flask import Response

POLICY = "Content-Security-Policy"

HEADERS = {
    POLICY: (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""What every answer carries unless it says otherwise itself."""


def allow_own_script(page: Response) -> Response:
    """Let a page run scripts that are files of ours, and let these speak to us alone; no other page runs any."""
    page.headers[POLICY] = f"{HEADERS[POLICY]}; script-src 'self'; connect-src 'self'"
    return page
