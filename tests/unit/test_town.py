"""The mock town keeps its promises: the truth that the robots are held against must itself be true."""

from __future__ import annotations

import os
import re
import stat
from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook
from rapidfuzz import fuzz
from stdnum import ean
from stdnum.dk import cpr, cvr

from mocks.town import Document, Grant, Posting, Town, Truth, accounts, generate, truth

SEEDS = (1, 2, 3)
REASONS = {
    *("no_cpr", "several_cpr", "unknown_citizen", "no_grant", "grant_not_running", "out_of_scope"),
    *("amount_differs", "ambiguous", "already_paid", "duplicate", "credit_note", "totals_wrong"),
    *("vat_unexpected", "currency", "not_our_ean", "no_account", "supplier_unknown", "unreadable"),
}
IN_SCOPE = {"§ 103", "§ 104", "§ 107", "§ 108", "STU"}
GIVERS = {
    **dict.fromkeys(("dearer", "last_years_rate", "just_over_tolerance", "hours_not_stated"), 0),
    **dict.fromkeys(("granted_elsewhere", "nothing_granted", "companionship", "support_at_home"), 0),
    **dict.fromkeys(("ended_before", "ends_in_the_month", "begins_in_the_month"), 0),
    **dict.fromkeys(("provisional_only", "terminated"), 0),
    **dict.fromkeys(("paid_by_hand", "paid_in_part_by_hand", "account_missing", "account_double"), 1),
    "two_grants_fit": 2,
}
"""How many grants give what the scenario bills for the month."""

Line = tuple[str, str, Decimal, int]  # every text on it, unit code, quantity, øre


@cache
def town_of(seed: int, size: int = 300) -> Town:
    return generate(seed, size)


def cases(town: Town) -> Iterator[tuple[Document, Truth]]:
    return zip(town.documents, town.truth, strict=True)


def test_the_same_seed_makes_the_same_town() -> None:
    assert generate(5, 60) == generate(5, 60)


@pytest.mark.parametrize("other", [(6, 60, date(2024, 10, 1)), (5, 60, date(2024, 11, 1))])
def test_another_seed_or_month_makes_another_town(other: tuple[int, int, date]) -> None:
    ours, theirs = generate(5, 60), generate(*other)
    assert {it.cpr for it in ours.citizens} != {it.cpr for it in theirs.citizens}
    assert ours.documents != theirs.documents


@pytest.mark.parametrize("seed", SEEDS)
def test_sixty_invoices_show_every_reason(seed: int) -> None:
    reasons = Counter(it.reason for it in town_of(seed, 60).truth)
    assert set(reasons) == REASONS | {None}
    assert reasons.most_common(2)[1][0] == "amount_differs"


@pytest.mark.parametrize("seed", SEEDS)
def test_three_hundred_invoices_show_every_reason_several_times(seed: int) -> None:
    assert min(Counter(it.reason for it in town_of(seed).truth).values()) >= 2


@pytest.mark.parametrize("size", [*range(0, 40, 3), 60, 300])
def test_about_half_is_plain_and_the_size_is_exact(size: int) -> None:
    town = town_of(1, size)
    assert len(town.documents) == len(town.truth) == size
    if size >= 60:
        assert 0.45 <= sum(it.reason is None for it in town.truth) / size <= 0.60


def test_the_inbox_is_numbered_in_the_order_of_receipt() -> None:
    documents = town_of(1).documents
    assert all(a.number < b.number and a.received <= b.received for a, b in pairwise(documents))
    assert [it.document for it in town_of(1).truth] == [it.number for it in documents]


@pytest.mark.parametrize("seed", SEEDS)
def test_citizens_are_synthetic_grown_up_and_unique(seed: int) -> None:
    numbers = [it.cpr for it in town_of(seed).citizens]
    assert len(set(numbers)) == len(numbers)
    for number in numbers:
        born = cpr.get_birth_date(f"{int(number[0]) - 6}{number[1:]}")
        assert 6 <= int(number[0]) <= 9
        assert 17 <= 2024 - born.year <= 91


