"""A day of the invoices robot, written to a store as the robot writes it: real decisions, effects and evidence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final

from bots_common.autonomy import Cause
from bots_common.settings import AutonomySettings
from bots_common.values import Receipt
from bots_common.work import Codec, NewItem, Store
from bots_common.work.records import Lease, Wish
from robots.invoices.decision import Decision
from robots.invoices.model import Invoice, Party
from robots.invoices.robot import InvoiceItem
from robots.records import Grant
from robots.systems.finance import Posting, PostingLine, Remark
from tests.unit.care import ELM, OUR_EAN, decide, grant, invoice, line, rates

ROBOT: Final = "invoices"
WORKER: Final = "office-7/4711/a1b2"
NOON: Final = datetime(2024, 11, 8, 11, 0, tzinfo=UTC)
"""Twelve o'clock in Copenhagen."""

PLAIN: Final = "B2024-000001"
DIFFERS: Final = "B2024-000002"
NO_CPR: Final = "B2024-000003"
BROKEN: Final = "B2024-000004"
WAITING: Final = "B2024-000005"
FORMULA: Final = '=HYPERLINK("http://evil.example";"Faktura")'

STRUCK: Final = (
    grant(number="B-1", paragraph="§ 97"),
    grant(number="B-2", rates=rates((date(2024, 1, 1), "1300.00"))),
)
"""Two grants that both miss the 38,750.00 of the plain invoice: by paragraph, and by 1,550.00."""


def day_of_work(store: Store) -> dict[str, int]:
    """One invoice posted, one that differs, one without a citizen, one that failed, one not begun: ids by name."""
    ids = {
        PLAIN: handled(store, PLAIN, invoice(), [grant()]),
        DIFFERS: handled(store, DIFFERS, invoice(), STRUCK),
        NO_CPR: handled(store, NO_CPR, invoice(line(cpr=None)), [grant()]),
    }
    lease = claimed(store, NewItem(BROKEN, payload(BROKEN, invoice())))
    store.fail(lease, WORKER, "SystemUnavailable: no row for 610190-1234", max_attempts=1, retry_seconds=1)
    ids[BROKEN] = lease.item_id
    store.add(ROBOT, [NewItem(WAITING, payload(WAITING, invoice()))])
    return ids


def handled(store: Store, reference: str, document: Invoice, grants: Iterable[Grant]) -> int:
    """Let the rules decide, and write down what the robot would; returns the item's id."""
    lease = claimed(store, NewItem(reference, payload(reference, document)))
    decision = decide(document, grants)
    if decision.reason:
        remark = Remark(document=reference, text="Se sagen.")
        _effect(store, lease, f"remark/{decision.reason}", remark.model_dump(mode="json"), Receipt("N000001"))
        store.hand_over(lease, WORKER, decision.reason, decision.facts)
        return lease.item_id
    posting = _posting(reference, decision)
    _effect(store, lease, "post", posting.model_dump(mode="json"), Receipt("5100000001", posting.total))
    for it in decision.postings:
        _effect(store, lease, f"mark-paid/{it.grant}", {"grant": it.grant}, Receipt("K000001"))
    store.finish(lease, WORKER)
    return lease.item_id


def proposed(store: Store, reference: str, document: Invoice, grants: Iterable[Grant]) -> int:
    """An invoice whose posting waits for approval at the robot's present level, or was only watched in shadow."""
    lease = claimed(store, NewItem(reference, payload(reference, document)))
    posting = _posting(reference, decide(document, grants))
    fields = posting.model_dump(mode="json")
    wish = Wish(ROBOT, reference, "post", fields, posting.total, check="finance.find_posting")
    if store.approvals.permit(lease, wish, AutonomySettings()).hindrance is Cause.SHADOW:
        store.skip(lease, WORKER, "shadow")
    else:
        store.park(lease, WORKER, "approval", {"effect": "post"})
    return lease.item_id


def from_a_swindler() -> Invoice:
    """An invoice whose supplier is nobody's, with a name that would like to be more than a name."""
    return invoice(supplier=Party(name=FORMULA), receiver=Party(name="<script>alert(1)</script>", ean=OUR_EAN))


def payload(reference: str, document: Invoice) -> dict[str, object]:
    return InvoiceItem(document=reference, invoice=document, supplier=ELM).model_dump(mode="json")


def claimed(store: Store, item: NewItem, robot: str = ROBOT) -> Lease:
    store.add(robot, [item])
    (claim,) = store.claim([robot], WORKER, timedelta(minutes=1))
    return claim.lease


def keep_evidence(store: Store, codec: Codec, folder: Path, item_id: int, about: str, kind: str, data: bytes) -> None:
    """A sealed file and its row, as the worker keeps them."""
    file = folder / "evidence" / "ab" / f"{item_id}-{kind}.sealed"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(codec.seal(data))
    store.ledger.keep_evidence(item_id, about, kind, f"ab/{file.name}")


def _posting(reference: str, decision: Decision) -> Posting:
    lines = tuple(
        PostingLine(psp=it.psp, art=it.art, amount=it.amount, text=it.text, period=it.period)
        for it in decision.postings
    )
    return Posting(document=reference, lines=lines)


def _effect(store: Store, lease: Lease, name: str, intent: dict[str, object], receipt: Receipt) -> None:
    row, _ = store.ledger.intend(lease, name, intent)
    store.ledger.settle(lease, row, receipt, ROBOT, 0)
