"""`opora plan close` at the terminal: what is still open is said, and what was closed tells its day."""

MARY = "lavrentieva@parus.example.org"
"""Coordinates."""


def test_what_is_open_is_listed_by_the_command_that_is_said(terminal):
    """As many as were counted; the plan is live as before."""
    said = terminal.refused("plan", "close", "moc-2026", "--as", MARY)
    count = int(said.split("Still open: ")[1].split()[0])
    command = said.strip().rsplit("opora ", 1)[1].split()
    assert len(terminal.json(*command)) == count
    assert terminal.json("plan", "show", "moc-2026")["status"] == "live"
