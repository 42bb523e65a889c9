"""What stands in an archive for whoever opens it in ten years: what it is and how to check it, in two languages."""

from collections.abc import Sequence

from activities.plans import Plan

_TEXT = """АРХИВ ПЛАНА

{title}
{starts_on:%d.%m.%Y} – {ends_on:%d.%m.%Y}

report.docx     отчёт об исполнении, в таблице самого плана
evidence/       принятое и возвращённое: папка на каждый срок исполнения, в ней v1, v2… – что и в какой раз сдали;
                manifest.json – опись, отпечаток которой стоит в решении
history.jsonl   история: кто, когда и что сделал; сказанное при этом – только по этому плану
SHA256SUMS      отпечатки всех файлов

Здесь есть персональные данные: храните архив там, где хранятся сами документы.

Проверить, что файлы не изменены:            sha256sum -c SHA256SUMS
Проверить историю без программы «Опора»:     python verify.py history.jsonl --key '{key}'
(verify.py лежит в папке docs программы. Ключ сверьте с тем, что сообщит организация.)

{missing_ru}

ARCHIVE OF A PLAN

report.docx     the report, in the plan's own table
evidence/       what was accepted and what was returned: a folder for each occurrence, in it v1, v2… as handed in;
                manifest.json is the list whose digest a decision names
history.jsonl   the history: who did what and when; what was said beside it for this plan alone
SHA256SUMS      digests of all files

There is personal data in it: keep it where the documents themselves are kept.

Check that no file was changed:              sha256sum -c SHA256SUMS
Check the history without Opora:             python verify.py history.jsonl --key '{key}'
(verify.py is in the program's folder docs. Compare the key with what the organisation says it is.)

{missing_en}
"""
_REASONS = {
    "removed": ("удалён по акту, когда истёк срок хранения", "removed by an act once its time of keeping was over"),
    "infected": ("в нём найден вирус", "a virus was found in it"),
    "missing": ("файла нет или он повреждён", "the file is missing or damaged"),
}


def render_readme(plan: Plan, key: str, left_out: Sequence[tuple[str, str]]) -> str:
    """The archive's README.txt.

    Args:
        plan: whose archive it is.
        key: the log's public key.
        left_out: place and reason (`removed`, `infected`, `missing`) of each file that is not in the archive.
    """
    return _TEXT.format(
        title=plan.title,
        starts_on=plan.period.starts_on,
        ends_on=plan.period.ends_on,
        key=key,
        missing_ru=_list("Нет в архиве:", "В архиве есть всё, что было сдано и не отозвано.", left_out, 0),
        missing_en=_list("Not in the archive:", "All that was handed in and not taken back is here.", left_out, 1),
    )


def _list(heading: str, nothing: str, left_out: Sequence[tuple[str, str]], language: int) -> str:
    lines = [f"- {place}: {_REASONS[reason][language]}" for place, reason in left_out]
    return "\n".join([heading, *lines]) if lines else nothing
