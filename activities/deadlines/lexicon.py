"""The words that deadlines are written with: each form of a word, its kind (a terminal of the grammar) and value.

A line of the table below is `forms -> value`. Forms are written as `stem|ending,ending` or in full;
`ADJ` and `SOFT` stand for the endings of adjectives. A word that is not here is read by no rule.
"""

from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

_ENDINGS = {
    "ADJ": "ый,ой,ая,ое,ого,ому,ую,ым,ом,ые,ых,ыми",
    "SOFT": "ий,яя,ее,его,ей,ему,юю,им,ем,ие,их,ими,ая,ое,ого,ой,ому,ую,ом",
    "NEUT": "е,я,ю,ем,и,й,ям,ями,ях",
    "FEM": "а,ы,е,у,ой,ам,ами,ах,",
    "MASC": ",а,у,ом,е,ы,ов,ам,ами,ах",
}

_TABLE: dict[str, list[tuple[str, Any]]] = {
    "MONTH": [
        ("январ|ь,я,ю,ем,е янв", 1),
        ("феврал|ь,я,ю,ем,е фев февр", 2),
        ("март|,а,у,ом,е мар", 3),
        ("апрел|ь,я,ю,ем,е апр", 4),
        ("ма|й,я,ю,ем,е", 5),
        ("июн|ь,я,ю,ем,е,", 6),
        ("июл|ь,я,ю,ем,е,", 7),
        ("август|,а,у,ом,е авг", 8),
        ("сентябр|ь,я,ю,ем,е сен сент", 9),
        ("октябр|ь,я,ю,ем,е окт", 10),
        ("ноябр|ь,я,ю,ем,е ноя нояб", 11),
        ("декабр|ь,я,ю,ем,е дек", 12),
    ],
    "WEEKDAY": [
        ("понедельник|MASC пн пон понед", 0),
        ("вторник|MASC вт втор", 1),
        ("сред|а,ы,у,ой,ам ср", 2),
        ("четверг|,а,у,ом,е,и,ов,ам,ами,ах чт четв", 3),
        ("пятниц|а,ы,у,ей,е,ам пт пятн", 4),
        ("суббот|FEM сб субб", 5),
        ("воскресень|е,я,ю,ем,ям вс воскр", 6),
    ],
    "SEASON": [
        ("зим|а,ы,у,ой,е", "winter"),
        ("весн|а,ы,у,ой,е", "spring"),
        ("лет|о,ом,а,у,е", "summer"),
        ("осен|ь,и,ью", "autumn"),
    ],
    "SEASONAL": [
        ("зимн|SOFT", "winter"),
        ("весенн|SOFT", "spring"),
        ("осенн|SOFT", "autumn"),
    ],
    "SUMMERY": [("летн|SOFT", "summer")],
    "SEASONTIME": [("врем|я,ени сезон|MASC", None)],
    "HOLIDAYS": [("каникул|ы,,ам,ах,ами каникулярн|ADJ", None)],
    "QUARTER": [("квартал|MASC кв квар", None)],
    "HALFYEAR": [("полугоди|NEUT полугод полгода полугода", None)],
    "TERM": [("четверт|ь,и,ью,ей,ям,ях", "term"), ("триместр|MASC", "trimester"), ("семестр|MASC", "semester")],
    "DECADE": [("декад|FEM дек", None)],
    "WEEK": [("недел|я,и,ю,е,ей,ь,ям,ями,ях нед", None)],
    "MONTHWORD": [("месяц|,а,у,ем,е,ы,ев,ам,ах мес", None)],
    "DAYWORD": [("день дн|я,ю,ем,е,и,ей,ям,ях сут|ки,ок", None)],
    "NUMBERWORD": [("числ|о,а,у,ом,е,ам чисел", None)],
    "AROUND": [("числах", None)],
    "GOD": [("год|,а,у,ом,е,ы,ов,ам,ах лет г гг годы", None)],
    "SCHOOL": [("учебн|ADJ уч учеб", None)],
    "CALENDAR": [("календарн|ADJ финансов|ADJ", None)],
    "CURRENT": [("текущ|SOFT тек т сего с.г настоящ|SOFT данн|ADJ", None)],
    "NEXT": [("следующ|SOFT след", None)],
    "REPORT": [("отчетн|ADJ отч", None)],
    "WORKING": [("рабоч|SOFT будн|SOFT", None)],
    "WHOLE": [("весь вся всю всего всей все всем цел|ADJ кругл|ADJ", None)],
    "PERIOD": [("период|MASC", None)],
    "BEGIN": [("начал|о,а,у,е,ом нач", None)],
    "MIDDLE": [("середин|FEM", None)],
    "END": [("кон|ец,ца,цу,це,цом исход|е,", None)],
    "HALFOF": [("половин|FEM", None)],
    "LAST": [("последн|SOFT", None)],
    "EVERY": [("кажд|ADJ", None)],
    "EVERYADV": [
        ("ежегодно ежегодн|ADJ", "year"),
        ("ежеквартально ежеквартальн|ADJ поквартально", "quarter"),
        ("ежемесячно ежемесячн|ADJ помесячно", "month"),
        ("еженедельно еженедельн|ADJ понедельно", "week"),
        ("ежедневно ежедневн|ADJ", "day"),
    ],
    "TIMES": [("раз раза разу разов р", None)],
    "TWICE": [("однажды единожды", 1), ("дважды", 2), ("трижды", 3)],
    "DURING": [("течени|е,и,ю теч", None)],
    "SPAN": [("протяжени|и,е", None)],
    "V": [("в во", None)],
    "NA": [("на", None)],
    "S": [("с со начиная", None)],
    "PO": [("по", None)],
    "DO": [("до", None)],
    "K": [("к ко", None)],
    "OT": [("от", None)],
    "ZA": [("за", None)],
    "PRI": [("при", None)],
    "NE": [("не", None)],
    "LATER": [("поздн|ее,ей позже", None)],
    "EARLIER": [("ран|ее,ьше", None)],
    "FEWER": [("мен|ее,ьше реже", None)],
    "LEAST": [("минимум", None)],
    "INCL": [("включительно вкл", None)],
    "AND": [("и", None)],
    "OR": [("или либо", None)],
    "DALEE": [("далее затем впоследствии", None)],
    "ALWAYS": [
        ("постоянно непрерывно систематически регулярно круглогодично бессрочно", None),
    ],
    "STANDING": [("постоянн|ADJ постоянно регулярн|ADJ систематическ|SOFT", None)],
    "BASIS": [("основ|е,а,у", None)],
    "REQUEST": [
        ("запрос|MASC заявк|FEM,ок заявок обращени|NEUT требовани|NEUT заявлени|NEUT вызов|MASC", "on_request"),
        ("необходимост|и,ь,ью потребност|и,ям,ь надобност|и", "as_needed"),
    ],
    "MERE": [("мер|е,ам", None)],
    "CASE": [("случа|е,й,ях", None)],
    "COMING": [("поступлени|NEUT наличи|NEUT возникновени|NEUT выявлени|NEUT обращени|NEUT", None)],
    "SCHEDULE": [
        (
            "график|MASC,и план|MASC,ы расписани|NEUT приказ|MASC положени|NEUT циклограмм|FEM "
            "дорожн|ADJ распоряжени|NEUT регламент|MASC программ|FEM порядк|у,ом договоренност|и,ью "
            "календар|ь,ю,ем,я,ях,ям",
            "separate_schedule",
        ),
    ],
    "AGREE": [("согласовани|NEUT согласованн|ADJ", "date_to_be_agreed")],
    "TBD": [
        (
            "уточня|ется,ются уточн|ить,яем,яется уточнени|NEUT согласу|ется,ются объявлен|а,о,ы дополнительно позднее "
            "определ|ится,яется,яются сообщ|ат,им,ается",
            None,
        ),
    ],
    "ACCORDING": [("согласно соответственно", None)],
    "ACCORD": [("соответствии зависимости", "accord")],
    "SETTLED": [("установленн|ADJ утвержденн|ADJ указанн|ADJ определенн|ADJ", None)],
    "TIMELIMIT": [("срок|MASC,и", None)],
    "DATEWORD": [("дат|FEM", None)],
    "OUTCOME": [("итог|MASC,и результат|MASC окончани|NEUT завершени|NEUT истечени|NEUT факт|MASC", None)],
    "AFTER": [("после накануне перед через спустя сразу незамедлительно немедленно одновременно", None)],
    "COURSE": [("ход|е рамках момент|MASC преддверии канун связи дни", None)],
    "EXCEPT": [("кроме исключая исключени|ем,е помимо", None)],
    "ABOUT": [
        (
            "ориентировочн|ADJ ориентировочно предварительн|ADJ предварительно примерн|ADJ примерно около "
            "приблизительно планируем|ADJ предположительно возможно",
            None,
        ),
    ],
    "CANCELLED": [
        ("отмен|а,ен,ена,ено,ены,яется перенос|MASC перенес|ен,ена,ено,ены,ен вместо снят|,а,о,ы", None),
    ],
    "HOURS": [("час|,а,ов,у,ам ч", None)],
    "MINUTES": [("минут|,а,ы мин", None)],
    "TENS": [
        ("двадцать двадцати", 20),
        ("тридцать тридцати", 30),
    ],
    "NUM": [
        ("перв|ADJ один одна одно одного одной одному одну", 1),
        ("втор|ADJ два две двух двум", 2),
        ("трет|ий,ья,ье,ьего,ьей,ьему,ью,ьи,ьих,ьем три трех трем", 3),
        ("четверт|ADJ четыре четырех", 4),
        ("пят|ADJ пять пяти", 5),
        ("шест|ADJ шесть шести", 6),
        ("седьм|ADJ семь семи", 7),
        ("восьм|ADJ восемь восьми", 8),
        ("девят|ADJ девять девяти", 9),
        ("десят|ADJ десять десяти", 10),
        ("одиннадцат|ADJ одиннадцать одиннадцати", 11),
        ("двенадцат|ADJ двенадцать двенадцати", 12),
        ("тринадцат|ADJ тринадцать тринадцати", 13),
        ("четырнадцат|ADJ четырнадцать четырнадцати", 14),
        ("пятнадцат|ADJ пятнадцать пятнадцати", 15),
        ("шестнадцат|ADJ шестнадцать шестнадцати", 16),
        ("семнадцат|ADJ семнадцать семнадцати", 17),
        ("восемнадцат|ADJ восемнадцать восемнадцати", 18),
        ("девятнадцат|ADJ девятнадцать девятнадцати", 19),
        ("двадцат|ADJ", 20),
        ("тридцат|ADJ", 30),
    ],
    # What a quota counts; as a caption these words are harmless too.
    "COUNTED": [
        (
            "мероприяти|NEUT заседани|NEUT заняти|NEUT семинар|MASC вебинар|MASC совещани|NEUT консультаци|NEUT,я "
            "встреч|FEM выставк|а,и,е,у ,выставок конкурс|MASC тренинг|MASC экскурси|NEUT,я выпуск|MASC,и рейд|MASC "
            "публикаци|NEUT,я отчет|MASC собрани|NEUT акци|NEUT,я бесед|FEM урок|MASC,и тренировк|а,и,у лекци|NEUT,я "
            "выезд|MASC мастер-класс|MASC стажировк|а,и,у стажировок тренировок проверк|а,и,у проверок сесси|NEUT,я "
            "педсовет|MASC методсовет|MASC концерт|MASC праздник|MASC,и соревновани|NEUT турнир|MASC поход|MASC "
            "инструктаж|MASC,и,ей практикум|MASC фестивал|ь,я,ю,ем,и,ей олимпиад|FEM статьи статей стать|я,ю "
            "статья новост|ь,и,ей пост|MASC мониторинг|MASC,и опрос|MASC анкетировани|NEUT посещени|NEUT справк|а,и,у "
            "открыт|ADJ показ|MASC спектакл|ь,я,ей,и программ учени|NEUT событи|NEUT курс|MASC смен|FEM игр|FEM "
            "викторин|FEM конференци|NEUT,я форум|MASC слет|MASC субботник|MASC,и",
            None,
        ),
    ],
    # Numbers beside these are not days.
    "MEASURE": [
        (
            "класс|MASC кл групп|FEM человек|,а,у чел дет|и,ей,ям ребен|ок,ка участник|MASC,и школ|FEM учреждени|NEUT "
            "организаци|NEUT,я балл|MASC процент|MASC руб рубл|ь,я,ей страниц|FEM экземпляр|MASC учащ|SOFT "
            "обучающ|SOFT педагог|MASC,и учител|ь,я,ей,ям воспитанник|MASC,и штук шт мест|MASC,о мо оо доу",
            None,
        ),
    ],
    # A number after these names a thing, not a day.
    "REFERENCE": [
        (
            "п пп пункт|MASC каб кабинет|MASC ауд аудитори|NEUT,я тел телефон|MASC стр гл ст стать|е,ю прил "
            "приложени|NEUT протокол|MASC форм|FEM раздел|MASC сош модул|ь,я,ю,е",
            None,
        ),
    ],
    # Words that name a stage or the date itself: as captions they change nothing.
    "NOISE": [
        (
            "этап|MASC тур|MASC очн|ADJ очно заочн|ADJ заочно школьн|ADJ муниципальн|ADJ региональн|ADJ районн|ADJ "
            "городск|SOFT областн|ADJ всероссийск|SOFT окружн|ADJ институциональн|ADJ зональн|ADJ финал|MASC "
            "финальн|ADJ отборочн|ADJ полуфинал|MASC основн|ADJ дополнительн|ADJ заключительн|ADJ прием|MASC подач|FEM "
            "работ|FEM сбор|MASC подведени|NEUT проведени|NEUT реализаци|NEUT исполнени|NEUT выполнени|NEUT "
            "регистраци|NEUT,я подготовк|а,и,у подготовительн|ADJ организационн|ADJ награждени|NEUT оценк|а,и,у "
            "экспертиз|FEM защит|FEM начальн|ADJ итогов|ADJ промежуточн|ADJ дистанционн|ADJ онлайн офлайн "
            "участи|NEUT размещени|NEUT предоставлени|NEUT разработк|а,и,у утверждени|NEUT корректировк|а,и,у "
            "анализ|MASC обучени|NEUT старт|MASC открыти|NEUT закрыти|NEUT место поток|MASC,и",
            None,
        ),
    ],
}

