"""Log lines as JSON say what they are about: the run, the robot, the item, the worker and the system; and nobody's
number."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from io import StringIO
from pathlib import Path
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

import pytest
from loguru import logger

from bots_common import logs
from bots_common.autonomy import Level
from bots_common.calendar import Calendar, Kind
from bots_common.desk import Desk
from bots_common.robot import Item
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.work import Codec, Store
from schedules.plan import Rules, Schedule
from schedules.running import Office
from schedules.scheduler import run_now
from tests import tally
from tests.leaks import leaks
from tests.tally import Case, Tally

ANNA = "6101901234"
MORNINGS = Schedule(
    "mornings",
    Rules(robot="tally", when="cron 30 6 * * *"),
    ZoneInfo("Europe/Copenhagen"),
    Calendar(Kind.DENMARK_PUBLIC),
)


class Gossip(Tally):
    """Names a citizen wherever it can, and fails once."""

    failures: ClassVar[list[str]] = []

    async def handle(self, item: Item[Case], desk: Desk) -> None:
        logger.bind(system="finance", citizen=int(ANNA)).info("Looks for {}.", ANNA)
        if not self.failures:
            self.failures.append(item.reference)
            raise KeyError(f"no row for {ANNA[:6]}-{ANNA[6:]}")
        await super().handle(item, desk)


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[StringIO]:
    screen = StringIO()
    logs.configure(tmp_path / "logs", terminal=screen, form="json")
    yield screen
    logger.remove()


async def test_every_line_of_a_run_says_what_it_is_about(tmp_path: Path, codec: Codec, terminal: StringIO) -> None:
    Gossip.failures.clear()
    (tmp_path / "cases.txt").write_text("a b", encoding="utf-8")
    rules = WorkerSettings(desks=1, retry_seconds=0.01, poll_seconds=0.01)
    settings = GivenSettings(folder=tmp_path, robots=tally.settings_of(tmp_path), worker=rules)
    with closing(Store.open(settings.database_url, codec)) as store:
        store.levels.set("tally", Level.AUTO, "anna", "for this test")
        office = Office(store, codec, settings)
        run = await run_now(office, MORNINGS, Gossip(settings), "anna", lambda seen: None)
        await run.run()
        items = {item.id for item in store.reading.items()}
    logger.remove()
    lines: list[dict[str, Any]] = [json.loads(line) for line in terminal.getvalue().splitlines()]
    file = (tmp_path / "logs" / "kollega.jsonl").read_text(encoding="utf-8")
    assert lines == [json.loads(line) for line in file.splitlines()]
    of_items = [line for line in lines if "item" in line]
    assert {line["item"] for line in of_items} == items
    assert {(line["run"], line["schedule"], line["robot"]) for line in of_items} == {
        (run.row.id, "mornings", "tally")
    }
    assert {line["worker"] for line in of_items if line["message"] == "Done."} == {of_items[0]["worker"]}
    assert {line["system"] for line in lines if line["message"].startswith("Looks for")} == {"finance"}
    (failed,) = [line for line in lines if "error" in line]
    assert failed["error"]["type"] == "KeyError"
    assert "in handle" in failed["error"]["trace"]
    assert [line["citizen"] for line in lines if "citizen" in line] == ["******-****"] * 3
    (tmp_path / "terminal").write_text(terminal.getvalue(), encoding="utf-8")
    assert leaks(tmp_path, [ANNA]) == []
