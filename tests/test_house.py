"""The rules of the house, as `docs/` tells them: what a tool can hold, no person has to look for."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ["engine", "workflows", "activities", "notifications", "runtime", "web", "cli"]
SOURCES = sorted(path for package in PACKAGES for path in (REPOSITORY / package).rglob("*.py"))
TESTS = sorted((REPOSITORY / "tests").rglob("*.py"))
LOCKS = sorted((REPOSITORY / "requirements").glob("*.txt"))
PROJECT = tomllib.loads((REPOSITORY / "pyproject.toml").read_text("utf-8"))["project"]
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def name(path):
    return path.relative_to(REPOSITORY).as_posix()


def tree(path):
    return ast.parse(path.read_text("utf-8"), path)


def dotted(node):
    """`a.b.c` of a chain of attributes; other expressions give an empty text."""
    if isinstance(node, ast.Name):
        return node.id
    return f"{dotted(node.value)}.{node.attr}" if isinstance(node, ast.Attribute) else ""


def calls(path):
    """The dotted name of everything that is called in a file."""
    return [dotted(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)]


@pytest.mark.parametrize("package", PACKAGES)
def test_a_top_level_package_is_the_repositorys_own(package):
    """Importing a room brings our folder, not a package of that name from elsewhere."""
    module = import_module(package)
    assert Path(module.__file__) == REPOSITORY / package / "__init__.py"


def test_the_arrows_hold():
    """Imports go down only, and one module each knows `transitions` and `huey`."""
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run(
        [linter, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, encoding="utf-8", check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_a_module_is_short_enough_to_read(path):
    """No module is over 400 lines, no function over 50."""
    assert len(path.read_text("utf-8").splitlines()) <= 400
    functions = [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS)]
    assert [node.name for node in functions if node.end_lineno - node.lineno >= 50] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_only_the_clock_asks_what_time_it_is(path):
    """Outside engine/clock.py nothing reads the machine's clock; waiting by time.monotonic is no date."""
    if path == REPOSITORY / "engine" / "clock.py":
        return
    clocks = re.compile(r"(^|\.)(datetime\.(now|utcnow|today)|date\.today|time\.(time|time_ns|localtime|gmtime))$")
    assert [call for call in calls(path) if clocks.search(call)] == []


@pytest.mark.parametrize("path", SOURCES, ids=name)
def test_instants_are_stored_by_one_type(path):
    """No table has SQLAlchemy's DateTime, which drops the zone on SQLite; engine.tables.UtcDateTime builds on it."""
    bare = [node for node in ast.walk(tree(path)) if re.search(r"(^|\.)(DateTime|DATETIME|TIMESTAMP)$", dotted(node))]
    assert bare == [] or path == REPOSITORY / "engine" / "tables.py"


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_a_test_says_in_a_sentence_what_must_hold(path):
    """Every test function has a docstring."""
    tests = [node for node in ast.walk(tree(path)) if isinstance(node, FUNCTIONS) and node.name.startswith("test_")]
    assert [test.name for test in tests if not ast.get_docstring(test)] == []


@pytest.mark.parametrize("path", TESTS, ids=name)
def test_no_test_sleeps_or_hides_in_a_skip(path):
    """A test waits for a condition, not for a time; a missing tool is told by the marker `needs`."""
    sleeps = re.compile(r"(^|\.)(time\.sleep|sleep|importorskip)$")
    assert [call for call in calls(path) if sleeps.search(call)] == []
    skips = re.search(r"mark\.skip(if)?\b|allow_module_level", path.read_text("utf-8"))
    assert skips is None or path == Path(__file__)


@pytest.mark.parametrize("path", LOCKS, ids=name)
def test_a_lock_file_has_hashes_and_names_no_index(path):
    """Every requirement is exact and hashed, and no address or option tells where it came from."""
    text = path.read_text("utf-8")
    assert re.findall(r"https?://|^\s*(?:--index|--extra|--find|--trusted|-i |-f )\S*", text, re.MULTILINE) == []
    requirements = re.split(r"\n(?=[a-z])", text)
    assert [entry for entry in requirements if not re.match(r"[a-z0-9._-]+==\S+.*\\\n\s+--hash=sha256:", entry)] == []


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("runtime", ["build"]), ("test", ["build", "test"]), ("bench", ["build", "test", "bench"])],
)
def test_a_lock_file_has_what_the_project_asks_for(lock, extras):
    """Each dependency of pyproject.toml is locked in a version that it allows."""
    text = (REPOSITORY / "requirements" / f"{lock}.txt").read_text("utf-8")
    locked = {
        canonicalize_name(package): version for package, version in re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE)
    }
    asked = PROJECT["dependencies"] + [one for extra in extras for one in PROJECT["optional-dependencies"][extra]]
    for requirement in map(Requirement, asked):
        assert requirement.specifier.contains(locked[canonicalize_name(requirement.name)]), requirement


def test_every_target_is_explained():
    """`make help` has a line for each target that a person can ask for."""
    makefile = (REPOSITORY / "Makefile").read_text("utf-8")
    targets = set(re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split())
    done = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    assert {line.split()[0] for line in done.stdout.splitlines()} == targets
    assert set(re.findall(r"^([a-z-]+):(?!=)", makefile, re.MULTILINE)) == targets


def test_the_built_package_brings_what_is_not_python(tmp_path):
    """The wheel holds every data file of the packages, and the compiled catalogues where they are looked for."""
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path]
    subprocess.run(command, cwd=REPOSITORY, capture_output=True, check=True)
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    files = [path for package in PACKAGES for path in (REPOSITORY / package).rglob("*") if path.is_file()]
    data = {name(path) for path in files if path.suffix not in {".py", ".pyc"}}
    catalogues = {f"notifications/{name(path)}" for path in (REPOSITORY / "locale").rglob("*.mo")}
    assert data | catalogues <= packed
    assert len(catalogues) == 2