# Ordinary words one letter away from a known one: never taken for a slip.
_NEVER_MENDED = frozenset(
    "очень карта парта марка марки карте парте марш марку среди месте места лист числе части часть маре "
    "кварта декана неделим годен после посла кружки дети итого пости".split()
)

_MENDED_KINDS = frozenset(
    "MONTH QUARTER HALFYEAR DECADE WEEK MONTHWORD EVERYADV ALWAYS DURING WEEKDAY SCHOOL DALEE STANDING".split()
)
_ABBREVIATED = frozenset(
    "янв фев февр мар апр июн июл авг сен сент окт ноя нояб дек пн вт ср чт пт сб вс кв квар полугод нед мес г гг уч "
    "учеб тек т след отч нач р теч ч мин кл чел руб п пп каб ауд тел стр гл ст прил вкл шт".split()
)


class Word(NamedTuple):
    """What a form stands for: the terminal of the grammar and its value."""

    kind: str
    value: Any


def _forms(entry: str) -> Iterator[str]:
    stem, bar, endings = entry.partition("|")
    if not bar:
        yield stem
        return
    for ending in endings.split(","):
        for spelled in _ENDINGS.get(ending, ending).split(",") if ending else [""]:
            yield stem + spelled


def _build() -> dict[str, Word]:
    words: dict[str, Word] = {}
    for kind, lines in _TABLE.items():
        for line, value in lines:
            for entry in line.split():
                for form in _forms(entry.strip(",")):
                    words.setdefault(form, Word(kind, value))
    return words


