"""Documents that a person must take whomever they bill: not an invoice, not ours, wrong sums, seen before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from lxml import etree

from mocks.town.cases import Case, Kind, refused
from mocks.town.grants import BY_DAY, BY_MONTH
from mocks.town.letters import Draft
from mocks.town.model import Grant, Voucher
from mocks.town.parts import Part, bill, part, terms_for
from mocks.town.spans import Span
from mocks.town.ubl import document, render
from mocks.town.world import World

EURO = 746  # øre


def credit_note(world: World) -> Case:
    case = _otherwise_plain(world, "credit_note")
    case.draft.credit = True
    return case


def wrong_sum(world: World) -> Case:
    """The lines do not add up to the total."""
    case = _otherwise_plain(world, "totals_wrong")
    case.draft.sum_error = world.rng.choice((10_000, 27_000, 900))
    return case


def wrong_payable(world: World) -> Case:
    """What is asked for is not what the total says."""
    case = _otherwise_plain(world, "totals_wrong")
    case.draft.payable_error = world.rng.choice((5_000, 100_000))
    return case


def wrong_line(world: World) -> Case:
    """A line's price times its quantity is not the line's amount."""
    case = _otherwise_plain(world, "totals_wrong")
    case.draft.lines[0].price += world.rng.choice((5_000, 12_300))
    return case


def with_vat(world: World) -> Case:
    """VAT on a service that carries none; the sums agree."""
    case = _otherwise_plain(world, "vat_unexpected")
    case.draft.vat_percent = 25
    return case


def in_euro(world: World) -> Case:
    case = _otherwise_plain(world, "currency")
    case.draft.currency = "EUR"
    for line in case.draft.lines:
        line.price = line.price * 100 // EURO
        line.amount = int(Decimal(line.quantity) * line.price)
    return case


def to_another_receiver(world: World) -> Case:
    case = _otherwise_plain(world, "not_our_ean")
    case.draft.receiver = world.directory.new_ean()
    return case


def misspelt_supplier(world: World) -> Case:
    """No number that the register knows, and a name that is nearly one of its names."""
    case = _otherwise_plain(world, "supplier_unknown")
    name = case.draft.name
    spot = world.rng.randint(2, len(name) - 3)
    case.draft.name = name[:spot] + name[spot + 1 :]
    case.draft.cvr, case.draft.ean = "", world.directory.new_ean()
    return case


def strange_supplier(world: World) -> Case:
    """A real company that no grant was ever made with."""
    case = _otherwise_plain(world, "supplier_unknown")
    case.draft.name = "Vikar & Omsorg Danmark"
    case.draft.cvr, case.draft.ean = f"DK{world.directory.new_cvr()}", ""
    return case


def truncated(world: World) -> Case:
    draft = _otherwise_plain(world, "unreadable").draft
    whole = render(draft)
    return _unreadable(draft, whole[: len(whole) * 3 // 5])


def reminder(world: World) -> Case:
    """A reminder is not an invoice."""
    draft = _otherwise_plain(world, "unreadable").draft
    return _unreadable(draft, etree.tostring(document(draft, "Reminder"), encoding="UTF-8", xml_declaration=True))


def entity_bomb(world: World) -> Case:
    """A few hundred bytes that would unfold to gigabytes."""
    draft = _otherwise_plain(world, "unreadable").draft
    root = document(draft)
    note = etree.SubElement(root, f"{{{root.nsmap['cbc']}}}Note")
    note.append(etree.Entity("e9"))
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    doctype = f'<!DOCTYPE Invoice [<!ENTITY e0 "lol">{levels}]>'
    return _unreadable(draft, etree.tostring(root, encoding="UTF-8", xml_declaration=True, doctype=doctype))


def wrong_encoding(world: World) -> Case:
    """Says UTF-8 and is Latin-1."""
    draft = _otherwise_plain(world, "unreadable").draft
    body = etree.tostring(document(draft), encoding="unicode").encode("iso-8859-1")
    return _unreadable(draft, b'<?xml version="1.0" encoding="UTF-8"?>\n' + body)


def _unreadable(draft: Draft, xml: bytes) -> Case:
    return Case(draft, reason="unreadable", xml=xml)


def paid_last_month(world: World) -> Case:
    """Last month's invoice comes again; its voucher stands in finance."""
    firm = world.firm()
    terms = terms_for(world, BY_MONTH + BY_DAY)
    citizen = world.resident()
    grant = world.grant(citizen, firm, terms)
    span, voucher = _last_paid(world, grant)
    case = refused(world, "duplicate", firm, Part(citizen, grant, terms, span, bill(world.rng, grant, span)))
    case.draft.number = voucher.invoice
    case.draft.received = world.month.last + timedelta(days=world.rng.randint(1, 10))
    return case


def _last_paid(world: World, grant: Grant) -> tuple[Span, Voucher]:
    payment = grant.paid[-1]
    return Span(payment.first, payment.last), world.vouchers[-1]


def same_document_again(world: World, earlier: Case) -> Case:
    """The supplier sends the same document twice."""
    return Case(_later(world, earlier.draft), reason="duplicate")


def same_month_again(world: World, earlier: Case) -> Case:
    """A second invoice with a number of its own for what the first one billed."""
    draft = _later(world, earlier.draft)
    draft.number = draft.firm.next_number(draft.issued.year)
    draft.uuid = UUID(int=world.rng.getrandbits(128), version=4)
    return Case(draft, reason="already_paid")


def _later(world: World, draft: Draft) -> Draft:
    return replace(draft, received=draft.received + timedelta(days=world.rng.randint(1, 5)))


def _otherwise_plain(world: World, reason: str) -> Case:
    firm = world.firm()
    return refused(world, reason, firm, part(world, firm, terms_for(world)))


FAULTY = (
    Kind("credit_note", 5, (credit_note,)),
    Kind("totals_wrong", 4, (wrong_sum, wrong_payable, wrong_line)),
    Kind("vat_unexpected", 3, (with_vat,)),
    Kind("currency", 2, (in_euro,)),
    Kind("not_our_ean", 2, (to_another_receiver,)),
    Kind("supplier_unknown", 3, (misspelt_supplier, strange_supplier)),
    Kind("unreadable", 4, (truncated, reminder, entity_bomb, wrong_encoding)),
    Kind("duplicate_in_finance", 3, (paid_last_month,)),
    Kind("duplicate_in_inbox", 3, after=(same_document_again,)),
    Kind("invoiced_twice", 4, after=(same_month_again,)),
)
