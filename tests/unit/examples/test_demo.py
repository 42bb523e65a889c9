"""What the demo takes along of the machine that it runs on: nothing that is set for a real office."""

import os
from pathlib import Path

import pytest

from examples import demo


class Launched(Exception):  # noqa: N818  (no error: the test has seen enough)
    """The demo would begin now."""


def test_the_demo_knows_nothing_of_the_office(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Neither its mailbox nor its database nor its folders, set in the environment or in a file .env."""
    office = {"SMTP_URL": "smtps://a:b@host", "DATABASE_URL": "postgresql://host/real", "FEED_DIR": "/srv/feeds"}
    environment = os.environ | {f"OPORA_{name}": value for name, value in office.items()}
    monkeypatch.setattr(os, "environ", environment)
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("OPORA_IMAP_URL=imaps://a:b@host")
    folder = tmp_path / "demo"
    folder.mkdir()

    def begin() -> None:
        raise Launched

    monkeypatch.setattr(demo, "_import_and_launch", begin)
    with pytest.raises(Launched):
        demo._run(folder, once=True)
    named = {name.removeprefix("OPORA_") for name in environment if name.startswith("OPORA_")}
    assert named == {"DATA_DIR", "CLOCK", "PUBLIC_URL", "PORT", "MAIL_FROM", "LANG"}
    assert Path.cwd() == folder
