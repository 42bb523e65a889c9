"""What a person has sent with the form of the page for evidence."""

from dataclasses import dataclass, field
from datetime import date

from werkzeug.datastructures import FileStorage, MultiDict

from activities.evidence_folder import MEGABYTE
from activities.manifest import OutcomeReason
from engine.errors import N_, OporaError
from web.typed_text import clean_line, clean_text

MOST_FILES = 30
MOST_BYTES = 210 * MEGABYTE
"""What one form may weigh: two files of the largest size allowed, and room for the rest."""
NUMBER_FIELDS = 3
LONGEST_NOTE = 5000
_LONGEST_LINE = 500
_DATE_ASKED_FOR = N_("the date that you ask for")


class BadFormError(OporaError):
    """A field that cannot be read; nothing was stored."""

    message = N_("“{typed}” cannot be used as {problem}. Correct it and send it again; what was added before is kept.")


class TooManyFilesError(OporaError):
    """More files than one form takes."""

    message = N_("At most {most} files at once: send the rest after them. Nothing was stored of these.")


class LongNoteError(OporaError):
    """A note that nobody will read."""

    message = N_("The note is too long: {most} characters are the limit. Put the rest into a file. Nothing was stored.")


class NoWhyError(OporaError):
    """Another date without a reason."""

    message = N_("Say why another date is needed: whoever moves it must be able to explain it.")


class NoReasonError(OporaError):
    """An outcome without its reason."""

    message = N_("Choose why there is no evidence: nothing was chosen, so nothing was sent.")


@dataclass(frozen=True, slots=True)
class Parcel:
    """The form as sent.

    Attributes:
        numbers: what is counted, by name.
        sender: name and position of who has prepared it, in their own words.
    """

    files: tuple[FileStorage, ...] = ()
    links: tuple[str, ...] = ()
    note: str = ""
    document_on: date | None = None
    document_place: str = ""
    numbers: dict[str, int] = field(default_factory=dict)
    sender: str = ""
    contains_personal_data: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether nothing was sent along that could be evidence."""
        return not (self.files or self.links or self.note)


def read_parcel(form: MultiDict[str, str], files: MultiDict[str, FileStorage]) -> Parcel:
    """The parcel in a form.

    Raises:
        BadFormError: a date or a number that is none; TooManyFilesError, LongNoteError: said too much.
    """
    sent = tuple(each for each in files.getlist("files") if each.filename)
    if len(sent) > MOST_FILES:
        raise TooManyFilesError(most=MOST_FILES)
    note = clean_text(form.get("note", ""))
    if len(note) > LONGEST_NOTE:
        raise LongNoteError(most=LONGEST_NOTE)
    return Parcel(
        files=sent,
        links=tuple(line.strip() for line in clean_text(form.get("links", "")).splitlines() if line.strip()),
        note=note,
        document_on=_read_day(form.get("document_on", ""), N_("the date of a document")),
        document_place=clean_line(form.get("document_place", ""), _LONGEST_LINE),
        numbers=_read_numbers(form),
        sender=clean_line(form.get("sender", ""), _LONGEST_LINE),
        contains_personal_data=form.get("personal_data") == "yes",
    )


def read_reason(form: MultiDict[str, str]) -> OutcomeReason:
    """Why there is no evidence; several choices at once, as a machine may send them, are none.

    Raises:
        NoReasonError: nothing was chosen.
    """
    chosen = form.getlist("reason")
    if len(chosen) != 1 or chosen[0] not in set(OutcomeReason):
        raise NoReasonError
    return OutcomeReason(chosen[0])


def read_wish(form: MultiDict[str, str]) -> tuple[date, str]:
    """Another date, and why.

    Raises:
        BadFormError: no date; NoWhyError: no reason.
    """
    wanted_on = _read_day(form.get("wanted_on", ""), _DATE_ASKED_FOR)
    if wanted_on is None:
        raise BadFormError(problem=_DATE_ASKED_FOR, typed="")
    reason = clean_text(form.get("why", ""))[:LONGEST_NOTE]
    if not reason:
        raise NoWhyError
    return wanted_on, reason


def _read_day(typed: str, called: str) -> date | None:
    if not typed.strip():
        return None
    try:
        return date.fromisoformat(typed.strip())
    except ValueError as error:
        raise BadFormError(problem=called, typed=clean_text(typed)) from error


def _read_numbers(form: MultiDict[str, str]) -> dict[str, int]:
    numbers: dict[str, int] = {}
    for index in range(1, NUMBER_FIELDS + 1):
        name, value = (clean_line(form.get(f"{part}_{index}", ""), _LONGEST_LINE) for part in ("counted", "count"))
        if not value:
            continue
        if not name or not value.isdecimal() or len(value) > 9:
            raise BadFormError(problem=N_("a number of what is counted"), typed=value)
        numbers[name] = int(value)
    return numbers
