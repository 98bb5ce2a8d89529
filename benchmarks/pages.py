"""How fast the web pages answer beside a million finished items: `python -m benchmarks.pages [items]`.

The database holds that many finished items with their history, citizens and receipts, found by four robots in the
five years for which items are kept where nobody says otherwise. Besides these: the roll-ups of the years, thousands
of items that people have and that wait for a robot, proposals with and without a decision, two years of runs, an
obs-list, and what people have looked at. Each page is asked for many times by somebody with every role, through the
whole application; what is told is the time until its last byte.
"""

from __future__ import annotations

import asyncio
import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, Final

from rich.console import Console
from rich.table import Table
from sqlalchemy import func, insert, literal, select

from benchmarks import past
from benchmarks.queue_process import CODEC, ROBOT
from bots_common.autonomy import Cause, Decision, Level
from bots_common.robot import registry
from bots_common.settings import GivenSettings, RetentionSettings
from bots_common.work import NewItem, State, Store
from bots_common.work.database import Database
from bots_common.work.people_tables import Audit, ObsEntry
from bots_common.work.run_records import RunState, Stop
from bots_common.work.run_tables import Run
from bots_common.work.states import Step
from bots_common.work.tables import Effect, History, Proposal, Rollup, Subject, WorkItem
from reports import web
from reports.acts import Act
from tests import postgres, visitors

ITEMS: Final = 1_000_000
WITH_PEOPLE: Final = 5_000
LEFT: Final = 1_000
READY: Final = 2_000
DECIDED: Final = 5_000
RUNS: Final = 20_000
LISTED: Final = 1_000
LOOKS: Final = 100_000
DAYS: Final = RetentionSettings().row or 1825
SHARDS: Final = 4
TIMES: Final = 40
GOAL: Final = 150
PAGES: Final = (
    "/",
    "/items",
    "/items?robot=invoices",
    "/items?robot=invoices&state=done",
    "/items?robot=invoices&state=new",
    "/items?state=skipped",
    "/items?page=10000",
    "/items/1",
    "/dashboard",
    "/dashboard?span=year",
    "/dashboard?span=year&robot=invoices",
    "/dashboard?span=year&wall=1",
    "/dashboard/handled.svg?span=year",
    "/dashboard/outcomes.svg?span=month",
    "/dashboard/reasons.svg?span=year&size=narrow",
    "/dashboard/ages.svg",
    "/dashboard/deadlines.svg",
    "/dashboard/flow.svg?span=year&robot=invoices",
    "/robots/invoices/baseline",
    "/worklist",
    "/worklist?robot=invoices&sort=amount",
    "/worklist?text=open",
    "/approvals",
    "/approvals/invoices/post",
    "/sample",
    "/sample/invoices",
    "/mine",
    "/piles",
    "/obs",
    "/obs/by-hand",
    "/robots",
    "/robots/invoices",
    "/systems",
    "/schedules",
    "/schedules/file",
    "/runs",
    "/runs/1",
    "/reports",
    "/reports/invoices/{month}",
    "/reports/certificates/{month}",
    "/reports/invoices/{month}/card",
    "/reports/invoices/{month}/reasons",
    "/audit",
    "/audit?who=person-1",
    "/accounts",
    "/me",
)
"""A few of every kind; the day's Excel report is no page."""


