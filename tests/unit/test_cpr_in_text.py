"""Personal numbers in texts: every planted one is found, nothing that only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.invoices.cpr_in_text import cprs_in

FOUND = [
    "CPR: 610190-1234",
    "cpr.nr. 6101901234",
    "CPR-6101901234",
    "Cpr-nummer 610190 1234.",
    "(610190-1234)",
    "610190 – 1234",
    "født 610190-1234",
    "Anne Hansen 6101901234",
    "6101901234 31 døgn à 1.250,00",
    "610190 1234 31 døgn",
    "610190-1234/oktober",
    "Ophold oktober 2024 6101901234",
    "31-10-2024 6101901234",
    "Faktura for ophold, 6101901234",
    "Faktura F2024-00017 610190-1234",
    "Ordrenr. 4711, Anne Hansen 6101901234",
    "Ordrenr. 0703334123, Anne Hansen 6101901234",
    "Ordrenr. 0703334123; 6101901234",
    "Tlf. 12 34 56 78, borger 610190-1234",
    "Tlf. 12345678, 610190-1234",
    "Ordre/CPR: 6101901234",
    "Kontoret: 6101901234",
    "Region Nord 610190-1234",
    "Bankkonto 1234-0703334123, Anne Hansen 610190-1234",
    "DK50 0040 0440 1162 43, 6101901234",
]

LOOKALIKES = [
    "Ordrenr. {}",
    "Ordre {}",
    "Indkøbsordre: {}",
    "Order no. {}",
    "Rekv.nr. {}",
    "Rekvisition {}",
    "Tlf. {}",
    "Tlf.nr.: {}",
    "Telefon {}",
    "Mobil {}",
    "+45 {}",
    "+{}",
    "0045 {}",
    "P-nr. {}",
    "P-nummer: {}",
    "Produktionsenhed {}",
    "IBAN DK500040{}",
    "IBAN {}",
    "Konto {}",
    "Reg.nr. 1234 kontonr. {}",
    "Reg. 1234 {}",
    "Bankkonto 1234-{}",
    "Kundenr. {}",
    "Faktura {}",
    "Fakturanr.: {}",
    "Sagsnr. {}",
    "Journalnr. {}",
    "J.nr. {}",
    "Ordre fra kommunen {}",
    "GLN {}",
    "+71<00000{}+12345678<",
    "XG-{}-00007",
    "{}-01",
    "{},50",
    "{}.00",
    "{}123",
    "A{}",
]

days = st.integers(1, 28).flatmap(lambda day: st.sampled_from((day, day + 60)))
cprs = st.builds(
    "{:02d}{:02d}{:02d}{:04d}".format, days, st.integers(1, 12), st.integers(0, 99), st.integers(0, 9999)
)
styles = st.sampled_from(("{0}-{1}", "{0} {1}", "{0}{1}", "{0}–{1}"))
written = st.builds(lambda cpr, style: (cpr, style.format(cpr[:6], cpr[6:])), cprs, styles)
leads = st.sampled_from(("CPR: {}", "cpr.nr. {}", "Anne Hansen {}", "({})", "Vedr. borger {}", "født {}"))
noises = st.builds(str.format, st.sampled_from(LOOKALIKES), cprs)


@pytest.mark.parametrize("text", FOUND)
def test_a_number_is_found(text: str) -> None:
    assert [cpr.digits for cpr in cprs_in(text)] == ["6101901234"]


@given(lookalike=st.sampled_from(LOOKALIKES), cpr=cprs)
def test_a_lookalike_is_not_found(lookalike: str, cpr: str) -> None:
    assert cprs_in(lookalike.format(cpr)) == ()


@pytest.mark.parametrize(
    "text", ["0013011234", "3113901234", "3002901234", "6101901", "610190-12345", "311024 1500 kr"]
)
def test_what_is_no_date_or_has_not_ten_digits_is_not_found(text: str) -> None:
    assert cprs_in(text) == ()


@given(noise=st.lists(noises, max_size=3), planted=written, lead=leads, at=st.integers(0, 3))
def test_a_planted_number_is_found_among_noise(
    noise: list[str], planted: tuple[str, str], lead: str, at: int
) -> None:
    digits, shown = planted
    parts = [*noise[:at], lead.format(shown), *noise[at:]]
    assert [cpr.digits for cpr in cprs_in(", ".join(parts))] == [digits]


@given(first=written, second=written, between=st.sampled_from((", ", " og ", "\n", " / Bo Holm ")))
def test_several_numbers_are_found_in_their_order(
    first: tuple[str, str], second: tuple[str, str], between: str
) -> None:
    text = f"Vedr. {first[1]}{between}{second[1]}"
    assert [cpr.digits for cpr in cprs_in(text)] == list(dict.fromkeys((first[0], second[0])))


def test_a_list_of_orders_holds_no_personal_number() -> None:
    assert cprs_in("Ordrenr. 6101901234 og 6202901234") == ()


@given(cpr=cprs)
def test_the_check_digit_is_not_asked(cpr: str) -> None:
    others = {f"{cpr[:9]}{last}" for last in range(10)}
    assert {found.digits for other in others for found in cprs_in(f"CPR {other}")} == others


@pytest.mark.parametrize("text", ["6101901234", "610190-1234", "09151-538501003-091107-409CPR", "XG-6101901234"])
def test_a_field_for_other_numbers_holds_none(text: str) -> None:
    assert cprs_in(text, field=True) == ()


@pytest.mark.parametrize("text", ["CPR 6101901234", "610190-1234 (cpr)", "født 610190-1234"])
def test_unless_the_field_says_so(text: str) -> None:
    assert [cpr.digits for cpr in cprs_in(text, field=True)] == ["6101901234"]
