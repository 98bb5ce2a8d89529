"""What waits for a person's yes or no, and what people have said since a robot's level is in force."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select

from bots_common.autonomy import ASKED, RIGHT, WRONG, Cause, Level
from bots_common.errors import NotFound
from bots_common.work.approvals import proposal_row
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.levels import Levels
from bots_common.work.records import Proposed, ToDecide
from bots_common.work.states import State
from bots_common.work.tables import Proposal, WorkItem, in_state


class Verdicts:
    """Reached as `store.verdicts`. An effect's kind is its name up to the first slash."""

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
            .group_by(WorkItem.robot, Proposal.name)
        )
        with self._database.read() as tx:
            named = [ToDecide(r, _kind(name), n, _kroner(ore), at) for r, name, n, ore, at in tx.execute(query).all()]
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

    def one(self, proposal_id: int) -> Proposed:
        """A proposal, whatever has become of it. Raises NotFound."""
        with self._database.read() as tx:
            found = self._read(tx, _proposals().where(Proposal.id == proposal_id))
        if not found:
            raise NotFound(f"There is no proposal {proposal_id}.", "`kollega items show` shows those of an item.")
        return found[0]

    # -- what was said ------------------------------------------------------------------------------------

    def given(self, robot: str, *, limit: int, offset: int = 0) -> list[Proposed]:
        """What people found right or wrong at the robot's present level and step, the latest first."""
        change = self._levels.of(robot)
        causes = (Cause.SHADOW,) if change.level is Level.SHADOW else ASKED
        query = _proposals().where(
            WorkItem.robot == robot, Proposal.cause.in_(causes), Proposal.decision.in_((*RIGHT, *WRONG))
        )
        if change.at is not None:
            query = query.where(Proposal.decided_at >= change.at)
        latest_first = query.order_by(Proposal.decided_at.desc(), Proposal.id.desc())
        with self._database.read() as tx:
            return self._read(tx, latest_first.limit(limit).offset(offset))

    def _read(self, tx: Connection, query: Select[Any]) -> list[Proposed]:
        rows: Sequence[Any] = tx.execute(query).all()
        return [Proposed(row.robot, row.reference, proposal_row(row, self._codec)) for row in rows]


def _proposals() -> Select[Any]:
    return select(WorkItem.robot, WorkItem.reference, Proposal).join(WorkItem, WorkItem.id == Proposal.item_id)


def _waits(robots: Collection[str] | None) -> list[ColumnElement[bool]]:
    conditions = [in_state(State.WAITING), Proposal.decision.is_(None), Proposal.cause.in_(ASKED)]
    return conditions if robots is None else [*conditions, WorkItem.robot.in_(robots)]


def _of_kind(effect: str) -> ColumnElement[bool]:
    return or_(Proposal.name == effect, Proposal.name.startswith(f"{effect}/", autoescape=True))


def _kind(name: str) -> str:
    return name.partition("/")[0]


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


def _kroner(ore: int | None) -> Decimal:
    return Decimal(int(ore or 0)) / 100
