"""The scores of the lanes as a table, and how often somebody died at which step."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table

from tests.crash.fire import Score
from tests.crash.steps import Step, Victim

COLUMNS = (
    "lane",
    "kills",
    "cuts",
    "items",
    "lost",
    "effects twice",
    "uncertain",
    "recovered: median s",
    "worst s",
    "took s",
)


def show(scores: Sequence[Score], console: Console) -> None:
    total = Score("in sum")
    for score in scores:
        total.add(score)
    table = Table(*COLUMNS, title="Effects under fire")
    for score in scores:
        table.add_row(*_cells(score))
    table.add_section()
    table.add_row(*_cells(total))
    console.print(table)
    console.print(_steps(total))
    for line in (*total.lost, *total.twice):
        console.print(line, style="red", markup=False)


def _cells(score: Score) -> list[str]:
    counts = (score.killed, score.cuts, score.items, len(score.lost), len(score.twice), score.uncertain)
    recovery = [f"{seconds:.1f}" for seconds in score.recovery() or ()] or ["–", "–"]
    return [score.lane, *(str(count) for count in counts), *recovery, f"{score.seconds:.0f}"]


def _steps(total: Score) -> Table:
    victims = [victim for victim in Victim if any(killed is victim for killed, _ in total.kills)]
    table = Table("step", *victims, title="Kills by step and victim")
    for step in Step:
        table.add_row(step, *(str(total.kills[victim, step] or "–") for victim in victims))
    by_victim = Counter({victim: sum(n for (v, _), n in total.kills.items() if v is victim) for victim in victims})
    table.add_section()
    table.add_row("in sum", *(str(by_victim[victim]) for victim in victims))
    return table