def test_every_third_number_fails_the_old_check_digit() -> None:
    numbers = [it.cpr for it in town_of(1, 1000).citizens]
    failing = sum(cpr.checksum(it) != 0 for it in numbers)
    assert 0.27 < failing / len(numbers) < 0.40


@pytest.mark.parametrize("seed", SEEDS)
def test_suppliers_have_valid_numbers_and_names_that_differ(seed: int) -> None:
    town = town_of(seed)
    assert len(town.suppliers) == 25
    assert all(cvr.is_valid(it.cvr) for it in town.suppliers)
    eans = [town.ean, *(it.ean for it in town.suppliers)]
    assert all(ean.is_valid(it) and it.startswith(("5790", "5798")) and len(it) == 13 for it in eans)
    assert len(set(eans)) == len(eans)
    names = [it.name.casefold() for it in town.suppliers]
    assert all(fuzz.ratio(a, b) < 80 for a, b in combinations(names, 2))


def test_grants_have_their_owner_and_their_art() -> None:
    town = town_of(1)
    art = {it.cvr: accounts.ART_OF[it.ownership] for it in town.suppliers}
    known = {it.cpr for it in town.citizens}
    vouchers = {it.number for it in town.vouchers}
    for grant in town.grants:
        assert grant.cpr in known
        assert grant.art == art[grant.cvr]
        assert list(grant.rates) == sorted(grant.rates, key=lambda rate: rate.valid_from)
        assert {it.voucher for it in grant.paid} <= vouchers
    assert len({it.number for it in town.grants}) == len(town.grants)


@pytest.mark.parametrize("seed", SEEDS)
def test_documents_are_invoices_unless_they_cannot_be_read(seed: int) -> None:
    for document, true in cases(town_of(seed)):
        if true.reason == "unreadable":
            assert not is_readable(document.xml)
            assert (document.cvr, document.invoice, document.ore) == ("", "", 0)
        else:
            root = etree.fromstring(document.xml)
            name = etree.QName(root).localname
            assert name == ("CreditNote" if true.reason == "credit_note" else "Invoice")
            payable = root.findtext("{*}LegalMonetaryTotal/{*}PayableAmount")
            assert abs(document.ore) == Decimal(str(payable)) * 100
            assert document.invoice == root.findtext("{*}ID")


def test_no_personal_number_stands_in_the_list_that_finance_shows() -> None:
    town = town_of(1)
    shown = " ".join(f"{it.number} {it.supplier} {it.invoice}" for it in town.documents)
    assert not any(it.cpr in shown for it in town.citizens)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_plain_invoice_is_given_by_one_grant_and_no_other(seed: int) -> None:
    town = town_of(seed)
    accounts_by_psp = {row[4]: row[:4] for row in town.accounts}
    ownership = {it.cvr: it.ownership for it in town.suppliers}
    for document, true in cases(town):
        for posting in true.postings:
            (grant,) = [it for it in town.grants if it.number == posting.grant]
            lines = lines_about(document, grant.cpr, alone=len(true.postings) == 1)
            assert sum(ore for *_, ore in lines) == posting.ore
            assert givers(town, grant.cpr, grant.cvr, posting, lines) == [grant]
            assert not any(it.first <= posting.last and posting.first <= it.last for it in grant.paid)
            kind = (grant.paragraph, grant.art, ownership[grant.cvr], grant.target_group)
            assert accounts_by_psp[posting.psp] == kind
            assert [row[:4] for row in town.accounts].count(kind) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_refused_month_is_given_by_as_many_grants_as_its_scenario_says(seed: int) -> None:
    town = town_of(seed)
    citizens = {it.cpr for it in town.citizens}
    met = set()
    for document, true in cases(town):
        if true.scenario in GIVERS:
            lines = lines_about(document, "", alone=True)
            (number,) = citizens & set(re.findall(r"[6-9]\d{9}", document.xml.decode().replace("-", "")))
            last = date(2024, 10, 31)
            month = Posting("", "", "", sum(ore for *_, ore in lines), town.month, last)
            assert len(givers(town, number, document.cvr, month, lines)) == GIVERS[true.scenario]
            met.add(true.scenario)
    assert met == set(GIVERS)


