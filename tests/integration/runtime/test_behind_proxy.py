"""Behind a proxy the web server knows who is asking, and believes nobody else."""

import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select

from notifications.tables import throttle
from runtime.bootstrap import Application


@pytest.mark.parametrize(
    ("trusted", "counted"), [("127.0.0.1", "203.0.113.7"), ("192.0.2.1", "127.0.0.1"), ("", "127.0.0.1")]
)
def test_bad_links_are_counted_by_who_follows_them(
    application: Application,
    *,
    environment: pytest.MonkeyPatch,
    start: Callable[..., Any],
    free_port: int,
    trusted: str,
    counted: str,
) -> None:
    """The header of the proxy that was named counts; from anybody else it could name whomever it wants."""
    environment.setenv("OPORA_PORT", str(free_port))
    environment.setenv("OPORA_TRUSTED_PROXY", trusted)
    server = start("serve")
    server.wait_for(str(free_port))
    asked = urllib.request.Request(
        f"http://127.0.0.1:{free_port}/d/nonsense", headers={"X-Forwarded-For": "203.0.113.7"}
    )
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(asked, timeout=30)
    with application.store.read() as connection:
        assert connection.execute(select(throttle.c.address)).scalars().all() == [counted]
    assert server.stop() == 0


@pytest.fixture
def database_kind() -> str:
    """SQLite: it has nothing to do with the database."""
    return "sqlite"
