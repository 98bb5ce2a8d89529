"""What people decide about items: to the robot again, approved or rejected, settled outside.

Each decision may say what the person has `seen`, the newest change of the item as it was looked at. Where the item
has moved since, or another person sees to it, the decision is refused by a sentence that names who was quicker.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, func, select, update

from bots_common.autonomy import ASKED, Cause, Decision
from bots_common.errors import InvalidValue, NotFound, Overtaken, StoreError, TooEarly, WithAnother
from bots_common.values import mask
from bots_common.work.approvals import proposal_row
from bots_common.work.codec import Codec
from bots_common.work.database import Database
from bots_common.work.history import Recorder
from bots_common.work.reading import item_or_error
from bots_common.work.records import Json, ProposalRow
from bots_common.work.states import REJECTED, SETTLED, State, Step, after
from bots_common.work.stats import Stats
from bots_common.work.tables import Effect, History, Proposal, WorkItem

"""The reason of an item that a person has done outside Kollega, and the outcome by which it is counted."""


@dataclass(frozen=True, slots=True)
class Correction:
    """Fields of a payload that a person puts right, by name; `apply` makes the payload anew, or refuses."""

    fields: tuple[str, ...]
    apply: Callable[[Json], Json]


@dataclass(frozen=True, slots=True)
class Together:
    """What came of one decision about many items: those `done`, and of each of the others why it was left alone."""

    done: tuple[int, ...]
    left: tuple[StoreError, ...]


class People:
    """Reached as `store.people`. Of two people at once the second is told what the first has done."""

    def __init__(self, database: Database, codec: Codec, stats: Stats, record: Recorder) -> None:
        self._database = database
        self._codec = codec
        self._stats = stats
        self._record = record

    # Every decision raises NotFound, Overtaken, WithAnother, and IllegalTransition where the item is not with people.

    def retry(
        self, item_id: int, who: str, why: str, *, seen: int | None = None, corrected: Correction | None = None
    ) -> None:
        """A person sends the item to the robot again, as it was or with fields put right.

        Raises what `corrected` raises for fields that cannot be so; then nothing is changed.
        """
        with self._database.write() as tx:
            item = moved_by(tx, item_id, who, seen)
            if corrected is None:
                self._send_back(tx, item, Step.RETRY, who, why)
                return
            payload = corrected.apply(self._codec.unseal_fields(item.payload))
            self._send_back(tx, item, Step.CORRECT, who, ": ".join(filter(None, (", ".join(corrected.fields), why))))
            tx.execute(update(WorkItem).where(WorkItem.id == item_id).values(payload=self._codec.seal_json(payload)))

    def settle(self, item_id: int, who: str, note: str, *, seen: int | None = None) -> None:
        """A person has done the case outside Kollega; no robot touches it any more. `note` says what was done."""
        with self._database.write() as tx:
            self._settle(tx, moved_by(tx, item_id, who, seen), who, note)

    def answer(
        self, item_id: int, effect: str, receipt: str | None, who: str, *, seen: int | None = None, rest: float = 0
    ) -> None:
        """A person has looked whether an effect of unknown outcome is there: with this receipt, or surely not (None).

        The robot goes on at once: it takes the receipt, or does the effect after all, though not before it has looked
        itself as far as it can. `rest` is how many seconds a request may still be on its way. Raises InvalidValue for
        a receipt that is none, StoreError where the outcome is known, and TooEarly where it cannot be "no" yet.
        """
        given = None if receipt is None else receipt.strip()
        if given is not None and (not given or mask(given) != given):
            raise InvalidValue("This is not a receipt's number.", "Give the number that the system shows.")
        with self._database.write() as tx:
            item = moved_by(tx, item_id, who, seen)
            after(State(item.state), Step.ANSWER)
            row = tx.execute(
                select(Effect).where(Effect.item_id == item_id, Effect.name == effect, Effect.receipt.is_(None))
            ).one_or_none()
            if row is None:
                raise StoreError(f"What became of {effect!r} is known.", f"See `kollega items show {item_id}`.")
            moment = self._database.moment(tx)
            if given is None and (moment - row.intended_at).total_seconds() < rest:
                raise TooEarly("The request may still be on its way.", f"Look again in {rest:.0f} seconds.")
            said = {"said_by": mask(who), "receipt": given, "settled_at": None if given is None else moment}
            tx.execute(update(Effect).where(Effect.id == row.id).values(said))
            if given is not None:
                self._stats.add(tx, item.robot, "effect", effect.partition("/")[0])
            self._send_back(tx, item, Step.ANSWER, who, f"{effect} = {given}" if given else effect)

    def approve(self, proposal_id: int, who: str, why: str, *, seen: int | None = None) -> None:
        """The robot may do exactly this; the next worker does it, unless the facts have changed by then.

        Raises StoreError too where somebody was quicker or where it is to be done by hand.
        """
        with self._database.write() as tx:
            self._approve(tx, proposal_id, who, why, seen)

    def reject(self, proposal_id: int, who: str, why: str, *, seen: int | None = None) -> None:
        """The robot may not do this; a person takes the case. Raises what `approve` raises."""
        with self._database.write() as tx:
            self._reject(tx, proposal_id, who, why, seen)

    # -- many at once -------------------------------------------------------------------------------------

    def retry_all(self, robot: str, seen: Mapping[int, int], who: str, why: str) -> Together:
        """Send these items, each as it was seen, to the robot again; those that have moved are told and left alone.

        Raises StoreError where they are not all of the robot and with people for one reason.
        """
        return self._each(
            robot, seen, Step.RETRY, who, lambda tx, item: self._send_back(tx, item, Step.RETRY, who, why)
        )

    def settle_all(self, robot: str, seen: Mapping[int, int], who: str, note: str) -> Together:
        """These items, each as it was seen, are done outside Kollega. Raises what `retry_all` raises."""
        return self._each(robot, seen, Step.SETTLE, who, lambda tx, item: self._settle(tx, item, who, note))

    def approve_all(self, robot: str, seen: Mapping[int, int], who: str, why: str) -> Together:
        """The robot may do exactly these, each proposal with the newest change of its item as it was seen.

        `done` are the items; of those that have moved, or are another robot's, `left` says why they were left alone.
        """
        return self._decide_each(robot, seen, who, why, self._approve)

    def reject_all(self, robot: str, seen: Mapping[int, int], who: str, why: str) -> Together:
        """The robot may do none of these; people take the cases. As `approve_all`."""
        return self._decide_each(robot, seen, who, why, self._reject)

    def _decide_each(
        self,
        robot: str,
        seen: Mapping[int, int],
        who: str,
        why: str,
        decide: Callable[[Connection, int, str, str, int | None], int],
    ) -> Together:
        done: list[int] = []
        left: list[StoreError] = []
        # By item, as every other decision about many locks them.
        theirs = (
            select(Proposal.id)
            .join(WorkItem, WorkItem.id == Proposal.item_id)
            .where(Proposal.id.in_(seen), WorkItem.robot == robot)
            .order_by(WorkItem.id, Proposal.id)
        )
        with self._database.write() as tx:
            known = tx.execute(theirs).scalars().all()
            left += [_no_proposal(proposal_id) for proposal_id in sorted(set(seen) - set(known))]
            for proposal_id in known:
                try:
                    done.append(decide(tx, proposal_id, who, why, seen[proposal_id]))
                except StoreError as moved:
                    left.append(moved)
        return Together(tuple(done), tuple(left))

    def _each(
        self,
        robot: str,
        seen: Mapping[int, int],
        step: Step,
        who: str,
        decide: Callable[[Connection, Any], None],
    ) -> Together:
        done: list[int] = []
        left: list[StoreError] = []
        with self._database.write() as tx:
            items = []
            for item_id in sorted(seen):
                try:
                    item = moved_by(tx, item_id, who, seen[item_id])
                    after(State(item.state), step)
                    items.append(item)
                except StoreError as moved:
                    left.append(moved)
            if len({item.reason for item in items}) > 1 or {item.robot for item in items} - {robot}:
                raise StoreError("These items have different reasons.", "Choose items of one robot and one reason.")
            for item in items:
                decide(tx, item)
                done.append(item.id)
        return Together(tuple(done), tuple(left))

    # -- questions ----------------------------------------------------------------------------------------

    def to_decide(self, item_id: int) -> ProposalRow:
        """What the item waits for. Raises NotFound where there is no such item or nothing to decide about it."""
        with self._database.read() as tx:
            item_or_error(tx, item_id)
            query = select(Proposal).where(Proposal.item_id == item_id, _open())
            row = tx.execute(query.order_by(Proposal.id.desc()).limit(1)).one_or_none()
        if row is None:
            raise NotFound(f"Nothing is proposed for item {item_id}.", f"See `kollega items show {item_id}`.")
        return proposal_row(row, self._codec)

    # -- shared -------------------------------------------------------------------------------------------

    def _approve(self, tx: Connection, proposal_id: int, who: str, why: str, seen: int | None) -> int:
        """Returns the item."""
        item, _ = self._decide(tx, proposal_id, Decision.APPROVED, who, why, seen)
        self._send_back(tx, item, Step.APPROVE, who, why)
        return int(item.id)

    def _reject(self, tx: Connection, proposal_id: int, who: str, why: str, seen: int | None) -> int:
        """Returns the item."""
        item, proposal = self._decide(tx, proposal_id, Decision.REJECTED, who, why, seen)
        state = State(item.state)
        target = after(state, Step.REJECT)
        facts = self._codec.seal_json(rejection(proposal_row(proposal, self._codec)))
        rejected = {"state": target, "reason": REJECTED, "facts": facts, "changed_at": self._database.now()}
        tx.execute(update(WorkItem).where(WorkItem.id == item.id).values(rejected))
        self._stats.decided(tx, [item], Step.REJECT)
        self._record(tx, [item.id], Step.REJECT, (state, target), mask(who), mask(why))
        self._stats.add(tx, item.robot, State.EXCEPTION, REJECTED)
        return int(item.id)

    def _decide(
        self, tx: Connection, proposal_id: int, decision: Decision, who: str, why: str, seen: int | None
    ) -> tuple[Any, Any]:
        """Write the decision down; returns the item and the proposal as it is then."""
        item_id = tx.execute(select(Proposal.item_id).where(Proposal.id == proposal_id)).scalar_one_or_none()
        if item_id is None:
            raise _no_proposal(proposal_id)
        item = moved_by(tx, item_id, who, seen)
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

    def _settle(self, tx: Connection, item: Any, who: str, note: str) -> None:
        """Facts stay, so that one can see what was settled; nothing is asked about the item any more."""
        state = State(item.state)
        target = after(state, Step.SETTLE)
        moment = self._database.now()
        left = {"reason": SETTLED, "changed_at": moment, "assignee": None, "assigned_at": None}
        tx.execute(update(WorkItem).where(WorkItem.id == item.id).values(state=target, **left))
        tx.execute(
            update(Proposal)
            .where(Proposal.item_id == item.id, Proposal.decision.is_(None))
            .values(decision=Decision.VOID, decided_at=moment)
        )
        self._record(tx, [item.id], Step.SETTLE, (state, target), mask(who), mask(note))
        self._stats.add(tx, item.robot, SETTLED, item.reason or "")


def moved_by(tx: Connection, item_id: int, who: str, seen: int | None) -> Any:
    """The item, locked, for a person to do something with. Raises NotFound, Overtaken and WithAnother."""
    item = item_or_error(tx, item_id, lock=True)
    if seen is not None:
        newest = select(func.max(History.id)).where(History.item_id == item_id).scalar_subquery()
        last = tx.execute(select(History.id, History.who, History.step).where(History.id == newest)).one()
        if last.id != seen:
            raise Overtaken(mask(item.reference), last.who, last.step)
    if item.assignee not in (None, mask(who)):
        raise WithAnother(mask(item.reference), item.assignee)
    return item


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
        "assignee": None,
        "assigned_at": None,
    }


def rejection(proposal: ProposalRow) -> dict[str, Any]:
    """What the person who takes a rejected case is told."""
    return {
        "effect": proposal.name,
        "wanted": proposal.intent,
        "who": proposal.decided_by,
        "why": proposal.why,
    }


def _no_proposal(proposal_id: int) -> NotFound:
    return NotFound(f"There is no proposal {proposal_id}.", "`kollega items show` shows those of an item.")


def _open() -> Any:
    return Proposal.decision.is_(None) & Proposal.cause.in_((*ASKED, Cause.BY_HAND))
