"""What becomes of tests whose tool is missing, shown by a run of pytest on a machine that has none."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[1]
CONFTEST = """
from pathlib import Path
import tests.fixtures.tools
tests.fixtures.tools.SHARED = Path(__file__).with_name("missing")
pytest_plugins = ["tests.conftest"]
"""
TESTS = """
import pytest

@pytest.mark.needs("libreoffice")
def test_with_libreoffice():
    pass

@pytest.mark.needs("shared")
def test_with_shared(shared_plans):
    pass

def test_with_nothing():
    pass
"""


@pytest.fixture
def bare_run(tmp_path):
    """Run the three tests where no program is on PATH and no folder `shared` is there; gives the output."""
    (tmp_path / "conftest.py").write_text(CONFTEST, "utf-8")
    (tmp_path / "test_three.py").write_text(TESTS, "utf-8")

    def run(require_all):
        environment = os.environ | {"PATH": "", "PYTHONPATH": str(REPOSITORY), "OPORA_TEST_REQUIRE_ALL": require_all}
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-c", os.devnull, "--rootdir", tmp_path]
        done = subprocess.run(
            [*command, tmp_path], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return done.stdout + done.stderr

    return run


def test_skipping_is_a_failure_where_everything_is_required(bare_run):
    """With OPORA_TEST_REQUIRE_ALL=1 a missing tool fails the test, a missing ../shared does not."""
    output = bare_run("1")
    assert "1 passed, 1 skipped" in output
    assert "1 error" in output
    assert "but this test was skipped: Skipped: libreoffice is missing: soffice is not on PATH" in output


def test_skipping_is_told_where_it_is_allowed(bare_run):
    """Without the setting both tests are skipped, and the run ends by saying why."""
    output = bare_run("")
    assert "1 passed, 2 skipped" in output
    assert "Not run: 1 test(s), because libreoffice is missing: soffice is not on PATH" in output
    assert "Not run: 1 test(s), because shared is missing: the folder ../shared is not beside the repository" in output
