"""A whole month of the mock town: every document read, decided and posted in turn, and held against the truth.

The town works out its truth by itself and shares no code with the robot.
"""

from __future__ import annotations

from pathlib import Path

from bots_common.values import ore
from mocks.town import accounts, generate
from robots.invoices import ubl
from robots.invoices.accounts import AccountSheet
from robots.invoices.decision import interval
from robots.invoices.reasons import Reason
from tests.town import office

Line = tuple[str, str, str, int, str]


def test_every_invoice_of_the_month_is_decided_as_the_town_knows_it(tmp_path: Path) -> None:
    town = generate(seed=11, size=300)
    accounts.write(tmp_path / "ark.xlsx", town.accounts)
    registers = office(town, AccountSheet.read(tmp_path / "ark.xlsx"))
    decided: dict[str, tuple[str | None, list[Line]]] = {}
    for document in town.documents:
        try:
            invoice = ubl.read(document.xml)
        except ubl.Unreadable:
            decided[document.number] = (Reason.UNREADABLE, [])
            continue
        decision = registers.decide(invoice)
        registers.book(invoice, decision, document.number)
        lines = [(it.grant, it.psp, it.art, ore(it.amount), interval(it.period)) for it in decision.postings]
        decided[document.number] = (decision.reason, sorted(lines))
    for truth in town.truth:
        lines = [(it.grant, it.psp, it.art, it.ore, f"{it.first}/{it.last}") for it in truth.postings]
        assert decided[truth.document] == (truth.reason, sorted(lines)), truth.scenario
