"""Builds `people.xlsx`, the people of the sample plan: `python -m examples.sample_people`."""

import io
from pathlib import Path
from xml.etree import ElementTree as ET

from openpyxl import Workbook
from openpyxl.packaging.core import DocumentProperties
from openpyxl.styles import Alignment, Font

from examples.reproducible import MADE_AT, write_office_file

PEOPLE = Path(__file__).parent / "people.xlsx"

COLUMNS = ("Фамилия Имя Отчество", "Должность", "Организация", "Электронная почта", "Роль", "Где", "Язык")
WIDTHS = (34, 30, 34, 34, 16, 14, 8)

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


def main() -> None:
    """Write the sample people beside this module."""
    write_people(PEOPLE)
    print(PEOPLE)


def write_people(path: Path) -> None:
    """Build the workbook and write it as an .xlsx file whose members are the same at every build."""
    stream = io.BytesIO()
    build_people().save(stream)
    # openpyxl stamps the present time into the properties at every save.
    properties = DocumentProperties(creator="Opora", created=MADE_AT, modified=MADE_AT)
    properties_xml = ET.tostring(properties.to_tree())
    write_office_file(stream.getvalue(), path, {"docProps/core.xml": properties_xml})


def build_people() -> Workbook:
    """One sheet: a frozen header row, then a person and a role in each row."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None  # noqa: S101  (a new workbook has its one sheet)
    sheet.title = "Люди"
    sheet.append(COLUMNS)
    for line in PEOPLE_TABLE.strip().splitlines():
        sheet.append([value.strip() or None for value in line.split("|")])
    for cell in sheet[1]:
        cell.font = Font(bold=True)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[letter].width = width
    sheet.freeze_panes = "A2"
    return book


if __name__ == "__main__":
    main()
