"""`kollega demo`: a mock town, three robots at work in it, and what came of it."""

from __future__ import annotations

import asyncio
import json
import secrets
import shutil
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final
from urllib.request import Request, urlopen

from pydantic import SecretStr
from rich.console import Console
from rich.table import Table

from bots_common import obslist
from bots_common.autonomy import Level
from bots_common.robot import registry
from bots_common.roles import Grant, Role
from bots_common.settings import AutonomySettings, GivenSettings, MailSettings, Settings, SystemSettings, load
from bots_common.texts import Language, kroner
from bots_common.work import State
from bots_common.work.records import NewObs
from kollega.at_work import handle_all, serve_pages, working_meanwhile
from kollega.rooms import Rooms, opened
from mocks import ledger
from mocks import serve as mock_town
from mocks.faults import PREFIXES
from mocks.ledger import Act
from mocks.town import generate
from mocks.town.flex import practice
from mocks.town.spans import reporting_day
from reports import excel

INCOME_MONTH: Final = date(2024, 10, 1)
SUBSIDY_MONTH: Final = "2024-11"
"""The town's own time."""
FIRST_DAY: Final = reporting_day(INCOME_MONTH)
MANNERS: Final[dict[str, dict[str, int]]] = {
    "income": {"concurrency": 1},
    "archive": {"concurrency": 4, "calls_per_minute": 600},
}
"""The income register lets a user search once at a time; the archive locks out whoever calls too fast."""
SAMPLED: Final = 0.2
"""The share of the flex-wage cases that a person looks at first: some are left for whoever opens the pages."""
SCHEDULES: Final = Path(mock_town.__file__).with_name("schedules.toml")
WHO: Final = "demo"
WEB_PORT: Final = 8600


@dataclass(frozen=True, slots=True)
class Shown:
    """A robot of the demonstration: what it looks for, its effect that counts, and what an act of it is about."""

    robot: str
    cases: str
    counts: str
    acts: dict[str, tuple[str, ...]]
    """The acts that it may do once, and the fields that say about what."""
    days: tuple[date, ...] = ()
    """The days of the town on which it works; where there are none, on whatever day it is there."""
    level: Level = Level.AUTO


ROBOTS: Final = (
    Shown("invoices", "invoices", "post", {"post": ("document",), "mark_paid": ("grant", "first", "last")}),
    Shown(
        "certificates",
        "hires and answers of the police",
        "file",
        {"file": ("title",), "check_in": ("document",), "delete": ("message",)},
        days=tuple(FIRST_DAY + timedelta(days=later) for later in (0, 8, 15, 27)),
    ),
    Shown(
        "flexwage",
        "flex-wage cases",
        "pay",
        {"approve": ("case", "month"), "letter": ("case", "month")},
        level=Level.SAMPLE,
    ),
)


def run(console: Console, folder: Path, *, seed: int, size: int) -> None:
    """Show the robots at work. A second time nothing new is found, and nothing is done twice."""
    town = folder / f"town-{seed}-{size}"
    with ExitStack() as house:
        with console.status("Building the mock town …"):
            hires = size // 2  # each is some three items
            address = house.enter_context(mock_town.running(town, seed=seed, size=size, flex=size, hires=hires))
        systems = ", ".join(f"{address}{prefix}/ ({name})" for name, prefix in PREFIXES.items())
        console.print(f"Mock town: {systems}; robot / robot", soft_wrap=True)
        settings = _settings(folder, town, address, our_ean=generate(seed, size).ean)
        with opened(settings, log_level="WARNING") as rooms:
            today = rooms.store.stats.today()
            rooms.store.obs.add(obs_list_of(town, today), WHO)
            for shown in ROBOTS:
                _at_work(console, rooms, shown, town, address)
            report = excel.write(rooms.settings.folder / "report.xlsx", rooms.store, rooms.settings, today)
            console.print(f"Excel report: {report}\nEvidence (sealed): {rooms.settings.folder / 'evidence'}")
            if console.is_terminal:
                _stay(console, rooms, address)
            else:
                console.print("See the pages: run this in a terminal, and they are served when it is done.")


