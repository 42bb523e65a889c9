"""What belongs together: nesting, which properties a component must and may hold, and how they agree."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from notifications.calendar.lint.findings import Finding, quoted
from notifications.calendar.lint.grammar import ALARM_TEXTS, COMPONENTS, ComponentRule
from notifications.calendar.lint.properties import Property
from notifications.calendar.lint.types import check_property, time_of, type_of


@dataclass(slots=True)
class Component:
    """BEGIN to END: properties and components inside."""

    line: int
    name: str
    parent: str
    properties: list[Property] = field(default_factory=list)
    components: list["Component"] = field(default_factory=list)

    def find(self, name: str) -> Property | None:
        """The first property of a name, or None."""
        return next((property_ for property_ in self.properties if property_.name == name), None)

    def walk(self) -> Iterator["Component"]:
        """The component and all inside it; a stack, so that no depth of nesting exhausts Python's."""
        waiting = [self]
        while waiting:
            component = waiting.pop()
            yield component
            waiting.extend(reversed(component.components))


def nest(properties: Sequence[Property]) -> tuple[list[Component], list[Finding]]:
    """The complete components at the top of the file, and what is not paired or stands outside."""
    top, findings = Component(0, "", ""), list[Finding]()
    open_components = [top]
    for property_ in properties:
        innermost = open_components[-1]
        if property_.name == "BEGIN":
            component = Component(property_.line, property_.value.strip().upper(), innermost.name)
            innermost.components.append(component)
            open_components.append(component)
        elif property_.name == "END":
            if property_.value.strip().upper() == innermost.name and len(open_components) > 1:
                open_components.pop()
            else:
                findings.append(Finding(property_.line, "unbalanced", {"component": quoted(property_.value)}))
        elif innermost is top:
            findings.append(Finding(property_.line, "outside-calendar", {"property": property_.name}))
        else:
            innermost.properties.append(property_)
    findings.extend(Finding(left.line, "unclosed", {"component": quoted(left.name)}) for left in open_components[1:])
    return top.components, findings


def check_calendars(tops: Sequence[Component]) -> Iterator[Finding]:
    """All that is wrong inside the components of the file."""
    calendars = [component for component in tops if component.name == "VCALENDAR"]
    if not calendars:
        yield Finding(1, "no-calendar")
    yield from (Finding(second.line, "several-calendars") for second in calendars[1:])
    for top in tops:
        zones = {tzid.value for component in top.walk() if (tzid := component.find("TZID"))}
        for component in top.walk():
            yield from _check_component(component, zones)
    for calendar in calendars:
        yield from _check_identities(calendar.components)


def _check_component(component: Component, zones: set[str]) -> Iterator[Finding]:
    for property_ in component.properties:
        yield from check_property(property_, zones)
    rule = COMPONENTS.get(component.name)
    if rule is None:
        return
    if component.parent not in rule.parents:
        yield Finding(component.line, "misplaced-component", {"component": component.name})
    if rule.needs_component and not component.components:
        yield Finding(component.line, "no-component", {"component": component.name})
    yield from _check_counts(component, rule)
    yield from _check_pairs(component, rule)
    yield from _check_allowed(component, rule)
    yield from _check_order(component, rule)


def _check_counts(component: Component, rule: ComponentRule) -> Iterator[Finding]:
    present = {property_.name for property_ in component.properties}
    action = component.find("ACTION")
    alarm_texts = ALARM_TEXTS.get(action.value.upper(), ()) if action else ()
    for name in (*rule.required, *alarm_texts):
        if name not in present:
            yield Finding(component.line, "missing-property", {"component": component.name, "property": name})
    seen = set[str]()
    for property_ in component.properties:
        if property_.name in seen and (property_.name in rule.once or property_.name in rule.required):
            details = {"component": component.name, "property": property_.name}
            yield Finding(property_.line, "repeated-property", details)
        seen.add(property_.name)


def _check_pairs(component: Component, rule: ComponentRule) -> Iterator[Finding]:
    for one, other in rule.exclusive:
        first, second = component.find(one), component.find(other)
        if first and second:
            details = {"component": component.name, "property": one, "other": other}
            yield Finding(max(first.line, second.line), "exclusive-properties", details)
    for pair in rule.together:
        present = [name for name in pair if component.find(name)]
        if len(present) == 1:
            absent = pair[1 - pair.index(present[0])]
            details = {"component": component.name, "property": present[0], "other": absent}
            yield Finding(component.line, "incomplete-pair", details)


def _check_allowed(component: Component, rule: ComponentRule) -> Iterator[Finding]:
    for property_ in component.properties:
        allowed = (rule.allowed or {}).get(property_.name)
        if allowed and property_.value.upper() not in allowed:
            details = {"component": component.name, "property": property_.name}
            details |= {"value": quoted(property_.value), "allowed": ", ".join(allowed)}
            yield Finding(property_.line, "illegal-value", details)


def _check_order(component: Component, rule: ComponentRule) -> Iterator[Finding]:
    """DTEND or DUE, and RECURRENCE-ID, beside DTSTART: one type; and the end later, where the two can be compared."""
    start, end, recurrence = component.find("DTSTART"), component.find(rule.end), component.find("RECURRENCE-ID")
    for other in filter(None, (end, recurrence)):
        if start and type_of(other) != type_of(start):
            yield Finding(other.line, "type-mismatch", {"property": other.name, "other": "DTSTART"})
    if start and end:
        starts, ends = time_of(start), time_of(end)
        if starts and ends and starts.is_comparable(ends) and ends.wall <= starts.wall:
            yield Finding(end.line, "end-not-after-start", {"property": end.name})


def _check_identities(components: Iterable[Component]) -> Iterator[Finding]:
    """UID with RECURRENCE-ID names one entry (section 3.8.4.7)."""
    seen: dict[tuple[str, str], int] = {}
    for component in components:
        uid, recurrence = component.find("UID"), component.find("RECURRENCE-ID")
        if uid:
            first = seen.setdefault((uid.value, recurrence.value if recurrence else ""), uid.line)
            if first != uid.line:
                yield Finding(uid.line, "duplicate-uid", {"uid": quoted(uid.value), "first": first})
