"""Proposing what an activity is, from its title and schedule; a person confirms it at review."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from activities.deadlines.schedule import Explanation, Schedule, ScheduleKind
from activities.spelling import ENDINGS, spelling_key


class ActivityKind(StrEnum):
    """What an activity is, which decides when its evidence is due."""

    EVENT = "event"
    DELIVERABLE = "deliverable"
    ONGOING = "ongoing"


@dataclass(frozen=True, slots=True)
class KindProposal:
    """A kind and, for the person who confirms it, why it was proposed; `told` where a word or the schedule tells it."""

    kind: ActivityKind
    reason: Explanation
    told: bool = True


# Words that hold something: what follows them is what happens.
_HOLDING = ("проведен", "провести", "проводить", "организац", "организовать", "организовыв")
# Words of something that takes place on a day and in which people take part.
_HAPPENING = (
    *(
        "участ",
        "участвовать",
        "вебинар",
        "семинар",
        "практикум",
        "тренинг",
        "интенсив",
        "лекц",
        "мастер",
        "стажировк",
        "урок",
    ),
    *("совещан", "заседан", "собран", "конференц", "видеоконференц", "вкс", "форум", "съезд", "педсовет", "планерк"),
    *("конкурс", "фестивал", "олимпиад", "викторин", "турнир", "соревнован", "спартакиад", "марафон", "хакатон"),
    *("игр", "квест", "смотр", "выставк", "ярмарк", "концерт", "праздник", "слет", "поход", "экскурс"),
    *("акци", "чтен", "площадк", "стол", "встреч", "мероприят", "презентац", "день", "дн", "недел", "декад"),
    *("декадник", "месячник", "смен", "экзамен", "тестирован", "церемон", "награжден"),
)
# Words of work that ends in a document or a changed state, whatever it is about.
_WORK = (
    *("подготовк", "разработк", "составлен", "утвержден", "согласован", "корректировк", "актуализац", "обновлен"),
    *("анализ", "мониторинг", "отчет", "сбор", "обобщен", "оценк", "опрос", "анкетирован", "инвентаризац"),
    *("информирован", "сопровожден", "размещен", "публикац", "освещен", "наполнен", "веден", "формирован", "создан"),
    *("план", "планирован", "положен", "приказ", "справк", "программ", "списк", "список", "реестр", "протокол"),
    *("материал", "документ", "соглашен", "договор", "заключен", "заявк", "итог", "график", "банк", "сайт", "страниц"),
    *("реализац", "содейств", "вовлечен", "привлечен", "кампан", "учет", "взаимодейств", "набор", "комплектован"),
)
# A preposition ends the phrase that says what is done; the rest says about what, for whom, within what.
_PREPOSITIONS = frozenset(
    {
        *("в", "во", "о", "об", "обо", "по", "для", "на", "с", "со", "к", "ко", "от", "из", "при", "за", "до"),
        *("над", "под", "через", "среди", "между", "после"),
    }
)
_QUOTED_OR_ASIDE = frozenset('«„“"(')
_WORD_OR_MARK = re.compile(r'[^\W\d_]+|[«„“"(]')
_LONGEST_OPENING = 5
_OPENING = 2


def propose_kind(title: str, schedule: Schedule) -> KindProposal:
    """The likely kind: by a schedule without end, else by what the title says is done, else by a single day."""
    if runs_on(schedule):
        return KindProposal(ActivityKind.ONGOING, _reason_ongoing())
    deciding = _deciding_word(title)
    if deciding is not None and deciding[1] is ActivityKind.EVENT:
        return KindProposal(ActivityKind.EVENT, _reason_event(deciding[0]))
    if deciding is not None:
        return KindProposal(ActivityKind.DELIVERABLE, _reason_deliverable(deciding[0]))
    if _names_days(schedule):
        return KindProposal(ActivityKind.EVENT, _reason_days(), told=False)
    return KindProposal(ActivityKind.DELIVERABLE, _reason_default(), told=False)


def title_opening(title: str) -> str:
    """The words that say what is done, two at most, folded: titles that begin alike are mostly of one kind."""
    return " ".join(list(_leading_words(title))[:_OPENING])


def runs_on(schedule: Schedule) -> bool:
    """Whether work goes on without a date of its own: continuous, or recurring weekly or more often."""
    return schedule.kind is ScheduleKind.CONTINUOUS or (
        schedule.kind is ScheduleKind.RECURRING and recurs_within_weeks(schedule.rrule)
    )


def recurs_within_weeks(rrule: str | None) -> bool:
    """Whether an RRULE (RFC 5545 §3.3.10) counts in days or weeks."""
    return rrule is not None and bool({"FREQ=DAILY", "FREQ=WEEKLY"} & set(rrule.upper().split(";")))


def _deciding_word(title: str) -> tuple[str, ActivityKind] | None:
    """The first word of the title's leading phrase that tells a happening from work, past any word of holding."""
    words = list(_leading_words(title))
    for word in words[_end_of_holding(words) :]:
        if _has_stem(word, _HAPPENING):
            return word, ActivityKind.EVENT
        if _has_stem(word, _WORK):
            return word, ActivityKind.DELIVERABLE
    return None


def _leading_words(title: str) -> Iterator[str]:
    """The folded words before the first preposition, quotation or aside."""
    for word in _WORD_OR_MARK.findall(unicodedata.normalize("NFC", title)):
        if word in _QUOTED_OR_ASIDE or spelling_key(word) in _PREPOSITIONS:
            return
        yield spelling_key(word)


def _end_of_holding(words: list[str]) -> int:
    """How many words open the title with holding: «Подготовка и проведение», «Организация», or none.

    A holding word elsewhere is none: «образовательные организации» hold nothing.
    """
    opening = list(zip(["и", *words], words[:_LONGEST_OPENING], strict=False))
    ends = [index + 1 for index, (before, word) in enumerate(opening) if before == "и" and _has_stem(word, _HOLDING)]
    return ends[-1] if ends else 0


def _has_stem(word: str, stems: tuple[str, ...]) -> bool:
    """Whether the word is a form of one of the nouns: «конкурса» is, «конкурсные» is not."""
    return any(word.startswith(stem) and word[len(stem) :] in ENDINGS for stem in stems)


def _names_days(schedule: Schedule) -> bool:
    single_days = [window.start == window.due for window in schedule.occurrences]
    return schedule.kind is ScheduleKind.DATES and bool(single_days) and all(single_days)


def _reason_ongoing() -> Explanation:
    return Explanation(
        ru="Срок длится без отдельной даты, поэтому работа идёт постоянно и отчёт сдаётся по периодам.",
        en="The deadline names no date of its own, so the work goes on and is reported by periods.",
    )


def _reason_event(word: str) -> Explanation:
    return Explanation(
        ru=f"Слово «{word}» в названии говорит о том, что проходит в свой день; подтверждение нужно после него.",
        en=f"The word “{word}” in the title means something that happens on a day; evidence is due after it.",
    )


def _reason_deliverable(word: str) -> Explanation:
    return Explanation(
        ru=f"Слово «{word}» в названии говорит о работе, результат которой нужен к сроку.",
        en=f"The word “{word}” in the title means work whose result is due by the deadline.",
    )


def _reason_days() -> Explanation:
    return Explanation(
        ru="В сроке стоит определённый день, а не «до» него: похоже, в этот день что-то проходит.",
        en="The deadline is a day and not “by” a day: something seems to happen on it.",
    )


def _reason_default() -> Explanation:
    return Explanation(
        ru="Ничто не говорит о событии, поэтому результат нужен к сроку.",
        en="Nothing speaks of an event, so a result is due by the deadline.",
    )
