"""The invoices robot at a stub desk: what it does with a case, and after a crash in the middle of one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bots_common import testing
from bots_common.errors import OutcomeUnknown, SettingsError
from bots_common.settings import GivenSettings
from bots_common.testing import Result, StubDesk
from bots_common.values import Cpr, Period, Receipt, mask
from bots_common.work import State, Store
from robots.invoices.accounts import COLUMNS
from robots.invoices.model import Invoice, Party
from robots.invoices.robot import InvoiceItem, Invoices
from robots.records import Grant, PaidPeriod, Supplier
from robots.systems.finance import Finance, Posting, Remark, Voucher
from robots.systems.grants import Grants, Payment
from tests.unit.care import ANNA, BENT, ELM, OCTOBER, OUR_EAN, PSP, grant, invoice, line, rates

DOCUMENT = "B2024-000001"
ROW = ("§ 107", "4.9", "privat", "Autisme", PSP)


class Silence(OutcomeUnknown):
    """The system did what it was told, and nobody heard it say so."""


@dataclass
class FakeFinance:
    """Finance as the page object shows it: vouchers and remarks, and what was entered."""

    posted: list[Posting] = field(default_factory=list)
    vouchers_there: list[Voucher] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)
    silent: bool = False

    async def vouchers(self, *, cvr: str = "", invoice: str = "", document: str = "") -> list[Voucher]:
        wanted = {"cvr": cvr, "invoice": invoice, "document": document}
        return [
            it
            for it in self.vouchers_there
            if all(getattr(it, key) == value for key, value in wanted.items() if value)
        ]

    async def post(self, posting: Posting) -> Receipt:
        self.posted.append(posting)
        voucher = voucher_of(posting.document, f"510000010{len(self.posted)}", amount=posting.total)
        self.vouchers_there.append(voucher)
        self._answer()
        return Receipt(voucher.number, voucher.amount)

    async def find_posting(self, posting: Posting) -> Receipt | None:
        found = await self.vouchers(document=posting.document)
        return Receipt(found[0].number, found[0].amount) if found else None

    async def write_remark(self, remark: Remark) -> Receipt:
        self.remarks.append(remark)
        self._answer()
        return Receipt(f"N{len(self.remarks)}")

    async def find_remark(self, remark: Remark) -> Receipt | None:
        return Receipt(f"N{self.remarks.index(remark) + 1}") if remark in self.remarks else None

    def _answer(self) -> None:
        if self.silent:
            raise Silence("finance gave no answer.", "The next attempt looks.")


@dataclass
class FakeGrants:
    """The grants register as the page object shows it; what is marked paid shows on the grant."""

    grants: list[Grant] = field(default_factory=lambda: [grant()])
    register: list[Supplier] = field(default_factory=lambda: [ELM])
    payments: list[Payment] = field(default_factory=list)
    asked: int = 0
    silent: bool = False

    async def suppliers(self) -> list[Supplier]:
        self.asked += 1
        return self.register

    async def grants_of(self, cpr: Cpr) -> tuple[Grant, ...] | None:
        return tuple(it for it in self.grants if it.cpr == cpr) if cpr in (ANNA, BENT) else None

    async def mark_paid(self, payment: Payment) -> Receipt:
        self.payments.append(payment)
        self.grants = [_with(it, payment) if it.number == payment.grant else it for it in self.grants]
        if self.silent:
            raise Silence("grants gave no answer.", "The next attempt looks.")
        return Receipt(f"K{len(self.payments)}")

    async def find_payment(self, payment: Payment) -> Receipt | None:
        return Receipt(f"K{self.payments.index(payment) + 1}") if payment in self.payments else None


def _with(there: Grant, payment: Payment) -> Grant:
    paid = PaidPeriod(period=payment.period, voucher=payment.voucher)
    return there.model_copy(update={"paid": (*there.paid, paid)})


def voucher_of(document: str, number: str, *, amount: Decimal = Decimal("38750.00")) -> Voucher:
    assert ELM.cvr
    return Voucher(number=number, document=document, cvr=ELM.cvr.digits, invoice="F-77", amount=amount)


def write_accounts(file: Path, *rows: tuple[str, ...], saved: int) -> None:
    """The caseworker's sheet, saved at that many seconds."""
    book = openpyxl.Workbook()
    sheet: Any = book.active
    for row in (COLUMNS, *rows):
        sheet.append(row)
    book.save(file)
    os.utime(file, (saved, saved))


