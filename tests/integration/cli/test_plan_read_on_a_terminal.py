"""The bar that shows how far the reading of a file has come."""

import os
import pty
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
PLAN = "План на 2026 год\n№ | Мероприятие | Срок |\n1 | Совет | май |\n2 | Слёт | до 05.06.2026 |\n"


def _read_on_terminal(file: Path) -> tuple[str, str]:
    """What `opora plan read` writes to stdout, and to a terminal on stderr."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "cli", "plan", "read", str(file)]
    environment = os.environ | {"OPORA_LANG": "ru", "TERM": "xterm", "COLUMNS": "100"}
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=theirs)
    os.close(theirs)
    shown = b""
    while chunk := _next_chunk(ours):
        shown += chunk
    data, _ = process.communicate(timeout=60)
    os.close(ours)
    return data.decode(), shown.decode()


def _next_chunk(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 65536)
    except OSError:  # Linux tells the end of a terminal so
        return b""


def test_a_terminal_sees_a_bar_from_the_beginning(tmp_path: Path) -> None:
    """The opening of the file and the rows are shown on stderr; the data on stdout stay clean."""
    file = tmp_path / "plan.txt"
    file.write_text(PLAN, "utf-8")

    data, shown = _read_on_terminal(file)

    assert shown.index("Открывается файл") < shown.index("Строки")
    assert "100%" in shown
    assert "\x1b" not in data
    assert "План на 2026 год" in data
