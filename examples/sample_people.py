"""Builds `people.xlsx` and `members.xlsx`, the people and the schools: `python -m examples.sample_people`."""

import io
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font

from examples.reproducible import MADE_AT, write_office_file

PEOPLE = Path(__file__).parent / "people.xlsx"
MEMBERS = Path(__file__).parent / "members.xlsx"

COLUMNS = ("Фамилия Имя Отчество", "Должность", "Организация", "Электронная почта", "Роль", "Где", "Язык")
WIDTHS = (34, 30, 34, 34, 16, 14, 8)
MEMBER_COLUMNS = ("Группа", "Организация", "Фамилия Имя Отчество", "Должность", "Электронная почта")
MEMBER_WIDTHS = (34, 34, 34, 30, 34)

# A responsible person without a scope answers wherever the plan names the organisation.
PEOPLE_TABLE = """
Лаврентьева Ольга Сергеевна | методист | МОЦ | lavrentieva@parus.example.org | координатор | везде | ru
Корнилов Андрей Павлович | директор | МОЦ | kornilov@parus.example.org | утверждающий | везде | ru
Тихонова Ирина Львовна | заместитель директора | МОЦ | tihonova@parus.example.org | утверждающий | раздел IV | ru
Громова Юлия Олеговна | педагог-организатор | МОЦ | gromova@parus.example.org | ответственный | | ru
Рябинина Нина Фёдоровна | ведущий специалист | Отдел образования | ryabinina@edu.example.org | ответственный | | ru
Зуева Надежда Ильинична | методист | Дом творчества «Парус» | zueva@parus.example.org | ответственный | | ru
Панкратов Денис Юрьевич | тренер | Спортивная школа «Волна» | sport@volna.example.org | ответственный | | ru
Ершова Татьяна Марковна | завуч | Озёрная школа | school@ozernaya.example.org | ответственный | | ru
Белых Семён Аркадьевич | учитель | Берёзовская школа | school@berezovka.example.org | ответственный | | ru
Мельникова Вера Николаевна | заведующий | Отдел образования | melnikova@edu.example.org | наблюдатель | везде | ru
Данилова Кира Романовна | методист | РМЦ | danilova@rmc.example.com | наблюдатель | везде | ru
Седов Игорь Матвеевич | ревизор | Контрольный отдел района | sedov@audit.example.org | аудитор | везде | ru
Жуков Пётр Данилович | инженер | МОЦ | zhukov@parus.example.org | администратор | везде | en
"""

# Who belongs to the group of the plan, with the person to write to; one of them has nobody yet.
MEMBERS_TABLE = """
Образовательные организации | Озёрная школа | Ершова Татьяна Марковна | завуч | school@ozernaya.example.org
Образовательные организации | Берёзовская школа | Белых Семён Аркадьевич | учитель | school@berezovka.example.org
Образовательные организации | Лицей № 2 | Орехова Лидия Петровна | методист | lyceum@parus.example.org
Образовательные организации | Детский сад «Ромашка» | | |
"""


def main() -> None:
    """Write both sample tables beside this module."""
    write_people(PEOPLE)
    write_members(MEMBERS)
    print(PEOPLE, MEMBERS, sep="\n")


def write_people(path: Path) -> None:
    """Write the people as an .xlsx file whose members are the same at every build."""
    _write(build_table("Люди", COLUMNS, WIDTHS, PEOPLE_TABLE), path)


def write_members(path: Path) -> None:
    """Write the members of the group likewise."""
    _write(build_table("Участники", MEMBER_COLUMNS, MEMBER_WIDTHS, MEMBERS_TABLE), path)


def _write(book: Workbook, path: Path) -> None:
    stream = io.BytesIO()
    book.save(stream)
    # openpyxl stamps the present time into the properties at every save.
    properties = DocumentProperties(creator="Opora", created=MADE_AT, modified=MADE_AT)
    properties_xml = ET.tostring(properties.to_tree())
    write_office_file(stream.getvalue(), path, {"docProps/core.xml": properties_xml})


def build_table(title: str, columns: Sequence[str], widths: Sequence[int], table: str) -> Workbook:
    """One sheet: a frozen header row, then the table's lines."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new workbook has its one sheet)
    sheet.title = title
    sheet.append(list(columns))
    for line in table.strip().splitlines():
        sheet.append([value.strip() or None for value in line.split("|")])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFG", widths, strict=False):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return book


if __name__ == "__main__":
    main()
