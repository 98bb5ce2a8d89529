"""What each robot may do alone: the acts of people that say so, and the steps of the ramp between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import Connection, case, func, insert, or_, select

from bots_common.autonomy import ASKED, RIGHT, WRONG, Cause, Decision, Figures, Level, next_step
from bots_common.errors import StoreError
from bots_common.settings import AutonomySettings
from bots_common.values import mask
from bots_common.work.conditions import of_robots
from bots_common.work.database import Database
from bots_common.work.people_tables import AutonomyChange
from bots_common.work.records import LevelChange, Standing
from bots_common.work.stats import Stats
from bots_common.work.tables import Proposal, WorkItem

RAMP: Final = "ramp"
"""Who moves the ramp."""
_ALWAYS: Final = datetime(1, 1, 1, tzinfo=UTC)


class Levels:
    """Reached as `store.levels`."""

    def __init__(self, database: Database, stats: Stats) -> None:
        self._database = database
        self._stats = stats

    def set(self, robot: str, level: Level, who: str, why: str) -> None:
        """A person raises or lowers what a robot may do alone; it counts from the next effect on.

        The ramp begins anew. Raises StoreError where it is not said who does it, or why.
        """
        if not (who.strip() and why.strip()):
            raise StoreError("Who lets a robot do more or less says who it is, and why.", "Give --who and --why.")
        with self._database.write() as tx:
            self._change(tx, robot, level, 0, mask(who), mask(why))

    def of(self, robot: str) -> LevelChange:
        """What the robot may do now, and by whose act."""
        with self._database.read() as tx:
            return _latest(tx, robot)

    def standing(self, robot: str) -> Standing:
        """The robot's level, and what people have found since it is in force."""
        return self.standings([robot])[robot]

    def standings(self, robots: Collection[str]) -> dict[str, Standing]:
        """The same of several robots, in their order."""
        with self._database.read() as tx:
            changes = [_latest(tx, robot) for robot in robots]
            figures = self._figures(tx, changes)
        return {it.robot: Standing(it, figures[it.robot]) for it in changes}

    def log(self, robot: str | None = None) -> list[LevelChange]:
        """Every change, the latest first."""
        query = select(AutonomyChange).order_by(AutonomyChange.id.desc())
        if robot is not None:
            query = query.where(AutonomyChange.robot == robot)
        with self._database.read() as tx:
            return [_level_change(row) for row in tx.execute(query).all()]

    def looked_at(self, robot: str, since: datetime, until: datetime) -> dict[Cause, Figures]:
        """What was proposed to people and decided by them from `since` to before `until`, by why it was proposed."""
        proposed = (Proposal.proposed_at >= since) & (Proposal.proposed_at < until)
        decided = (Proposal.decided_at >= since) & (Proposal.decided_at < until)
        query = (
            select(Proposal.cause, *_found(proposed, decided))
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(of_robots([robot]), or_(proposed, decided), _NOT_ALONE)
            .where(Proposal.cause.in_((*ASKED, Cause.SHADOW)))
            .group_by(Proposal.cause)
        )
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return {Cause(cause): Figures(*(int(number or 0) for number in found)) for cause, *found in rows}

    # -- within a transaction of others -------------------------------------------------------------------

    def in_force(self, tx: Connection, robot: str, rules: AutonomySettings) -> LevelChange:
        """What the robot may do now; where its ramp is due for a step, after that step."""
        present = _latest(tx, robot)
        if not rules.ramp or present.at is None or present.level not in (Level.SAMPLE, Level.AUTO):
            return present
        # One at a time for each robot: who waits here sees the step and the numbers of who came before.
        first = select(func.min(AutonomyChange.id)).where(AutonomyChange.robot == robot).scalar_subquery()
        tx.execute(select(AutonomyChange.id).where(AutonomyChange.id == first).with_for_update())
        present = _latest(tx, robot)
        if present.at is None or self._stats.day_of(present.at) >= self._stats.today():
            return present
        figures = self._figures(tx, [present])[robot]
        step = next_step(present.step, len(rules.ramp), figures, rules.error_limit)
        if step == present.step:
            return present
        self._change(tx, robot, present.level, step, RAMP, _why(step, figures, rules))
        return _latest(tx, robot)

    def _figures(self, tx: Connection, changes: Sequence[LevelChange]) -> defaultdict[str, Figures]:
        """What was proposed and decided at these levels and steps by robot, the ramp's own decisions left out."""
        since = {it.robot: it.at or _ALWAYS for it in changes}
        began = case(since, value=WorkItem.robot)
        first = min(since.values(), default=_ALWAYS)  # by which proposals are found: a robot's own is no key to them
        in_shadow = WorkItem.robot.in_([it.robot for it in changes if it.level is Level.SHADOW])
        query = (
            select(WorkItem.robot, *_found(Proposal.proposed_at >= began, Proposal.decided_at >= began))
            .join_from(Proposal, WorkItem, WorkItem.id == Proposal.item_id)
            .where(or_(Proposal.proposed_at >= first, Proposal.decided_at >= first), of_robots(since), _NOT_ALONE)
            .where(case((in_shadow, Proposal.cause == Cause.SHADOW), else_=Proposal.cause.in_(ASKED)))
            .group_by(WorkItem.robot)
        )
        found = {robot: Figures(*(int(it or 0) for it in counted)) for robot, *counted in tx.execute(query).all()}
        return defaultdict(lambda: Figures(0, 0, 0), found)

    def _change(self, tx: Connection, robot: str, level: Level, step: int, who: str, why: str) -> None:
        row = {"robot": robot, "level": level, "step": step, "at": self._database.now(), "who": who, "why": why}
        tx.execute(insert(AutonomyChange).values(row))


def _is(*decisions: Decision) -> Any:
    return Proposal.decision.in_(decisions)


def _count(condition: Any) -> Any:
    return func.sum(case((condition, 1), else_=0))


def _found(proposed: Any, decided: Any) -> tuple[Any, Any, Any]:
    """The columns of `Figures`, of what was proposed and decided at those times."""
    return (
        _count(proposed & or_(~_is(Decision.VOID), Proposal.decision.is_(None))),
        _count(decided & _is(*RIGHT, *WRONG)),
        _count(decided & _is(*WRONG)),
    )


_NOT_ALONE: Final = or_(Proposal.decision.is_(None), ~_is(Decision.ALONE))


def _latest(tx: Connection, robot: str) -> LevelChange:
    query = select(AutonomyChange).where(AutonomyChange.robot == robot).order_by(AutonomyChange.id.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return LevelChange(robot) if row is None else _level_change(row)


def _level_change(row: Any) -> LevelChange:
    return LevelChange(row.robot, Level(row.level), row.step, row.at, row.who, row.why)


def _why(step: int, figures: Figures, rules: AutonomySettings) -> str:
    number = f"{rules.ramp[step]} a day alone" if step < len(rules.ramp) else "no number any more"
    found = f"{figures.wrong} wrong of {figures.decided}, at most {figures.at_most:.2%}"
    return f"{number}: {found}, limit {rules.error_limit:.0%}"
