"""What a superior body is asked for, in plain lines."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from notifications.ready_text import AskedRow, ReadyText, render_ready_text
from notifications.translation import translate

URL = "https://opora.example.org/e/1.A.B"
ROW = AskedRow("1.3", "Отчёт о летнем отдыхе", "Справка", date(2026, 6, 1), is_overdue=False, remark="", url=URL)
ASKED = ReadyText(
    name="Власова Ольга Юрьевна",
    body="Управление образования",
    plan="План работы на 2026 год",
    rows=(ROW,),
    counts_until=date(2026, 7, 1),
    sender="Зимина Мария Львовна",
)


def test_the_text_says_what_by_when_and_where() -> None:
    """Greeting, plan, each row with its result, day and link, how to use it, and who asks."""
    assert render_ready_text(ASKED, "en").replace("\u00a0", " ") == (
        "Good day, Власова Ольга Юрьевна!\n\n"
        "By the plan “План работы на 2026 год” this is awaited of you (Управление образования):\n\n"
        "— 1.3 Отчёт о летнем отдыхе\nWhat is needed: Справка\nBy: 1 June 2026\n"
        f"Send it here: {URL}\n\n"
        "No registration is needed: open the link, add a file or an address, press “Hand in”. "
        "The links are for you alone and count until 1 July 2026; please do not pass them on.\n\n"
        "Зимина Мария Львовна\n"
    )


def test_the_text_speaks_russian() -> None:
    """The contact's language decides."""
    text = render_ready_text(ASKED, "ru").replace("\u00a0", " ")
    assert text.startswith("Добрый день, Власова Ольга Юрьевна!\n\nПо плану «План работы на 2026 год»")
    assert "Срок: 1 июня 2026" in text
    assert f"Отправить можно здесь: {URL}" in text
    assert f"нажмите «{translate('Hand in', 'ru')}»" in text  # as the button of the page is called


def test_what_is_late_or_returned_is_said() -> None:
    """The day that is past, and the reason in one line."""
    late = AskedRow("", "Отчёт", "", date(2026, 3, 1), is_overdue=True, remark="Нет печати.\nИ подписи.", url="")
    text = render_ready_text(ReadyText("", "РМЦ", "План", (late,), None, "Мария"), "en").replace("\u00a0", " ")
    assert "— Отчёт\nIt was due on 1 March 2026\nReturned: Нет печати. И подписи.\n" in text
    assert text.startswith("Good day!\n")
    assert "Please send it in answer to this message." in text
    assert "What is needed" not in text
    assert "Send it here" not in text


@given(st.text(), st.text(), st.text())
def test_nobodys_words_make_lines_of_their_own(title: str, result: str, remark: str) -> None:
    """However wild a title, a result or a reason, the text has the lines that it would have with plain ones."""
    wild = AskedRow("1", f"т{title}", f"р{result}", ROW.due_on, is_overdue=False, remark=f"п{remark}", url=URL)
    plain = AskedRow("1", "т", "р", ROW.due_on, is_overdue=False, remark="п", url=URL)
    texts = [
        render_ready_text(ReadyText(ASKED.name, "РМЦ", "План", (row,), ASKED.counts_until, "Мария"), "ru")
        for row in (wild, plain)
    ]
    assert len(texts[0].splitlines()) == len(texts[1].splitlines())
