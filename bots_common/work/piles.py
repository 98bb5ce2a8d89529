"""Piles: effects that people do by hand, outside Kollega, many at a time.

An effect waits in its group until a person takes a pile of the most urgent; nobody else gets these. Whoever has done
it says so once for the whole pile, and the robot goes on with the items. What a person has done is written down
whatever has become of the item meanwhile: the world outside has it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.orm import aliased

from bots_common.autonomy import Cause, Decision
from bots_common.errors import InvalidValue, NotFound, StoreError
from bots_common.values import mask
from bots_common.work.codec import Codec
from bots_common.work.conditions import in_state
from bots_common.work.database import Database, or_update
from bots_common.work.history import Recorder
from bots_common.work.ledger import hold
from bots_common.work.obs import ObsList
from bots_common.work.people import afresh
from bots_common.work.picking import left
from bots_common.work.records import Group, Lease, Member, PileRow, PileSent
from bots_common.work.states import State, Step, after
from bots_common.work.stats import Stats, shard_of
from bots_common.work.tables import Effect, Pile, Proposal, WorkItem

BY_HAND: Final = "by_hand"
AT_MOST: Final = 50


class Piles:
    """Reached as `store.piles`. Of two people at once the second is told what the first has done."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, obs: ObsList, record: Recorder) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._obs = obs
        self._record = record

    def wait(self, lease: Lease, worker: str, effect: str) -> tuple[State, str]:
        """The item waits until a person has done this effect by hand; the state and the reason that it gets.

        Where somebody has said so this very moment, the robot goes on at once. Raises LeaseLost.
        """
        to_do = select(Proposal.by_hand).where(
            Proposal.item_id == lease.item_id, Proposal.name == effect, _to_be_done(Proposal), ~_is_done()
        )
        with self._database.write() as tx:
            hold(tx, lease)
            group = tx.execute(to_do.order_by(Proposal.id.desc()).limit(1)).scalar_one_or_none()
            step, reason = (Step.HAND_BACK, "") if group is None else (Step.PARK, BY_HAND)
            target = after(State.WORKING, step)
            values: dict[str, Any] = {"state": target, **left(self._database)}
            if group is not None:
                facts = self._codec.seal_json({"effect": effect, "group": group})
                values |= {"reason": reason, "facts": facts}
            changed = update(WorkItem).where(WorkItem.id == lease.item_id).values(values).returning(WorkItem.robot)
            robot = tx.execute(changed).scalar_one()
            self._record(tx, [lease.item_id], step, (State.WORKING, target), worker, reason)
            if group is not None:
                self._stats.add(tx, robot, State.WAITING, reason, shard_of(worker))
            return target, reason

    # -- what waits, and who has what ---------------------------------------------------------------------

    def waiting(self, robot: str | None = None) -> list[Group]:
        """What waits to be taken, by robot and group, the most urgent first."""
        query = (
            select(WorkItem.robot, Proposal.by_hand, func.count(), func.min(WorkItem.deadline))
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(*_takeable(robot))
            .group_by(WorkItem.robot, Proposal.by_hand)
        )
        with self._database.read() as tx:
            groups = [Group(it, group or "", count, first) for it, group, count, first in tx.execute(query).all()]
        return sorted(groups, key=lambda it: (it.deadline is None, it.deadline or 0, it.robot, it.name))

    def open(self, robot: str | None = None) -> list[PileRow]:
        """The piles that somebody has taken and not said yet what became of, the oldest first."""
        query = select(Pile).where(Pile.ended_at.is_(None), *([] if robot is None else [Pile.robot == robot]))
        with self._database.read() as tx:
            return [self._pile(tx, row) for row in tx.execute(query.order_by(Pile.id)).all()]

    def show(self, number: int) -> PileRow:
        """A pile and what is in it. Raises NotFound."""
        with self._database.read() as tx:
            return self._pile(tx, _pile_or_error(tx, number))

    # -- what people do -----------------------------------------------------------------------------------

    def take(self, robot: str, group: str, who: str, at_most: int = AT_MOST) -> PileRow:
        """Take the most urgent of a group: by deadline, priority and age. Nobody else gets them before they are back.

        Items of citizens on the obs-list are left to people instead. Raises NotFound where nothing is left to take.
        """
        number = None
        with self._database.write() as tx:
            if picked := self._picked(tx, robot, group, who, at_most):
                taken = {"robot": robot, "group": group, "taken_at": self._database.now(), "taken_by": mask(who)}
                number = tx.execute(insert(Pile).values(taken).returning(Pile.id)).scalar_one()
                tx.execute(update(Proposal).where(Proposal.id.in_(picked)).values(pile=number))
        if number is None:
            raise NotFound(f"Nothing of {group!r} waits for {robot}.", "`kollega piles list` shows what waits.")
        return self.show(number)

    def sent(self, number: int, who: str, receipt: str = "", but: Collection[int] = ()) -> PileSent:
        """A person has done what is in the pile, all but these items, which wait again; the robot goes on.

        `receipt` is what the system outside answered, if it answered anything. Raises InvalidValue for one that is
        a personal number, NotFound, and StoreError: for items that are not in the pile, where nothing would be left
        of it, and where somebody was quicker.
        """
        if mask(receipt) != receipt:
            raise InvalidValue("The receipt looks like a personal number.", "Give the other system's own number.")
        given = receipt.strip() or f"by hand, pile {number}"
        with self._database.write() as tx:
            rows = self._in_hands(tx, number)
            done = [row for row in rows if row.item_id not in but]
            back = [row for row in rows if row.item_id in but]
            if strangers := sorted(set(but) - {row.item_id for row in rows}):
                raise StoreError(
                    f"Not in pile {number}: item {', '.join(map(str, strangers))}.",
                    f"`kollega piles show {number}` shows what is.",
                )
            if not done:
                raise StoreError(f"Nothing of pile {number} would be sent.", f"`kollega piles put-back {number}`.")
            self._settle(tx, done, who, given)
            self._let_go(tx, number, back, who)
            self._end(tx, number, who, given)
            ids = [row.item_id for row in done if _waits(row)]
            self._send_on(tx, ids, Step.SEND, who, number)
        elsewhere = [row.item_id for row in done if not (_waits(row) or row.state in (State.NEW, State.WORKING))]
        return PileSent(_items(done), _items(back), tuple(elsewhere))

    def put_back(self, number: int, who: str) -> tuple[int, ...]:
        """Nothing of the pile was done: its items wait again. Raises NotFound, and StoreError if not the first."""
        with self._database.write() as tx:
            rows = self._in_hands(tx, number)
            self._let_go(tx, number, rows, who)
            self._end(tx, number, who, None)
        return _items(rows)

    # -- shared -------------------------------------------------------------------------------------------

    def _picked(self, tx: Connection, robot: str, group: str, who: str, at_most: int) -> list[int]:
        """The proposals to take, their items locked; those of citizens on the obs-list make room for the next."""
        picked: list[int] = []
        while room := at_most - len(picked):
            query = (
                select(Proposal.id, Proposal.item_id)
                .join(WorkItem, WorkItem.id == Proposal.item_id)
                .where(*_takeable(robot), Proposal.by_hand == group, Proposal.id.not_in(picked))
                .order_by(*_URGENT)
                .limit(room)
            )
            rows = tx.execute(query.with_for_update(of=[WorkItem, Proposal], skip_locked=True)).all()
            spared = self._obs.spare(tx, [row.item_id for row in rows], State.WAITING, mask(who))
            listed = [row.id for row in rows if row.item_id in spared]
            tx.execute(
                update(Proposal)
                .where(Proposal.id.in_(listed))
                .values(decision=Decision.VOID, decided_at=self._database.now())
            )
            picked += [row.id for row in rows if row.item_id not in spared]
            if not spared:
                break
        return picked

    def _in_hands(self, tx: Connection, number: int) -> Sequence[Any]:
        """What is in the open pile, items locked. Raises NotFound, and StoreError where it has ended."""
        pile = _pile_or_error(tx, number, lock=True)
        if pile.ended_at is not None:
            raise StoreError(_told(pile, self._stats.day_of(pile.ended_at)), f"See `kollega piles show {number}`.")
        inside = select(Proposal.item_id).where(Proposal.pile == number)
        tx.execute(select(WorkItem.id).where(WorkItem.id.in_(inside)).order_by(WorkItem.id).with_for_update()).all()
        query = select(Proposal, WorkItem.robot, WorkItem.state, WorkItem.reason, WorkItem.fence)
        query = query.join(WorkItem, WorkItem.id == Proposal.item_id).where(Proposal.pile == number)
        rows: Sequence[Any] = tx.execute(query.order_by(Proposal.item_id, Proposal.id)).all()
        return rows

    def _settle(self, tx: Connection, done: Sequence[Any], who: str, receipt: str) -> None:
        """Intent and receipt into the ledger, counted as a robot's effects are."""
        moment = self._database.moment(tx)
        entries = [
            {
                "item_id": row.item_id,
                "name": row.name,
                "intent": row.intent,
                "fence": row.fence,
                "tries": 1,
                "intended_at": moment,
                "receipt": receipt,
                "ore": row.ore,
                "settled_at": moment,
            }
            for row in done
        ]
        row = self._database.insert(Effect)
        absent = {name: row.excluded[name] for name in entries[0] if name not in ("item_id", "name", "tries")}
        tx.execute(or_update(row, ["item_id", "name"], **absent, said_by=None), entries)
        kinds = Counter(row.name.partition("/")[0] for row in done)
        for kind, count in sorted(kinds.items()):
            ore = sum(row.ore or 0 for row in done if row.name.partition("/")[0] == kind)
            self._stats.add(tx, done[0].robot, "effect", kind, shard_of(who), count=count, amount=ore)
        decided: dict[str, Any] = {"decided_at": moment, "decided_by": mask(who)}
        tx.execute(
            update(Proposal)
            .where(Proposal.id.in_([row.id for row in done]))
            .values(decision=Decision.SENT, receipt=receipt, **decided)
        )
        others = tuple_(Proposal.item_id, Proposal.name).in_([(row.item_id, row.name) for row in done])
        tx.execute(
            update(Proposal)
            .where(others, Proposal.decision.is_(None))
            .values(decision=Decision.VOID, decided_at=moment)
        )

    def _let_go(self, tx: Connection, number: int, rows: Sequence[Any], who: str) -> None:
        """These can be taken again; an item whose wish is void by now is asked anew."""
        tx.execute(update(Proposal).where(Proposal.id.in_([row.id for row in rows])).values(pile=None))
        still = select(Proposal.item_id).where(
            Proposal.item_id.in_(_items(rows)), Proposal.decision.is_(None), Proposal.cause == Cause.BY_HAND
        )
        asked = set(tx.execute(still).scalars())
        stuck = [row.item_id for row in rows if _waits(row) and row.item_id not in asked]
        self._send_on(tx, stuck, Step.RETRY, who, number)

    def _send_on(self, tx: Connection, ids: Sequence[int], step: Step, who: str, number: int) -> None:
        target = after(State.WAITING, step)
        if step is Step.SEND:
            self._stats.decided(tx, tx.execute(select(WorkItem).where(WorkItem.id.in_(ids))).all(), step)
        sent = update(WorkItem).where(WorkItem.id.in_(ids))
        tx.execute(sent.values(state=target, helped=True, **afresh(self._database)))
        self._record(tx, ids, step, (State.WAITING, target), mask(who), f"pile {number}")

    def _end(self, tx: Connection, number: int, who: str, receipt: str | None) -> None:
        ended = {"ended_at": self._database.now(), "ended_by": mask(who), "receipt": receipt}
        tx.execute(update(Pile).where(Pile.id == number).values(ended))

    def _pile(self, tx: Connection, pile: Row[Any]) -> PileRow:
        query = (
            select(Proposal, WorkItem.reference, WorkItem.deadline, WorkItem.priority, WorkItem.state)
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(Proposal.pile == pile.id)
            .order_by(*_URGENT)
        )
        rows = tx.execute(query).all()
        listed = self._obs.about(tx, [row.item_id for row in rows])
        members = tuple(
            Member(
                item_id=row.item_id,
                reference=row.reference,
                effect=row.name,
                intent=self._codec.unseal_fields(row.intent),
                deadline=row.deadline,
                state=State(row.state),
                decision=Decision(row.decision) if row.decision else None,
                listed=row.item_id in listed,
            )
            for row in rows
        )
        return PileRow(
            number=pile.id,
            robot=pile.robot,
            group=pile.group,
            taken_at=pile.taken_at,
            taken_by=pile.taken_by,
            ended_at=pile.ended_at,
            ended_by=pile.ended_by,
            receipt=pile.receipt,
            members=members,
        )


