"""How long reading a long plan takes, and what reading in a process of its own costs.

    python benchmarks/importing.py [--rows 10000] [--json]

A workbook of that many rows, each deadline a day of its own or one of some usual phrases, is read as
`opora plan read` reads it. Seconds by the wall clock, the peak memory of the reading process in megabytes (Linux),
and the median seconds that a small plan takes in a process of its own and in this one.
Goals: 10,000 rows in under 20 seconds and 500 MB.
"""

import resource
import sys
import tempfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from openpyxl import Workbook

from activities.importing import read_plan
from activities.importing.reader import read_here
from benchmarks.figures import Figure, options, show, timed

PHRASES = ("май", "до 15 мая 2026 г.", "в течение года", "ежеквартально", "сентябрь-октябрь", "по отдельному графику")
PARTIES = ("Центр, школы", "Методист", "Управление образования")
HEADINGS = ("№ п/п", "Мероприятие", "Ответственные", "Срок", "Результат")
KIBIBYTES_A_MEGABYTE = 1024
REPEAT = 5


def write_plan(path: Path, rows: int) -> Path:
    """A plan in sections of a hundred rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["План работы на 2026 год"])
    sheet.append(HEADINGS)
    for number in range(rows):
        if number % 100 == 0:
            sheet.append([f"Раздел {number // 100 + 1}. Работа с участниками"])
        sheet.append([number % 100 + 1, f"Провести мероприятие {number}", PARTIES[number % 3], due(number), "Отчёт"])
    book.save(path)
    return path


def due(number: int) -> str | date:
    """A day as a date, a day as text, or a phrase, by turns."""
    day = date(2026, 1, 1) + timedelta(days=number % 365)
    return (day, f"{day:%d.%m.%Y} в {number % 12 + 8}:{number % 60:02}", PHRASES[number % len(PHRASES)])[number % 3]


def measure(rows: int) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        small = write_plan(Path(folder) / "small.xlsx", 20)
        long = write_plan(Path(folder) / "long.xlsx", rows)
        apart = median(timed(lambda: read_plan(small)) for _ in range(REPEAT))
        read_here(small)  # what is imported late is imported now
        here = median(timed(lambda: read_here(small)) for _ in range(REPEAT))
        seconds = timed(lambda: read_plan(long))
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / KIBIBYTES_A_MEGABYTE
    yield Figure("importing", f"{rows:,} rows read", seconds, "s", goal="under 20")
    yield Figure("importing", "memory of the reading process", peak, "MB", goal="under 500")
    note = "the price of a process for each file"
    yield Figure("importing", "20 rows read", 1000 * apart, "ms", 0, 1000 * here, "in this process", note=note)


def main() -> None:
    parser = options(__doc__)
    parser.add_argument("--rows", type=int, default=10_000, help="how long the long plan is")
    arguments = parser.parse_args()
    show(measure(arguments.rows), as_json=arguments.json)


if __name__ == "__main__":
    main()
