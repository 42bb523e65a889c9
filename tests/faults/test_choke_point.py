"""No way around the one place where decisions are made, nor around the workflow: every route, command and line.

The walk gives each command and each route what it asks for and watches every statement that reaches the database,
with the stack that sent it.
"""

import ast
import re
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import Engine, event

from cli.main import opora
from tests.fixtures.capability_links import Mailboxes
from tests.fixtures.house import House
from tests.fixtures.tools import REPOSITORY

ROOMS = ("engine", "workflows", "activities", "notifications", "runtime", "web", "cli")
VERDICTS = {"accept", "return"}
DECIDING = "activities/decisions.py"
STEPPING = ("engine/step_rows.py", "engine/migration.py", "engine/store.py")
"""Where the engine writes what state an instance is in."""
COPYING = ("runtime/simulation/scratch.py", "runtime/row_copy.py")
"""Here rows are copied as they are into another database."""
HANDING_ON = {
    "activities/firing.py",  # what it is given
    "activities/submissions.py",  # submit, or report_outcome
    "activities/dating.py",  # set_date, or postpone
    "activities/amending_occurrences.py",  # what becomes of a row that a document takes out or changes
    "engine/tick.py",  # what a ladder names
}
"""Where the event that is fired is no word of that line."""
ENDLESS = {("serve",), ("up",), ("work",)}
"""They end when they are told to; what they do is `tick`, and the routes."""
MARY = "lavrentieva@parus.example.org"
"""Coordinates."""
HEAD = "kornilov@parus.example.org"
"""Approves everything."""

# What a command is given for a parameter of this name.
GIVEN = {
    "actor": HEAD,
    "reason": "причина",
    "basis": "приказ 5",
    "remark": "замечание",
    "note": "слово",
    "on": "2026-04-30",
    "wanted_on": "2026-04-30",
    "until": "2026-03-10",
    "to": "2027-01-01",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "reference": "1.4",
    "person": "gromova@parus.example.org",
    "email": "new@parus.example.org",
    "address": "new@parus.example.org",
    "name": "Новая Анна",
    "role": "observer",
    "number": "1",
    "message": "1",
    "text": "до 1 марта",
}
FLAGS = {"is_applied": "--apply", "yes": "--yes"}
# A verb that takes one of these alone, or not at all.
LEFT_OUT: dict[tuple[str, ...], set[str]] = {
    ("plan", "import"): {"starts_on", "ends_on"},
    ("occurrence", "set-date"): {"starts_on", "ends_on"},
}

Write = tuple[str, str, str]


