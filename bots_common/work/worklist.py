"""What people have to see to: which items, in what order, who has them, and what became of what people decided."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final, TypeAlias

from sqlalchemy import (
    Boolean,
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    case,
    func,
    literal,
    literal_column,
    or_,
    select,
    update,
)

from bots_common.errors import StoreError
from bots_common.values import mask
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state, one_of
from bots_common.work.database import Database
from bots_common.work.history import Recorder
from bots_common.work.people import moved_by
from bots_common.work.reading import WITH_PEOPLE, item_or_error, item_rows
from bots_common.work.records import ItemRow
from bots_common.work.states import DECISIONS, State, Step, after
from bots_common.work.tables import Effect, History, Proposal, WorkItem

DAY: Final = timedelta(days=1)
WEEK: Final = timedelta(days=7)


class Whose(StrEnum):
    """Who sees to an item, as seen by one person."""

    MINE = "mine"
    NOBODY = "nobody"
    OTHERS = "others"


class Due(StrEnum):
    """When an item has to be done."""

    OVERDUE = "overdue"
    WEEK = "week"
    LATER = "later"
    NEVER = "never"


class Age(StrEnum):
    """How long an item has been with people."""

    DAY = "day"
    WEEK = "week"
    OLDER = "older"


class Sort(StrEnum):
    URGENT = "urgent"
    """By deadline, then by age."""
    NEWEST = "newest"
    AMOUNT = "amount"
    """By what the robot proposes to book, the most first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person wants to see of the list: of `robots`, which are those that the person may see, None all.

    `text` stands in the reference.
    """

    who: str
    robots: frozenset[str] | None = None
    robot: str | None = None
    reason: str | None = None
    state: State | None = None
    whose: Whose | None = None
    due: Due | None = None
    age: Age | None = None
    text: str = ""
    sort: Sort = Sort.URGENT


@dataclass(frozen=True, slots=True)
class Group:
    """How many items of the list are alike in everything that it can be narrowed down by."""

    robot: str
    reason: str
    state: State
    whose: Whose
    due: Due
    age: Age
    count: int


@dataclass(frozen=True, slots=True)
class WorkRow:
    """A row of the list; `seen` is the newest change of the item."""

    item: ItemRow
    seen: int


@dataclass(frozen=True, slots=True)
class Decided:
    """What a person decided about an item, and what has become of it since: its state now and its receipts."""

    at: datetime
    step: str
    item: ItemRow
    receipts: tuple[tuple[str, str], ...]


_BEYOND: Final = func.coalesce(WorkItem.deadline, WorkItem.changed_at)
# Not the plain column: by its index SQLite would look through all that was ever finished.
_CHANGED: Final = func.coalesce(WorkItem.changed_at, WorkItem.deadline)
# The words of the partial indexes: with bound parameters SQLite would not use them.
_OPEN: Final = or_(*(in_state(state) for state in WITH_PEOPLE))
_NO_DEADLINE: Final[ColumnElement[bool]] = literal_column("(work_item.deadline IS NULL)", Boolean)
_PROPOSED: Final = func.coalesce(
    select(func.max(Proposal.ore))
    .where(Proposal.item_id == WorkItem.id, Proposal.decision.is_(None))
    .correlate(WorkItem)
    .scalar_subquery(),
    -1,
)

_Order: TypeAlias = tuple[tuple[Any, bool], ...]
_ORDERS: Final[dict[Sort, _Order]] = {
    Sort.URGENT: ((_NO_DEADLINE, False), (_BEYOND, False), (WorkItem.id, False)),
    Sort.NEWEST: ((_CHANGED, True), (WorkItem.id, True)),
    Sort.AMOUNT: ((_PROPOSED, True), (WorkItem.id, False)),
}
"""What each sort goes by; True for the greatest first. The last tells any two items apart."""


class Worklist:
    """Reached as `store.worklist`."""

    def __init__(self, database: Database, codec: Codec, record: Recorder) -> None:
        self._database = database
        self._codec = codec
        self._record = record

    # -- who has what -------------------------------------------------------------------------------------

    def take(self, item_id: int, who: str, *, seen: int | None = None) -> None:
        """The person sees to the item from now on; whoever has it already keeps it.

        Raises NotFound, Overtaken, IllegalTransition, and WithAnother that names who has it.
        """
        with self._database.write() as tx:
            item = moved_by(tx, item_id, who, seen)
            if item.assignee is None:
                self._assign(tx, item, Step.TAKE, who, mask(who), "")

    def give(self, item_id: int, to: str, who: str, why: str, *, seen: int | None = None) -> None:
        """Hand the item to a colleague, or take it over from one: whoever has it now, `to` has it then.

        Raises NotFound, Overtaken and IllegalTransition.
        """
        with self._database.write() as tx:
            has = item_or_error(tx, item_id, lock=True).assignee
            item = moved_by(tx, item_id, has or who, seen)
            self._assign(tx, item, Step.GIVE, who, mask(to), f"{mask(to)}: {mask(why)}" if why else mask(to))

    def let_go(self, item_id: int, who: str, *, seen: int | None = None) -> None:
        """Nobody sees to the item any more. Raises what `take` raises, and StoreError where the person has it not."""
        with self._database.write() as tx:
            item = moved_by(tx, item_id, who, seen)
            if item.assignee is None:
                raise StoreError(f"Nobody has {mask(item.reference)}.", "Nothing was changed.")
            self._assign(tx, item, Step.LET_GO, who, None, "")

    def _assign(self, tx: Connection, item: Any, step: Step, who: str, to: str | None, why: str) -> None:
        """`changed_at` stays: it says since when the item is with people."""
        state = State(item.state)
        after(state, step)
        moment = self._database.now() if to else None
        tx.execute(update(WorkItem).where(WorkItem.id == item.id).values(assignee=to, assigned_at=moment))
        self._record(tx, [item.id], step, (state, state), mask(who), why)

    # -- the list -----------------------------------------------------------------------------------------

    def page(self, wanted: Wanted, limit: int, offset: int = 0) -> list[WorkRow]:
        """The rows of the list, from the most urgent on or as `wanted.sort` says."""
        query = self._asked(wanted).with_only_columns(WorkItem.id).order_by(*_sorted(_ORDERS[wanted.sort]))
        with self._database.read() as tx:
            # First which, then their rows: whole rows are much to sort.
            ids = tx.execute(query.limit(limit).offset(offset)).scalars().all()
            rows = {row.id: row for row in tx.execute(select(WorkItem).where(WorkItem.id.in_(ids))).all()}
            return self._rows(tx, [rows[item_id] for item_id in ids])

    def groups(self, wanted: Wanted) -> list[Group]:
        """How many of the list there are of each kind; only robots and text narrow it down, see `counted`."""
        # The robot last, or SQLite goes by its index and looks at every row.
        columns = (self._whose(wanted.who), self._due(), self._age(), WorkItem.state, WorkItem.reason, WorkItem.robot)
        narrow = replace(wanted, robot=None, reason=None, state=None, whose=None, due=None, age=None)
        query = self._asked(narrow).with_only_columns(*columns, func.count()).group_by(*columns)
        with self._database.read() as tx:
            rows = tx.execute(query).all()
        return [
            Group(robot, reason or "", State(state), Whose(whose), Due(due), Age(age), count)
            for whose, due, age, state, reason, robot, count in rows
        ]

    def beside(self, wanted: Wanted, item_id: int) -> tuple[int | None, int | None]:
        """The items before and after this one in the list, which it may have left by now. Raises NotFound."""
        order = _ORDERS[wanted.sort]
        with self._database.read() as tx:
            here = tx.execute(select(*(key for key, _ in order)).where(WorkItem.id == item_id)).one_or_none()
            if here is None:
                item_or_error(tx, item_id)
                return None, None
            return self._next(tx, wanted, here, back=True), self._next(tx, wanted, here, back=False)

    def decided(self, who: str, limit: int) -> list[Decided]:
        """What the person decided lately, and what became of it; each item once, the latest decision first."""
        mine = select(History.item_id, func.max(History.id).label("last"))
        mine = mine.where(History.who == mask(who), one_of(DECISIONS))
        latest = mine.group_by(History.item_id).order_by(func.max(History.id).desc()).limit(limit).subquery()
        query = select(History.at, History.step, WorkItem).join(latest, latest.c.last == History.id)
        query = query.join(WorkItem, WorkItem.id == History.item_id).order_by(History.id.desc())
        with self._database.read() as tx:
            rows: Sequence[Any] = tx.execute(query).all()
            items = item_rows(tx, rows, self._codec)
            receipts = _receipts(tx, [item.id for item in items])
        return [
            Decided(row.at, row.step, item, tuple(receipts.get(item.id, ())))
            for row, item in zip(rows, items, strict=True)
        ]

    # -- shared -------------------------------------------------------------------------------------------

    def _asked(self, wanted: Wanted) -> Select[Any]:
        conditions = [_OPEN]
        if wanted.robots is not None:
            # As no key of an index: there are few robots, and the index that has the order is worth more.
            conditions.append((WorkItem.robot + "").in_(wanted.robots))
        exact = {WorkItem.robot: wanted.robot, WorkItem.reason: wanted.reason}
        conditions += [column == value for column, value in exact.items() if value is not None]
        if wanted.state is not None:
            conditions.append(in_state(wanted.state))
        if wanted.whose is not None:
            conditions.append(self._whose(wanted.who) == wanted.whose)
        if wanted.due is not None:
            conditions.append(self._due() == wanted.due)
        if wanted.age is not None:
            conditions.append(self._age() == wanted.age)
        if wanted.text:
            conditions.append(WorkItem.reference.icontains(wanted.text, autoescape=True))
        return select(WorkItem).where(*conditions)

    def _whose(self, who: str) -> ColumnElement[str]:
        mine = (WorkItem.assignee == mask(who), Whose.MINE)
        return case((WorkItem.assignee.is_(None), Whose.NOBODY), mine, else_=Whose.OTHERS)

    def _due(self) -> ColumnElement[str]:
        return case(
            (WorkItem.deadline.is_(None), Due.NEVER),
            (WorkItem.deadline <= self._database.now(), Due.OVERDUE),
            (WorkItem.deadline <= self._database.now(WEEK), Due.WEEK),
            else_=Due.LATER,
        )

    def _age(self) -> ColumnElement[str]:
        day, week = (self._database.now(-age) for age in (DAY, WEEK))
        return case((WorkItem.changed_at > day, Age.DAY), (WorkItem.changed_at > week, Age.WEEK), else_=Age.OLDER)

    def _next(self, tx: Connection, wanted: Wanted, here: Row[Any], *, back: bool) -> int | None:
        order = [(key, down is not back) for key, down in _ORDERS[wanted.sort]]
        query = self._asked(wanted).with_only_columns(WorkItem.id).where(_beyond(order, here))
        return tx.execute(query.order_by(*_sorted(order)).limit(1)).scalar_one_or_none()

    def _rows(self, tx: Connection, rows: Sequence[Row[Any]]) -> list[WorkRow]:
        items = item_rows(tx, rows, self._codec)
        newest = select(History.item_id, func.max(History.id)).group_by(History.item_id)
        seen = dict(tx.execute(newest.where(History.item_id.in_([item.id for item in items]))).all())
        return [WorkRow(item, seen[item.id]) for item in items]


def counted(groups: Iterable[Group], wanted: Wanted, facet: str = "") -> dict[Any, int]:
    """How many items there are for each value of the facet, narrowed down by all that is wanted but itself.

    Without a facet: how many there are in all, under the key None.
    """
    counts: dict[Any, int] = {}
    others = [name for name in ("robot", "reason", "state", "whose", "due", "age") if name != facet]
    for group in groups:
        if all(getattr(wanted, name) in (None, getattr(group, name)) for name in others):
            value = getattr(group, facet) if facet else None
            counts[value] = counts.get(value, 0) + group.count
    return counts


def _beyond(order: Sequence[tuple[Any, bool]], here: Row[Any]) -> ColumnElement[bool]:
    """What comes after `here`: by the first key that differs."""
    chain = []
    values = [literal(value, key.type) for (key, _), value in zip(order, here, strict=True)]
    for place, (key, down) in enumerate(order):
        same = [earlier == value for (earlier, _), value in zip(order[:place], values, strict=False)]
        chain.append(and_(*same, key < values[place] if down else key > values[place]))
    return or_(*chain)


def _sorted(order: Sequence[tuple[Any, bool]]) -> Iterable[Any]:
    return (key.desc() if down else key.asc() for key, down in order)


def _receipts(tx: Connection, ids: Collection[int]) -> dict[int, list[tuple[str, str]]]:
    query = select(Effect.item_id, Effect.name, Effect.receipt).where(Effect.item_id.in_(ids))
    found: dict[int, list[tuple[str, str]]] = {}
    for item_id, name, receipt in tx.execute(query.where(Effect.receipt.is_not(None)).order_by(Effect.id)).all():
        found.setdefault(item_id, []).append((name, str(receipt)))
    return found
