"""The town's people: Danish names and synthetic personal numbers (day of birth + 60)."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from stdnum.dk import cpr

from mocks.town.model import Citizen

# August is a month too, and a reader of invoices must not take the man for it.
FIRST_NAMES = (
    *("Anne", "August", "Bent", "Birgit", "Bo", "Camilla", "Christian", "Dorthe", "Emil", "Erik"),
    *("Freja", "Frederik", "Grethe", "Hanne", "Henrik", "Ida", "Inger", "Jens", "Jesper", "Jørgen"),
    *("Karen", "Kirsten", "Lars", "Lene", "Lone", "Mads", "Mette", "Mikkel", "Niels", "Ole"),
    *("Pernille", "Peter", "Rasmus", "Signe", "Sofie", "Søren", "Thea", "Torben", "Ulla", "Yrsa"),
)
LAST_NAMES = (
    *("Andersen", "Bach", "Bak", "Berg", "Bruun", "Christensen", "Dahl", "Damgaard", "Eriksen", "Frandsen"),
    *("Friis", "Hansen", "Holm", "Iversen", "Jensen", "Jepsen", "Juhl", "Kjær", "Kristensen", "Larsen"),
    *("Lauridsen", "Lund", "Madsen", "Mikkelsen", "Mortensen", "Møller", "Nielsen", "Nørgaard", "Olesen"),
    *("Overgaard", "Pedersen", "Poulsen", "Rasmussen", "Schmidt", "Skov", "Søndergaard", "Thomsen"),
    *("Toft", "Vestergaard", "Østergaard"),
)
YOUNGEST, OLDEST = 18, 90


class People:
    """Makes people, never two with one number. Every third number fails the old check digit and is valid."""

    def __init__(self, rng: Random, today: date, oldest: int = OLDEST) -> None:
        self._rng = rng
        self._born = (date(today.year - oldest, 12, 31), date(today.year - YOUNGEST, 1, 1))
        self._taken: set[str] = set()

    def person(self) -> Citizen:
        number = self._number()
        while number in self._taken:
            number = self._number()
        self._taken.add(number)
        return Citizen(number, full_name(self._rng))

    def _number(self) -> str:
        earliest, latest = self._born
        born = earliest + timedelta(days=self._rng.randrange((latest - earliest).days))
        return synthetic_number(self._rng, born, checked=self._rng.random() < 2 / 3)


def full_name(rng: Random) -> str:
    return f"{rng.choice(FIRST_NAMES)} {rng.choice(LAST_NAMES)}"


def synthetic_number(rng: Random, born: date, *, checked: bool) -> str:
    """A made-up person's number; `checked` says whether the ten digits pass the old mod 11 test."""
    while True:
        stem = f"{born.day + 60}{born:%m%y}{rng.choice(_centuries(born.year))}{rng.randrange(100):02d}"
        fitting = -cpr.checksum(f"{stem}0") % 11
        if not checked:
            return f"{stem}{rng.choice([digit for digit in range(10) if digit != fitting])}"
        if fitting < 10:
            return f"{stem}{fitting}"


def _centuries(year: int) -> str:
    """The seventh digits that a birth year may have (the table at cpr.dk)."""
    if year >= 2000:
        return "456789"
    return "012349" if year >= 1937 else "0123"