def _stay(console: Console, rooms: Rooms, address: str) -> None:
    """Serve the pages with the robots at work behind them: they do what is decided there."""
    there = replace(rooms, settings=_on(_town_today(address), rooms.settings, "certificates"))
    with working_meanwhile(there, [shown.robot for shown in ROBOTS]):
        console.print("The robots stay at work: what you decide in the pages they do within seconds.")
        serve_pages(console, rooms, WEB_PORT, guest=guest_of(rooms))


def guest_of(rooms: Rooms) -> str:
    """An account with every role, whose password nobody knows: the link is its only door."""
    if WHO not in {account.name for account in rooms.store.accounts.all()}:
        rooms.store.accounts.add(WHO, "Demo", WHO, grants=[Grant(role) for role in Role])
        rooms.store.accounts.set_password(WHO, secrets.token_urlsafe())
    return WHO


def obs_list_of(town: Path, today: date) -> list[NewObs]:
    """The town's own obs-list, its days moved from the town's present, which is in 2024, to ours."""
    there = reporting_day(INCOME_MONTH)
    shift = today - there
    known = {name: [name] for name in registry()}
    sheet = obslist.read((town / mock_town.OBS_LIST).read_bytes(), known, there)
    return [replace(it, first=it.first + shift, last=it.last and it.last + shift) for it in sheet.entries]


def _settings(folder: Path, town: Path, address: str, *, our_ean: str) -> Settings:
    systems = {
        name: SystemSettings(
            url=f"{address}{prefix}/",
            username="robot",
            password=SecretStr("robot"),
            **MANNERS.get(name, {}),
        )
        for name, prefix in PREFIXES.items()
    }
    robots: dict[str, dict[str, Any]] = {
        "invoices": {"our_eans": [our_ean], "accounts": str(town / mock_town.ACCOUNTS)},
        "certificates": {
            "table": str(town / mock_town.POSTS),
            "contact": "HR",
            "hr": "hr@kommunen.example",
            "mode": "robot",  # the mock police allow it; elsewhere a person sends the requests (`kollega piles`)
        },
        "flexwage": {
            "own_atp": practice.OWN_ATP,
            "criteria": dict(practice.CRITERIA),
            "month": SUBSIDY_MONTH,
        },
    }
    ours = folder / town.name.replace("town", "kollega")
    host, _, port = (town / mock_town.SMTP).read_text(encoding="utf-8").rpartition(":")
    return GivenSettings(
        browser=load().browser,
        mail=MailSettings(host=host, port=int(port), security="none", sender="robot@kommunen.example"),
        folder=ours,
        schedules=_schedules(ours),
        systems=systems,
        autonomy={"flexwage": AutonomySettings(share=SAMPLED)},
        robots=robots,
    )


def _schedules(folder: Path) -> Path:
    """The schedule file of this demonstration, as staff have left it where it is there already."""
    file = folder / "schedules.toml"
    if not file.exists():
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(SCHEDULES, file)
    return file


def _at_work(console: Console, rooms: Rooms, shown: Shown, town: Path, address: str) -> None:
    if rooms.store.levels.of(shown.robot).level is not shown.level:
        rooms.store.levels.set(shown.robot, shown.level, WHO, "a demonstration in a mock town")
    begun, handled = time.monotonic(), 0
    for day in shown.days or (None,):
        handled += _one_day(console, rooms, shown, day, address)
    _summary(console, rooms, shown, handled=handled, seconds=time.monotonic() - begun)
    _proof(console, town, shown)


