"""Charts: what one shows, as an SVG of its own that follows the reader's light or dark mode, and as a table.

pygal draws what has axes, and templates of ours the rest; colours, fonts and the look are ours. The picture is for
the eye alone: whoever shows it shows the table too.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from lxml import etree

from reports.plotting import StackedBar, Style
from reports.telling import Teller


class Colour(StrEnum):
    """By what it stands for; neighbours differ in lightness too, so that no colour has to be told from another."""

    ALONE = "alone"
    HELPED = "helped"
    HANDED = "handed"
    ASKED = "asked"
    LEFT = "left"
    SETTLED = "settled"
    GOAL = "goal"
    LATE = "late"


LIGHT: Final = {
    "ink": "#16232b",
    "soft": "#4b5b64",
    "line": "#d5dde1",
    "card": "#ffffff",
    Colour.ALONE: "#0b6070",
    Colour.HELPED: "#3b9ac4",
    Colour.HANDED: "#c46a0a",
    Colour.ASKED: "#8a4f9e",
    Colour.LEFT: "#7c8b94",
    Colour.SETTLED: "#5a7d1e",
    Colour.GOAL: "#a3b1b8",
    Colour.LATE: "#b3261e",
}
DARK: Final = {
    "ink": "#e6edf0",
    "soft": "#a9b8c0",
    "line": "#32424a",
    "card": "#182226",
    Colour.ALONE: "#4fb3c4",
    Colour.HELPED: "#a6dcf0",
    Colour.HANDED: "#f0a24a",
    Colour.ASKED: "#c597d6",
    Colour.LEFT: "#8fa0a9",
    Colour.SETTLED: "#a9cf62",
    Colour.GOAL: "#5d6f78",
    Colour.LATE: "#ff8a80",
}
FONT: Final = 'system-ui, "Segoe UI", Roboto, "Helvetica Neue", sans-serif'
BY_ROBOT: Final = (Colour.ALONE, Colour.HANDED, Colour.ASKED, Colour.HELPED, Colour.SETTLED, Colour.LEFT)


class Form(StrEnum):
    STACKED = "stacked"
    """Upright bars, the series on top of each other."""
    ROWS = "rows"
    """Lying bars, the number beside each."""


@dataclass(frozen=True, slots=True)
class Series:
    """What one colour stands for, with a value for each label; None where there is none."""

    name: str
    colour: Colour
    values: tuple[int | Decimal | None, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """What is drawn, and what its table says. `shares`: the values are shares of one, else counts.

    `cumulated` is the share that each label and those before it make together, for the table.
    """

    name: str
    title: str
    about: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    form: Form
    shares: bool = False
    note: str = ""
    cumulated: tuple[Decimal, ...] = ()

    @property
    def empty(self) -> bool:
        return not any(value for series in self.series for value in series.values)

    @property
    def columns(self) -> tuple[str, ...]:
        """The heads of the table: what the labels are about, and the series."""
        return (self.about, *(it.name for it in self.series))

    @property
    def rows(self) -> list[tuple[str, tuple[int | Decimal | None, ...]]]:
        """The lines of the table: a label and its values."""
        return [(label, tuple(it.values[place] for it in self.series)) for place, label in enumerate(self.labels)]


@dataclass(frozen=True, slots=True)
class Row:
    """A lying bar, and where it is drawn."""

    y: int
    label: str
    value: str
    length: float
    goal: float | None


@dataclass(frozen=True, slots=True)
class Size:
    """How wide the picture is drawn, in its own pixels, and how much room a lying bar takes."""

    width: int
    upright: int
    row: int


WIDE: Final = Size(560, 280, 32)
NARROW: Final = Size(350, 280, 30)
LABELS: Final = 235
"""How much of the width the labels beside lying bars take."""
ABOVE: Final = 18
"""How much height a label above its bar takes."""
NUMBERS: Final = 64
"""How much of the width the numbers behind lying bars take."""
DRAWINGS: Final = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "drawings"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def draw(chart: Chart, teller: Teller, size: Size) -> str:
    """The chart as an SVG document."""
    shown = _percent(teller) if chart.shares else _count(teller)
    if chart.form is Form.ROWS:
        return _lying(chart, shown, size)
    picture = _upright(chart, shown, size)
    for series in chart.series:
        picture.add(series.name, [None if value is None else float(value) for value in series.values])
    picture.add_xml_filter(lambda root: _dressed(root, [it.colour for it in chart.series]))
    return str(picture.render(is_unicode=True))


def _count(teller: Teller) -> Callable[[float | None], str]:
    return lambda value: "" if value is None else teller.number(round(value))


def _percent(teller: Teller) -> Callable[[float | None], str]:
    return lambda value: "" if value is None else teller.percent(Decimal(str(value)))


def drawing(name: str, **shown: Any) -> str:
    """One of the pictures that are drawn by a template of ours."""
    return DRAWINGS.get_template(name).render(sheet=sheet(()), **shown)


def _common(chart: Chart, shown: Callable[[float | None], str], size: Size) -> dict[str, Any]:
    return {
        "js": [],
        "css": [],
        "style": Style(label_font_size=13, major_label_font_size=13, legend_font_size=13, value_font_size=13),
        "width": size.width,
        "margin": 6,
        "margin_right": 26,
        "spacing": 8,
        "legend_at_bottom": True,
        "legend_at_bottom_columns": _columns(len(chart.series), size),
        "legend_box_size": 12,
        "show_legend": len(chart.series) > 1,
        "truncate_legend": -1,
        "truncate_label": -1,
        "disable_xml_declaration": True,
        "value_formatter": shown,
    }


def _columns(names: int, size: Size) -> int:
    """Columns of the legend that are all full: the library leaves no room for a last row that is not."""
    if size is NARROW:
        return 1
    return next(columns for columns in (3, 2, 1) if names % columns == 0 and not (columns == 3 and names > 3))


def _upright(chart: Chart, shown: Callable[[float | None], str], size: Size) -> Any:
    heights = [sum(float(it.values[place] or 0) for it in chart.series) for place in range(len(chart.labels))]
    lines = len(chart.series) // _columns(len(chart.series), size)
    picture = StackedBar(**_common(chart, shown, size), height=size.upright + 22 * (lines - 1))
    picture.x_labels = chart.labels
    room = 8 if size is WIDE else 4
    every = -(-len(chart.labels) // room)
    picture.x_labels_major_every, picture.show_minor_x_labels = every, False
    picture.y_labels = ticks(max(heights, default=0))
    return picture


def _lying(chart: Chart, shown: Callable[[float | None], str], size: Size) -> str:
    """Bars with their label beside them or, where it is narrow, above; a goal is a mark across its bar."""
    left = LABELS if size is WIDE else 0
    top = 0 if left else ABOVE
    bars = [it for it in chart.series if it.colour is not Colour.GOAL]
    goals = next((it for it in chart.series if it.colour is Colour.GOAL), None)
    most = max((float(value or 0) for it in chart.series for value in it.values), default=0) or 1
    room = size.width - left - NUMBERS
    rows = [
        Row(
            y=place * (size.row + top),
            label=label,
            value=shown(_float(bar.values[place])) or "–",
            length=room * float(bar.values[place] or 0) / most,
            goal=None
            if goals is None or goals.values[place] is None
            else room * float(goals.values[place] or 0) / most,
        )
        for bar in bars
        for place, label in enumerate(chart.labels)
    ]
    colours = [it.colour for it in bars]
    return drawing("rows.svg", rows=rows, size=size, left=left, top=top, colour=colours[0], goal=goals and goals.name)


def _float(value: int | Decimal | None) -> float | None:
    return None if value is None else float(value)


def ticks(most: float) -> list[int]:
    """Four or five round numbers from nothing to the highest bar or just over it."""
    step = next(
        unit * 10**power for power in range(12) for unit in (1, 2, 5) if unit * 10**power * 4 >= most or power == 11
    )
    highest = int((Decimal(most) / step).to_integral_value(ROUND_CEILING)) if most else 1
    return [step * n for n in range(highest + 1)]


def _dressed(root: etree._Element, colours: Sequence[Colour]) -> etree._Element:
    """Our style in the place of the library's, and nothing that would run."""
    for parent in list(root.iter()):
        for child in list(parent):
            if str(child.tag).rpartition("}")[2] in ("script", "style", "desc", "title"):
                parent.remove(child)
    style = etree.SubElement(root, "style")
    style.text = sheet([f".color-{place} {{ fill: var(--{it}); }}" for place, it in enumerate(colours)])
    return root


def sheet(rules: Sequence[str]) -> str:
    """The style of a picture: its colours in light and dark, and what else it says."""
    light, dark = (";".join(f"--{name}:{value}" for name, value in it.items()) for it in (LIGHT, DARK))
    return "\n".join(
        (
            f":root {{ {light}; }}",
            f"@media (prefers-color-scheme: dark) {{ :root {{ {dark}; }} }}",
            f"text {{ font-family: {FONT}; font-size: 13px; fill: var(--ink); }}",
            ".background, .plot_background { fill: none; stroke: none; }",
            ".axis text { fill: var(--soft); }",
            ".axis.x text { text-anchor: middle; } .axis.y text { text-anchor: end; }",
            ".axis path, .axis line { fill: none; stroke: var(--line); }",
            ".axis.x path, .axis.x line { stroke: none; }",
            ".series rect { stroke: var(--card); stroke-width: 1; }",
            "text.no_data { display: none; }",
            *rules,
        )
    )
