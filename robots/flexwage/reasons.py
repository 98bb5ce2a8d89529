"""Why a person must take a flex-wage case: the reason codes, and what people are told.

The texts are keys of the catalogues in `locales/`. A sentence says what was found and what to do next; it never holds
a personal number. The reasons from `AMOUNT_BELOW` to `MOVED` are the municipality's own criteria (`criteria.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from bots_common import reasons
from bots_common.reasons import ReasonText

LOCALES: Final = Path(__file__).parent / "locales"


class Reason(StrEnum):
    """The codes, as they are stored. Nobody may rename them: old work items carry them."""

    SELF_EMPLOYED = "self_employed"
    NOT_ONE_JOB = "not_one_job"
    OLD_SCHEME = "old_scheme"
    FIRST_MONTH = "first_month"
    JOB_ENDED = "job_ended"
    RATE_UNKNOWN = "rate_unknown"
    CEILING_MISSING = "ceiling_missing"
    CEILING_UNCLEAR = "ceiling_unclear"
    NO_REPORT = "no_report"
    NO_WAGE = "no_wage"
    PENSION_UNKNOWN = "pension_unknown"
    INCOME_UNCLEAR = "income_unclear"
    BENEFIT_UNCLEAR = "benefit_unclear"
    HOLIDAY_TOO_LONG = "holiday_too_long"
    RULE_UNKNOWN = "rule_unknown"
    AMOUNT_BELOW = "amount_below"
    AMOUNT_ABOVE = "amount_above"
    VARIATION = "variation"
    NEW_EMPLOYER = "new_employer"
    OTHER_WAGE = "other_wage"
    PARENTAL_LEAVE = "parental_leave"
    BENEFIT = "benefit"
    CARE_PAY = "care_pay"
    HOLIDAY_PAY = "holiday_pay"
    LUMP_SUM = "lump_sum"
    SAVED_PAY = "saved_pay"
    CORRECTED = "corrected"
    HOURS = "hours"
    CROSSING = "crossing"
    PERKS = "perks"
    MOVED = "moved"
    ALREADY_PAID = "already_paid"
    RECALCULATED = "recalculated"


class Detail(StrEnum):
    """Which kind of a reason it is, where one sentence cannot tell all; stands in the facts as `detail`."""

    BASE = "base"
    THRESHOLD = "threshold"
    SEVERAL_CEILINGS = "several_ceilings"
    CEILING_EXPIRED = "ceiling_expired"
    OTHER_INCOME = "other_income"
    CEILING_CHANGES = "ceiling_changes"
    HOLIDAY_DAYS = "holiday_days"
    OTHER_EMPLOYER = "other_employer"
    INCOME_TYPE = "income_type"
    WITHOUT_AM = "without_am"
    B_INCOME = "b_income"
    INCOME_AS_HOLIDAY_PAY = "income_as_holiday_pay"
    REVERSAL_UNMATCHED = "reversal_unmatched"
    DOUBLE_REPORT = "double_report"
    NEGATIVE = "negative"
    NOT_IN_CASE = "not_in_case"
    DAYS_MISSING = "days_missing"
    CARE_PAY_AT_THE_TURN = "care_pay_at_the_turn"
    HOLIDAY_ACCOUNT_BEFORE_2024 = "holiday_account_before_2024"
    OWN_TEXT = "own_text"


class Problem(reasons.Problem[Reason]):
    """Why a person must take a flex-wage case."""

    __slots__ = ()


def _criterion(title: str, sentence: str) -> ReasonText:
    """A criterion can be told in the municipality's own words."""
    return ReasonText(title, sentence, {Detail.OWN_TEXT: "{own_text}"})