@dataclass
class Office:
    """The robot, its two systems, and a store that remembers from one attempt to the next."""

    robot: Invoices
    accounts: Path
    store: Store
    finance: FakeFinance = field(default_factory=FakeFinance)
    grants: FakeGrants = field(default_factory=FakeGrants)

    async def handle(self, document: Invoice | None = None, **payload: Any) -> Result:
        """An attempt at the one item; a later one is that of the next worker."""
        item = InvoiceItem(**{"document": DOCUMENT, "invoice": document or invoice(), "supplier": ELM, **payload})
        desk = StubDesk({Finance: self.finance, Grants: self.grants})
        return await testing.handle(self.robot, item, desk, store=self.store, reference=DOCUMENT)

    async def handle_again(self) -> Result:
        """As after a person sent the item back."""
        self.store.people.retry(1, "anna", "corrected")
        return await self.handle()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    accounts = tmp_path / "konteringer.xlsx"
    write_accounts(accounts, ROW, saved=1)
    table = {"our_eans": [OUR_EAN.digits], "accounts": accounts}
    store = testing.memory_store()
    yield Office(Invoices(GivenSettings(robots={"invoices": table})), accounts, store)
    store.close()


# -- the plain case -------------------------------------------------------------------------------------------


async def test_a_plain_invoice_is_posted_and_marked_as_paid(office: Office) -> None:
    result = await office.handle()
    assert result.state is State.DONE
    (posting,) = office.finance.posted
    assert posting.document == DOCUMENT
    (entered,) = posting.lines
    assert (entered.psp, entered.art, entered.amount, entered.period) == (PSP, "4.9", Decimal("38750.00"), OCTOBER)
    assert entered.text == "Midlertidigt botilbud 10-2024"
    assert office.grants.payments == [
        Payment(grant="B-1001", period=OCTOBER, voucher="5100000101", amount=Decimal("38750.00"))
    ]
    assert {name: row.receipt for name, row in result.effects.items()} == {
        "post": Receipt("5100000101", Decimal("38750.00")),
        "mark-paid/B-1001": Receipt("K1"),
    }
    assert office.finance.remarks == []


async def test_an_invoice_for_two_citizens_is_one_voucher_and_two_payments(office: Office) -> None:
    monthly = {"unit": "month", "rates": rates((date(2024, 1, 1), "5000.00"))}
    office.grants.grants.append(grant(number="B-1002", cpr=BENT, **monthly))
    result = await office.handle(invoice(line(), line("5000.00", BENT, number="2")))
    assert result.state is State.DONE
    (posting,) = office.finance.posted
    assert [it.amount for it in posting.lines] == [Decimal("38750.00"), Decimal("5000.00")]
    assert [(it.grant, it.voucher, it.amount) for it in office.grants.payments] == [
        ("B-1001", "5100000101", Decimal("38750.00")),
        ("B-1002", "5100000101", Decimal("5000.00")),
    ]


# -- after a crash --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("system", ["finance", "grants"])
async def test_a_robot_that_resumes_does_not_meet_itself(office: Office, system: str) -> None:
    """Its own voucher is no duplicate, and its own payment is no earlier payment."""
    setattr(getattr(office, system), "silent", True)  # noqa: B010
    with pytest.raises(Silence):
        await office.handle()
    setattr(getattr(office, system), "silent", False)  # noqa: B010
    result = await office.handle()
    assert result.state is State.DONE
    assert (len(office.finance.posted), len(office.grants.payments)) == (1, 1)
    assert result.effects["post"].receipt == Receipt("5100000101", Decimal("38750.00"))
    assert result.effects["mark-paid/B-1001"].receipt == Receipt("K1")


async def test_a_remark_that_nobody_heard_of_is_not_written_again(office: Office) -> None:
    office.finance.silent, office.grants.grants = True, []
    with pytest.raises(Silence):
        await office.handle()
    office.finance.silent = False
    result = await office.handle()
    assert (result.reason, len(office.finance.remarks)) == ("no_grant", 1)


@pytest.mark.parametrize(
    ("since", "change"),
    [
        ("grant_not_running", {"active": False}),
        ("no_account", {"target_group": "Hjerneskade"}),
        ("amount_differs", {"rates": rates((date(2024, 1, 1), "1300.00"))}),
    ],
)
async def test_a_case_that_changed_after_its_posting_was_begun_is_uncertain(
    office: Office, since: str, change: dict[str, Any]
) -> None:
    office.finance.silent = True
    with pytest.raises(Silence):
        await office.handle()
    office.grants.grants = [grant(**change)]
    result = await office.handle()
    assert (result.state, result.reason) == (State.EXCEPTION, "uncertain")
    assert (result.facts["effect"], result.facts["since"]) == ("post", since)
    assert office.finance.remarks == [], "a remark that it is not posted could be false"
    assert (len(office.finance.posted), office.grants.payments) == (1, [])


# -- reasons --------------------------------------------------------------------------------------------------