_URGENT: Final = (WorkItem.deadline.is_(None), WorkItem.deadline, WorkItem.priority.desc(), WorkItem.id)


def _takeable(robot: str | None) -> list[ColumnElement[bool]]:
    """Of proposals and their items: what waits and nobody has in hand, not even with other fields."""
    other = aliased(Proposal)
    elsewhere = exists().where(other.item_id == Proposal.item_id, other.name == Proposal.name, _taken(other))
    return [
        *([] if robot is None else [WorkItem.robot == robot]),
        in_state(State.WAITING),
        Proposal.by_hand.is_not(None),
        Proposal.decision.is_(None),
        Proposal.cause == Cause.BY_HAND,
        Proposal.pile.is_(None),  # said again: PostgreSQL looks anew only at the very row that it has waited for
        ~elsewhere,
    ]


def _taken(proposal: type[Proposal]) -> ColumnElement[bool]:
    """It is in a pile of which nobody has said yet what became of it."""
    unsent = or_(proposal.decision.is_(None), proposal.decision != Decision.SENT)
    return and_(proposal.pile.is_not(None), unsent)


def _to_be_done(proposal: type[Proposal]) -> ColumnElement[bool]:
    return or_(and_(proposal.cause == Cause.BY_HAND, proposal.decision.is_(None)), _taken(proposal))


def _is_done() -> ColumnElement[bool]:
    same = (Effect.item_id == Proposal.item_id, Effect.name == Proposal.name)
    return exists().where(*same, Effect.receipt.is_not(None))


def _waits(row: Row[Any]) -> bool:
    return (row.state, row.reason) == (State.WAITING, BY_HAND)


def _items(rows: Sequence[Any]) -> tuple[int, ...]:
    return tuple(row.item_id for row in rows)


def _pile_or_error(tx: Connection, number: int, *, lock: bool = False) -> Row[Any]:
    query = select(Pile).where(Pile.id == number)
    row = tx.execute(query.with_for_update() if lock else query).one_or_none()
    if row is None:
        raise NotFound(f"There is no pile {number}.", "`kollega piles list` shows those that are open.")
    return row


def _told(pile: Row[Any], day: object) -> str:
    if pile.receipt is None:
        return f"Pile {pile.id} was put back by {pile.ended_by} on {day}."
    return f"Pile {pile.id} was sent by {pile.ended_by} on {day}, receipt {pile.receipt!r}."
