import pytest

from activities.importing.line_joining import Line, Room, find_doubtful_breaks, gather_vocabulary, join_lines

_KNOWN = frozenset({"мероприятия", "дополнительного", "совет", "программ"})


def _lines(*texts: str, room: Room = Room.NOTHING) -> list[Line]:
    return [Line(text, room) for text in texts]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        (("План ", "работы"), "План работы"),
        (("дополнительног", "о образования"), "дополнительного образования"),
        (("совет", "отцов"), "совет отцов"),
        (("взаимодействия", "с семьёй"), "взаимодействия с семьёй"),
        (("Систематизация", "сведений"), "Систематизация сведений"),
        (("взаимодействии", "; обучение"), "взаимодействии; обучение"),
        (("общеразвивающих", "программ»"), "общеразвивающих программ»"),
        (("научно-", "методический"), "научно-методический"),
        (("меро-", "приятия"), "мероприятия"),
        (("2021-", "2022 годы"), "2021-2022 годы"),
        (("Сентябрь -", "ноябрь"), "Сентябрь - ноябрь"),
        (("договоры/", "соглашения"), "договоры/соглашения"),
        (("пункт первый", "о детях"), "пункт первый о детях"),
    ],
)
def test_lines_are_put_together_as_they_were_written(lines: tuple[str, ...], text: str) -> None:
    """Words that alone fill a line go on in the next; others are parted by a blank; hyphens stay unless put in."""
    assert join_lines(_lines(*lines), _KNOWN) == text


def test_a_line_with_room_was_ended_on_purpose() -> None:
    """Where another letter would have fitted, the break parts words."""
    assert join_lines(_lines("программ", "ы", room=Room.LETTER), frozenset()) == "программ ы"


def test_a_missing_blank_tells_a_cut_word() -> None:
    """Where a blank would have fitted and none was printed, the word goes on, whatever is known."""
    assert join_lines(_lines("совет", "ники", room=Room.BLANK), _KNOWN) == "советники"


def test_the_vocabulary_leaves_out_what_a_break_may_have_cut() -> None:
    """Words at open line ends and behind them are not trusted; those behind a printed blank are."""
    cell = [
        Line("Совет отцов ", Room.NOTHING),
        Line("дополнительног", Room.NOTHING),
        Line("о образования", Room.NOTHING),
    ]

    assert gather_vocabulary([cell]) == {"совет", "отцов", "образования"}


def test_breaks_of_unknown_words_are_doubtful() -> None:
    """What the document never says elsewhere is named as it was read, joined or parted; what it does say is not."""
    made = {
        lines: find_doubtful_breaks(_lines(*lines), _KNOWN)
        for lines in (("полуфа", "брикат"), ("школьный", "автобус"), ("дополнительног", "о образования"))
    }

    assert list(made.values()) == [("полуфабрикат",), ("школьный автобус",), ()]


def test_breaks_that_the_page_itself_explains_are_not_doubtful() -> None:
    """Room for a blank or a letter, a capital, and a hyphen tell by themselves."""
    for room in (Room.BLANK, Room.LETTER):
        assert find_doubtful_breaks(_lines("полуфа", "брикат", room=room), _KNOWN) == ()
    assert find_doubtful_breaks(_lines("полуфа", "Брикат"), _KNOWN) == ()
    assert find_doubtful_breaks(_lines("полу-", "фабрикат"), _KNOWN) == ()
