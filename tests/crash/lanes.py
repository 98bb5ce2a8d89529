"""The lanes of the crash harness: which robot works on which database, who dies, and how the score is counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bots_common.autonomy import Level
from bots_common.settings import GivenSettings, WorkerSettings
from bots_common.work import Codec, State, Store
from bots_common.work.states import UNCERTAIN
from mocks.ledger import Act
from robots.invoices.robot import Invoices
from tests.crash.fire import Fire, Score
from tests.crash.journal import EFFECTS, JournalServer, Scribe, journal_server
from tests.crash.steps import Step, Victim
from tests.crash.worker_process import KEY, Orders
from tests.postgres import Server
from tests.town_at_work import TownAtWork, town_at_work

AHEAD = 30
JOURNAL_WORKERS = 4
BROWSER_WORKERS = 2
CUT_RATE = 0.02
RULES: dict[str, Any] = {
    "desks": 2,
    "lease_seconds": 4,
    "retry_seconds": 0.2,
    "poll_seconds": 0.1,
    "max_attempts": 12,
    "max_takeovers": 50,
}


def sqlite_in(folder: Path) -> str:
    """The URL of a database in the folder."""
    return f"sqlite:///{(folder / 'kollega.db').as_posix()}"


# -- the journal: no browser, so that many can die --------------------------------------------------------


def journal_lane(
    lane: str,
    folder: Path,
    database: str,
    *,
    kills: int,
    seed: int = 1,
    steps: tuple[Step, ...] = tuple(Step),
    blind: bool = False,
) -> Score:
    """Workers die at each of the steps while connections break, until `kills` are reached; the rest goes in peace."""
    with _at_the_journal(lane, folder, database, seed=seed, victims=(Victim.WORKER,), steps=steps, blind=blind) as (
        fire,
        journal,
        store,
    ):

        def enough() -> bool:
            _let_more_come(journal)
            return fire.score.killed >= kills and fire.score.steps == set(steps)

        fire.until(enough)
        fire.until_all_is_done()
        _count_lines(fire.score, journal, store)
    return fire.score


def database_lane(lane: str, folder: Path, server: Server, *, restarts: int, away_seconds: float) -> Score:
    """PostgreSQL is killed and started again and again under all workers, and once it is away for a while."""
    database = server.new_database()
    with _at_the_journal(lane, folder, database, seed=1, victims=()) as (fire, journal, store):
        pauses = [0.0] * restarts + [away_seconds]
        next_strike = _after_some_lines(journal)

        def enough() -> bool:
            nonlocal next_strike
            _let_more_come(journal)
            if pauses and len(journal.lines) >= next_strike:
                pause = pauses.pop()
                fire.strike_database(server, away_seconds=pause)
                next_strike = _after_some_lines(journal)
            return not pauses

        fire.until(enough)
        fire.until_all_is_done()
        _count_lines(fire.score, journal, store)
    return fire.score


@contextmanager
def _at_the_journal(
    lane: str,
    folder: Path,
    database: str,
    *,
    seed: int,
    victims: tuple[Victim, ...],
    steps: tuple[Step, ...] = tuple(Step),
    blind: bool = False,
) -> Iterator[tuple[Fire, JournalServer, Store]]:
    with journal_server() as journal, closing(Store.open(database, Codec(KEY))) as store:
        store.levels.set(Scribe.name, Level.AUTO, "test", "for this test")
        _let_more_come(journal)
        journal.cut_connections(CUT_RATE)
        settings = GivenSettings(
            folder=folder,
            database=database,
            worker=WorkerSettings(**RULES),
            robots={Scribe.name: {"address": journal.address, "blind": blind}},
        )
        orders = Orders(settings, Scribe, find=True, victims=victims, steps=steps)
        with Fire(store, orders, Score(lane), workers=JOURNAL_WORKERS, seed=seed).burning() as fire:
            yield fire, journal, store


def _let_more_come(journal: JournalServer) -> None:
    """So that workers never run out of cases, and finding always finds new ones."""
    journal.cases = max(journal.cases, len(journal.lines) // len(EFFECTS) + AHEAD)


def _after_some_lines(journal: JournalServer) -> int:
    """When the next blow to the database comes: once the workers have come to themselves."""
    return len(journal.lines) + 40


def _count_lines(score: Score, journal: JournalServer, store: Store) -> None:
    """Compare the items with the journal's own list."""
    items = {item.reference: item for item in store.reading.items(robot=Scribe.name, limit=None)}
    entered = Counter(journal.lines)
    score.cuts += journal.cuts
    score.items += len(journal.references)
    score.twice += [f"{line}: entered {times} times" for line, times in entered.items() if times > 1]
    for reference in journal.references:
        item = items.get(reference)
        if item is None:
            score.lost.append(f"{reference}: there is no item")
        elif item.state is State.EXCEPTION and item.reason == UNCERTAIN:
            score.uncertain += 1
        elif item.state is not State.DONE:
            score.lost.append(f"{reference}: {item.state} {item.reason} {item.facts}")
        else:
            score.lost += [f"{reference}: {name} is not entered" for name in EFFECTS if not entered[reference, name]]


