"""Which states lead to which."""

from engine.definition import SAME_STATE, Transition, WorkflowDefinition

Way = tuple[str, str]


def list_ways(definition: WorkflowDefinition) -> set[Way]:
    """Source and target of every transition, whoever may take it."""
    return {(source, target_from(each, source)) for each in definition.transitions for source in each.sources}


def target_from(transition: Transition, source: str) -> str:
    """Where a transition leads from one of its sources."""
    return source if transition.target == SAME_STATE else transition.target


def closure(known: set[str], ways: set[Way]) -> set[str]:
    """The states that can be reached from some, these included."""
    while True:
        wider = known | {target for source, target in ways if source in known}
        if wider == known:
            return known
        known = wider