TEXTS: Final[Mapping[str, ReasonText]] = {
    Reason.SELF_EMPLOYED: ReasonText(
        "Self-employed",
        "The citizen is self-employed, and the subsidy is then reckoned for a year. Work it out by hand.",
    ),
    Reason.NOT_ONE_JOB: ReasonText(
        "Not one flex job",
        "The case has {count} flex jobs, and how several share one ceiling is not settled. Work it out by hand.",
    ),
    Reason.OLD_SCHEME: ReasonText(
        "Job from before 2013",
        "The flex job began on {start:day}, by the scheme from before 2013. Work it out by hand.",
    ),
    Reason.FIRST_MONTH: ReasonText(
        "First month",
        "The flex job began on {start:day}, so the register has no whole month yet for {month:period}. Pay by the "
        "employer's papers, and regulate it later.",
    ),
    Reason.JOB_ENDED: ReasonText(
        "Job has ended",
        "The flex job ended on {end:day}. Find out whether there is subsidy for {month:period}, and close the case.",
    ),
    Reason.RATE_UNKNOWN: ReasonText(
        "Rate not known",
        "The rates for {month:period} are not known. Have them added to the rates file with their source, and try "
        "again.",
        {
            Detail.BASE: "The highest subsidy for {month:period} is not known. Have it added to the rates file with "
            "its source, and try again.",
            Detail.THRESHOLD: "The threshold between 30 and 55 % for {month:period} is not known. Have it added to "
            "the rates file with its source, and try again.",
        },
    ),
    Reason.CEILING_MISSING: ReasonText(
        "No ceiling",
        "The case has no ceiling for {month:period}. Ask employer {employer} for it, register it, and try again.",
        {
            Detail.SEVERAL_CEILINGS: "The case has several ceilings for {month:period} (employer {employer}). Keep "
            "the right one, and try again.",
            Detail.CEILING_EXPIRED: "The ceiling ran until {last:period}, so there is none for {month:period}. Ask "
            "employer {employer} for the new one, register it, and try again.",
        },
    ),
    Reason.CEILING_UNCLEAR: ReasonText(
        "Ceiling in doubt",
        "A subsidy of {subsidy:kroner} and a wage of {wage:kroner} come near the ceiling of {ceiling:kroner}, and "
        "it is not settled whether the other income of {other:kroner} counts under it. Decide it by hand.",
        {
            Detail.CEILING_CHANGES: "A subsidy of {subsidy:kroner} and a wage of {wage:kroner} come near the "
            "ceiling, which changes after {month:period}. Decide by hand which one holds.",
            Detail.HOLIDAY_DAYS: "The ceiling of {ceiling:kroner} is reached, and the month has holiday with "
            "benefit. Decide by hand which comes first.",
        },
    ),
    Reason.NO_REPORT: ReasonText(
        "Nothing reported",
        "Employer {employer} has reported no wage for {month:period}. The report may be late: wait for it, or ask "
        "the employer.",
    ),
    Reason.NO_WAGE: ReasonText(
        "No wage",
        "The reports of employer {employer} for {month:period} come to nought, and without wage there is no "
        "subsidy. Find out why the citizen was not paid.",
    ),
    Reason.PENSION_UNKNOWN: ReasonText(
        "Pension not known",
        "Employer {employer} reports no pension for {month:period}, and no agreement is registered. Ask the citizen "
        "for it; where there is none, register 0 per cent.",
        {
            Detail.OTHER_EMPLOYER: "The other employer {employer} does not report all of the pension for "
            "{month:period}. Ask the citizen what both pay, and work the subsidy out by hand.",
        },
    ),
    Reason.INCOME_UNCLEAR: ReasonText(
        "Income in doubt",
        "{employer} reports {amount:kroner} of income type {income_type} for {month:period}. Find out what it is, "
        "and whether it counts.",
        {
            Detail.WITHOUT_AM: "{employer} reports income without labour market contribution for {month:period}, "
            "{amount:kroner} in all. Find out what it is, and whether it counts.",
            Detail.B_INCOME: "{employer}, which is not the flex job's employer, reports {amount:kroner} of B-income "
            "for {month:period}. Find out whether it is wage or a business of the citizen's own.",
            Detail.INCOME_AS_HOLIDAY_PAY: "Employer {employer} has paid income as holiday pay in {month:period}. "
            "Find out whether it is already part of the {amount:kroner} that are reported.",
            Detail.REVERSAL_UNMATCHED: "Employer {employer} has taken back a report of {amount:kroner} for "
            "{month:period} that the register does not show. Look the citizen up by hand.",
            Detail.DOUBLE_REPORT: "Employer {employer} has reported {amount:kroner} twice for {month:period}. Ask "
            "whether it was paid twice.",
            Detail.NEGATIVE: "The reports of employer {employer} for {month:period} come to less than nought. Ask "
            "the employer to correct them.",
        },
    ),
    Reason.BENEFIT_UNCLEAR: ReasonText(
        "Benefit in doubt",
        "The case has a benefit in {month:period} without an amount. Register the amount, and try again.",
        {
            Detail.DAYS_MISSING: "The case has holiday with benefit in {month:period} without the number of days. "
            "Register the days, and try again.",
            Detail.NOT_IN_CASE: "The register shows sickness or parental benefit of {amount:kroner} in "
            "{month:period}, and the case has none. Register it, and try again.",
        },
    ),
    Reason.HOLIDAY_TOO_LONG: ReasonText(
        "More than 25 days",
        "With {month:period} the citizen has had {days:number} days of holiday with benefit, and at most "
        "{limit:number} are allowed. Work it out by hand.",
    ),
    Reason.RULE_UNKNOWN: ReasonText(
        "Older rules",
        "How days were turned into months in {month:period}, before 2022, is not known to the robot. Work it out by "
        "hand.",
        {
            Detail.CARE_PAY_AT_THE_TURN: "Loss of earnings or care allowance of {month:period} meets the new rules "
            "of 2024. Decide by hand whether it is deducted.",
            Detail.HOLIDAY_ACCOUNT_BEFORE_2024: "The rules on FerieKonto in {month:period}, before 2024, are not "
            "known to the robot. Work it out by hand.",
        },
    ),
    Reason.AMOUNT_BELOW: _criterion(
        "Small subsidy",
        "The subsidy for {month:period} would be {subsidy:kroner}, and what is below {limit:kroner} is for a "
        "person. Check it.",
    ),
    Reason.AMOUNT_ABOVE: _criterion(
        "Large subsidy",
        "The subsidy for {month:period} would be {subsidy:kroner}, and what is above {limit:kroner} is for a "
        "person. Check it.",
    ),
    Reason.VARIATION: _criterion(
        "Income varies",
        "The income is {wage:kroner}, and in the months before it was {average:kroner} on average: a change of "
        "{percent:number} %, where {limit:number} % are allowed. Find out why.",
    ),
    Reason.NEW_EMPLOYER: _criterion(
        "New employer",
        "{employers} has not paid the citizen in the months before. Check whether the job has changed.",
    ),
    Reason.OTHER_WAGE: _criterion(
        "Other wage",
        "The citizen has {amount:kroner} of wage from other jobs, and what is above {limit:kroner} is for a person. "
        "Check it.",
    ),
    Reason.PARENTAL_LEAVE: _criterion(
        "Parental leave", "The citizen is on parental leave. Check how much of it is with pay."
    ),
    Reason.BENEFIT: _criterion(
        "Benefit in the month",
        "The citizen was paid a benefit of {amount:kroner} beside wage. Check the two together.",
    ),
    Reason.CARE_PAY: _criterion(
        "Loss of earnings",
        "The citizen is paid loss of earnings or care allowance, {amount:kroner} in the month. Check how it counts.",
    ),
    Reason.HOLIDAY_PAY: _criterion(
        "Holiday pay", "The month has holiday pay or holiday with benefit. Check the days and the amounts."
    ),
    Reason.LUMP_SUM: _criterion(
        "Income of several months",
        "Employer {employer} reports {amount:kroner} for several months ({pay_period:period}). Check that it is to "
        "be spread, and recalculate the earlier months.",
    ),
    Reason.SAVED_PAY: _criterion(
        "Saved pay", "The month has saved holiday or free-choice pay of {amount:kroner}. Check what was paid out."
    ),
    Reason.CORRECTED: _criterion(
        "Corrected reports", "The employer has corrected or taken back reports of the month. Check what is right now."
    ),
    Reason.HOURS: _criterion(
        "Hours missing", "Employer {employer} reports no hours for the month, or unknown hours. Check the wage."
    ),
    Reason.CROSSING: _criterion(
        "Pay across months",
        "A pay period runs across months ({pay_period:period}). Check that it is the right month's wage.",
    ),
    Reason.PERKS: _criterion(
        "Benefits in kind", "The employer gives benefits in kind of {amount:kroner}, which do not count. Check them."
    ),
    Reason.MOVED: _criterion(
        "Has moved", "The citizen moved on {moved:day}. Check which municipality pays for {month:period}."
    ),
    Reason.ALREADY_PAID: ReasonText(
        "Already paid",
        "{month:period} is paid already with {paid:kroner} (receipt {receipts}), and not by the robot. Check whether "
        "anything is left to do.",
    ),
    Reason.RECALCULATED: ReasonText(
        "Earlier month differs",
        "{month:period} was paid with {paid:kroner}, and with the reports that have changed since it comes to "
        "{now:kroner}: a difference of {difference:kroner} Decide whether it is paid or claimed back.",
    ),
}
