"""Each rule and each reason, one row a case; then what the person who takes the case gets to see."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from string import Formatter
from typing import Any

import pytest

from bots_common.texts import Language, Texts
from robots.invoices import reasons
from robots.invoices.decision import Posting, Strike
from robots.invoices.model import Kind, Party
from robots.invoices.reasons import Reason
from robots.invoices.rules import Policy, index, screen
from robots.records import Unit
from tests.unit.care import (
    ANNA,
    BENT,
    CARL,
    ELM,
    OCTOBER,
    OTHER_EAN,
    OUR_EAN,
    POLICY,
    PSP,
    SUPPLIERS,
    decide,
    grant,
    invoice,
    line,
    rates,
    stated,
)
from tests.unit.invoice_cases import CASES, CHANGING, HALF, HOURLY, Case, voucher


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_decision(case: Case) -> None:
    decision = decide(case.document, case.grants, case.posted)
    assert (decision.reason, decision.facts.get("detail")) == (case.reason, case.detail)
    assert bool(decision.postings) == (case.reason is None)


def test_the_first_reason_in_the_order_of_the_rules_decides() -> None:
    """Everything is wrong at first; each step mends what decided before."""
    mended: dict[str, Any] = {}
    wrong = {
        "kind": Kind.CREDIT_NOTE,
        "receiver": Party(name="?", ean=OTHER_EAN),
        "currency": "EUR",
        "totals_problem": "no",
        "vat": Decimal(1),
        "supplier": Party(name="?"),
    }
    right = invoice()
    seen = []
    for name in (*wrong, "number"):
        seen.append(decide(invoice(line(cpr=None), **{**wrong, **mended}), posted=(voucher("F-77"),)).reason)
        mended[name] = getattr(right, name) if name in wrong else "F-78"
    seen.append(decide(invoice(line(cpr=None), **{**wrong, **mended}), posted=(voucher("F-77"),)).reason)
    assert seen == [
        Reason.CREDIT_NOTE,
        Reason.NOT_OUR_EAN,
        Reason.CURRENCY,
        Reason.TOTALS_WRONG,
        Reason.VAT_UNEXPECTED,
        Reason.SUPPLIER_UNKNOWN,
        Reason.DUPLICATE,
        Reason.NO_CPR,
    ]


def test_the_document_is_screened_before_anybody_is_looked_up() -> None:
    assert screen(invoice(), POLICY) is None
    problem = screen(invoice(currency="EUR"), POLICY)
    assert problem and problem.reason is Reason.CURRENCY


def test_what_is_posted() -> None:
    document = invoice(line("38750.37"), line("5000.00", BENT, number="2"))
    monthly = {"unit": Unit.MONTH, "rates": rates((date(2024, 1, 1), "5000.00"))}
    bents = grant(number="B-2", cpr=BENT, paragraph="§ 108", service="Længerevarende botilbud", **monthly)
    assert decide(document, (grant(), bents)).postings == (
        Posting("B-1001", PSP, "4.9", Decimal("38750.37"), OCTOBER, "Midlertidigt botilbud 10-2024"),
        Posting("B-2", "XG-5385010001-00002", "4.9", Decimal("5000.00"), OCTOBER, "Længerevarende botilbud 10-2024"),
    )


def test_a_long_service_is_cut_and_the_period_stays() -> None:
    document = invoice(stated("12", "DAY", "15000.00"), period=HALF)
    text = decide(document, (grant(service="Aktivitets- og samværstilbud med særlig støtte"),)).postings[0].text
    assert text == "Aktivitets- og samværstilbud 10.10.2024-21.10.2024"
    assert len(text) == 50


def test_near_misses_show_the_test_that_struck_and_the_calculation() -> None:
    grants = (
        grant(number="B-1", paragraph="§ 97", **HOURLY),
        grant(number="B-2", last=date(2024, 9, 30)),
        grant(number="B-3", **CHANGING),
        grant(number="B-4", rates=rates((date(2024, 1, 1), "2000.00"))),
        grant(number="B-5", unit=Unit.MONTH, rates=rates((date(2024, 1, 1), "41000.50"))),
    )
    decision = decide(invoice(), grants)
    facts = decision.facts
    shown = [(it["grant"], it["struck"], it["expected"], it["calculation"]) for it in facts["parts"][0]["candidates"]]
    assert shown == [
        ("B-1", Strike.SCOPE, None, None),
        ("B-2", Strike.RUNNING, "38750.00", "31 døgn × 1.250,00"),
        ("B-3", Strike.AMOUNT, "39550.00", "15 døgn × 1.250,00 + 16 døgn × 1.300,00"),
        ("B-4", Strike.AMOUNT, "62000.00", "31 døgn × 2.000,00"),
        ("B-5", Strike.AMOUNT, "41000.50", "1 måned × 41.000,50"),
    ]
    assert (facts["grant"], facts["difference"]) == ("B-3", "-800.00"), "the nearest in amount speaks for all"


def test_the_policy_sets_scope_and_tolerance() -> None:
    ours = frozenset({OUR_EAN})
    narrow = Policy(our_eans=ours, scope=frozenset({"§104"}))
    assert decide(invoice(), (grant(),), policy=narrow).reason is Reason.OUT_OF_SCOPE
    strict = Policy(our_eans=ours, tolerance=Decimal("0.36"))
    assert decide(invoice(line("38750.36")), (grant(),), policy=strict).reason is None
    assert decide(invoice(line("38750.37")), (grant(),), policy=strict).reason is Reason.AMOUNT_DIFFERS


def test_grants_are_indexed_by_citizen() -> None:
    annas, bents, more = grant(), grant(cpr=BENT, number="B-2"), grant(number="B-3")
    assert index([annas, bents, more]) == {ANNA: (annas, more), BENT: (bents,)}


def test_a_supplier_is_never_identified_by_name() -> None:
    problem = SUPPLIERS.identify(Party(name=ELM.name))
    assert isinstance(problem, reasons.Problem)
    assert problem.facts["proposal"] == ELM.name


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_facts_are_json_and_name_citizens_only_under_cpr(case: Case) -> None:
    facts = json.loads(json.dumps(decide(case.document, case.grants, case.posted).facts))
    assert not names_a_citizen(json.dumps(without_cpr(facts)))


def without_cpr(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_cpr(item) for key, item in value.items() if key != "cpr"}
    return [without_cpr(item) for item in value] if isinstance(value, list) else value


def names_a_citizen(text: str) -> bool:
    return any(cpr.shown() in text or cpr.digits in text for cpr in (ANNA, BENT, CARL))


def test_every_sentence_is_used_and_filled_by_its_facts() -> None:
    texts = Texts.load(reasons.LOCALES)
    told = {}
    for case in CASES:
        decision = decide(case.document, case.grants, case.posted)
        if decision.reason:
            told[reasons.TEXTS[decision.reason].fitting(decision.facts)] = decision.facts
    unused = [it for reason in Reason for it in reasons.TEXTS[reason].sentences() if it not in told]
    assert unused == [reasons.TEXTS[Reason.UNREADABLE].sentence], "a document that cannot be read never comes here"
    for msgid, facts in told.items():
        wanted = {name for _, name, _, _ in Formatter().parse(msgid) if name}
        assert all(facts.get(name) is not None for name in wanted), msgid
        assert not any(names_a_citizen(texts.text(msgid, language, **facts)) for language in Language)


def test_a_sentence_as_the_caseworker_reads_it() -> None:
    decision = decide(invoice(line("39500.00")), (grant(),))
    assert decision.reason
    msgid = reasons.TEXTS[decision.reason].fitting(decision.facts)
    assert Texts.load(reasons.LOCALES).text(msgid, Language.DA, **decision.facts) == (
        "Linje 1, oktober 2024: leverandøren kræver 39.500,00 kr., og bevilling B-1001 giver 38.750,00 kr. "
        "(31 døgn × 1.250,00), en forskel på 750,00 kr., som sagsbehandleren tager op med leverandøren."
    )
