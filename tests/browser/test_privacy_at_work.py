"""The worker's own bytes: after a day in the mock town with faults, no citizen is named in anything it wrote."""

from __future__ import annotations

from io import StringIO
from pathlib import Path

from loguru import logger

from bots_common import logs
from mocks.town import generate
from tests.flex_at_work import flex_at_work
from tests.leaks import leaks
from tests.town_at_work import town_at_work

SEED, SIZE = 6, 20
FAULTS = (
    {"kind": "error500", "rate": 0.1},
    {"kind": "cut_after_write", "rate": 0.1},
    {"kind": "renamed_label", "rate": 0.1},
)


async def test_nothing_that_a_worker_writes_names_anybody(tmp_path: Path) -> None:
    terminal = StringIO()
    with town_at_work(tmp_path, seed=SEED, size=SIZE) as town:
        logs.configure(town.settings.folder / "logs", terminal=terminal)
        town.switch_on(*FAULTS)
        await town.find_and_work()
        logger.remove()
        written = town.settings.folder
        (written / "terminal").write_text(terminal.getvalue(), encoding="utf-8")
        kept = [suffix for file in written.rglob("*") if (suffix := file.suffix)]
        assert {".db", ".jsonl", ".sealed"} <= set(kept)
        assert leaks(written, [citizen.cpr for citizen in generate(SEED, SIZE).citizens]) == []


async def test_nor_does_the_flex_wage_robots(tmp_path: Path) -> None:
    terminal = StringIO()
    with flex_at_work(tmp_path, seed=SEED, size=SIZE) as town:
        logs.configure(town.settings.folder / "logs", terminal=terminal)
        town.switch_on(*FAULTS, {"kind": "search_timeout", "rate": 0.1})
        await town.find_and_work()
        logger.remove()
        written = town.settings.folder
        (written / "terminal").write_text(terminal.getvalue(), encoding="utf-8")
        assert town.made
        assert leaks(written, [case.cpr for case in town.made.cases]) == []
