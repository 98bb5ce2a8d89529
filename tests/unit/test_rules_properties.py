"""What must hold of every decision, whatever the invoice and the register look like."""

from __future__ import annotations

from collections import Counter
from datetime import date
from decimal import Decimal
from random import Random
from typing import NamedTuple

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bots_common.values import Cpr, Period
from robots.invoices.model import Invoice, Line
from robots.records import Grant, Rate, Unit
from tests.unit.care import ANNA, ASK, BENT, ELM, OCTOBER, POLICY, decide, grant, in_period, invoice, paid, stated

PERIODS = (OCTOBER, OCTOBER, Period(first=date(2024, 10, 1), last=date(2024, 10, 12)), Period.month(2024, 9))
OFF = ("0.00", "0.00", "0.37", "1.00", "-1.00", "1.01", "-1.01", "500.00")
CODES = {Unit.DAY: ("DAY", "EA"), Unit.HOUR: ("HUR", "HUR", "DAY"), Unit.MONTH: ("MON", "EA")}

PATIENT = settings(deadline=None)  # how long one example takes says more of the machine than of the rules


class World(NamedTuple):
    document: Invoice
    grants: list[Grant]


@st.composite
def some_rates(draw: st.DrawFn) -> tuple[Rate, ...]:
    later = draw(st.sampled_from([(), (), (date(2024, 10, 1),), (date(2024, 10, 16),)]))
    amounts = st.sampled_from([Decimal("400.00"), Decimal("1000.00"), Decimal("1100.00")])
    return tuple(Rate(valid_from=start, amount=draw(amounts)) for start in (date(2024, 1, 1), *later))


@st.composite
def some_grant(draw: st.DrawFn, cpr: Cpr = ANNA) -> Grant:
    """Mostly one that runs; now and then one that the rules must strike."""
    return grant(
        number=f"B-{draw(st.integers(1, 9999))}",
        cpr=cpr,
        paragraph=draw(st.sampled_from(["§ 107", "§ 107", "§ 108", "§ 108", "§ 104", "§ 97"])),
        unit=draw(st.sampled_from(Unit)),
        first=draw(st.sampled_from([date(2023, 1, 1)] * 5 + [date(2024, 10, 5)])),
        last=draw(st.sampled_from([None] * 5 + [date(2024, 10, 10)])),
        active=draw(st.sampled_from([True] * 5 + [False])),
        rates=draw(some_rates()),
        paid=draw(st.sampled_from([(), (), (), paid(OCTOBER)])),
    )


@st.composite
def some_line(draw: st.DrawFn, number: int, cpr: Cpr | None, grants: list[Grant]) -> Line:
    """A line that bills about what one of the citizen's grants gives."""
    meant = draw(st.sampled_from([it for it in grants if cpr in (None, it.cpr)]))
    period = draw(st.sampled_from(PERIODS))
    quantity = draw(st.sampled_from([Decimal(12), Decimal(period.days)]))
    code = draw(st.sampled_from(CODES[meant.unit]))
    due = counted_out(meant, period, None if code == "EA" else quantity)
    amount = (due or Decimal(700)) + Decimal(draw(st.sampled_from(OFF)))
    said = in_period(period.first, period.last)
    return stated(str(quantity), code, str(amount), cpr=cpr, period=said, number=str(number))


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """A register of up to five grants of two citizens, and an invoice of one to three lines."""
    any_grant = st.one_of(some_grant(), some_grant(BENT))
    grants = draw(st.lists(any_grant, min_size=1, max_size=5, unique_by=lambda it: it.number))
    citizens: list[Cpr | None] = list(dict.fromkeys(it.cpr for it in grants))
    whose = draw(st.sampled_from([citizens, citizens[:1], citizens[:1] * 2, [*citizens, None]]))
    lines = [draw(some_line(number, cpr, grants)) for number, cpr in enumerate(whose, start=1)]
    return World(invoice(*lines), grants)


def counted_out(paying: Grant, period: Period, quantity: Decimal | None) -> Decimal | None:
    """What the grant gives, date by date, which is not how the rules reckon. None for hours that nobody states."""

    def rate_on(day: date) -> Decimal:
        return max((it for it in paying.rates if it.valid_from <= day), key=lambda it: it.valid_from).amount

    if paying.unit is Unit.HOUR:
        return None if quantity is None else quantity * rate_on(period.first)
    if paying.unit is Unit.MONTH:
        return sum((rate_on(day) for day in period.dates() if day.day == 1), Decimal(0))
    if quantity is not None and quantity < period.days:
        return quantity * rate_on(period.first)
    return sum((rate_on(day) for day in period.dates()), Decimal(0))


@PATIENT
@given(worlds(), st.randoms())
def test_the_order_of_the_grants_does_not_matter(world: World, random: Random) -> None:
    shuffled = random.sample(world.grants, len(world.grants))
    assert decide(world.document, shuffled) == decide(*world)


@PATIENT
@given(worlds(), some_grant(), some_grant(BENT))
def test_grants_of_others_change_nothing(world: World, one: Grant, other: Grant) -> None:
    """Neither another supplier's grant nor one that lies under the wrong citizen."""
    foreign = one.model_copy(update={"supplier": ASK.cvr})
    with_more = {
        ANNA: [foreign, *(it for it in world.grants if it.cpr == ANNA), other],
        BENT: [one, *(it for it in world.grants if it.cpr == BENT)],
    }
    assert decide(world.document, known=with_more) == decide(*world)


@PATIENT
@given(worlds(), some_grant())
def test_each_grant_is_struck_on_its_own(world: World, one: Grant) -> None:
    """A further grant neither brings another back nor strikes it."""

    def tested(grants: list[Grant]) -> Counter[tuple[str, str | None]]:
        parts = decide(world.document, grants).parts
        return Counter((it.grant.model_dump_json(), it.struck) for part in parts for it in part.candidates)

    assert tested(world.grants) <= tested([*world.grants, one])


@PATIENT
@given(worlds())
def test_only_a_single_grant_left_is_ever_posted(world: World) -> None:
    decision = decide(*world)
    event(f"{decision.reason}")
    left = [[it.grant.number for it in part.candidates if it.struck is None] for part in decision.parts]
    if decision.postings:
        assert [[it.grant] for it in decision.postings] == left
    else:
        assert decision.reason


@PATIENT
@given(worlds())
def test_what_is_posted_is_the_invoice_to_the_ore(world: World) -> None:
    decision = decide(*world)
    whole = world.document.net if decision.reason is None else Decimal(0)
    assert sum((it.amount for it in decision.postings), Decimal(0)) == whole


@PATIENT
@given(worlds())
def test_nothing_is_posted_beyond_the_tolerance(world: World) -> None:
    decision = decide(*world)
    by_number = {it.number: it for it in world.grants}
    for decided, posting in zip(decision.parts, decision.postings, strict=not decision.reason):
        paying, said = by_number[posting.grant], decided.part.stated
        due = counted_out(paying, posting.period, said.quantity if said and said.unit is paying.unit else None)
        assert due is not None and abs(due - posting.amount) <= POLICY.tolerance
        assert paying.supplier == ELM.cvr and paying.cpr == decided.part.cpr
