"""`kollega schedule serve` in a folder, with the tally robot installed beside the others."""

from __future__ import annotations

import os
import sys
from datetime import UTC, datetime, timedelta
from importlib.metadata import EntryPoint
from pathlib import Path

from bots_common import robot, settings
from kollega import cli
from kollega.rooms import opened
from tests import tally


def main(folder: Path) -> None:
    os.chdir(folder)
    table = tally.settings_of(folder)["tally"]
    Path("cases.txt").write_text("a b", encoding="utf-8")
    with Path("kollega.toml").open("a", encoding="utf-8") as file:
        file.write("\n[robots.tally]\n" + "\n".join(f"{key} = '{value}'" for key, value in table.items()))
    entry = EntryPoint("tally", "tests.tally:Tally", robot.ENTRY_POINTS)
    robot.entry_points = lambda group: [entry]  # type: ignore[assignment, return-value]
    with opened(settings.load()) as rooms:  # it was planned before: else a schedule has missed nothing
        rooms.store.runs.plan("now", "tally", datetime.now(UTC) - timedelta(minutes=5))
    sys.argv = ["kollega", "schedule", "serve"]
    cli.main()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
