"""What stands on the dashboard: the charts, in the reader's language. Each is made where somebody asks for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import Final

from babel.dates import format_skeleton

from bots_common.values import Period
from bots_common.work.stats import Waited
from bots_common.work.unfinished import Due
from reports.charts import BY_ROBOT, Chart, Colour, Form, Series
from reports.figures import Figures, course
from reports.flow import Flow, flow
from reports.queries import RobotSummary, pareto
from reports.telling import Teller

SPANS: Final[Mapping[Waited, str]] = {
    Waited.HOUR: "Up to an hour",
    Waited.FOUR_HOURS: "1 to 4 hours",
    Waited.DAY: "4 hours to a day",
    Waited.THREE_DAYS: "1 to 3 days",
    Waited.WEEK: "3 to 7 days",
    Waited.MONTH: "7 to 30 days",
    Waited.LONGER: "Over 30 days",
}
DUES: Final[Mapping[Due, str]] = {
    Due.OVERDUE: "Overdue",
    Due.DAY: "Within a day",
    Due.THREE_DAYS: "In 1 to 3 days",
    Due.WEEK: "In 3 to 7 days",
    Due.LATER: "Later",
}
OUTCOMES: Final[tuple[tuple[str, Colour, Callable[[RobotSummary], int]], ...]] = (
    ("Handled by the robot alone", Colour.ALONE, lambda it: it.alone),
    ("Handled with people's help", Colour.HELPED, lambda it: it.helped),
    ("Settled by people", Colour.SETTLED, lambda it: it.settled),
    ("Handed to a person", Colour.HANDED, lambda it: it.exceptions.total()),
    ("Waits for a person", Colour.ASKED, lambda it: it.waiting.total()),
    ("Left to people", Colour.LEFT, lambda it: it.skipped),
)
MOST: Final = 9
"""So many reasons are shown one by one, the rarer ones together."""


class Board:
    """The charts of some figures."""

    def __init__(self, figures: Figures, teller: Teller) -> None:
        self._figures = figures
        self._teller = teller
        self.makers: Mapping[str, Callable[[], Chart]] = {
            "handled": self.handled,
            "outcomes": self.outcomes,
            "share": self.share,
            "reasons": self.reasons,
            "ages": self.ages,
            "waited": self.waited,
            "deadlines": self.deadlines,
        }

    @cached_property
    def charts(self) -> list[Chart]:
        """All of them, in the order of the page."""
        return [make() for make in self.makers.values()]

    def flows(self) -> list[tuple[str, Flow]]:
        """Where each robot's cases went."""
        return [(it.robot, flow(course(it), it.robot, self._teller)) for it in self._figures.work]

    def handled(self) -> Chart:
        slots = self._figures.slots
        return Chart(
            name="handled",
            title=self._teller.say("Handled by the robots"),
            about=self._teller.say("Days"),
            labels=self._labels([it.days for it in slots]),
            series=tuple(
                Series(
                    self._teller.robot(robot),
                    BY_ROBOT[place % len(BY_ROBOT)],
                    tuple(it.by_robot[robot].done for it in slots),
                )
                for place, robot in enumerate(it.robot for it in self._figures.work)
            ),
            form=Form.STACKED,
        )

    def outcomes(self) -> Chart:
        slots = self._figures.slots
        return Chart(
            name="outcomes",
            title=self._teller.say("What came of the cases"),
            about=self._teller.say("Days"),
            labels=self._labels([it.days for it in slots]),
            series=tuple(
                Series(self._teller.say(text), colour, tuple(it.sum(number) for it in slots))
                for text, colour, number in OUTCOMES
            ),
            form=Form.STACKED,
            note=self._teller.say(
                "A case that people sent to the robot again counts both when they got it and when it was done."
            ),
        )

    def share(self) -> Chart:
        robots = self._figures.robots
        reached = Series(self._teller.say("Reached"), Colour.ALONE, tuple(it.work.share for it in robots))
        goals = Series(self._teller.say("Goal"), Colour.GOAL, tuple(it.goal for it in robots))
        return Chart(
            name="share",
            title=self._teller.say("Share without a person"),
            about=self._teller.say("Robot"),
            labels=tuple(self._teller.robot(it.robot) for it in robots),
            series=(reached, goals) if any(goals.values) else (reached,),
            form=Form.ROWS,
            shares=True,
            note=self._teller.say(
                "Of all cases that came to an end with the robot, those left to people from the start included."
            ),
        )

    def reasons(self) -> Chart:
        several = len(self._figures.work) > 1
        counted = {(it.robot, why): n for it in self._figures.work for why, n in it.handed.items()}
        told = {
            f"{self._teller.robot(robot)}: {self._teller.reason(robot, why)}"
            if several
            else self._teller.reason(robot, why): n
            for (robot, why), n in counted.items()
        }
        shares = pareto(told)
        rest = shares[MOST:]
        labels = [it.reason for it in shares[:MOST]]
        values = [it.count for it in shares[:MOST]]
        if rest:
            labels.append(self._teller.say("Other reasons"))
            values.append(sum(it.count for it in rest))
        cumulated = [*(it.cumulated for it in shares[:MOST]), *(it.cumulated for it in rest[-1:])]
        return Chart(
            name="reasons",
            title=self._teller.say("Why a person must take the case"),
            about=self._teller.say("Reason"),
            labels=tuple(labels),
            series=(Series(self._teller.say("Cases"), Colour.HANDED, tuple(values)),),
            form=Form.ROWS,
            cumulated=tuple(cumulated),
        )

    def ages(self) -> Chart:
        ages = self._figures.ages()
        return self._spans("ages", self._teller.say("How long cases have been with people"), Colour.HANDED, ages)

    def waited(self) -> Chart:
        waited = self._figures.total.waited
        return self._spans("waited", self._teller.say("How long people took to decide"), Colour.SETTLED, waited)

    def deadlines(self) -> Chart:
        due = self._figures.due()
        return Chart(
            name="deadlines",
            title=self._teller.say("Deadlines of what is not finished"),
            about=self._teller.say("Deadline"),
            labels=tuple(self._teller.say(text) for text in DUES.values()),
            series=(Series(self._teller.say("Cases"), Colour.ASKED, tuple(due[it] for it in DUES)),),
            form=Form.ROWS,
            note=self._teller.say("As it is now. Cases without a deadline are not among them."),
        )

    def _spans(self, name: str, title: str, colour: Colour, counted: Mapping[Waited, int]) -> Chart:
        return Chart(
            name=name,
            title=title,
            about=self._teller.say("Time"),
            labels=tuple(self._teller.say(text) for text in SPANS.values()),
            series=(Series(self._teller.say("Cases"), colour, tuple(counted.get(it, 0) for it in SPANS)),),
            form=Form.ROWS,
            note=self._teller.say("As it is now.") if name == "ages" else "",
        )

    def _labels(self, steps: list[Period]) -> tuple[str, ...]:
        """Days and weeks by the day on which they begin, months by their name; the year where there are several."""
        if not steps:
            return ()
        by_month = max(it.days for it in steps) > 7
        years = len({it.first.year for it in steps}) > 1
        skeleton = ("yMMM" if years else "MMM") if by_month else ("yMMMd" if years else "MMMd")
        locale = self._teller.language.locale
        return tuple(format_skeleton(skeleton, it.first, locale=locale) for it in steps)