class Watch:
    """What was written past the places where it may be written."""

    def __init__(self) -> None:
        self.stray: list[Write] = []
        self.decided = 0

    def look(self, _connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        """Look at a statement before it is sent."""
        write = re.match(r'\s*(insert into|update|delete from) "?(\w+)"?', statement.lower())
        if write is None or write[2] not in {"decision", "history", "instance"}:
            return
        files = [Path(each.f_code.co_filename).as_posix() for each in _frames(sys._getframe())]
        in_decide = any(each.f_code.co_name == "decide" and _is(each, DECIDING) for each in _frames(sys._getframe()))
        is_verdict = write[2] == "history" and bool(VERDICTS & {str(each) for each in _values(parameters)})
        if (write.groups() == ("insert into", "decision") or is_verdict) and not in_decide:
            self.stray.append((write[1], write[2], "outside decide()"))
        if write[2] != "decision" and not any(each.endswith(STEPPING + COPYING) for each in files):
            self.stray.append((write[1], write[2], "outside the engine"))
        self.decided += write[2] == "decision"


def _frames(frame: FrameType | None) -> Iterator[FrameType]:
    while frame:
        yield frame
        frame = frame.f_back


def _is(frame: FrameType, path: str) -> bool:
    return Path(frame.f_code.co_filename).as_posix().endswith(path)


def _values(parameters: Any) -> Iterator[Any]:
    for row in parameters if isinstance(parameters, list) else [parameters]:
        yield from row.values() if isinstance(row, dict) else row or ()


@pytest.fixture
def watch() -> Iterator[Watch]:
    """A look at everything that is written as long as the test lasts."""
    watching = Watch()
    event.listen(Engine, "before_cursor_execute", watching.look)
    yield watching
    event.remove(Engine, "before_cursor_execute", watching.look)


def _walk(
    command: click.Command, path: tuple[str, ...] = (), above: click.Context | None = None
) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Every command that is no group."""
    context = click.Context(command, parent=above, info_name=path[-1] if path else "opora")
    if not isinstance(command, click.Group):
        yield path, command
        return
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found
        yield from _walk(found, (*path, name), context)


def _arguments(path: tuple[str, ...], command: click.Command, folder: Path) -> list[str]:
    """All that a command can be given."""
    words: list[str] = []
    for each in command.params:
        name = str(each.name)
        if name in LEFT_OUT.get(path, ()):
            continue
        value = _value(each, folder)
        if isinstance(each, click.Argument):
            words += [value or "1.4"] if value or each.required else []
        elif name in FLAGS:
            words.append(each.opts[0])
        elif value and not getattr(each, "is_flag", False) and (each.required or name in GIVEN):
            words += [each.opts[0], value]
    return words


def _value(parameter: click.Parameter, folder: Path) -> str:
    if isinstance(parameter.type, click.Choice):
        return GIVEN.get(str(parameter.name), str(parameter.type.choices[0])) if parameter.required else ""
    if isinstance(parameter.type, (click.Path, click.File)):
        is_read = getattr(parameter.type, "exists", False)
        return str(REPOSITORY / "examples" / "plan-2026.docx") if is_read else str(folder / "out")
    return GIVEN.get(str(parameter.name), "")


def test_no_command_decides_but_the_two_that_say_so(
    installation: Path, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every command, given all that it asks for: two decide, and no state is other than its history says."""
    monkeypatch.chdir(tmp_path)  # some write where they are run
    run = _runner(_with_all_roles(installation, tmp_path / "first"), tmp_path)
    ended, deciding = set[tuple[str, ...]](), set[tuple[str, ...]]()
    for path, command in _walk(opora):
        if path in ENDLESS:
            continue
        before = watch.decided
        if run(path, _arguments(path, command, tmp_path)):
            ended.add(path)
        if watch.decided != before:
            deciding.add(path)
    assert watch.stray == []
    assert deciding == {("occurrence", "accept"), ("occurrence", "return")}
    assert len(ended) >= 45, sorted(ended)


def _opora(data: Path, *words: str) -> Result:
    known = {"OPORA_LANG": "en", "OPORA_DATA_DIR": str(data), "OPORA_CLOCK": f"file:{data.parent / 'clock'}"}
    return CliRunner().invoke(opora, words, env=known)


def _with_all_roles(installation: Path, folder: Path) -> Path:
    """A copy in which the head coordinates as well, so that no command refuses them for that."""
    shutil.copytree(installation.parent, folder)
    for role in ("coordinator", "administrator"):
        words = ("person", "grant", HEAD, "--role", role, "--as", MARY)
        assert _opora(folder / "data", *words).exit_code == 0
    return folder / "data"


def _runner(installation: Path, folder: Path) -> Callable[[tuple[str, ...], list[str]], bool]:
    """Run a command on a copy of its own; whether it went well."""

    def run(path: tuple[str, ...], arguments: list[str]) -> bool:
        data = folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        (folder / "out").unlink(missing_ok=True)
        shutil.copytree(installation, data)
        shutil.copy(installation.parent / "clock", folder)
        done = _opora(data, *path, *arguments)
        assert not isinstance(done.exception, (TypeError, AttributeError)), (path, done.exc_info)
        assert _states_without_history(data / "opora.db") == [], path
        return done.exit_code == 0

    return run


def _states_without_history(database: Path) -> list[Any]:
    """Instances whose state or revision is not that of their last entry."""
    if not database.exists():
        return []
    query = """SELECT instance.id FROM instance LEFT JOIN history ON history.instance_id = instance.id
               AND history.revision = instance.revision WHERE history.to_state IS NOT instance.state"""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(query).fetchall()


def test_no_route_decides_but_by_decide(make_house: Callable[..., House], sqlite_url: str, watch: Watch) -> None:
    """Every route by every method that it takes, with a form that would do anything: decisions come from `decide`."""
    house = make_house(sqlite_url, public_url="http://127.0.0.1:5000")
    mailboxes = Mailboxes(house)
    links = [mailboxes.of(each) for each in _PAGES]
    app = house.web()
    app.testing = True
    client, reached = app.test_client(), set[tuple[str, str]]()
    for rule in sorted(app.url_map.iter_rules(), key=lambda each: each.rule, reverse=True):
        for link in links:
            address = re.sub(r"<(?:\w+:)?token>", link.secret, rule.rule).replace("<kind>", "decided")
            address = re.sub(r"<int:\w+>", "1", address).replace("<path:filename>", "opora.css")
            address = address.replace("<sheet>", mailboxes.linked.name)
            address = address.replace("<occurrence>", mailboxes.linked.wanted[0].short_id)
            for method in sorted((rule.methods or set()) - {"OPTIONS"}):
                came = {"REMOTE_ADDR": f"192.0.2.{len(reached)}"}
                with client.open(address, method=method, data=_form(mailboxes), environ_overrides=came) as answer:
                    if answer.status_code < 400:
                        reached.add((rule.endpoint, method))
    everything = {rule.endpoint for rule in app.url_map.iter_rules()}
    # No evidence of these is a picture.
    assert everything - {each for each, _ in reached} <= {"decision.preview"}
    assert watch.stray == []
    assert watch.decided >= 1


_PAGES = ("decide", "decide many", "send", "preferences", "subscribe", "texts", "dates")


def _form(mailboxes: Mailboxes) -> dict[str, str] | None:
    sent, asked = mailboxes.sent, mailboxes.house.occurrence("1.1")
    seen = sent.manifest_digest.hex()
    return {
        "sheet": mailboxes.unlinked.name,
        "row": mailboxes.unlinked.wanted[0].short_id,
        f"answer-{asked.short_id}": "stand",
        f"reason-{asked.short_id}": "слово",
        f"seen-{asked.short_id}": str(asked.revision),
        "decision": "accept",
        "seen": seen,
        "remark": "",
        "action": "keep",
        "note": "слово",
        f"decision-{sent.short_id}": "accept",
        f"seen-{sent.short_id}": seen,
        "decided": "never",
        "List-Unsubscribe": "One-Click",
        "address": "person-1@school.example",
    }


@cache
def _nodes() -> list[tuple[str, ast.AST]]:
    """Every call and every constant of the program, with its file."""
    paths = (path for room in ROOMS for path in sorted((REPOSITORY / room).rglob("*.py")))
    trees = ((path.relative_to(REPOSITORY).as_posix(), ast.parse(path.read_text("utf-8"))) for path in paths)
    return [
        (path, node) for path, tree in trees for node in ast.walk(tree) if isinstance(node, (ast.Call, ast.Constant))
    ]


def _calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of a function or class of this name, with its file."""
    for path, node in _nodes():
        if isinstance(node, ast.Call) and name in {getattr(node.func, "id", ""), getattr(node.func, "attr", "")}:
            yield path, node


def test_one_module_writes_decisions() -> None:
    """`insert(decision)` stands in one place, and nothing inserts into that table in plain SQL."""
    inserting = {path for path, call in _calls("insert") if call.args and ast.unparse(call.args[0]) == "decision"}
    assert inserting == {DECIDING}
    plain = re.compile(r"insert\s+into\s+\"?decision\b", re.IGNORECASE)
    texts = ((path, node.value) for path, node in _nodes() if isinstance(node, ast.Constant))
    assert [path for path, text in texts if isinstance(text, str) and plain.search(text)] == []


def test_one_module_fires_verdicts() -> None:
    """An event that is fired is named where it is fired, and only one module names or computes a verdict."""
    computed, verdicts = set[str](), set[str]()
    for maker, position, keyword in (("Attempt", 0, "event"), ("Firing", 1, "event"), ("fire_for", 9, "event")):
        for path, call in _calls(maker):
            named = [each.value for each in call.keywords if each.arg == keyword]
            event_ = named[0] if named else call.args[position]
            if not isinstance(event_, ast.Constant):
                computed.add(path)
            elif event_.value in VERDICTS:
                verdicts.add(path)
    assert verdicts == set()
    assert computed == {DECIDING, *HANDING_ON}