def fill(url: str, items: int) -> None:
    """Finished items, open ones, and what was counted in the years."""
    past.fill_days(url, items, (*registry(), ROBOT), DAYS)
    random.seed(1)
    database, now = Database(url), datetime.now(UTC)
    with database.write() as tx:
        tx.execute(insert(WorkItem), list(_open_items(now)))
        for step, its in (
            (Step.FIND, WorkItem.state != State.DONE),
            (Step.HAND_OVER, WorkItem.state == State.EXCEPTION),
        ):
            changes = {
                History.item_id: WorkItem.id,
                History.at: WorkItem.changed_at,
                History.who: WorkItem.robot,
                History.step: literal(step.value),
                History.to_state: WorkItem.state,
                History.why: func.coalesce(WorkItem.reason, ""),
            }
            tx.execute(insert(History).from_select(list(changes), select(*changes.values()).where(its)))
        tx.execute(insert(Rollup), list(_rollups(now)))
        decided = select(WorkItem.id).where(WorkItem.robot == ROBOT).order_by(WorkItem.id).limit(DECIDED)
        tx.execute(insert(Proposal), [_proposal(item_id, now) for item_id in tx.execute(decided).scalars()])
        asked = select(WorkItem.id).where(WorkItem.state == State.WAITING)
        tx.execute(insert(Proposal), [_proposal(it, now, decided=False) for it in tx.execute(asked).scalars()])
        tx.execute(insert(Run), list(_runs(now)))
        tx.execute(insert(ObsEntry), list(_obs_list(now)))
        tx.execute(insert(Audit), list(_looks(now, items)))
    past.vacuum(database)
    database.close()


