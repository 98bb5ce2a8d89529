"""Identifiers, money and periods: what is valid, what is refused, and that a personal number never shows itself."""

from __future__ import annotations

import traceback
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel, TypeAdapter, ValidationError

from bots_common.errors import InvalidValue
from bots_common.values import Cpr, Cvr, Ean, Frozen, Period, kroner, mask, ore

ANNA = "6101901234"


class Case(Frozen):
    cpr: Cpr
    count: int = 0


# -- personal numbers -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "0101901234",
        "010190-1234",
        "010190 1234",
        " 0101901234 ",
        "3112994321",
        "2902004567",
        "6101901234",
        "9112994321",
    ],
)
def test_a_personal_number_needs_a_real_date_and_no_check_digit(text: str) -> None:
    assert Cpr(text).digits == text.replace("-", "").replace(" ", "")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "010190",
        "010190123",
        "01019012345",
        "0013901234",
        "3102901234",
        "3201901234",
        "4101901234",
        "6013901234",
        "9202901234",
        "2902011234",
        "010190123a",
        "٠١٠١٩٠١٢٣٤",
        "anna",
    ],
)
def test_what_begins_with_no_date_is_no_personal_number(text: str) -> None:
    assert Cpr.parse(text) is None
    with pytest.raises(InvalidValue, match="ten digits and begins with a real date"):
        Cpr(text)


def test_a_synthetic_person_is_told_by_the_day() -> None:
    assert Cpr("6101901234").synthetic
    assert not Cpr("0101901234").synthetic


def test_a_personal_number_is_shown_only_where_that_is_asked_for() -> None:
    cpr = Cpr(ANNA)
    assert cpr.shown() == "610190-1234"
    assert cpr.digits == ANNA
    for shown in (str(cpr), repr(cpr), f"{cpr}", f"{cpr!r:>20}", f"{[cpr]}", repr(Case(cpr=cpr)), str(Case(cpr=cpr))):
        assert "******-****" in shown
        assert ANNA[6:] not in shown


def test_an_invalid_number_is_not_repeated_in_its_error() -> None:
    wrong = "6113901234"
    with pytest.raises(InvalidValue) as caught:
        Cpr(wrong)
    assert wrong not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize(
    "given_values",
    [
        {"cpr": "6113901234"},
        {"cpr": ANNA, "count": f"borger {ANNA}"},
        {"cpr": ANNA, "unknown": ANNA},
        {"cpr": {"nested": ANNA}},
        {"count": f"{'x' * 40}{ANNA}{'x' * 40}", "cpr": ANNA},
        ANNA,
    ],
)
def test_the_errors_of_a_model_do_not_tell_what_was_given(given_values: object) -> None:
    with pytest.raises(ValidationError) as caught:
        Case.model_validate(given_values)
    told = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert ANNA[:6] not in told
    assert "1390" not in told


def test_a_personal_number_survives_json() -> None:
    case = Case(cpr=Cpr(ANNA))
    assert Case.model_validate(case.model_dump(mode="json")) == case
    assert Case.model_validate_json(case.model_dump_json()) == case


# -- companies and locations ----------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["13585628", "DK13585628", "dk 13 58 56 28", "13 58 56 28"])
def test_a_company_number(text: str) -> None:
    assert str(Cvr(text)) == "13585628"


@pytest.mark.parametrize("text", ["13585629", "1358562", "135856280", "abcdefgh", ""])
def test_what_is_no_company_number(text: str) -> None:
    with pytest.raises(InvalidValue, match=r"is not a CVR number\. It has eight digits, mod 11"):
        Cvr(text)


def test_a_location_number() -> None:
    assert Ean("579 0000 12340 7").digits == "5790000123407"
    assert repr(Ean("5790000123407")) == "Ean(5790000123407)"


@pytest.mark.parametrize("text", ["5790000123408", "579000012340", "96385074", ""])
def test_what_is_no_location_number(text: str) -> None:
    """96385074 is a valid EAN-8, which is no location."""
    with pytest.raises(InvalidValue, match="13 digits, mod 10"):
        Ean(text)


def test_identifiers_of_different_kinds_are_never_equal() -> None:
    class Other(Cvr):
        __slots__ = ()

    assert Cvr("13585628") == Cvr("DK13585628")
    assert len({Cvr("13585628"), Cvr("DK13585628"), Other("13585628")}) == 2
    assert Cvr("13585628") != "13585628"


def test_identifiers_are_fields_of_any_model() -> None:
    class Plain(BaseModel):
        cvr: Cvr
        ean: Ean | None = None

    plain = Plain.model_validate({"cvr": "13585628", "ean": "5790000123407"})
    assert plain.model_dump(mode="json") == {"cvr": "13585628", "ean": "5790000123407"}
    assert TypeAdapter(Cvr).validate_python(plain.cvr) is plain.cvr


