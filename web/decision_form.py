"""What a person has sent with the form of a decision page."""

from dataclasses import dataclass

from werkzeug.datastructures import MultiDict

from activities.decisions import Verdict
from activities.manifest import SubmissionKind
from engine.errors import N_
from web.typed_text import clean_text

LONGEST_REMARK = 5000

_CHOICES = {
    "accept": (Verdict.ACCEPT, False),
    "partial": (Verdict.ACCEPT, True),
    "return": (Verdict.RETURN, False),
}
_WITH_REMARK = frozenset({"partial", "return"})
_NO_CHOICE = N_("Choose a decision: nothing was chosen, so nothing was changed.")
_NO_REMARK = N_("Say in the remark what is missing: whoever sent the evidence must know what to do.")
_LONG_REMARK = N_("The remark is too long: 5000 characters are the limit. Nothing was changed.")


@dataclass(frozen=True, slots=True)
class Answer:
    """The form as sent.

    Attributes:
        choice: `accept`, `partial`, `return`, or empty.
        remark: cleansed text.
        seen: hexadecimal digest of the manifest that the page showed.
    """

    choice: str = ""
    remark: str = ""
    seen: str = ""

    @property
    def verdict(self) -> Verdict:
        """What the choice means; asked only where `problem` is empty."""
        return _CHOICES[self.choice][0]

    @property
    def partial(self) -> bool:
        """Whether it was accepted with something missing."""
        return _CHOICES[self.choice][1]

    @property
    def problem(self) -> str:
        """What the person still has to do, in English; empty where the answer is complete."""
        if not self.choice:
            return _NO_CHOICE
        if len(self.remark) > LONGEST_REMARK:
            return _LONG_REMARK
        if self.choice in _WITH_REMARK and not self.remark:
            return _NO_REMARK
        return ""


def list_choices(kind: SubmissionKind) -> list[str]:
    """What may be chosen: that nothing was done cannot be accepted in part."""
    return [each for each in _CHOICES if each != "partial" or kind is SubmissionKind.EVIDENCE]


def read_answer(form: MultiDict[str, str], kind: SubmissionKind) -> Answer:
    """The answer in a form; several choices at once, as a machine may send them, are none."""
    chosen = form.getlist("decision")
    choice = chosen[0] if len(chosen) == 1 and chosen[0] in list_choices(kind) else ""
    return Answer(choice, clean_text(form.get("remark", "")), form.get("seen", ""))