async def test_a_reason_is_written_where_people_work_in_danish_and_without_a_personal_number(office: Office) -> None:
    office.grants.grants = [grant(rates=rates((date(2024, 1, 1), "1200.00")))]
    result = await office.handle()
    assert (result.state, result.reason) == (State.EXCEPTION, "amount_differs")
    (remark,) = office.finance.remarks
    assert remark.document == DOCUMENT
    assert remark.text.startswith(
        "Linje 1, oktober 2024: leverandøren kræver 38.750,00 kr., og bevilling B-1001 giver"
    )
    assert "en forskel på 1.550,00 kr." in remark.text
    assert mask(remark.text) == remark.text
    assert result.facts["difference"] == "1550.00"
    assert result.facts["cpr"] == ANNA.shown(), "who works the case sees whose it is"
    ((name, row),) = result.effects.items()
    assert (name.partition("#")[0], row.receipt) == ("remark/amount_differs", Receipt("N1"))
    assert office.finance.posted == []


async def test_the_same_reason_with_other_figures_is_told_again(office: Office) -> None:
    office.grants.grants = [grant(rates=rates((date(2024, 1, 1), "1200.00")))]
    await office.handle()
    office.store.people.retry(1, "anna", "the rate is corrected")
    office.grants.grants = [grant(rates=rates((date(2024, 1, 1), "1100.00")))]
    result = await office.handle()
    assert result.reason == "amount_differs"
    assert len({remark.text for remark in office.finance.remarks}) == 2


async def test_a_document_that_a_person_posted_meanwhile_is_a_duplicate(office: Office) -> None:
    office.finance.vouchers_there.append(voucher_of(DOCUMENT, "5100000007"))
    result = await office.handle()
    assert result.reason == "duplicate"
    (remark,) = office.finance.remarks
    assert remark.text == (
        "Leverandørens faktura med dette nummer er allerede bogført som bilag 5100000007. "
        "Afvis denne, eller find ud af, hvad forskellen er."
    )
    assert office.finance.posted == []


async def test_a_voucher_of_another_document_is_a_duplicate_even_while_resuming(office: Office) -> None:
    office.grants.silent = True
    with pytest.raises(Silence):
        await office.handle()
    office.finance.vouchers_there.append(voucher_of("B2024-000099", "5100000008"))
    result = await office.handle()
    assert (result.reason, result.facts["since"]) == ("uncertain", "duplicate")
    assert len(office.finance.posted) == 1


async def test_a_document_that_cannot_be_read(office: Office) -> None:
    result = await office.handle(invoice=None, unreadable="It is not XML.")
    assert (result.reason, result.facts["error"]) == ("unreadable", "It is not XML.")
    (remark,) = office.finance.remarks
    assert remark.text.startswith("Dokumentet kan ikke læses som en faktura.")
    assert office.finance.posted == []


async def test_a_citizen_who_is_not_in_the_register(office: Office) -> None:
    result = await office.handle(invoice(line(cpr=Cpr("6203754444"))))
    assert result.reason == "unknown_citizen"
    assert "6203754444" not in office.finance.remarks[0].text.replace("-", "")


# -- what is asked anew ---------------------------------------------------------------------------------------


async def test_a_supplier_who_was_unknown_when_found_is_asked_for_again(office: Office) -> None:
    stranger = invoice(supplier=Party(name="Bosted Ådalen", cvr=ELM.cvr))
    office.grants.register = []
    result = await office.handle(stranger, supplier=None)
    assert (result.reason, office.grants.asked) == ("supplier_unknown", 1)
    office.grants.register = [ELM]
    office.store.people.retry(1, "anna", "registered")
    result = await office.handle(stranger, supplier=None)
    assert (result.state, office.grants.asked) == (State.DONE, 2)


async def test_a_supplier_who_was_known_when_found_is_not_asked_for(office: Office) -> None:
    await office.handle()
    assert office.grants.asked == 0


async def test_the_accounts_sheet_is_read_again_when_it_was_saved(office: Office) -> None:
    write_accounts(office.accounts, ("§ 108", *ROW[1:]), saved=2)
    assert (await office.handle()).reason == "no_account"
    write_accounts(office.accounts, ROW, saved=3)
    assert (await office.handle_again()).state is State.DONE


async def test_an_accounts_sheet_that_is_gone_is_no_reason_of_the_invoice(office: Office) -> None:
    office.accounts.unlink()
    with pytest.raises(SettingsError, match="cannot be opened"):
        await office.handle()
    assert (office.finance.posted, office.finance.remarks) == ([], [])
    write_accounts(office.accounts, ROW, saved=2)
    assert (await office.handle()).state is State.DONE


async def test_a_period_already_paid_by_another_voucher(office: Office) -> None:
    september_to_october = Period(first=date(2024, 9, 15), last=date(2024, 10, 1))
    earlier = PaidPeriod(period=september_to_october, voucher="5100000007")
    office.grants.grants = [grant(paid=(earlier,))]
    result = await office.handle()
    assert (result.reason, result.facts["voucher"]) == ("already_paid", "5100000007")
    assert office.finance.posted == []