# -- money and periods ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given_value", "rounded", "whole_ore"),
    [("1.005", "1.01", 101), ("-1.005", "-1.01", -101), ("1.0049", "1.00", 100), (7, "7.00", 700), ("0", "0.00", 0)],
)
def test_kroner_are_rounded_half_up_to_whole_ore(given_value: str | int, rounded: str, whole_ore: int) -> None:
    assert str(kroner(given_value)) == rounded
    assert ore(Decimal(given_value)) == whole_ore


@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2))
def test_ore_and_kroner_are_the_same_amount(amount: Decimal) -> None:
    assert Decimal(ore(amount)) / 100 == amount


def test_a_month_knows_its_days() -> None:
    february = Period.month(2024, 2)
    assert (february.first, february.last, february.days) == (date(2024, 2, 1), date(2024, 2, 29), 29)
    assert february == Period.month_of(date(2024, 2, 17))
    assert [february.whole_months, str(february)] == [True, "02-2024"]
    assert len(list(february.dates())) == 29


@pytest.mark.parametrize(
    ("first", "last", "whole", "shown"),
    [
        (date(2024, 2, 1), date(2024, 3, 31), True, "01.02.2024-31.03.2024"),
        (date(2023, 10, 1), date(2024, 10, 31), True, "01.10.2023-31.10.2024"),
        (date(2024, 2, 1), date(2024, 2, 28), False, "01.02.2024-28.02.2024"),
        (date(2024, 2, 2), date(2024, 2, 29), False, "02.02.2024-29.02.2024"),
        (date(2024, 2, 2), date(2024, 2, 2), False, "02.02.2024-02.02.2024"),
    ],
)
def test_periods_in_words(first: date, last: date, whole: bool, shown: str) -> None:
    period = Period(first=first, last=last)
    assert (period.whole_months, str(period)) == (whole, shown)


def test_a_period_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(ValidationError, match="ends before it begins"):
        Period(first=date(2024, 2, 2), last=date(2024, 2, 1))


DAYS = st.dates(date(2024, 1, 1), date(2024, 3, 1))
PERIODS = st.tuples(DAYS, DAYS).map(lambda days: Period(first=min(days), last=max(days)))


@given(PERIODS, PERIODS)
def test_covering_and_overlapping_are_those_of_sets_of_days(one: Period, other: Period) -> None:
    days, others = set(one.dates()), set(other.dates())
    assert one.overlaps(other) == bool(days & others)
    assert one.covers(other) == (others <= days)
    assert one.days == len(days)


# -- masking --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "number",
    [
        "610190-1234",
        "610190 1234",
        "6101901234",
        "610190\u00a01234",
        "610190 - 1234",
        "610190–1234",
        "610190\u20111234",
        repr("610190\u00a01234")[1:-1],
        repr("610190\n1234")[1:-1],
        "0101901234",
        "3112994321",
    ],
)
@pytest.mark.parametrize("sentence", ["{}", "no row for {}.", "cpr{}", "/borger/{}/sag", "({})", "B2024-{}", "{}x"])
def test_danish_numbers_are_masked_however_they_are_written(number: str, sentence: str) -> None:
    assert mask(sentence.format(number)) == sentence.format("******-****")


@pytest.mark.parametrize("number", ["01019012345", "010190 12345"])
def test_norwegian_numbers_are_masked(number: str) -> None:
    assert mask(f"fnr. {number},") == "fnr. ******-*****,"


@pytest.mark.parametrize(
    "text",
    [
        "voucher 5100000123",
        "B2024-000017",
        "CVR 13585628",
        "EAN 5790000123407",
        "1.234.567,50 kr.",
        "2024-10-01/2024-10-31",
        "XG-5385010001-00001",
        "tlf. 12 34 56 78",
    ],
)
def test_what_is_no_personal_number_stays_readable(text: str) -> None:
    assert mask(text) == text


SYNTHETIC = st.builds(
    lambda day, serial: f"{day.day + 60:02}{day:%m%y}{serial:04}",
    st.dates(date(1900, 1, 1), date(2057, 12, 31)),
    st.integers(0, 9999),
)
WRITTEN = st.sampled_from(["{}{}", "{}-{}", "{} {}", "{} - {}", "{}–{}"])


@given(before=st.text(), number=SYNTHETIC, written=WRITTEN, after=st.text())
@example(before="010203 ", number=ANNA, written="{}-{}", after=" 6101901234")
@example(before="6101901234-", number=ANNA, written="{}{}", after="-010203")
def test_any_number_in_any_text_is_masked(before: str, number: str, written: str, after: str) -> None:
    if before[-1:].isdigit() or after[:1].isdigit():
        before, after = f"{before} ", f" {after}"
    text = before + written.format(number[:6], number[6:]) + after
    masked = mask(text)
    assert "******-****" in masked
    assert masked.count(number[:6]) <= text.count(number[:6]) - 1
    assert mask(masked) == masked
