"""What a monitoring system is told: counts and ages, read from the roll-ups and partial indexes, nobody named."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import accumulate
from typing import Final, TypeVar

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from bots_common.desk.manners import standing
from bots_common.robot import registry
from bots_common.settings import Settings
from bots_common.values import Period
from bots_common.work import State, Store
from bots_common.work.run_records import RunState
from bots_common.work.stats import DECIDED, LIMITS, Count, Waited

MEDIA_TYPE: Final = CONTENT_TYPE_LATEST
BEGINNING: Final = date(2000, 1, 1)
"""Before any robot counted."""
ENDED: Final = (State.DONE, State.SKIPPED, State.EXCEPTION, State.WAITING)
L = TypeVar("L", bound=tuple[str, ...])
_LES: Final = (*(f"{LIMITS[span].total_seconds():.1f}" for span in LIMITS), "+Inf")


def exposition(store: Store, settings: Settings, robots: frozenset[str] | None) -> bytes:
    """All measures in Prometheus' text format; with `robots` those of these alone, None is every robot."""
    registry_ = CollectorRegistry()
    registry_.register(Measures(store, settings, robots))
    return generate_latest(registry_)


class Measures:
    """Collects anew at each scrape; keeps nothing."""

    def __init__(self, store: Store, settings: Settings, robots: frozenset[str] | None) -> None:
        self._store = store
        self._settings = settings
        self._robots = robots

    def collect(self) -> Iterator[Metric]:
        """Every measure."""
        counts = self._counts()
        yield self._ended(counts)
        yield self._effects(counts)
        yield self._decided(counts)
        yield from self._open()
        yield from self._workers()
        yield self._systems()
        yield self._runs()

    def _counts(self) -> Sequence[Count]:
        """All that was ever counted; what lies days back is read once in the life of the process."""
        (counts,) = self._store.stats.sums([Period(first=BEGINNING, last=self._store.stats.today())])
        return [it for it in counts if self._theirs(it.robot)]

    def _ended(self, counts: Iterable[Count]) -> Metric:
        family = CounterMetricFamily(
            "kollega_items",
            "Items that were found, and how often items came to a state: done, skipped, exception or waiting.",
            labels=("robot", "state"),
        )
        sums = Counter[tuple[str, str]]()
        for it in counts:
            if it.outcome in ("found", *ENDED):
                sums[it.robot, it.outcome] += it.count
        return _filled(family, sums)

    def _effects(self, counts: Iterable[Count]) -> Metric:
        family = CounterMetricFamily(
            "kollega_effects", "Effects that have their receipt, by kind.", labels=("robot", "effect")
        )
        return _filled(family, {(it.robot, it.reason): it.count for it in counts if it.outcome == "effect"})

    def _decided(self, counts: Iterable[Count]) -> Metric:
        family = HistogramMetricFamily(
            "kollega_decision_wait_seconds",
            "How long items had been with people when they decided, in the spans of the roll-ups.",
            labels=("robot",),
        )
        spans: dict[str, Counter[Waited]] = {}
        for it in counts:
            if it.outcome == DECIDED:
                spans.setdefault(it.robot, Counter())[Waited(it.reason)] += it.count
        for robot, waited in sorted(spans.items()):
            sums = accumulate(waited[span] for span in Waited)
            family.add_metric((robot,), list(zip(_LES, sums, strict=True)), sum_value=None)
        return family

    def _open(self) -> Iterator[Metric]:
        """What is not finished now."""
        open_ = GaugeMetricFamily(
            "kollega_items_open",
            "Items not finished: ready for the robot or in its hands, exception, or waiting for a person.",
            labels=("robot", "state"),
        )
        with_people = self._store.unfinished.with_people()
        robots = sorted({*registry(), *(robot for robot, _ in with_people)})
        for robot in filter(self._theirs, robots):
            open_.add_metric((robot, "ready"), self._store.open_count([robot]))
            for state in (State.EXCEPTION, State.WAITING):
                open_.add_metric((robot, state), with_people.get((robot, state), 0))
        yield open_
        oldest = GaugeMetricFamily(
            "kollega_exception_oldest_seconds",
            "How long the oldest exception has been with people.",
            labels=("robot",),
        )
        ages = self._store.unfinished.oldest()
        yield _filled(oldest, {(it,): age.total_seconds() for it, age in ages.items() if self._theirs(it)})

    def _workers(self) -> Iterator[Metric]:
        rows = [it for it in self._store.fleet.workers() if any(map(self._theirs, it.robots))]
        silent = sum(it.silent for it in rows)
        workers = GaugeMetricFamily("kollega_workers", "Workers that report, or have gone silent.", labels=("state",))
        yield _filled(workers, {("alive",): len(rows) - silent, ("silent",): silent})
        in_hand = sum(it.in_hand for it in rows if not it.silent)
        yield GaugeMetricFamily("kollega_workers_in_hand", "Items that workers have in hand.", value=in_hand)

    def _systems(self) -> Metric:
        """Systems are everybody's: a robot's standing still may be another's system."""
        seen = self._store.systems.seen()
        family = GaugeMetricFamily(
            "kollega_system_open", "1 where a system takes calls; its mode says why not.", labels=("system", "mode")
        )
        for name in sorted(self._settings.systems):
            now = standing(name, seen.of(name), self._settings.hours(name), seen.at)
            family.add_metric((name, now.mode), int(now.lets_in))
        return family

    def _runs(self) -> Metric:
        family = GaugeMetricFamily(
            "kollega_runs",
            "Runs on record, by state and why they ended.",
            labels=("robot", "state", "stop"),
        )
        counted = {(robot, RunState.RUNNING, None): 0 for robot in registry()} | self._store.runs.counted()
        values = {(it, str(state), stop or ""): n for (it, state, stop), n in counted.items() if self._theirs(it)}
        return _filled(family, values)

    def _theirs(self, robot: str) -> bool:
        return self._robots is None or robot in self._robots


def _filled(family: CounterMetricFamily | GaugeMetricFamily, values: Mapping[L, float]) -> Metric:
    for labels, value in sorted(values.items()):
        family.add_metric(labels, value)
    return family