def _open_items(now: datetime) -> Iterator[dict[str, Any]]:
    robots = [*registry(), ROBOT]
    states = [State.EXCEPTION, State.EXCEPTION, State.WAITING] * (WITH_PEOPLE // 3)
    states += [State.SKIPPED] * LEFT + [State.NEW] * READY
    for number, state in enumerate(states):
        robot, since = random.choice(robots), now - timedelta(hours=random.expovariate(1 / 72))
        yield {
            "robot": robot,
            "reference": f"open {number}",
            "state": state,
            "reason": None if state is State.NEW else random.choice(_reasons(robot)),
            "facts": None if state is State.NEW else CODEC.seal_json({"error": "…"}),
            "deadline": now + timedelta(hours=random.uniform(-48, 400)) if number % 2 else None,
            "not_before": since,
            "payload": CODEC.seal_json(past.PAYLOAD),
            "created_at": since,
            "changed_at": since,
        }


def _reasons(robot: str) -> list[str]:
    return [reason.value for reason in registry()[robot].reasons] if robot in registry() else ["technical"]


def _rollups(now: datetime) -> Iterator[dict[str, Any]]:
    for robot in (*registry(), ROBOT):
        by_workers = [("done", ""), ("done", "helped"), ("skipped", "obs_list"), ("waiting", "approval")]
        by_workers += [("effect", name) for name in ("post", "mark-paid", "remark")]
        by_workers += [("exception", reason) for reason in _reasons(robot)[:12]]
        others = [("found", ""), *((act, reason) for reason in _reasons(robot)[:12] for act in ("settled", "retry"))]
        others += [("decided", span) for span in ("hour", "four_hours", "day", "three_days", "week")]
        counted = [*((*it, shard) for it in by_workers for shard in range(SHARDS)), *((*it, 0) for it in others)]
        for ago in range(DAYS):
            for outcome, reason, shard in counted:
                yield {
                    "robot": robot,
                    "day": (now - timedelta(days=ago)).date(),
                    "outcome": outcome,
                    "reason": reason,
                    "shard": shard,
                    "count": random.randrange(1, 20),
                    "ore": random.randrange(10_000_000) if outcome == "effect" else 0,
                }


def _runs(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(RUNS):
        due = now - timedelta(minutes=50 * number + 60)
        yield {
            "schedule": "mornings",
            "robot": "invoices",
            "due": due,
            "begins_at": due,
            "cause": "schedule",
            "who": "scheduler",
            "waits": False,
            "state": RunState.ENDED,
            "stop": Stop.EMPTY,
            "detail": "",
            "begun_at": due,
            "ended_at": due + timedelta(minutes=9),
            "found": 30,
            "handled": 20,
            "exceptions": 10,
        }


def _obs_list(now: datetime) -> Iterator[dict[str, Any]]:
    for number in range(LISTED):
        yield {
            "fingerprint": number.to_bytes(8),
            "subject": CODEC.seal_json(f"{1 + number % 28:02}0170{1000 + number}"),
            "robot": random.choice([None, *registry()]),
            "reason": CODEC.seal_json("…"),
            "first": (now - timedelta(days=number)).date(),
            "added_at": now - timedelta(days=number),
            "added_by": "bench",
        }


def _looks(now: datetime, items: int) -> Iterator[dict[str, Any]]:
    for number in range(LOOKS):
        yield {
            "at": now - timedelta(minutes=number),
            "who": f"person-{number % 50}",
            "act": Act.ITEM_SEEN,
            "robot": "invoices",
            "item_id": random.randrange(1, items),
            "detail": "",
        }


def _proposal(item_id: int, now: datetime, *, decided: bool = True) -> dict[str, Any]:
    return {
        "item_id": item_id,
        "name": "post",
        "cause": Cause.SAMPLE,
        "intent": CODEC.seal_json({}),
        "digest": item_id.to_bytes(8),
        "check": "finance.find_posting",
        "proposed_at": now,
        "ore": 1_234_500,
        "decision": (Decision.APPROVED if random.random() < 0.98 else Decision.REJECTED) if decided else None,
        "decided_at": now if decided else None,
    }


async def ask(store: Store, folder: Path) -> dict[str, list[float]]:
    """The milliseconds of each answer, by page."""
    schedules = Path(__file__).parents[1] / "mocks" / "schedules.toml"
    app = web.create(store, CODEC, GivenSettings(folder=folder, schedules=schedules))
    pages = [page.format(month=f"{store.stats.today():%Y-%m}") for page in PAGES]
    times: dict[str, list[float]] = {page: [] for page in pages}
    async with visitors.visitor(app, store) as somebody:
        for round_ in range(TIMES + 1):
            for robot in registry():  # robots are at work meanwhile
                store.add(robot, [NewItem(f"meanwhile {round_}", past.PAYLOAD)])
            for page in pages:
                began = perf_counter()
                answer = await somebody.get(page)
                took = (perf_counter() - began) * 1000
                assert answer.status_code == 200, (page, answer.status_code)
                times[page].append(took)
    return times


def measure(console: Console, name: str, url: str, items: int) -> None:
    """Fill a database, ask for every page, and print the table."""
    store = Store.open(url, CODEC)
    for robot in (*registry(), ROBOT):
        store.levels.set(robot, Level.SAMPLE, "bench", "bench")
        store.baselines.set(robot, before=600, after=300, ore_per_hour=32_000, who="bench", why="bench")
    fill(url, items)
    with TemporaryDirectory() as folder:
        times = asyncio.run(ask(store, Path(folder)))
    store.close()
    console.print(_table(f"{name}: {rows(url)}", times))


def rows(url: str) -> str:
    """How many rows there are, by table."""
    database = Database(url)
    with database.read() as tx:
        counted = {
            table.__tablename__: tx.execute(select(func.count()).select_from(table)).scalar_one()
            for table in (WorkItem, History, Effect, Subject, Rollup, Proposal, Run, Audit)
        }
    database.close()
    return ", ".join(f"{count:,} in {name}" for name, count in counted.items())


def _table(title: str, times: dict[str, list[float]]) -> Table:
    table = Table(title=title)
    table.add_column("page", no_wrap=True)
    for heading in ("first ms", "median ms", "p95 ms", f"under {GOAL}"):
        table.add_column(heading, justify="right")
    for page, took in times.items():
        first, *others = took  # which reads templates, catalogues, and what past days have counted
        ordered = sorted(others)
        p95 = ordered[-(-len(ordered) * 95 // 100) - 1]
        table.add_row(
            page, f"{first:.0f}", f"{ordered[len(ordered) // 2]:.0f}", f"{p95:.0f}", "yes" if p95 < GOAL else "NO"
        )
    return table


def main(items: int = ITEMS) -> None:
    console = Console(width=110)
    with TemporaryDirectory() as folder:
        measure(console, "SQLite", f"sqlite:///{(Path(folder) / 'pages.db').as_posix()}", items)
    with postgres.server() as server:
        measure(console, "PostgreSQL", server.new_database(), items)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
