"""`make crash`: at least a thousand kills. Prints the table; exit code 1 where anything was lost or done twice."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests import postgres
from tests.crash import lanes, table
from tests.crash.fire import Score
from tests.crash.lanes import sqlite_in
from tests.crash.steps import UNANSWERED

WIDTH = 132


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Effects under fire.")
    parser.add_argument("--share", type=float, default=1.0, help="the share of the thousand kills to do")
    share = parser.parse_args().share
    console = Console(width=WIDTH)
    scores: list[Score] = []
    for score in _lanes(share):
        scores.append(score)
        console.print(f"{score.lane}: {score.killed} kills in {score.seconds:.0f} s.")
    table.show(scores, console)
    sys.exit(any(score.lost or score.twice for score in scores))


def _lanes(share: float) -> Iterator[Score]:
    def kills(count: int) -> int:
        return max(1, round(count * share))

    with TemporaryDirectory(prefix="kollega-crash-") as name, postgres.server() as server:

        def on_postgresql(of_lane: Path) -> str:
            return server.new_database()

        one, two, three, four, five, six = (Path(name) / str(number) for number in range(6))
        yield lanes.journal_lane("journal, SQLite", one, sqlite_in(one), kills=kills(400))
        yield lanes.journal_lane("journal, PostgreSQL", two, on_postgresql(two), kills=kills(400), seed=2000)
        yield lanes.journal_lane(
            "blind journal, SQLite", three, sqlite_in(three), kills=kills(30), steps=UNANSWERED, blind=True
        )
        yield lanes.database_lane("database killed", four, server, restarts=kills(24), away_seconds=30 * share)
        yield lanes.invoices_lane("invoices, SQLite", five, sqlite_in, kills=kills(80))
        yield lanes.invoices_lane("invoices, PostgreSQL", six, on_postgresql, kills=kills(80), seed=50)


if __name__ == "__main__":
    main()
