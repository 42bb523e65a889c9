"""A workflow as a picture: states as boxes that say what may be done there, arrows to where that leads.

Nothing is written on an arrow: what is done stands in the box that it leaves, above all of its ways to one target.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from textwrap import wrap

from engine.definition import SAME_STATE, State, WorkflowDefinition
from engine.errors import N_
from workflows.layout import Arrow, Box, Layout, lay_out

WIDTH = 236
PADDING = 12
SIGNS = 28
"""How many signs of 12 px fit into a box, in the widest of usual fonts."""
LINE = 17
HEAD = 34
COLOURS = ("#1d5fa8", "#a3440a", "#2c7a3f", "#7a3ca0", "#a8273f", "#006d77", "#6b5a00", "#4b5563")

BEGINNING = N_("begins here")
FINAL = N_("end")
STAYING = N_("stays here:")
REMINDERS = N_("in time: {rungs}")
NOW = N_("now here: {duration}")
NEXT = N_("next: {rung}")
DESCRIPTION = N_("{state}: {event} leads to {target}")
TITLE = N_("Workflow {name}")

STYLE = (
    "text{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#1f2933}"
    ".name{font-weight:bold;font-size:14px}.to{font-weight:bold}.who,.time{fill:#52606d}"
    ".box{fill:#fff;stroke:#7b8794;stroke-width:1.2}.inner{fill:none;stroke:#7b8794}"
    ".live{fill:#fff6d6;stroke:#8a5a00;stroke-width:3}.now{font-weight:bold;fill:#7a4b00}"
    "path{fill:none;stroke-width:1.6}"
)


@dataclass(frozen=True, slots=True)
class Words:
    """How names and texts are said to the reader."""

    state: Callable[[str], str]
    event: Callable[[str], str]
    role: Callable[[str], str]
    say: Callable[..., str]


@dataclass(frozen=True, slots=True)
class Live:
    """Where one instance stands.

    Args:
        duration: how long it has been there, in the reader's words.
        next_rungs: what comes next by itself and when, in the reader's words.
    """

    state: str
    duration: str
    next_rungs: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class _Text:
    """A line in a box."""

    text: str
    style: str


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A box with its lines and the place of each target's heading among them."""

    state: State
    lines: Sequence[_Text]
    headings: Mapping[str, int] = field(default_factory=dict)

    def to_box(self) -> Box:
        """What the layout needs of it."""
        ports = {target: HEAD + LINE * place + LINE // 2 for target, place in self.headings.items()}
        return Box(self.state.name, WIDTH, HEAD + LINE * len(self.lines) + PADDING, ports)


def render_svg(definition: WorkflowDefinition, words: Words, live: Live | None = None) -> str:
    """A picture in SVG 1.1 with title and description (WAI-ARIA), readable at its own size."""
    drawn = {state.name: _draw(definition, state, words, live) for state in definition.states}
    finals = [state.name for state in definition.states if state.final]
    layout = lay_out([each.to_box() for each in drawn.values()], definition.initial, finals, HEAD // 2)
    colours = {state.name: COLOURS[place % len(COLOURS)] for place, state in enumerate(definition.states)}
    title = escape(words.say(TITLE, name=definition.name))
    size = f'width="{layout.width}" height="{layout.height}" viewBox="0 0 {layout.width} {layout.height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title desc">',
            f'<title id="title">{title}</title>',
            f'<desc id="desc">{escape(_describe(definition, words, live))}</desc>',
            f"<style>{STYLE}</style>",
            _heads(colours),
            f'<rect width="{layout.width}" height="{layout.height}" fill="#fff"/>',
            *(_arrow(each, colours[each.target]) for each in layout.arrows),
            *(_box(layout, each, words, live) for each in drawn.values()),
            *(_begin(layout, name, words) for name in definition.initial),
            "</svg>\n",
        ]
    )


def _draw(definition: WorkflowDefinition, state: State, words: Words, live: Live | None) -> _Drawn:
    lines: list[_Text] = []
    headings = {}
    if live and live.state == state.name:
        lines += _wrapped(words.say(NOW, duration=live.duration), "now")
        lines += [line for each in live.next_rungs for line in _wrapped(words.say(NEXT, rung=each), "now")]
    for target, events in _ways(definition, state.name).items():
        if target == state.name:
            lines += _wrapped(words.say(STAYING), "to")
        else:
            headings[target] = len(lines)
            lines += _wrapped(f"→ {words.state(target)}", "to")
        for event, roles in events.items():
            lines += _wrapped(words.event(event), "what")
            lines += _wrapped(", ".join(words.role(role) for role in roles), "who")
    for ladder in definition.ladders_in(state.name):
        rungs = ", ".join(rung.name for rung in ladder.rungs)
        lines += _wrapped(words.say(REMINDERS, rungs=f"{ladder.name} ({rungs})"), "time")
    return _Drawn(state, lines, headings)


