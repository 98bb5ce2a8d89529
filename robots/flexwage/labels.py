"""What people call the facts of a flex-wage case; the order is that of pages and tables.

The texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from bots_common.reasons import FactText, Pair
from robots.flexwage.model import BenefitKind, LineKind
from robots.flexwage.rates import RateName
from robots.flexwage.reasons import TEXTS, Detail

EFFECTS: Final[Mapping[str, str]] = {
    "pay": "Payment of the subsidy",
    "letter": "Letter to the citizen",
}

_DETAILS: Final[Mapping[str, str]] = {
    Detail.BASE: "Highest subsidy",
    Detail.THRESHOLD: "Threshold of 30 and 55 %",
    Detail.SEVERAL_CEILINGS: "Several ceilings",
    Detail.CEILING_EXPIRED: "The ceiling has expired",
    Detail.OTHER_INCOME: "Other income under the ceiling",
    Detail.CEILING_CHANGES: "The ceiling changes",
    Detail.HOLIDAY_DAYS: "Holiday with benefit",
    Detail.OTHER_EMPLOYER: "Another employer",
    Detail.INCOME_TYPE: "Another income type",
    Detail.WITHOUT_AM: "Without labour market contribution",
    Detail.B_INCOME: "B-income from another",
    Detail.INCOME_AS_HOLIDAY_PAY: "Income paid as holiday pay",
    Detail.REVERSAL_UNMATCHED: "Took back what is not there",
    Detail.DOUBLE_REPORT: "Reported twice",
    Detail.NEGATIVE: "Less than nought",
    Detail.NOT_IN_CASE: "Not in the case",
    Detail.DAYS_MISSING: "Days missing",
    Detail.CARE_PAY_AT_THE_TURN: "At the turn of 2023 and 2024",
    Detail.HOLIDAY_ACCOUNT_BEFORE_2024: "FerieKonto before 2024",
    Detail.OWN_TEXT: "The municipality's own text",
}

COMPARISONS: Final = (Pair("paid", "now"), Pair("average", "wage"))

FACTS: Final[Mapping[str, FactText]] = {
    "case": FactText("Case"),
    "month": FactText("Month", shown="period", listed=True),
    "subsidy": FactText("Subsidy", shown="kroner", listed=True),
    "wage": FactText("Income that counts", shown="kroner", listed=True),
    "flex_wage": FactText("Wage from the flex job", shown="kroner"),
    "other_wage": FactText("Wage from other jobs", shown="kroner"),
    "pension": FactText("Pension, own and employer's", shown="kroner"),
    "average": FactText("Average of the months before", shown="kroner"),
    "percent": FactText("Change in per cent", shown="number"),
    "limit": FactText("Limit", shown="number"),
    "employer": FactText("Employer (CVR)"),
    "employers": FactText("New employers (CVR)"),
    "amount": FactText("Amount", shown="kroner"),
    "pay_period": FactText("Pay period", shown="period"),
    "income_type": FactText("Income type"),
    "benefit": FactText(
        "Benefit",
        words={
            BenefitKind.SICKNESS: "Sickness benefit",
            BenefitKind.PARENTAL: "Parental benefit",
            BenefitKind.BEREAVEMENT: "Bereavement benefit",
            BenefitKind.RESOURCE: "Resource benefit",
            BenefitKind.HOLIDAY: "Benefit on holiday",
            BenefitKind.LOSS_OF_EARNINGS: "Loss of earnings",
            BenefitKind.CARE: "Care allowance",
        },
    ),
    "benefit_amount": FactText("Benefit that is deducted", shown="kroner"),
    "deduction": FactText("Deducted in all", shown="kroner"),
    "atp": FactText("ATP", shown="kroner"),
    "days": FactText("Days", shown="number"),
    "ceiling": FactText("Ceiling", shown="kroner"),
    "other": FactText("Other income in doubt", shown="kroner"),
    "last": FactText("Ran until", shown="period"),
    "rates": FactText(
        "Rates that are not known",
        words={RateName.BASE: "Highest subsidy", RateName.THRESHOLD: "Threshold of 30 and 55 %"},
    ),
    "start": FactText("Job began", shown="day"),
    "end": FactText("Job ended", shown="day", absent="No end"),
    "moved": FactText("Moved", shown="day"),
    "count": FactText("Flex jobs"),
    "detail": FactText("Detail", words=_DETAILS),
    "own_text": FactText("The municipality says"),
    "also": FactText("Other criteria met", words={code: text.title for code, text in TEXTS.items()}),
    "months": FactText("This month and those before", drawn=("flex_wage", "other_wage", "benefit_amount")),
    "paid": FactText("Paid", shown="kroner"),
    "now": FactText("Would be now", shown="kroner"),
    "difference": FactText("Difference", shown="kroner", listed=True),
    "receipts": FactText("Receipts"),
    "lines": FactText("Changed reports"),
    "report": FactText("Report"),
    "kind": FactText(
        "Kind",
        words={
            LineKind.REPORT: "Reported later",
            LineKind.CORRECTION: "Correction",
            LineKind.REVERSAL: "Taken back",
        },
    ),
    "since": FactText("Found since", words={code: text.title for code, text in TEXTS.items()}),
    "reasoning": FactText("Step by step"),
    "heading": FactText("Heading"),
    "text": FactText("Text"),
}
