"""What people do with items: send them to the robot again, approve or reject what it proposes."""

from __future__ import annotations

import shlex
from typing import Any, Final

from sqlalchemy import Connection, select, update

from bots_common.autonomy import ASKED, Cause, Decision
from bots_common.errors import NotFound, StoreError
from bots_common.values import mask
from bots_common.work.approvals import proposal_row
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.history import Recorder
from bots_common.work.reading import item_or_error
from bots_common.work.records import ProposalRow
from bots_common.work.states import State, Step, after
from bots_common.work.stats import Stats
from bots_common.work.tables import Proposal, WorkItem

REJECTED: Final = "rejected"


class People:
    """Reached as `store.people`. Of two people at once the second is told what the first has done."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, record: Recorder) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._record = record

    def retry(self, item_id: int, who: str, why: str) -> None:
        """A person sends the item to the robot again. Raises IllegalTransition or StoreError (no such item)."""
        with self._database.write() as tx:
            self._send_back(tx, item_or_error(tx, item_id, lock=True), Step.RETRY, who, why)

    def approve(self, proposal_id: int, who: str, why: str) -> None:
        """The robot may do exactly this; the next worker does it, unless the facts have changed by then.

        Raises NotFound, StoreError where somebody was quicker or where it is to be done by hand, and
        IllegalTransition where the item does not wait.
        """
        with self._database.write() as tx:
            item, _ = self._decide(tx, proposal_id, Decision.APPROVED, who, why)
            self._send_back(tx, item, Step.APPROVE, who, why)

    def reject(self, proposal_id: int, who: str, why: str) -> None:
        """The robot may not do this; a person takes the case. Raises what `approve` raises."""
        with self._database.write() as tx:
            item, proposal = self._decide(tx, proposal_id, Decision.REJECTED, who, why)
            state = State(item.state)
            target = after(state, Step.REJECT)
            facts = rejection(proposal_row(proposal, self._codec))
            tx.execute(
                update(WorkItem)
                .where(WorkItem.id == item.id)
                .values(
                    state=target,
                    reason=REJECTED,
                    facts=self._codec.seal_json(facts),
                    changed_at=self._database.now(),
                )
            )
            self._stats.decided(tx, [item], Step.REJECT)
            self._record(tx, [item.id], Step.REJECT, (state, target), mask(who), mask(why))
            self._stats.add(tx, item.robot, State.EXCEPTION, REJECTED)

    def to_decide(self, item_id: int) -> ProposalRow:
        """What the item waits for. Raises NotFound where there is no such item or nothing to decide about it."""
        with self._database.read() as tx:
            item_or_error(tx, item_id)
            query = select(Proposal).where(Proposal.item_id == item_id, _open())
            row = tx.execute(query.order_by(Proposal.id.desc()).limit(1)).one_or_none()
        if row is None:
            raise NotFound(f"Nothing is proposed for item {item_id}.", f"See `kollega items show {item_id}`.")
        return proposal_row(row, self._codec)

    def _decide(self, tx: Connection, proposal_id: int, decision: Decision, who: str, why: str) -> tuple[Any, Any]:
        """Write the decision down; returns the item and the proposal as it is then."""
        item_id = tx.execute(select(Proposal.item_id).where(Proposal.id == proposal_id)).scalar_one_or_none()
        if item_id is None:
            raise NotFound(f"There is no proposal {proposal_id}.", "`kollega items show` shows those of an item.")
        item = item_or_error(tx, item_id, lock=True)
        found = tx.execute(select(Proposal).where(Proposal.id == proposal_id)).one()
        if found.decision is not None:
            by = f" by {found.decided_by}" if found.decided_by else ""
            raise StoreError(
                f"This has been decided already: {found.decision}{by}.", f"See `kollega items show {item_id}`."
            )
        if decision is Decision.APPROVED and found.cause == Cause.BY_HAND:
            raise StoreError(
                "This is not approved but done by hand, outside Kollega.",
                f"Take it in a pile: `kollega piles take {item.robot} {shlex.quote(found.by_hand)}`.",
            )
        after(State(item.state), Step.APPROVE if decision is Decision.APPROVED else Step.REJECT)
        decided = (
            update(Proposal)
            .where(Proposal.id == proposal_id)
            .values(decision=decision, decided_at=self._database.now(), decided_by=mask(who), why=mask(why))
            .returning(Proposal)
        )
        return item, tx.execute(decided).one()

    def _send_back(self, tx: Connection, item: Any, step: Step, who: str, why: str) -> None:
        """The item is new again, with fresh attempts; its priority is as it was."""
        state = State(item.state)
        target = after(state, step)
        sent = update(WorkItem).where(WorkItem.id == item.id)
        tx.execute(sent.values(state=target, helped=True, **afresh(self._database)))
        self._stats.decided(tx, [item], step)
        self._record(tx, [item.id], step, (state, target), mask(who), mask(why))


def afresh(database: Database) -> dict[str, Any]:
    """The values of an item that goes to the robot again as if it were new."""
    moment = database.now()
    return {
        "reason": None,
        "facts": None,
        "attempts": 0,
        "takeovers": 0,
        "not_before": moment,
        "changed_at": moment,
    }


def rejection(proposal: ProposalRow) -> dict[str, Any]:
    """What the person who takes a rejected case is told."""
    return {
        "effect": proposal.name,
        "wanted": proposal.intent,
        "who": proposal.decided_by,
        "why": proposal.why,
    }


def _open() -> Any:
    return Proposal.decision.is_(None) & Proposal.cause.in_((*ASKED, Cause.BY_HAND))
