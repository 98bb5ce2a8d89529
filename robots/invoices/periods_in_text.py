"""The period that a text of an invoice speaks of: two dates, or a month by name.

Six of 105 published Danish invoices have a field for it; the others say "for perioden 01-10-2024 til 31-10-2024" or
"Ophold oktober 2024" in a note or an item's name. A text may speak of other times too (a grant, a contract, a due
date), so what stands near a word for a period is preferred, and what stands near a word for those is not taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise, zip_longest

from bots_common.values import Period
from robots.invoices.clauses import nearest_before
from robots.invoices.model import PeriodSource, StatedPeriod
from robots.invoices.ubl_xml import real_date

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_MONTH = (
    r"(?:januar|jan|februar|feb|marts|mar|april|apr|maj|juni|jun|juli|jul"
    r"|august|aug|september|sept|sep|oktober|okt|november|nov|december|dec)\b"
)

_DATE = re.compile(
    rf"""(?<![0-9])(?:
    (?P<iso> [0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} )
  | (?P<day> [0-9]{{1,2}} )(?P<sep>[-./])(?P<month> [0-9]{{1,2}} )
        (?: (?:(?P=sep)|[\ ]|-)(?P<year>20[0-9]{{2}}) | (?P=sep)(?P<yy>[0-9]{{2}}) )?(?![0-9]|[.,][0-9]|%)
  | (?P<named_day> [0-9]{{1,2}} )\.?\ ?(?P<name> {_MONTH} )\.?(?:\ (?P<named_year>20[0-9]{{2}}))?
  | (?P<lone_day> [0-9]{{1,2}} )\.(?=\ ?(?:[-–—]|til\b))
    )""",
    re.IGNORECASE | re.VERBOSE,
)
_NAMED_MONTH = re.compile(
    rf"(?<!\w)(?P<name>{_MONTH})\.?(?: måned)?(?:,? (?P<year>20[0-9]{{2}})\b| ?'(?P<yy>[0-9]{{2}})\b)?",
    re.IGNORECASE,
)
_NO_GIVEN_NAME = re.compile(r"[a-z]|(?i:januar|februar|marts|september|oktober|november|december)")
"""How a month without a year must begin: "Vedr. August Olesen" speaks of a person."""

_NUMBERED_MONTH = re.compile(r"(?<![\w./-])(?P<month>0?[1-9]|1[0-2])[-/.](?P<year>20[0-9]{2})(?![\w/-])")

_TO = re.compile(
    r"[\s,.:;()]*(?:[-–—]|(?:til|to|tom|t\.o\.m|slut\w*)\b)[\s,.:()]*(?:(?:og|med|incl|inkl|dato|den|d)\b[\s.:]*)*",
    re.IGNORECASE,
)
_AND = re.compile(r"\s*(?:(?P<through>[-–—]|til)|[/,&+]|og|samt)\s*", re.IGNORECASE)
_GAP = 30  # characters that may part two dates of one period

_ABOUT = re.compile(
    r"""(?<!\w)(?:
    (?P<service> period\w* | tidsrum\w* | måned\w* | \w*ophold\w* | vedr\w* | afregn\w* | ydelse\w* | lever\w*
               | dækker | gælder | forbrug\w* )
  | (?P<else> bevilg\w* | bevilling\w* | \w*aftale\w* | kontrakt\w* | gyldig\w* | gældende | forfald\w*
            | betalingsfrist | betales | faktureres | faktureret | fakturadato | dateret | prisliste\w* | takstblad\w*
            | regulering\w* | ordre\w* | rekv\w* | afgørelse\w* | visit\w* | garanti\w* )
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOK_BACK = 40  # characters in which such a word must stand

_LONGEST = 366  # days; what lasts longer is an agreement
_EARLIEST, _LATEST = timedelta(days=3 * 366), timedelta(days=366)  # around the date of issue


@dataclass(frozen=True, slots=True)
class _Token:
    """A date or month as written: what is not written is None. A month has no day."""

    start: int
    end: int
    day: int | None
    month: int | None
    year: int | None


@dataclass(frozen=True, slots=True)
class _Mention:
    period: Period
    source: PeriodSource
    near: bool


def period_in(texts: Iterable[str], issued: date) -> StatedPeriod | None:
    """The period that the texts of an invoice issued on that date speak of, or None.

    Two dates are taken exactly, a month's name as the whole month; a year that is left out is the one nearest the
    date of issue. What stands near a word for a period goes before what does not, dates before months. Several
    periods of one such kind become one from the first day to the last: lines for September and for October are an
    invoice for both.
    """
    mentions = [mention for text in texts for mention in _mentions(text, issued)]
    if not mentions:
        return None
    near, source = max((m.near, m.source is PeriodSource.TEXT_DATES) for m in mentions)
    best = [m for m in mentions if (m.near, m.source is PeriodSource.TEXT_DATES) == (near, source)]
    period = hull(m.period for m in best)
    return StatedPeriod(period=period, source=best[0].source) if period.days <= _LONGEST else None


def hull(periods: Iterable[Period]) -> Period:
    """The period from the first day of all to the last day of all; there must be one at least."""
    every = list(periods)
    return Period(first=min(p.first for p in every), last=max(p.last for p in every))


def _mentions(text: str, issued: date) -> Iterator[_Mention]:
    dates = [_date_token(match) for match in _DATE.finditer(text)]
    for first, last in pairwise(dates):
        if last.start - first.end <= _GAP and _TO.fullmatch(text, first.end, last.start):
            near = _near(text, first.start)
            if near is not None and (period := _range(first, last, issued)):
                yield _Mention(period, PeriodSource.TEXT_DATES, near)
    yield from _months(text, issued)


def _date_token(match: re.Match[str]) -> _Token:
    start, end = match.span()
    if match["iso"]:
        year, month, day = map(int, match["iso"].split("-"))
        return _Token(start, end, day, month, year)
    if match["name"]:
        year_named = int(match["named_year"]) if match["named_year"] else None
        return _Token(start, end, int(match["named_day"]), _month_number(match["name"]), year_named)
    if match["lone_day"]:
        return _Token(start, end, int(match["lone_day"]), None, None)
    return _Token(start, end, int(match["day"]), int(match["month"]), _year(match))


def _year(match: re.Match[str]) -> int | None:
    if match["year"]:
        return int(match["year"])
    return 2000 + int(match["yy"]) if match["yy"] else None


def _month_number(name: str) -> int:
    return _MONTHS.index(name[:3].lower()) + 1


def _range(first: _Token, last: _Token, issued: date) -> Period | None:
    """The period between two dates; what the first leaves out it shares with the last."""
    if last.month is None or last.day is None or first.day is None:
        return None
    last_year = last.year or _nearest_year(last.month, issued)
    first_month = first.month or last.month
    first_year = first.year or (last_year - 1 if first_month > last.month else last_year)
    begins, ends = real_date(first_year, first_month, first.day), real_date(last_year, last.month, last.day)
    if begins is None or ends is None or ends < begins:
        return None
    return _plausible(Period(first=begins, last=ends), issued)


def _months(text: str, issued: date) -> Iterator[_Mention]:
    """The months in the text that are no part of a date: by name, or as 10-2024 near a word for a period."""
    undated = _DATE.sub(lambda match: " " * len(match[0]), text)
    named = [
        _Token(*match.span(), None, _month_number(match["name"]), _year(match))
        for match in _NAMED_MONTH.finditer(undated)
    ]
    for token, following in zip_longest(named, named[1:]):
        year = token.year or (_shared_year(text, token, following) if following else None)
        if year or _NO_GIVEN_NAME.match(text, token.start):
            yield from _month_mention(text, token, year, issued)
    for match in _NUMBERED_MONTH.finditer(text):
        if _near(text, match.start()):
            token = _Token(*match.span(), None, int(match["month"]), int(match["year"]))
            yield from _month_mention(text, token, token.year, issued)


def _shared_year(text: str, token: _Token, following: _Token) -> int | None:
    """The year that a month without one has from the next: "september og oktober 2024", "nov. - jan. 2025"."""
    joined = _AND.fullmatch(text, token.end, following.start)
    if not joined or following.year is None or token.month is None or following.month is None:
        return None
    return following.year - (1 if joined["through"] and token.month > following.month else 0)


def _month_mention(text: str, token: _Token, year: int | None, issued: date) -> Iterator[_Mention]:
    near = _near(text, token.start, text[token.start : token.end + 8])
    if near is None or token.month is None or not (year or near):
        return
    day = real_date(year or _nearest_year(token.month, issued), token.month, 1)
    if day and (period := _plausible(Period.month_of(day), issued)):
        yield _Mention(period, PeriodSource.TEXT_MONTH, near)


def _near(text: str, start: int, here: str = "") -> bool | None:
    """True where the nearest word before speaks of a period, None where of something else, False for neither."""
    word = nearest_before(_ABOUT, text, start, _LOOK_BACK)
    if word is None:
        return bool(re.search(r"\b(?:måned|md)\b", here, re.IGNORECASE))
    if word.lastgroup == "service":
        return True
    spent = re.search(r"[0-9]{3}|,", word.string[word.end() :])  # "Ordre 4711, oktober 2024": it has had its own
    return False if spent else None


def _nearest_year(month: int, issued: date) -> int:
    """The year that puts the month nearest the date of issue; half a year away either way, the past."""
    months_ago = (issued.month - month) % 12
    if months_ago > 6:
        months_ago -= 12
    return issued.year + (issued.month - months_ago - 1) // 12


def _plausible(period: Period, issued: date) -> Period | None:
    around = issued - _EARLIEST <= period.first and period.last <= issued + _LATEST
    return period if around and period.days <= _LONGEST else None
