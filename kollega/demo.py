"""`kollega demo`: a mock town, the invoices robot at work in it, and what came of it."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bots_common import obslist
from bots_common.robot import registry
from bots_common.settings import GivenSettings, Settings, SystemSettings, load
from bots_common.texts import Language, kroner
from bots_common.work import State
from bots_common.work.records import NewObs
from kollega.at_work import handle_all, serve_pages
from kollega.rooms import Rooms, opened
from mocks import ledger
from mocks import serve as mock_town
from mocks.town import generate
from mocks.town.spans import reporting_day
from reports import excel

ROBOT: Final = "invoices"
SYSTEMS: Final = {"finance": "opus", "grants": "sensum"}
INCOME_MONTH: Final = date(2024, 10, 1)
SUBSIDY_MONTH: Final = "2024-11"
"""The town's own time."""
WEB_PORT: Final = 8600


def run(console: Console, folder: Path, *, seed: int, size: int) -> None:
    """Show the robot at work. A second time nothing new is found, and nothing is done twice."""
    town = folder / f"town-{seed}-{size}"
    with console.status("Building the mock town …"), mock_town.running(town, seed=seed, size=size) as address:
        console.print(f"Mock town: {address}/opus/ (finance) and {address}/sensum/ (grants), robot / robot")
        settings = _settings(folder, town, address, our_ean=generate(seed, size).ean)
        with opened(settings, log_level="WARNING") as rooms:
            with console.status("Looking for invoices …"):
                added = asyncio.run(rooms.worker([ROBOT]).find())[ROBOT]
            console.print(f"Found {len(added.new)} new invoices; {len(added.known)} were known already.")
            begun = time.monotonic()
            handled = handle_all(console, rooms, ROBOT)
            _summary(console, rooms, town, handled=len(handled), seconds=time.monotonic() - begun)
            if console.is_terminal:
                serve_pages(console, rooms, WEB_PORT)
            else:
                console.print("See the pages: run this in a terminal, and they are served when it is done.")


def _settings(folder: Path, town: Path, address: str, *, our_ean: str) -> Settings:
    systems = {
        name: SystemSettings(url=f"{address}/{path}/", username="robot", password=SecretStr("robot"))
        for name, path in SYSTEMS.items()
    }
    accounts = str(town / mock_town.ACCOUNTS)
    return GivenSettings(
        browser=load().browser,
        folder=folder / town.name.replace("town", "kollega"),
        systems=systems,
        robots={ROBOT: {"our_eans": [our_ean], "accounts": accounts}},
    )


def _summary(console: Console, rooms: Rooms, town: Path, *, handled: int, seconds: float) -> None:
    language = Language(rooms.settings.language)
    counts = rooms.store.stats.counts(robot=ROBOT)
    posted = sum((it.amount for it in counts if it.outcome == "effect" and it.reason == "post"), start=0)
    states = rooms.store.reading.by_state(ROBOT)
    table = Table("", "", title="What happened", title_justify="left", show_header=False)
    table.add_row("Handled by the robot", str(states.get(State.DONE, 0)))
    table.add_row("Posted", kroner(str(posted), language))
    table.add_row("Handed to a person", str(states.get(State.EXCEPTION, 0)))
    reasons = Counter({it.reason: it.count for it in counts if it.outcome == State.EXCEPTION})
    for reason, count in reasons.most_common():
        table.add_row(f"  {registry()[ROBOT].reason_title(reason, language)}", str(count))
    table.add_row("This time", f"{handled} items in {seconds:.1f} s" + _pace(handled, seconds))
    console.print(table)
    report = excel.write(
        rooms.settings.folder / "report.xlsx", rooms.store, rooms.settings, rooms.store.stats.today()
    )
    console.print(f"Excel report: {report}\nEvidence (sealed): {rooms.settings.folder / 'evidence'}")
    _proof(console, town)


def _pace(handled: int, seconds: float) -> str:
    return f", {handled / seconds:.1f} items/s" if handled else ""


def _proof(console: Console, town: Path) -> None:
    """What the mock systems themselves have written down: the witness that nothing was done twice."""
    acts = ledger.read(town / mock_town.STATE)
    posted = Counter(act.fields["document"] for act in acts if act.act == "post")
    paid = Counter(
        (act.fields["grant"], act.fields["first"], act.fields["last"]) for act in acts if act.act == "mark_paid"
    )
    twice = [key for key, count in (posted | paid).items() if count > 1]
    verdict = "[green]nothing twice[/green]" if not twice else f"[red]{len(twice)} twice[/red]"
    done = f"{sum(posted.values())} postings, {sum(paid.values())} periods marked paid"
    console.print(f"The systems' own ledgers: {done}, {verdict}.")


def obs_list_of(town: Path, today: date) -> list[NewObs]:
    """The town's own obs-list, its days moved from the town's present, which is in 2024, to ours."""
    shift = today - reporting_day(INCOME_MONTH)
    known = {name: [name] for name in registry()}
    sheet = obslist.read((town / mock_town.OBS_LIST).read_bytes(), known, today)
    return [replace(it, first=it.first + shift, last=it.last and it.last + shift) for it in sheet.entries]
