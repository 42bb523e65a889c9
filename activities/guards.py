"""The conditions that workflows name: pure functions of the facts, each with its refusal for a person."""

from engine.errors import N_, OporaError
from engine.registry import Facts, Guard


class DateMissingError(OporaError):
    """A date is needed."""

    message = N_("Say the new date, for example --on 2026-05-20.")


class OutsideWindowError(OporaError):
    """A date outside what was planned is a postponement."""

    message = N_("This day lies outside the planned window. To move it, postpone it and say why.")


class ReasonMissingError(OporaError):
    """A reason is needed."""

    message = N_("Say why: add --reason “…”.")


class BasisMissingError(OporaError):
    """A basis document is needed."""

    message = N_("Name the document it rests on: add --basis “приказ № … от …”.")


class ApproverNeededError(OporaError):
    """Beyond the planned window only an approver moves a date."""

    message = N_("Beyond the planned window only an approver may move the date. Ask the approver.")


class NothingAskedError(OporaError):
    """Nobody has asked for another date."""

    message = N_("Nobody asks for another date here, so there is nothing to decline.")


class EvidenceMissingError(OporaError):
    """Nothing to submit."""

    message = N_("There is nothing to submit. Add a file or a link first: opora occurrence add-evidence.")


class NothingToShowError(OporaError):
    """Not even a word."""

    message = N_("There is nothing to submit. Add a file, a link or a note first: opora occurrence add-evidence.")


class OutcomeMissingError(OporaError):
    """An outcome needs its reason."""

    message = N_("Say what became of it: not_held, not_done, not_needed, carried_over or removed.")


class SupersededError(OporaError):
    """The decision would not be about what is submitted now."""

    message = N_("The evidence has changed since you looked at it. Open it again and decide on what is there now.")


class OwnEvidenceError(OporaError):
    """Nobody decides on their own evidence."""

    message = N_("You submitted this, or it was submitted for you, so someone else must decide on it.")


class AlreadyAcceptedError(OporaError):
    """One person's word counts once, whoever speaks for whom."""

    message = N_(
        "You have accepted this already, or one of you has for the other. Another approver has to accept it too."
    )


class SecondNeededError(OporaError):
    """One acceptance is not enough."""

    message = N_("Two different approvers have to accept this, and nobody else has yet.")


class EnoughAcceptedError(OporaError):
    """There is nothing left to count."""

    message = N_("Enough approvers have accepted this. Open it again to see what was decided.")


def _has(name: str) -> Guard:
    """A guard on a value that must be there and true; its refusal is looked up by name."""
    return Guard(lambda facts: bool(facts.values.get(name)), _REFUSALS[name])


def _inside_or(name: str) -> Guard:
    """A guard that asks for a value only where a date goes beyond the planned window."""
    return Guard(lambda facts: bool(facts.values.get("inside_window") or facts.values.get(name)), _REFUSALS[name])


_REFUSALS: dict[str, type[OporaError]] = {
    "date": DateMissingError,
    "inside_window": OutsideWindowError,
    "reason": ReasonMissingError,
    "date_asked_for": NothingAskedError,
    "basis": BasisMissingError,
    "is_approver": ApproverNeededError,
    "evidence": EvidenceMissingError,
    "evidence_or_note": NothingToShowError,
    "outcome": OutcomeMissingError,
    "manifest_is_current": SupersededError,
    "is_not_own": OwnEvidenceError,
    "has_not_accepted": AlreadyAcceptedError,
}

_QUORUM = 2


def _is_kind(kind: str) -> Guard:
    def holds(facts: Facts) -> bool:
        return bool(facts.values.get("submission_kind") == kind)

    return Guard(holds, SupersededError)


def _accepted_by(facts: Facts) -> int:
    """How many different people have accepted, the one who wants to included."""
    return int(facts.values.get("acceptances", 0))


GUARDS: dict[str, Guard] = {
    "date_is_given": _has("date"),
    "date_is_asked_for": _has("date_asked_for"),
    "inside_planned_window": _has("inside_window"),
    "reason_beyond_window": _inside_or("reason"),
    "basis_beyond_window": _inside_or("basis"),
    "approver_beyond_window": _inside_or("is_approver"),
    "has_evidence": _has("evidence"),
    "has_evidence_or_note": _has("evidence_or_note"),
    "outcome_is_given": _has("outcome"),
    "manifest_is_current": _has("manifest_is_current"),
    "is_not_own_evidence": _has("is_not_own"),
    "is_evidence": _is_kind("evidence"),
    "is_outcome": _is_kind("outcome"),
    "has_not_accepted": _has("has_not_accepted"),
    "a_second_is_needed": Guard(lambda facts: _accepted_by(facts) < _QUORUM, EnoughAcceptedError),
    "two_accept": Guard(lambda facts: _accepted_by(facts) >= _QUORUM, SecondNeededError),
    "reason_is_given": _has("reason"),
    "basis_is_given": _has("basis"),
}