def _one_day(console: Console, rooms: Rooms, shown: Shown, day: date | None, address: str) -> int:
    """Let the robot work on a day of the town's, or on whatever day it is there; how much it handled."""
    when = ""
    if day is not None:
        if day < _town_today(address):  # a second demonstration goes on where the first one ended
            return 0
        _post(f"{address}/_clock", {"today": str(day)})
        rooms = replace(rooms, settings=_on(day, rooms.settings, shown.robot))
        when = f"It is {day:%d-%m-%Y} in the town. "
    with console.status(f"{when}Looking for {shown.cases} …"):
        added = asyncio.run(rooms.worker([shown.robot]).find())[shown.robot]
    again = f", of which {len(added.again)} are looked at again" if added.again else ""
    found = f"Found {len(added.new)} new {shown.cases}; {len(added.known)} were known already{again}."
    console.print(f"{when}{found}", soft_wrap=True)
    return len(handle_all(console, rooms, shown.robot).outcomes)


def _on(day: date, settings: Settings, robot: str) -> Settings:
    """The settings by which it is that day to the robot too."""
    robots = {**settings.robots, robot: {**settings.robots[robot], "today": str(day)}}
    return settings.model_copy(update={"robots": robots})


def _town_today(address: str) -> date:
    with urlopen(f"{address}/_clock") as answer:  # noqa: S310 - our own town on this machine
        return date.fromisoformat(json.load(answer)["today"])


def _post(address: str, order: dict[str, str]) -> None:
    request = Request(address, json.dumps(order).encode(), {"Content-Type": "application/json"})  # noqa: S310
    urlopen(request).close()  # noqa: S310


def _summary(console: Console, rooms: Rooms, shown: Shown, *, handled: int, seconds: float) -> None:
    language = Language(rooms.settings.language)
    robot = registry()[shown.robot]
    counts = rooms.store.stats.counts(robot=shown.robot)
    done = [it for it in counts if it.outcome == "effect" and it.reason.partition("/")[0] == shown.counts]
    booked = sum((it.amount for it in done), start=0)
    worth = kroner(str(booked), language) if booked else str(sum(it.count for it in done))
    states = rooms.store.reading.by_state(shown.robot)
    table = Table("", "", title="What happened", title_justify="left", show_header=False)
    table.add_row("Handled by the robot", str(states.get(State.DONE, 0)))
    table.add_row(robot.effect_title(shown.counts, language), worth)
    if skipped := states.get(State.SKIPPED):
        table.add_row("Left to people by the obs-list", str(skipped))
    if waiting := states.get(State.WAITING):
        table.add_row("Waiting for a person's yes", str(waiting))
    table.add_row("Handed to a person", str(states.get(State.EXCEPTION, 0)))
    for reason, count in _with_people(rooms, shown.robot).most_common():
        table.add_row(f"  {robot.reason_title(reason, language)}", str(count))
    pace = f", {handled / seconds:.1f} items/s" if handled else ""
    table.add_row("This time", f"{handled} items in {seconds:.1f} s{pace}")
    console.print(table)


def _with_people(rooms: Rooms, robot: str) -> Counter[str]:
    """How many cases people have now, by reason."""
    exceptions = rooms.store.reading.exceptions()
    return Counter({reason: count for (name, reason), count in exceptions.items() if name == robot})


def _proof(console: Console, town: Path, shown: Shown) -> None:
    """What the mock systems themselves have written down: the witness that nothing was done twice."""
    acts = [act for act in ledger.read(town / mock_town.STATE) if act.act in shown.acts]
    done = Counter(_about(act, shown.acts[act.act]) for act in acts)
    twice = sum(count > 1 for count in done.values())
    verdict = "[green]nothing twice[/green]" if not twice else f"[red]{twice} twice[/red]"
    kinds = Counter(act.act for act in acts)
    console.print(
        f"The systems' own ledgers: {', '.join(f'{kinds[name]} × {name}' for name in shown.acts)}, {verdict}."
    )


def _about(act: Act, fields: tuple[str, ...]) -> tuple[str, ...]:
    return (act.act, *(act.fields[name] for name in fields))