def _wrapped(text: str, style: str) -> list[_Text]:
    return [_Text(line, style) for line in wrap(text, SIGNS, subsequent_indent="   " if style == "time" else "")]


def _ways(definition: WorkflowDefinition, state: str) -> dict[str, dict[str, dict[str, None]]]:
    """Target → event → roles; what stays comes last."""
    ways: dict[str, dict[str, dict[str, None]]] = {}
    leaving = [each for each in definition.transitions if state in each.sources]
    for each in sorted(leaving, key=lambda way: way.target == SAME_STATE):
        target = state if each.target == SAME_STATE else each.target
        ways.setdefault(target, {}).setdefault(each.event, {}).update(dict.fromkeys(each.by))
    return ways


def _describe(definition: WorkflowDefinition, words: Words, live: Live | None) -> str:
    """The picture in sentences, for whoever does not see it."""
    told = [
        words.say(DESCRIPTION, state=words.state(state.name), event=words.event(event), target=words.state(target))
        for state in definition.states
        for target, events in _ways(definition, state.name).items()
        for event in events
        if target != state.name
    ]
    if live:
        now = words.say(NOW, duration=live.duration)
        told = [f"{words.state(live.state)}: {now}", *(words.say(NEXT, rung=each) for each in live.next_rungs), *told]
    return ". ".join(told)


def _heads(colours: Mapping[str, str]) -> str:
    markers = (
        f'<marker id="to-{escape(name)}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        f'orient="auto"><path d="M0 0L8 4L0 8z" style="fill:{colour};stroke:none"/></marker>'
        for name, colour in colours.items()
    )
    return f"<defs>{''.join(markers)}</defs>"


def _arrow(arrow: Arrow, colour: str) -> str:
    (x, y), *rest = arrow.points
    path = [f"M{x:.0f} {y:.0f}"]
    for place, (to_x, to_y) in enumerate(rest):
        # Every other stretch crosses a column along its lane, straight on.
        path.append(f"L{to_x:.0f} {to_y:.0f}" if place % 2 else _bend(x, y, to_x, to_y))
        x, y = to_x, to_y
    return f'<path d="{"".join(path)}" stroke="{colour}" marker-end="url(#to-{escape(arrow.target)})"/>'


def _bend(x: float, y: float, to_x: float, to_y: float) -> str:
    if x == to_x:  # within a column: out to the right and back
        return f"C{x + 48:.0f} {y:.0f} {to_x + 48:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"
    half = (to_x - x) / 2
    return f"C{x + half:.0f} {y:.0f} {to_x - half:.0f} {to_y:.0f} {to_x:.0f} {to_y:.0f}"


def _begin(layout: Layout, name: str, words: Words) -> str:
    x, y = layout.corners[name]
    told = escape(words.say(BEGINNING))
    return f'<circle cx="{x + WIDTH - 14:.0f}" cy="{y:.0f}" r="6" fill="#1f2933"><title>{told}</title></circle>'


def _box(layout: Layout, drawn: _Drawn, words: Words, live: Live | None) -> str:
    x, y = layout.corners[drawn.state.name]
    name = drawn.state.name
    style = "box live" if live and live.state == name else "box"
    lines = [f'<g id="state-{escape(name)}">', _frame(style, x, y, drawn.to_box(), inset=0)]
    if drawn.state.final:
        lines.append(_frame("inner", x, y, drawn.to_box(), inset=3))
    return "\n".join([*lines, *_inside(drawn, words, x, y), "</g>"])


def _frame(style: str, x: float, y: float, box: Box, *, inset: int) -> str:
    size = f'width="{box.width - 2 * inset}" height="{box.height - 2 * inset}" rx="{8 - inset}"'
    return f'<rect class="{style}" x="{x + inset:.0f}" y="{y + inset:.0f}" {size}/>'


def _inside(drawn: _Drawn, words: Words, x: float, y: float) -> Iterator[str]:
    name = escape(words.state(drawn.state.name))
    if drawn.state.final:
        name += f' <tspan class="who" font-size="11">{escape(words.say(FINAL))}</tspan>'
    yield f'<text class="name" x="{x + PADDING:.0f}" y="{y + 22:.0f}">{name}</text>'
    for place, line in enumerate(drawn.lines):
        at = y + HEAD + LINE * place + LINE - 4
        indent = PADDING + (10 if line.style in {"what", "who"} else 0)
        yield f'<text class="{line.style}" x="{x + indent:.0f}" y="{at:.0f}">{escape(line.text)}</text>'
