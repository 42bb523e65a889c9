"""The paper on an erasure: the act, and the extract of the log that belongs to it.

Both are what the order of Roskomnadzor of 28 October 2022 No. 179 asks for where data are kept by a computer. Neither
names the person: the act has a line for the name, written in by hand on the copy that the office keeps.
"""

import json
from datetime import tzinfo
from pathlib import Path

from docx.shared import Pt

from activities.erasure import Erasure
from activities.plan_table import add_line, new_document, save_document
from engine.clock import format_instant

TITLE = "Акт об уничтожении персональных данных"
WORDS = {
    "person": "карточка лица: имя, адрес почты, должность, связи с организациями",
    "payload": "пояснения к записям истории (причины, примечания, имена файлов, учётные записи)",
    "letter": "письма",
    "notice": "уведомления",
    "evidence": "названия подтверждающих материалов",
    "submission": "описи сданных материалов",
    "decision": "замечания к решениям",
    "activity": "строки плана",
    "plan": "сведения о плане",
    "plan_amendment": "сведения об изменениях плана",
    "party": "названия исполнителей",
    "party_spelling": "написания названий исполнителей",
    "finding": "замечания к прочтению плана",
    "subscription": "названия подписок на календарь",
    "pending_step": "причины шагов, ждущих утверждающего",
    "date_request": "причины просьб о переносе",
    "arrival": "сведения об ответах и возвратах, пришедших по почте",
    "arrived_file": "названия файлов из ответов по почте",
    "mailbox": "сведения о ящике, из которого отправляются письма",
    "inbox": "сведения о ящике, в который приходят ответы",
    "removal_act": "основания актов об удалении файлов",
    "review_answer": "ответы на вопросы к плану",
    "reading_rule": "правила прочтения, данные людьми",
    "section": "заголовки плана",
}

METHOD = (
    "Способ: содержимое заменено обозначением либо удалено; случайные добавки к контрольным суммам уничтожены, "
    "поэтому по оставшимся суммам содержимое не восстановить. История проходит проверку."
)


def write_act(done: Erasure, anchor: str | None, zone: tzinfo, path: Path) -> None:
    """Write the act, as .docx or, for any other ending, as text.

    Raises:
        DocumentNotWrittenError, OSError: the place cannot be written.
    """
    lines = act_lines(done, anchor, zone)
    if path.suffix.lower() != ".docx":
        path.write_text("\n".join([TITLE, "", *lines, ""]), encoding="utf-8")
        return
    document = new_document(TITLE, done.erased_at.astimezone(zone).date())
    add_line(document, TITLE, bold=True, size=Pt(14), centred=True)
    for line in lines:
        add_line(document, line, before=Pt(6))
    save_document(document, path)


def act_lines(done: Erasure, anchor: str | None, zone: tzinfo) -> list[str]:
    """What the act says, a paragraph each."""
    counts = [f"— {WORDS.get(name, f'таблица {name}')}: {count}" for name, count in done.changed.items() if count]
    return [
        f"Дата и время: {done.erased_at.astimezone(zone):%d.%m.%Y %H:%M %Z}",
        "Оператор: ______________________________________________",
        f"Субъект персональных данных: обозначение в системе {done.person}",
        "Фамилия, имя, отчество (вписывается от руки): ______________________________________________",
        "Информационная система: Опора",
        f"Основание: {done.reason}",
        "Уничтожено (число записей):",
        *counts,
        METHOD,
        *_unsure_lines(done),
        f"Состояние журнала на этот момент: {anchor or 'журнал пуст'}",
        "Приложение: выгрузка из журнала (файл .jsonl с тем же именем).",
        f"Уничтожил: {done.erased_by.name}",
        "Подпись: ____________________",
    ]


def _unsure_lines(done: Erasure) -> list[str]:
    if not done.unsure:
        return []
    return [
        "Фамилия без имени встречается ещё в следующих местах; проверить вручную, о том ли лице речь:",
        *(f"— {each}" for each in done.unsure),
    ]


def write_extract(done: Erasure, anchor: str | None, path: Path) -> None:
    """Write the extract of the log: what was done as one line of JSON, then each entry whose payload was erased.

    Raises:
        OSError: the place cannot be written.
    """
    head = {
        "event": "erase",
        "person": done.person,
        "at": format_instant(done.erased_at),
        "by": done.erased_by.short_id,
        "reason": done.reason,
        "changed": dict(done.changed),
        "anchor": anchor,
    }
    entries = (
        {
            "instance": each.instance,
            "revision": each.revision,
            "payload_digest": each.payload_digest.hex(),
            "leaf": each.leaf,
        }
        for each in done.entries
    )
    lines = (json.dumps(each, ensure_ascii=False) + "\n" for each in (head, *entries))
    path.write_text("".join(lines), encoding="utf-8")
