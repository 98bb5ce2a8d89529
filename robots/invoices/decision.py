"""What the rules answer: what to post, or why not, with every grant considered and the test that struck it.

Built by the hundred thousand, so plain slotted values; the JSON facts are made only when somebody asks for
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from bots_common.values import Period
from robots.invoices.amounts import Calculation
from robots.invoices.citizens import Part
from robots.invoices.reasons import Detail, Problem, Reason
from robots.records import Grant


class Strike(StrEnum):
    """The tests of the exclusion method, in their order."""

    SCOPE = "scope"
    RUNNING = "running"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A grant that may be meant. `struck` is the first test that it failed, None if it is left."""

    grant: Grant
    calculation: Calculation | Detail
    struck: Strike | None
    detail: Detail | None = None

    @property
    def expected(self) -> Decimal | None:
        """What the grant gives (kroner), None where that cannot be worked out."""
        return self.calculation.amount if isinstance(self.calculation, Calculation) else None


@dataclass(frozen=True, slots=True)
class Posting:
    """One line to book in finance. `amount` is kroner without VAT, `text` at most 50 characters."""

    grant: str
    psp: str
    art: str
    amount: Decimal
    period: Period
    text: str


@dataclass(frozen=True, slots=True)
class PartDecision:
    """What becomes of one citizen's share."""

    part: Part
    candidates: tuple[Candidate, ...]
    outcome: Posting | Problem


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of an invoice. Without a problem every part has its posting."""

    problem: Problem | None
    parts: tuple[PartDecision, ...] = ()

    @property
    def reason(self) -> Reason | None:
        """Why a person must take the invoice, None if it can be posted."""
        return self.problem.reason if self.problem else None

    @property
    def postings(self) -> tuple[Posting, ...]:
        """What to book: all of the invoice, or nothing."""
        if self.problem:
            return ()
        return tuple(it.outcome for it in self.parts if isinstance(it.outcome, Posting))

    @property
    def facts(self) -> dict[str, Any]:
        """Plain JSON: what the reason's sentence says, and under `parts` all that was weighed.

        Personal numbers stand under `cpr` and nowhere else. Amounts are strings of kroner, periods ISO 8601.
        """
        own: Mapping[str, Any] = self.problem.facts if self.problem else {}
        return {**own, "parts": [_part_facts(it) for it in self.parts]}


def interval(period: Period) -> str:
    """A period as facts hold it: "2024-10-01/2024-10-31"."""
    return f"{period.first}/{period.last}"


def part_facts(part: Part) -> dict[str, Any]:
    """What a sentence about a citizen's share may say."""
    return {
        "cpr": part.cpr.shown(),
        "lines": ", ".join(part.lines),
        "amount": str(part.amount),
        "period": interval(part.period),
        "period_source": part.period_source.value,
        "stated": f"{part.stated.quantity} {part.stated.unit}" if part.stated else None,
    }


def candidate_facts(candidate: Candidate, part: Part) -> dict[str, Any]:
    """What a near miss looked like beside the share that it was held against."""
    grant, amount, calculation = candidate.grant, candidate.expected, candidate.calculation
    return {
        "grant": grant.number,
        "paragraph": grant.paragraph,
        "service": grant.service,
        "first": str(grant.first),
        "last": str(grant.last) if grant.last else None,
        "active": grant.active,
        "struck": candidate.struck,
        "amount": str(part.amount),
        "expected": None if amount is None else str(amount),
        "difference": None if amount is None else str(part.amount - amount),
        "calculation": str(calculation) if isinstance(calculation, Calculation) else None,
        "detail": candidate.detail,
    }


def _part_facts(decided: PartDecision) -> dict[str, Any]:
    outcome = decided.outcome
    return {
        **part_facts(decided.part),
        "reason": outcome.reason if isinstance(outcome, Problem) else None,
        "posting": _posting_facts(outcome) if isinstance(outcome, Posting) else None,
        "candidates": [candidate_facts(it, decided.part) for it in decided.candidates],
    }


def _posting_facts(posting: Posting) -> dict[str, Any]:
    return {
        "grant": posting.grant,
        "psp": posting.psp,
        "art": posting.art,
        "amount": str(posting.amount),
        "period": interval(posting.period),
        "text": posting.text,
    }
