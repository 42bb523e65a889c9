"""Keeps the catalogues equal to the texts in the code.

`check` prints what is missing, left over, unfinished or not compiled, and fails; `update` takes new texts into
the .po files, drops texts that are gone, and compiles. There are two catalogues: `opora` holds our own texts,
`click` those of the library that reads the command line.
"""

import argparse
import ast
import re
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

REPOSITORY = Path(__file__).resolve().parents[1]
PACKAGES = ["engine", "workflows", "activities", "notifications", "runtime", "web", "cli", "examples"]
METHODS = [("**.py", "python"), ("**/templates/**", "jinja2")]
# A singular and its plural are one entry: they are written where they are used, without N_.
KEYWORDS = DEFAULT_KEYWORDS | {"say": None, "translate": None, "translate_plural": (1, 2), "counted": (1, 2)}
PLACEHOLDER = re.compile(r"(?<!\{)\{(\w+)[^{}]*\}(?!\})|%\((\w+)\)")


def main() -> None:
    """Check or update both catalogues of a folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("task", choices=["check", "update"])
    parser.add_argument("--directory", type=Path, default=REPOSITORY / "locale", help="where the languages lie")
    chosen = parser.parse_args()
    findings = []
    for domain, folders in sources().items():
        po = chosen.directory / "ru" / "LC_MESSAGES" / f"{domain}.po"
        template = extract(folders)
        if chosen.task == "update":
            update(po, template)
        findings += [f"{po.name}: {finding}" for finding in check(po, template)]
    findings += find_unseen(*sources()["opora"])
    print("\n".join(findings) or "The catalogues hold every text.")
    sys.exit(bool(findings))


def sources() -> dict[str, list[Path]]:
    """Which folders the texts of a catalogue are taken from."""
    click = find_spec("click")
    if click is None or click.origin is None:
        raise ModuleNotFoundError("click")
    return {"opora": [REPOSITORY / package for package in PACKAGES], "click": [Path(click.origin).parent]}


def extract(folders: Iterable[Path]) -> Catalog:
    """The texts marked in Python files and in templates, without translation."""
    template = Catalog()
    for folder in folders:
        options: dict[str, dict[str, Any]] = {"**/templates/**": {"silent": "false"}}
        for _file, _line, text, _comments, context in extract_from_dir(folder, METHODS, options, KEYWORDS):
            template.add(text, context=context)
    return template


def update(po: Path, template: Catalog) -> None:
    """Bring a catalogue's texts up to date, keep its translations, and compile it."""
    catalogue = read(po)
    catalogue.update(template, no_fuzzy_matching=True, update_creation_date=False)
    with po.open("wb") as file:
        write_po(file, catalogue, no_location=True, sort_output=True, ignore_obsolete=True, width=120)
    po.with_suffix(".mo").write_bytes(compiled(read(po)))


def read(po: Path) -> Catalog:
    """A catalogue from its file."""
    with po.open("rb") as file:
        return read_po(file, locale="ru", domain=po.stem)


def compiled(catalogue: Catalog) -> bytes:
    """What GNU gettext reads at run time."""
    buffer = BytesIO()
    write_mo(buffer, catalogue)
    return buffer.getvalue()


def check(po: Path, template: Catalog) -> Iterator[str]:
    """What a person has to do before the catalogue is right, one line each."""
    catalogue = read(po)
    known = {key(message) for message in catalogue if message.id}
    wanted = {key(message) for message in template if message.id}
    yield from (f"not taken in (make catalogues): {text!r}" for text in sorted(wanted - known, key=str))
    yield from (f"no longer used (make catalogues): {text!r}" for text in sorted(known - wanted, key=str))
    for message in catalogue:
        yield from (f"{finding}: {message.id!r}" for finding in judge(message) if message.id)
    mo = po.with_suffix(".mo")
    if not mo.exists() or mo.read_bytes() != compiled(catalogue):
        yield "not compiled (make catalogues)"


def find_unseen(*folders: Path) -> Iterator[str]:
    """Texts marked inside an f-string: no extraction sees them there before Python 3.12."""
    for file in (path for folder in folders for path in sorted(folder.rglob("*.py"))):
        tree = ast.parse(file.read_bytes())
        marked = (
            part
            for whole in ast.walk(tree)
            if isinstance(whole, ast.JoinedStr)
            for part in ast.walk(whole)
            if isinstance(part, ast.Call) and isinstance(part.func, ast.Name) and part.func.id == "N_"
        )
        yield from (f"{file}:{call.lineno}: inside an f-string; mark the text outside of it" for call in marked)


def key(message: Message) -> tuple[Any, str | None]:
    """What tells one text from another: the text, or its singular and plural, and its context."""
    return message.id, message.context


def judge(message: Message) -> Iterator[str]:
    """What is wrong with one translation."""
    originals = [message.id] if isinstance(message.id, str) else list(message.id)
    translations = [message.string] if isinstance(message.string, str) else list(message.string)
    if not all(translations):
        yield "not translated"
        return
    if message.fuzzy:
        yield "marked fuzzy"
    # The last original is the plural; each Russian form must say as much, the first one too: it stands for 21 and 31.
    if any(placeholders(translation) != placeholders(originals[-1]) for translation in translations):
        yield "its placeholders differ"


def placeholders(text: str) -> set[str]:
    """The names in `{braces}` and `%(brackets)`."""
    return {brace or bracket for brace, bracket in PLACEHOLDER.findall(text)}


if __name__ == "__main__":
    main()
