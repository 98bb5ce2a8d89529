"""Proposals: what robots want to do and may not do at once, and what people or a comparison say about it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sqlalchemy import Connection, func, insert, or_, select, update

from bots_common.autonomy import Cause, Decision, Level, drawn, hindrance, lower
from bots_common.settings import AutonomySettings
from bots_common.values import ore
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.ledger import hold
from bots_common.work.levels import RAMP, Levels
from bots_common.work.obs import ObsList
from bots_common.work.records import Lease, LevelChange, Permission, ProposalRow, Wish
from bots_common.work.stats import Stats
from bots_common.work.tables import Effect, Proposal, WorkItem

_STANDS: Final = (Decision.APPROVED, Decision.ALONE, Decision.ABSENT)
"""Decisions that end with the facts they were made on."""


class Approvals:
    """Reached as `store.approvals`."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, levels: Levels, obs: ObsList) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._levels = levels
        self._obs = obs

    def permit(self, lease: Lease, wish: Wish, rules: AutonomySettings, at_most: Level = Level.AUTO) -> Permission:
        """Whether the robot may do now what it wishes; where it may not, the wish becomes a proposal.

        `at_most` lets it do less than its level, never more. A decision made on other facts is marked void. Raises
        LeaseLost where the item has been taken over, and ObsListed where a citizen that it is about is on the
        obs-list.
        """
        digest = self._digest(wish)
        with self._database.write() as tx:
            hold(tx, lease)
            self._obs.forbid(tx, lease.item_id)
            change = self._levels.in_force(tx, wish.robot, rules)
            change = replace(change, level=lower(change.level, at_most))
            known = self._known(tx, lease.item_id, wish.name)
            mine = next((row for row in known if row.digest == digest), None)
            decision = mine.decision if mine else None
            acts = change.level is not Level.SHADOW
            if decision == Decision.REJECTED and acts:
                return Permission(rejected=proposal_row(mine, self._codec))
            if acts and wish.by_hand is None and any(map(_in_hands, known)):
                return Permission(Cause.BY_HAND)  # a person may be doing it this very moment
            self._void(tx, [row.id for row in known if row is not mine and row.decision in (None, *_STANDS)])
            if acts and wish.by_hand is not None:
                self._propose(tx, lease.item_id, wish, digest, mine, Cause.BY_HAND)
                return Permission(Cause.BY_HAND)
            granted = decision == Decision.APPROVED or self._covered(tx, lease.item_id, wish)
            ramped = not granted and change.level in (Level.SAMPLE, Level.AUTO) and change.step < len(rules.ramp)
            cause = hindrance(
                change.level,
                granted=granted,
                drawn=self._drawn(wish, rules),
                over=ramped and self._used_up(tx, lease.item_id, change, rules),
            )
            if cause is not None:
                self._propose(tx, lease.item_id, wish, digest, mine, cause)
            elif ramped:
                self._propose(tx, lease.item_id, wish, digest, mine, Cause.RAMP, alone=True)
            elif mine and decision is None:
                self._void(tx, [mine.id])
            return Permission(cause)

    # -- shadow -------------------------------------------------------------------------------------------

    def shadowed(self, robot: str) -> list[tuple[str, ProposalRow]]:
        """What a robot would have done in shadow, with the reference of each item, in the order found."""
        query = (
            select(WorkItem.reference, Proposal)
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(
                WorkItem.robot == robot,
                Proposal.cause.in_((Cause.SHADOW, Cause.NOTE)),
                or_(Proposal.decision.is_(None), Proposal.decision != Decision.VOID),
            )
            .order_by(Proposal.item_id, Proposal.id)
        )
        with self._database.read() as tx:
            return [(row.reference, proposal_row(row, self._codec)) for row in tx.execute(query).all()]

    def compared(self, proposal_id: int, decision: Decision, receipt: str | None, who: str) -> None:
        """What a look into the system said about what the robot would have done."""
        with self._database.write() as tx:
            tx.execute(
                update(Proposal)
                .where(Proposal.id == proposal_id, Proposal.cause == Cause.SHADOW)
                .values(decision=decision, receipt=receipt, decided_by=who, decided_at=self._database.now())
            )

    # -- shared -------------------------------------------------------------------------------------------

    def _digest(self, wish: Wish) -> bytes:
        canonical = json.dumps(wish.intent, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return self._codec.fingerprint(f"intent {canonical}")

    def _drawn(self, wish: Wish, rules: AutonomySettings) -> bool:
        return drawn(self._codec.fingerprint(f"sample {wish.robot} {wish.reference}"), rules.share)

    def _known(self, tx: Connection, item_id: int, name: str) -> Sequence[Any]:
        query = select(Proposal).where(Proposal.item_id == item_id, Proposal.name == name)
        return tx.execute(query).all()

    def _covered(self, tx: Connection, item_id: int, wish: Wish) -> bool:
        """Whether the effect needs no approval of its own: a note, or what follows from an effect that is done."""
        if wish.note or wish.follows is None:
            return wish.note
        done = select(Effect.id).where(
            Effect.item_id == item_id, Effect.name == wish.follows, Effect.receipt.is_not(None)
        )
        return tx.execute(done).one_or_none() is not None

    def _used_up(self, tx: Connection, item_id: int, change: LevelChange, rules: AutonomySettings) -> bool:
        """Whether the robot has done its number of items alone today; one that it began alone it may finish."""
        alone = (
            select(Proposal.item_id)
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(WorkItem.robot == change.robot, Proposal.decision == Decision.ALONE)
        )
        if tx.execute(alone.where(Proposal.item_id == item_id).limit(1)).one_or_none():
            return False
        today = alone.where(Proposal.proposed_at >= self._stats.began(self._stats.today()))
        count = tx.execute(select(func.count()).select_from(today.distinct().subquery())).scalar_one()
        return count >= rules.ramp[change.step]

    def _propose(
        self,
        tx: Connection,
        item_id: int,
        wish: Wish,
        digest: bytes,
        mine: Any,
        cause: Cause,
        *,
        alone: bool = False,
    ) -> None:
        decision = Decision.ALONE if alone else None
        if cause is Cause.SHADOW and wish.note:
            cause = Cause.NOTE
        if cause not in (Cause.SHADOW, Cause.NOTE) and not alone:
            self._void_others(tx, item_id, mine)
        if mine and (mine.cause, mine.decision) == (cause, decision):
            return  # an earlier attempt has written it down already
        stays = (Decision.APPROVED, Decision.REJECTED, Decision.SENT)
        if mine and mine.decision in (stays[1:] if cause is Cause.BY_HAND else stays):
            return  # a person's word stays, also where the robot has been put in shadow since
        said = {
            "cause": cause,
            "check": wish.check,
            "proposed_at": self._database.now(),
            "decision": decision,
            "decided_at": self._database.now() if alone else None,
            "decided_by": RAMP if alone else None,
            "why": None,
            "receipt": None,
            "by_hand": wish.by_hand,
        }
        if mine:
            tx.execute(update(Proposal).where(Proposal.id == mine.id).values(said))
            return
        amount = None if wish.amount is None else ore(wish.amount)
        row = {"item_id": item_id, "name": wish.name, "digest": digest, "ore": amount, **said}
        tx.execute(insert(Proposal).values(intent=self._codec.seal_json(wish.intent), **row))

    def _void_others(self, tx: Connection, item_id: int, mine: Any) -> None:
        """A person decides on one thing at a time: what an earlier attempt asked for is not asked any more."""
        query = select(Proposal.id).where(Proposal.item_id == item_id, Proposal.decision.is_(None))
        self._void(tx, [number for number in tx.execute(query).scalars() if not (mine and number == mine.id)])

    def _void(self, tx: Connection, ids: Sequence[int]) -> None:
        if ids:
            void = {"decision": Decision.VOID, "decided_at": self._database.now()}
            tx.execute(update(Proposal).where(Proposal.id.in_(ids)).values(void))


def proposals_of(tx: Connection, item_id: int, codec: Codec) -> list[ProposalRow]:
    """Everything that was ever proposed for an item, in order."""
    query = select(Proposal).where(Proposal.item_id == item_id).order_by(Proposal.id)
    return [proposal_row(row, codec) for row in tx.execute(query).all()]


def proposal_row(row: Any, codec: Codec) -> ProposalRow:
    return ProposalRow(
        id=row.id,
        item_id=row.item_id,
        name=row.name,
        cause=Cause(row.cause),
        intent=codec.unseal_fields(row.intent),
        amount=None if row.ore is None else Decimal(row.ore) / 100,
        check=row.check,
        proposed_at=row.proposed_at,
        decision=Decision(row.decision) if row.decision else None,
        decided_at=row.decided_at,
        decided_by=row.decided_by,
        why=row.why,
        receipt=row.receipt,
        by_hand=row.by_hand,
        pile=row.pile,
    )


def _in_hands(proposal: Any) -> bool:
    """Whether somebody has it in a pile of which nobody has said yet what became of it."""
    return proposal.pile is not None and proposal.decision != Decision.SENT
