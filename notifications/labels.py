"""The words that people see for the program's names: states, events, kinds, roles, outcomes.

Marked here once; mail, calendar, pages and the command line translate them with `label`, errors with
`notifications.error_text`.
"""

from engine.errors import N_
from notifications.translation import translate

STATES = {
    "planned": N_("planned"),
    "awaiting_date": N_("date awaited"),
    "in_progress": N_("in progress"),
    "evidence_submitted": N_("evidence submitted"),
    "returned": N_("returned"),
    "accepted": N_("accepted"),
    "not_performed": N_("not performed"),
    "cancelled": N_("cancelled"),
}

EVENTS = {
    "create": N_("entered from the plan"),
    "start": N_("started"),
    "set_date": N_("date set"),
    "postpone": N_("postponed"),
    "ask_date": N_("another date asked for"),
    "decline_date": N_("another date declined"),
    "invite": N_("a link to send evidence was given out"),
    "add_evidence": N_("evidence added"),
    "submit": N_("evidence handed in"),
    "report_outcome": N_("outcome reported"),
    "withdraw": N_("withdrawn"),
    "accept": N_("decided: accepted"),
    "return": N_("decided: returned"),
    "cancel": N_("called off"),
    "reopen": N_("reopened"),
    "migrate": N_("went over to another workflow"),
}

COMMANDS = {
    "start": N_("start"),
    "set_date": N_("set-date"),
    "postpone": N_("postpone"),
    "ask_date": N_("ask-date"),
    "decline_date": N_("decline-date"),
    "invite": N_("give out a link: party text"),
    "add_evidence": N_("add-evidence"),
    "submit": N_("submit"),
    "report_outcome": N_("outcome"),
    "withdraw": N_("withdraw"),
    "accept": N_("accept"),
    "return": N_("return"),
    "cancel": N_("cancel"),
    "reopen": N_("reopen"),
}
"""What a person does to fire an event, with the command for it."""

PLAN_STATUSES = {"draft": N_("draft"), "live": N_("live"), "closed": N_("closed")}

KINDS = {
    "event": N_("event"),
    "deliverable": N_("deliverable"),
    "ongoing": N_("ongoing work"),
}

ROLES = {
    "coordinator": N_("coordinator"),
    "approver": N_("approver"),
    "responsible": N_("responsible"),
    "organiser": N_("organiser"),
    "observer": N_("observer"),
    "auditor": N_("auditor"),
    "administrator": N_("administrator"),
    "deputy": N_("deputy"),
    "submitter": N_("submitter"),
}

LETTERS = {
    "evidence_awaits": N_("Decisions that await you"),
    "returned": N_("Evidence that came back to you"),
    "decided": N_("Receipts of decisions"),
    "date_moved": N_("A date was set or moved"),
    "morning_digest": N_("The morning digest"),
    "weekly_summary": N_("The week's summary, for heads"),
    "monthly_report": N_("The month, plan against fact, for observers"),
}
"""Kinds of letters that a person may choose the pace of."""

PACES = {
    "immediate": N_("at once, on working days"),
    "digest": N_("with the morning digest"),
    "weekly": N_("on chosen days"),
    "never": N_("never"),
}

VERDICTS = {"accept": N_("accepted"), "return": N_("returned")}

OUTCOMES = {
    "not_held": N_("it was not held"),
    "not_done": N_("it was not done"),
    "not_needed": N_("it was not needed: there were no requests"),
    "carried_over": N_("it is carried over"),
    "removed": N_("it was taken out of the plan"),
}

CHANNELS = {
    "cli": N_("command line"),
    "web": N_("web page"),
    "link": N_("link from a mail"),
    "timer": N_("timer"),
}


def label(words: dict[str, str], name: str, language: str) -> str:
    """The word for a name in a language; a name without one is shown as it is."""
    return translate(words.get(name, name), language)


def label_step(event: str, from_state: str, to_state: str, language: str) -> str:
    """The word for a step of history; an acceptance that leaves the state is one of several that are needed."""
    if event == "accept" and from_state == to_state:
        return translate(N_("decided: accepted by one; another approver has to accept too"), language)
    return label(EVENTS, event, language)