# -- the invoices robot: a real browser on the mock town --------------------------------------------------

EVERYBODY = (Victim.WORKER, Victim.BROWSER, Victim.DRIVER, Victim.ALL)
SLOW = {"kind": "latency", "ms": 200, "rate": 0.2}
CUTS = tuple({"kind": kind, "rate": CUT_RATE} for kind in ("cut_before_write", "cut_after_write"))


def invoices_lane(
    lane: str,
    folder: Path,
    new_database: Callable[[Path], str],
    *,
    kills: int,
    size: int = 80,
    seed: int = 1,
    latest: int = 4,
) -> Score:
    """Workers, browsers and drivers die, in one town after the other until `kills` are reached and each has died."""
    score = Score(lane)
    while score.killed < kills or score.victims != set(EVERYBODY):
        seed += 1
        in_town = folder / f"town-{seed}"
        with town_at_work(in_town, seed=seed, size=size, database=new_database(in_town), **RULES) as town:
            town.switch_on(SLOW, *CUTS, seed=seed)
            orders = Orders(
                town.settings,
                Invoices,
                find=False,
                victims=EVERYBODY,
                latest=latest,
                random_seconds=5,
                click_seconds=0.25,
            )
            with Fire(town.store, orders, Score(lane), workers=BROWSER_WORKERS, seed=1000 * seed).burning() as fire:
                _burn(fire, town, kills - score.killed, set(EVERYBODY) - score.victims)
            score.add(fire.score)
    return score


def _burn(fire: Fire, town: TownAtWork, kills: int, victims: set[Victim]) -> None:
    """Until so many have died, and each of these, or everything is done before that."""
    fire.until(lambda: _all_done(town) or (fire.score.killed >= kills and fire.score.victims >= victims))
    fire.until_all_is_done()
    _count_acts(fire.score, town)


def _all_done(town: TownAtWork) -> bool:
    known = town.store.reading.count(robot=Invoices.name)
    return known > 0 and not town.store.open_count([Invoices.name])


def _count_acts(score: Score, town: TownAtWork) -> None:
    """Compare items, ledgers and truth."""
    score.cuts += sum(times for kind, times in town.strikes().items() if kind.startswith("cut"))
    score.items += town.store.reading.count(robot=Invoices.name)
    score.uncertain += town.store.reading.count(robot=Invoices.name, reason=UNCERTAIN)
    score.lost += town.disagreements()
    done = Counter(_identity(act) for act in town.acts())
    score.twice += [f"{act}: {times} times" for act, times in done.items() if times > 1]


def _identity(act: Act) -> tuple[Any, ...]:
    """What may be done only once."""
    names = {"post": ("document",), "remark": ("document", "text"), "mark_paid": ("grant", "first", "last")}
    return act.act, *(act.fields[name] for name in names[act.act])
