"""The stock that gives tests their databases and folders, made once and copied."""

from pathlib import Path

from sqlalchemy import text

from engine.database import open_database, reading, writing
from tests.fixtures.stock import Stock


def furnish(url: str, folder: Path) -> list[str]:
    """A table of one row, and a file."""
    engine = open_database(url)
    with writing(engine) as connection:
        connection.execute(text("CREATE TABLE thing (name VARCHAR(9))"))
        connection.execute(text("INSERT INTO thing VALUES ('chair')"))
    engine.dispose()
    (folder / "note").write_text("made", encoding="utf-8")
    return [url]


def test_what_a_test_does_to_its_copy_reaches_no_other(stock: Stock, new_url: str, tmp_path: Path) -> None:
    """A piece is furnished once; whoever takes it has all of it, whatever became of earlier copies."""
    known = stock.take("chair", furnish, new_url, tmp_path / "first")
    (tmp_path / "first" / "note").write_text("spoiled", encoding="utf-8")
    engine = open_database(new_url)
    with writing(engine) as connection:
        assert connection.execute(text("DELETE FROM thing")).rowcount == 1
    engine.dispose()

    second = f"{new_url}_2"
    assert stock.take("chair", furnish, second, tmp_path / "second") is known
    assert (tmp_path / "second" / "note").read_text(encoding="utf-8") == "made"
    engine = open_database(second)
    with reading(engine) as connection:
        assert connection.execute(text("SELECT name FROM thing")).scalars().all() == ["chair"]
    engine.dispose()