def test_no_two_plain_invoices_ask_for_the_same_days_of_a_grant() -> None:
    seen = Counter((it.grant, it.first, it.last) for true in town_of(1).truth for it in true.postings)
    assert max(seen.values()) == 1


@pytest.mark.parametrize("seed", SEEDS)
def test_a_duplicate_has_something_to_be_a_duplicate_of(seed: int) -> None:
    town = town_of(seed)
    seen = {(it.cvr, it.invoice) for it in town.vouchers}
    for document, true in cases(town):
        assert ((document.cvr, document.invoice) in seen) == (true.reason == "duplicate")
        if true.reason is None and document.cvr:
            seen.add((document.cvr, document.invoice))


def test_the_truth_survives_the_disk_for_its_owner_alone(tmp_path: Path) -> None:
    path = tmp_path / "truth.json"
    path.write_text("open to all")
    truth.write(path, town_of(1).truth)
    assert truth.read(path) == town_of(1).truth
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_the_account_sheet_is_written_as_people_keep_it(tmp_path: Path) -> None:
    path = tmp_path / "konteringsark.xlsx"
    accounts.write(path, town_of(1).accounts)
    header, *rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    assert tuple(header) == accounts.HEADER
    assert [(row[0], str(row[1]), *row[2:]) for row in rows] == town_of(1).accounts


def is_readable(xml: bytes) -> bool:
    """Whether the bytes are an invoice that a careful reader takes."""
    try:
        root = etree.fromstring(xml, etree.XMLParser(resolve_entities=False))
    except etree.XMLSyntaxError:
        return False
    return b"<!DOCTYPE" not in xml and etree.QName(root).localname == "Invoice"


def lines_about(document: Document, number: str, *, alone: bool) -> list[Line]:
    """The document's lines that carry the number, or all of them."""
    lines = [read_line(it) for it in etree.fromstring(document.xml).iterfind("{*}InvoiceLine")]
    return [it for it in lines if alone or number in it[0].replace("-", "")]


def read_line(element: etree._Element) -> Line:
    quantity = element.find("{*}InvoicedQuantity")
    amount = element.findtext("{*}LineExtensionAmount")
    assert quantity is not None
    texts = " ".join(str(it) for it in element.itertext())
    return texts, quantity.get("unitCode", ""), Decimal(str(quantity.text)), int(Decimal(str(amount)) * 100)


def givers(town: Town, citizen: str, supplier: str, posting: Posting, lines: list[Line]) -> list[Grant]:
    """The grants of the citizen with the supplier that a person would find for the lines."""
    return [
        grant
        for grant in town.grants
        if (grant.cpr, grant.cvr) == (citizen, supplier)
        and grant.paragraph in IN_SCOPE
        and grant.status == "Bevilget"
        and grant.first <= posting.first
        and (grant.last is None or posting.last <= grant.last)
        and abs(worth(grant, posting, lines) - posting.ore) <= 100
    ]


def worth(grant: Grant, posting: Posting, lines: list[Line]) -> Decimal:
    """What the grant's rates make of the days, months or hours, in øre."""
    dates = [posting.first + timedelta(days=n) for n in range((posting.last - posting.first).days + 1)]
    units = {unit for _, unit, _, _ in lines}
    quantity = sum((count for _, _, count, _ in lines), Decimal(0))
    if grant.unit == "time":
        return quantity * rate_on(grant, dates[0]) if units == {"HUR"} else Decimal(0)
    if grant.unit == "måned":
        return Decimal(sum(rate_on(grant, day) for day in dates if day.day == 1))
    if units == {"DAY"} and quantity < len(dates):
        return quantity * rate_on(grant, dates[0])
    return Decimal(sum(rate_on(grant, day) for day in dates))


def rate_on(grant: Grant, day: date) -> int:
    return max((it for it in grant.rates if it.valid_from <= day), key=lambda it: it.valid_from).ore
