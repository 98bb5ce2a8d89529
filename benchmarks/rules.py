"""How fast the invoices are decided, and how that grows: `python -m benchmarks.rules [sizes]`.

For each size a mock town is made; its documents are read and decided one after another, as the robot does, and every
decision is held against the town's truth. CPU seconds, so that a busy machine does not blur them. Reading the XML and
deciding are timed apart; indexing the registers happens once and stands by itself.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from bots_common.values import ore
from mocks.town import Town, Truth, accounts, generate
from robots.invoices import ubl
from robots.invoices.accounts import AccountSheet
from robots.invoices.decision import Decision
from robots.invoices.model import Invoice
from tests.town import Office, office

SIZES = (10_000, 30_000, 100_000)
A = TypeVar("A")
T = TypeVar("T")


@dataclass(slots=True)
class Measured:
    """One size: counts, and CPU seconds."""

    invoices: int
    grants: int
    indexing: float
    reading: float = 0.0
    deciding: float = 0.0
    posted: int = 0
    wrong: int = 0


def timed(work: Callable[[A], T], on: A) -> tuple[T, float]:
    start = process_time()
    result = work(on)
    return result, process_time() - start


def registers_of(town: Town) -> Office:
    with TemporaryDirectory() as folder:
        sheet = Path(folder) / "konteringsark.xlsx"
        accounts.write(sheet, town.accounts)
        return office(town, AccountSheet.read(sheet))


def run(town: Town) -> Measured:
    """Decide the whole inbox in its order."""
    registers, indexing = timed(registers_of, town)
    gc.collect()
    gc.freeze()  # what stands all month need not be walked again and again
    measured = Measured(len(town.documents), len(town.grants), indexing)
    for document, truth in zip(town.documents, town.truth, strict=True):
        invoice, seconds = timed(read, document.xml)
        measured.reading += seconds
        decide(registers, invoice, truth, measured)
    return measured


def read(document: bytes) -> Invoice | None:
    try:
        return ubl.read(document)
    except ubl.Unreadable:
        return None


def decide(registers: Office, invoice: Invoice | None, truth: Truth, measured: Measured) -> None:
    if invoice is None:
        measured.wrong += truth.reason != "unreadable"
        return
    decision, seconds = timed(registers.decide, invoice)
    measured.deciding += seconds
    measured.posted += decision.reason is None
    measured.wrong += not agrees(decision, truth)
    registers.book(invoice, decision, truth.document)


def agrees(decision: Decision, truth: Truth) -> bool:
    got = sorted((it.grant, it.psp, ore(it.amount)) for it in decision.postings)
    return decision.reason == truth.reason and got == sorted((it.grant, it.psp, it.ore) for it in truth.postings)


def main(sizes: tuple[int, ...]) -> None:
    table = Table(title="Deciding invoices (CPU seconds)")
    headings = ("invoices", "grants", "posted", "against truth", "index", "read XML", "decide", "decided/s", "growth")
    for heading in headings:
        table.add_column(heading, justify="right")
    first: float | None = None
    for size in sizes:
        it = run(generate(1, size))
        each = it.deciding / it.invoices
        first = first or each
        table.add_row(
            *(f"{it.invoices:,}", f"{it.grants:,}", f"{it.posted / it.invoices:.0%}", f"{it.wrong:,} differ"),
            *(f"{it.indexing:.2f}", f"{it.reading:.2f}", f"{it.deciding:.2f}", f"{1 / each:,.0f}"),
            f"{each / first:.2f} ×",
        )
    Console(width=110).print(table)


if __name__ == "__main__":
    main(tuple(int(size) for size in sys.argv[1:]) or SIZES)
