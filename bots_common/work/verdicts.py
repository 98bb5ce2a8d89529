"""What waits for a person's yes or no, and what people have said since a robot's level is in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, update

from bots_common.autonomy import ASKED, RIGHT, WRONG, Cause, Decision, Level
from bots_common.values import in_kroner, mask
from bots_common.work.approvals import proposal_row
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state, no_key, of_robots
from bots_common.work.database import Database
from bots_common.work.levels import Levels
from bots_common.work.records import Proposed, ToDecide
from bots_common.work.states import State
from bots_common.work.tables import History, Proposal, WorkItem


class Verdicts:
    """Reached as `store.verdicts`. An effect's kind is its name up to the first slash or #."""

    def __init__(self, database: Database, codec: Codec, levels: Levels) -> None:
        self._database = database
        self._codec = codec
        self._levels = levels

    # -- what waits ---------------------------------------------------------------------------------------

    def to_decide(self, robots: Collection[str] | None = None) -> list[ToDecide]:
        """What waits, by robot and kind of effect, in the order of who has waited longest; None is every robot."""
        query = (
            select(
                WorkItem.robot, Proposal.name, func.count(), func.sum(Proposal.ore), func.min(Proposal.proposed_at)
            )
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(*_waits(robots))
            .group_by(no_key(WorkItem.robot), Proposal.name)
        )
        with self._database.read() as tx:
            named = [
                ToDecide(r, _kind(name), n, in_kroner(ore), at) for r, name, n, ore, at in tx.execute(query).all()
            ]
        by_kind = attrgetter("robot", "effect")
        groups = groupby(sorted(named, key=by_kind), key=by_kind)
        return sorted((_together(it) for _, it in groups), key=attrgetter("since"))

    def waiting(self, robot: str, effect: str, *, limit: int, offset: int = 0) -> list[Proposed]:
        """The proposals of one kind that wait, those first that have waited longest."""
        query = (
            _proposals()
            .where(*_waits([robot]), _of_kind(effect))
            .order_by(Proposal.proposed_at, Proposal.id)
            .limit(limit)
            .offset(offset)
        )
        with self._database.read() as tx:
            return self._read(tx, query)

    def count(self, robot: str, effect: str) -> int:
        """How many proposals of one kind wait."""
        return sum(it.waiting for it in self.to_decide([robot]) if it.effect == effect)

    def watched(self, robot: str, *, limit: int) -> list[Proposed]:
        """What the robot would have done in shadow and nobody has found right or wrong, the oldest first."""
        query = _proposals().where(of_robots([robot]), *_watched()).order_by(Proposal.id).limit(limit)
        with self._database.read() as tx:
            return self._read(tx, query)

    def mark(self, robot: str, proposal_ids: Collection[int], who: str, *, right: bool) -> list[int]:
        """A person has found these shadow proposals right, or wrong; returns the items of those not judged before."""
        theirs = select(WorkItem.id).where(WorkItem.id == Proposal.item_id, WorkItem.robot == robot).exists()
        decision = Decision.SAME if right else Decision.DIFFERENT
        said = {"decision": decision, "decided_by": mask(who), "decided_at": self._database.now()}
        marked = update(Proposal).where(Proposal.id.in_(proposal_ids), theirs, *_watched())
        with self._database.write() as tx:
            return list(tx.execute(marked.values(said).returning(Proposal.item_id)).scalars())

    # -- what was said ------------------------------------------------------------------------------------

    def given(self, robot: str, *, limit: int, offset: int = 0) -> list[Proposed]:
        """What people found right or wrong at the robot's present level and step, the latest first."""
        change = self._levels.of(robot)
        causes = (Cause.SHADOW,) if change.level is Level.SHADOW else ASKED
        query = _proposals().where(
            of_robots([robot]), Proposal.cause.in_(causes), Proposal.decision.in_((*RIGHT, *WRONG))
        )
        if change.at is not None:
            query = query.where(Proposal.decided_at >= change.at)
        latest_first = query.order_by(Proposal.decided_at.desc(), Proposal.id.desc())
        with self._database.read() as tx:
            return self._read(tx, latest_first.limit(limit).offset(offset))

    def _read(self, tx: Connection, query: Select[Any]) -> list[Proposed]:
        rows: Sequence[Any] = tx.execute(query).all()
        return [
            Proposed(row.robot, row.reference, row.assignee, row.seen, proposal_row(row, self._codec)) for row in rows
        ]


def _proposals() -> Select[Any]:
    newest = select(func.max(History.id)).where(History.item_id == Proposal.item_id).correlate(Proposal)
    columns = (WorkItem.robot, WorkItem.reference, WorkItem.assignee, newest.scalar_subquery().label("seen"))
    return select(*columns, Proposal).join(WorkItem, WorkItem.id == Proposal.item_id)


def _waits(robots: Collection[str] | None) -> list[ColumnElement[bool]]:
    conditions = [in_state(State.WAITING), Proposal.decision.is_(None), Proposal.cause.in_(ASKED)]
    return conditions if robots is None else [*conditions, of_robots(robots)]


def _of_kind(effect: str) -> ColumnElement[bool]:
    begins = (Proposal.name.startswith(f"{effect}{mark}", autoescape=True) for mark in "/#")
    return or_(Proposal.name == effect, *begins)


def _watched() -> tuple[ColumnElement[bool], ...]:
    return (Proposal.cause == Cause.SHADOW, or_(Proposal.decision.is_(None), Proposal.decision == Decision.ABSENT))


def _kind(name: str) -> str:
    return name.partition("/")[0].partition("#")[0]


def _together(its: Iterable[ToDecide]) -> ToDecide:
    """Effects of one kind and robot as one line."""
    lines = list(its)
    return ToDecide(
        lines[0].robot,
        lines[0].effect,
        sum(it.waiting for it in lines),
        sum((it.amount for it in lines), Decimal(0)),
        min(it.since for it in lines),
    )
