"""How people write on invoices: citizens, periods, and all the numbers that only look like citizens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from random import Random

from mocks.town.model import Citizen
from mocks.town.spans import Span

MONTHS = (
    *("januar", "februar", "marts", "april", "maj", "juni", "juli"),
    *("august", "september", "oktober", "november", "december"),
)
_LABELLED = ("CPR: {shown}", "CPR {plain}", "cpr.nr. {plain}", "CPR-nr.: {shown}", "født {shown}", "Cpr {shown}")
_BARE = ("{shown}", "({shown})", "{plain}", "({plain})")
_DATE_PAIRS = ("for perioden {} til {}", "Periode: {} - {}", "i perioden {}-{}", "Afregningsperiode {} - {}")
_MONTH_WORDS = (
    *(
        "Ophold {} {}",
        "Vedr. {} måned {}",
        "Periode: {} {}",
        "Ydelse for {} {}",
        "Faktura for {} {}",
        "Afregning {} {}",
    ),
)


def shown(cpr: str) -> str:
    return f"{cpr[:6]}-{cpr[6:]}"


def labelled(rng: Random, cpr: str) -> str:
    """The number with a word that says what it is."""
    return rng.choice(_LABELLED).format(shown=shown(cpr), plain=cpr)


def citizen(rng: Random, who: Citizen) -> str:
    """A citizen in a text, sometimes with nothing but the name to say what the number is."""
    number = labelled(rng, who.cpr)
    bare = rng.choice(_BARE).format(shown=shown(who.cpr), plain=who.cpr)
    return rng.choice(
        (f"Vedr. {who.name}, {number}", f"{who.name} {bare}", f"Borger: {who.name} {bare}", number, shown(who.cpr))
    )


def nameless(rng: Random, who: Citizen) -> str:
    """A citizen in a text that carries no personal number."""
    initials = "".join(word[0] for word in who.name.split())
    day, month, year = who.cpr[:2], who.cpr[2:4], who.cpr[4:6]
    born = f"{int(day) - 60}.{month}.{year}"
    return rng.choice((f"Vedr. {who.name}", f"Borger {initials}", f"{who.name}, født {born}", "Jf. aftale"))


def dates(rng: Random, span: Span) -> str:
    """A span as two dates beside a word for a period, in one of the ways people write dates."""
    write = rng.choice(_DATE_STYLES)
    return rng.choice(_DATE_PAIRS).format(write(span.first), write(span.last))


def month(rng: Random, span: Span) -> str:
    return rng.choice(_MONTH_WORDS).format(MONTHS[span.first.month - 1], span.first.year)


_DATE_STYLES: tuple[Callable[[date], str], ...] = (
    lambda day: f"{day:%d-%m-%Y}",
    lambda day: f"{day:%d.%m.%Y}",
    lambda day: f"{day.day}.{day.month}.{day.year}",
    lambda day: f"{day.day}/{day.month}/{day:%y}",
    lambda day: f"{day:%d.%m.%y}",
    lambda day: day.isoformat(),
)


def lookalike(rng: Random) -> str:
    """Ten digits that begin with a real date, as of a person born in the 2030s: they are nobody's."""
    day = rng.randint(1, 28) + rng.choice((0, 60))
    return f"{day:02d}{rng.randint(1, 12):02d}{rng.randint(30, 36)}{rng.choice('456789')}{rng.randrange(1000):03d}"


def noise(rng: Random) -> str:
    """A number that an invoice carries and that is nobody's personal number."""
    return rng.choice(_NOISES)(rng)


def _digits(rng: Random, count: int) -> str:
    return "".join(rng.choices("0123456789", k=count))


def _production_unit(rng: Random) -> str:
    return f"P-nr. 1{rng.randrange(10)}{lookalike(rng)[2:]}"


_NOISES: tuple[Callable[[Random], str], ...] = (
    lambda rng: f"Ordrenr. {lookalike(rng)}",
    lambda rng: f"Ordre {lookalike(rng)}",
    lambda rng: f"Rekv.nr. {lookalike(rng)}",
    lambda rng: f"Kundenr. {lookalike(rng)}",
    lambda rng: f"Sagsnr. {lookalike(rng)}",
    _production_unit,
    lambda rng: f"Tlf. 45 {rng.randint(20, 99)} {_digits(rng, 2)} {_digits(rng, 2)} {_digits(rng, 2)}",
    lambda rng: f"Tlf. +45 {rng.randint(20, 99)}{_digits(rng, 6)}",
    lambda rng: f"IBAN DK{_digits(rng, 2)} {' '.join(_digits(rng, 4) for _ in range(3))} {_digits(rng, 2)}",
    lambda rng: f"IBAN DK{_digits(rng, 16)}",
    lambda rng: f"Reg.nr. {_digits(rng, 4)} kontonr. {lookalike(rng)}",
    lambda rng: f"Bankkonto {_digits(rng, 4)}-{lookalike(rng)}",
    lambda rng: f"Ref. {rng.randint(32, 60)}{_digits(rng, 8)}",
)
