"""The flow picture of a robot: found, what became of it, and what people did with what they got. Pure geometry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from reports.charts import Colour, drawing
from reports.figures import OTHERS, Branch, Course
from reports.telling import Teller

WIDTH: Final = 940
COLUMNS: Final = (0, 330, 700)
"""Where each column's bars stand; what they stand for is written on their right."""
BAR: Final = 14
GAP: Final = 24
"""Between bars, so that a line of text has room at the thinnest of them."""
TALLEST: Final = 240
"""How high all cases together are drawn."""
EDGE: Final = 12


@dataclass(frozen=True, slots=True)
class Link:
    """So many cases went from one place to another. Places are named; their texts are the reader's."""

    source: str
    target: str
    cases: int


@dataclass(frozen=True, slots=True)
class Place:
    """A bar of the picture: where cases were, in which column, and what it is called."""

    name: str
    column: int
    text: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Flow:
    """The places and the ways between them, in the order in which they are drawn."""

    places: tuple[Place, ...]
    links: tuple[Link, ...]

    @property
    def empty(self) -> bool:
        return not self.links

    def rows(self) -> list[tuple[str, str, int]]:
        """The table of the picture: from where to where, and how many."""
        texts = {place.name: place.text for place in self.places}
        return [(texts[it.source], texts[it.target], it.cases) for it in self.links]


def flow(course: Course, robot: str, teller: Teller) -> Flow:
    """Where the robot's cases went."""
    places = list(_places(course, robot, teller))
    links = [it for it in _links(course) if it.cases]
    used = {name for link in links for name in (link.source, link.target)}
    return Flow(tuple(place for place in places if place.name in used), tuple(links))


def _places(course: Course, robot: str, teller: Teller) -> Iterator[Place]:
    yield Place("found", 0, teller.say("Found"), Colour.GOAL)
    yield Place("before", 0, teller.say("Found earlier"), Colour.GOAL)
    yield Place("alone", 1, teller.say("Handled by the robot alone"), Colour.ALONE)
    yield Place("left", 1, teller.say("Left to people"), Colour.LEFT)
    for it in course.branches:
        text = teller.say("Other reasons") if it.reason == OTHERS else teller.reason(robot, it.reason)
        yield Place(f"reason {it.reason}", 1, text, Colour.HANDED)
    yield Place("to come", 1, teller.say("Not finished yet"), Colour.GOAL)
    yield Place("settled", 2, teller.say("Settled by people"), Colour.SETTLED)
    yield Place("sent on", 2, teller.say("Sent to the robot again"), Colour.HELPED)
    yield Place("approved", 2, teller.say("Approved or done by hand"), Colour.HELPED)
    yield Place("rejected", 2, teller.say("Rejected"), Colour.ASKED)
    yield Place("again", 2, teller.say("Found again by the robot"), Colour.HELPED)
    yield Place("undecided", 2, teller.say("Not decided yet"), Colour.GOAL)


def _links(course: Course) -> Iterator[Link]:
    """What was found fills the bars from above; where it does not reach, cases from earlier do."""
    ends = [("alone", course.alone), ("left", course.left)]
    ends += [(f"reason {it.reason}", it.came) for it in course.branches]
    ends.append(("to come", course.to_come))
    rest = course.found
    for name, cases in ends:
        now = min(rest, cases)
        rest -= now
        yield Link("found", name, now)
        yield Link("before", name, cases - now)
    for branch in course.branches:
        for name, cases in _ends(branch):
            yield Link(f"reason {branch.reason}", name, cases)


def _ends(branch: Branch) -> Sequence[tuple[str, int]]:
    return (
        ("settled", branch.settled),
        ("sent on", branch.sent_on),
        ("approved", branch.approved),
        ("rejected", branch.rejected),
        ("again", branch.again),
        ("undecided", branch.undecided),
    )


# -- geometry -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Bar:
    """A place as it is drawn."""

    x: float
    y: float
    height: float
    text: str
    count: str
    colour: Colour


@dataclass(frozen=True, slots=True)
class Band:
    """A way as it is drawn: from a height on the left to one on the right, so thick."""

    path: str
    colour: Colour


def draw(shown: Flow, teller: Teller) -> str:
    """The picture as an SVG document."""
    bars, bands, height = layout(shown, teller)
    return drawing("flow.svg", bars=bars, bands=bands, width=WIDTH, height=round(height), bar=BAR)


def layout(shown: Flow, teller: Teller) -> tuple[list[Bar], list[Band], float]:
    """Where everything is drawn, and how high the picture is."""
    cases = {place.name: _cases(place.name, shown.links) for place in shown.places}
    columns = [[place for place in shown.places if place.column == number] for number in range(len(COLUMNS))]
    most = max((sum(cases[it.name] for it in column) for column in columns), default=0) or 1
    thickness = TALLEST / most
    tops: dict[str, float] = {}
    bars: list[Bar] = []
    bottom = 0.0
    for column, x in zip(columns, COLUMNS, strict=True):
        heights = [max(cases[it.name] * thickness, 1) for it in column]
        # What people did begins beside the first reason for which they got cases.
        top = min((bar.y for bar in bars if bar.colour is Colour.HANDED), default=EDGE) if x == COLUMNS[-1] else EDGE
        starts = accumulate((height + GAP for height in heights), initial=float(top))
        for place, height, y in zip(column, heights, starts, strict=False):
            tops[place.name] = y
            bars.append(Bar(x, y, height, place.text, teller.number(cases[place.name]), place.colour))
            bottom = max(bottom, y + height)
    return bars, _bands(shown, tops, thickness), bottom + EDGE


def _cases(name: str, links: Sequence[Link]) -> int:
    """What came to a place or, where more went on than came in these days, what went on."""
    came = sum(it.cases for it in links if it.target == name)
    went = sum(it.cases for it in links if it.source == name)
    return max(came, went)


def _bands(shown: Flow, tops: dict[str, float], thickness: float) -> list[Band]:
    places = {place.name: place for place in shown.places}
    used: dict[tuple[str, str], float] = defaultdict(float)
    bands = []
    for link in shown.links:
        source, target = places[link.source], places[link.target]
        thick = max(link.cases * thickness, 0.75)
        left = tops[source.name] + used[source.name, "out"]
        right = tops[target.name] + used[target.name, "in"]
        used[source.name, "out"] += thick
        used[target.name, "in"] += thick
        x1, x2 = COLUMNS[source.column] + BAR, COLUMNS[target.column]
        middle = (x1 + x2) / 2
        path = (
            f"M{x1} {left:.1f}C{middle} {left:.1f} {middle} {right:.1f} {x2} {right:.1f}v{thick:.1f}"
            f"C{middle} {right + thick:.1f} {middle} {left + thick:.1f} {x1} {left + thick:.1f}z"
        )
        bands.append(Band(path, target.colour))
    return bands