WORDS: dict[str, Word] = _build()


def is_mended_kind(kind: str) -> bool:
    """Whether slips and lost spaces are mended in words of the kind."""
    return kind in _MENDED_KINDS


def is_abbreviation(form: str) -> bool:
    """Whether a full stop after the form belongs to it."""
    return form in _ABBREVIATED


@lru_cache(maxsize=4096)
def find_mended(form: str) -> str | None:
    """The known form that an unknown one is a slip of one letter from, if there is exactly one such word.

    Words of four letters are mended only where a letter is missing, doubled or swapped; июнь and июль are
    equally near to what could be either, and so are never chosen between.
    """
    if len(form) < 4 or form in _NEVER_MENDED:
        return None
    near = {other for other in _edits(form) if _is_mendable(form, other)}
    meanings = {WORDS[other] for other in near}
    return min(near) if len(meanings) == 1 else None


def _is_mendable(form: str, other: str) -> bool:
    word = WORDS.get(other)
    if word is None or word.kind not in _MENDED_KINDS or len(other) < 4:
        return False
    swapped = sorted(form) == sorted(other)
    return len(other) > 5 or len(form) != len(other) or swapped


def _edits(form: str) -> Iterator[str]:
    letters = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
    for place in range(len(form) + 1):
        head, tail = form[:place], form[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in letters:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
