"""`make crash`: at least a thousand kills. Prints the table; exit code 1 where anything was lost or done twice."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from tests import postgres
from tests.crash import lanes, table
from tests.crash.fire import Score
from tests.crash.lanes import sqlite_in


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description="Effects under fire.")
    parser.add_argument("--share", type=float, default=1.0, help="the share of the thousand kills to do")
    share = parser.parse_args().share
    console = Console()
    scores: list[Score] = []

    def done(score: Score) -> None:
        scores.append(score)
        console.print(f"{score.lane}: {score.killed} kills in {score.seconds:.0f} s.")

    with TemporaryDirectory(prefix="kollega-crash-") as name, postgres.server() as server:
        folder = Path(name)

        def kills(count: int) -> int:
            return max(1, round(count * share))

        def on_postgresql(of_lane: Path) -> str:
            return server.new_database()

        one, two, three = (folder / name for name in ("one", "two", "three"))
        done(lanes.journal_lane("journal, SQLite", one, sqlite_in(one), kills=kills(400)))
        done(lanes.journal_lane("journal, PostgreSQL", two, on_postgresql(two), kills=kills(400), seed=2000))
        done(lanes.journal_lane("blind journal, SQLite", three, sqlite_in(three), kills=kills(30), blind=True))
        done(
            lanes.database_lane(
                "PostgreSQL killed", folder / "four", server, restarts=kills(24), away_seconds=30 * min(share, 1)
            )
        )
        done(lanes.invoices_lane("invoices, SQLite", folder / "five", sqlite_in, kills=kills(80)))
        done(lanes.invoices_lane("invoices, PostgreSQL", folder / "six", on_postgresql, kills=kills(80), seed=50))
    table.show(scores, console)
    sys.exit(any(score.lost or score.twice for score in scores))


if __name__ == "__main__":
    main()
