"""SQL that a revision holds as it was when it was written: files beside the revision, one per database.

Tables in the code go on changing; what a revision once did must not.
"""

from itertools import groupby
from pathlib import Path

from sqlalchemy import MetaData, create_mock_engine

DIALECTS = ("sqlite", "postgresql")
_END = "\n;\n"  # alone on its line, so that a trigger's own semicolons do not end it


def read_statements(revision: Path, dialect: str) -> list[str]:
    """The statements that stand beside a revision for a database."""
    return [each for each in path_of(revision, dialect).read_text("utf-8").split(_END) if each.strip()]


def write_statements(revision: Path, metadata: MetaData) -> None:
    """Write what creates a whole schema, triggers too, for each database."""
    for dialect in DIALECTS:
        content = "".join(statement + _END for statement in creating(metadata, dialect))
        path_of(revision, dialect).write_text(content, "utf-8")


def creating(metadata: MetaData, dialect: str) -> list[str]:
    """The statements by which SQLAlchemy creates a schema."""
    statements: list[str] = []

    def collect(statement: object, *_: object, **__: object) -> None:
        compiled = str(statement.compile(dialect=engine.dialect))  # type: ignore[attr-defined]
        statements.append("\n".join(line.rstrip() for line in compiled.strip().splitlines()))

    engine = create_mock_engine("postgresql+psycopg://" if dialect == "postgresql" else "sqlite://", collect)
    metadata.create_all(engine, checkfirst=False)
    return _in_order(statements)


def _in_order(statements: list[str]) -> list[str]:
    """A table's indexes by name: SQLAlchemy keeps them in a set, and a file written anew must not differ by chance."""
    runs = groupby(statements, lambda each: each.startswith(("CREATE INDEX", "CREATE UNIQUE INDEX")))
    return [each for are_indexes, run in runs for each in (sorted(run) if are_indexes else run)]


def path_of(revision: Path, dialect: str) -> Path:
    """`0001_first.py` has its SQL in `0001_first.sqlite.sql` and `0001_first.postgresql.sql`."""
    return revision.with_suffix(f".{dialect}.sql")


if __name__ == "__main__":
    # Only until the first release: afterwards a change of the schema is a new revision.
    from runtime.migrations import FOLDER, SCHEMA

    write_statements(FOLDER / "versions" / "0001_first.py", SCHEMA)
