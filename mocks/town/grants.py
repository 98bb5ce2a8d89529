"""What the municipality grants: services, their prices, and the terms a grant runs on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from mocks.town.accounts import TARGET_GROUPS
from mocks.town.model import Rate
from mocks.town.spans import month_of, shifted


@dataclass(frozen=True, slots=True)
class Offer:
    """A service under a paragraph, sold by a unit at a price in kroner between two bounds."""

    paragraph: str
    service: str
    unit: str
    low: int
    high: int


BY_MONTH = (
    Offer("§ 103", "Beskyttet beskæftigelse", "måned", 8_000, 16_000),
    Offer("§ 104", "Aktivitets- og samværstilbud", "måned", 9_000, 30_000),
    Offer("§ 107", "Midlertidigt botilbud", "måned", 36_000, 80_000),
    Offer("§ 108", "Længerevarende botilbud", "måned", 45_000, 90_000),
    Offer("STU", "Særligt tilrettelagt ungdomsuddannelse", "måned", 18_000, 45_000),
)
BY_DAY = (
    Offer("§ 107", "Midlertidigt botilbud", "døgn", 1_200, 3_500),
    Offer("§ 108", "Længerevarende botilbud", "døgn", 1_500, 4_500),
)
BY_HOUR = (
    Offer("§ 103", "Beskyttet beskæftigelse", "time", 250, 450),
    Offer("§ 104", "Aktivitets- og samværstilbud", "time", 250, 600),
    Offer("STU", "Særligt tilrettelagt ungdomsuddannelse", "time", 300, 700),
)
IN_SCOPE = BY_MONTH + BY_DAY + BY_HOUR
OUT_OF_SCOPE = (
    Offer("§ 97", "Ledsageordning", "time", 250, 400),
    Offer("§ 85", "Socialpædagogisk støtte", "time", 350, 700),
    Offer("§ 85", "Socialpædagogisk støtte", "måned", 8_000, 25_000),
)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a grant says, apart from whose it is and who is paid."""

    offer: Offer
    target_group: str
    first: date
    last: date | None
    rates: tuple[Rate, ...]
    status: str = "Bevilget"

    def runs(self, first: date, last: date) -> bool:
        return self.status == "Bevilget" and self.first <= first and (self.last is None or last <= self.last)


def usual_terms(rng: Random, month: date, offer: Offer, *, old: bool = False) -> Terms:
    """A grant that has run for some months (`old`: so long that a 1 January has passed) and runs on."""
    first = shifted(month, -rng.randint(13 if old else 3, 23))
    if rng.random() < 0.3:
        first += timedelta(days=rng.randint(1, 27))
    last = None if rng.random() < 0.6 else month_of(shifted(month, rng.randint(3, 24))).last
    return Terms(offer, rng.choice(TARGET_GROUPS), first, last, _rates(rng, offer, first, month))


def raised(rng: Random, ore: int) -> int:
    """A rate (øre) regulated upwards by some per cent, to whole kroner."""
    return ore * rng.randint(1018, 1042) // 100_000 * 100


def _rates(rng: Random, offer: Offer, first: date, month: date) -> tuple[Rate, ...]:
    rates = [Rate(first, rng.randint(offer.low, offer.high) * 100 + _odd_ore(rng, offer))]
    for year in range(first.year + 1, month.year + 1):
        rates.append(Rate(date(year, 1, 1), raised(rng, rates[-1].ore)))
    return tuple(rates)


def _odd_ore(rng: Random, offer: Offer) -> int:
    """Quarters of an hour must still come to whole øre."""
    return 0 if offer.unit == "time" else rng.choice((0, 0, 25, 50, 75))
