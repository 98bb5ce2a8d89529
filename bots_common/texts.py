"""Texts for people in Danish, bokmål and English, from plain gettext catalogues.

The English text is the key (msgid). A room keeps its translations as `da.po` and `nb.po` in a folder of its
own; they are read as they are, so there is no build step and no compiled file. Placeholders may say how a
value is shown: `{amount:kroner}`, `{hours:number}`, `{first:day}`, `{period:period}`; the values may come straight
from JSON facts: amounts as "1250.00", days as "2024-10-01", periods as "2024-10-01/2024-10-31".

What is shown has ordinary spaces only: the same texts go into the fields of old systems.
"""

from __future__ import annotations

import string
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.dates import format_date, format_interval, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal

from bots_common.values import Period

NOT_SAID = "–"
_UNUSUAL_SPACES = str.maketrans(dict.fromkeys("\u00a0\u2009\u202f", " "))


class Language(StrEnum):
    DA = "da"
    NB = "nb"
    EN = "en"

    @property
    def locale(self) -> Locale:
        """The habits of numbers and dates that go with the language."""
        return _LOCALES[self]


_LOCALES = {
    Language.DA: Locale("da"),
    Language.NB: Locale("nb"),
    Language.EN: Locale("en", "GB"),
}


def kroner(amount: Decimal | str, language: Language) -> str:
    """An amount of Danish kroner: "1.234,50 kr."."""
    shown = format_currency(Decimal(amount), "DKK", format="#,##0.00 ¤", locale=language.locale)
    return shown.translate(_UNUSUAL_SPACES)


def whole_kroner(amount: Decimal, language: Language) -> str:
    """An amount of Danish kroner without øre: "1.235 kr."."""
    return format_currency(amount, "DKK", format="#,##0 ¤", locale=language.locale, currency_digits=False).translate(
        _UNUSUAL_SPACES
    )


def number(value: Decimal | str, language: Language) -> str:
    """A number with as many decimals as it needs: "1.234,5"."""
    return format_decimal(Decimal(value), format="#,##0.####", locale=language.locale).translate(_UNUSUAL_SPACES)


def day(value: date | str, language: Language) -> str:
    """A date: "1. okt. 2024"."""
    moment = date.fromisoformat(value) if isinstance(value, str) else value
    return format_date(moment, "medium", locale=language.locale)


def period(value: Period | str, language: Language) -> str:
    """A period: "oktober 2024" for exactly one month, or its first day, else "1.–12. okt. 2024"."""
    span = value if isinstance(value, Period) else _from_iso(value)
    if span == Period.month_of(span.first):
        shown = format_skeleton("yMMMM", span.first, locale=language.locale)
    else:
        shown = format_interval(span.first, span.last, "yMMMd", locale=language.locale)
    return shown.translate(_UNUSUAL_SPACES)


def _from_iso(interval: str) -> Period:
    first, _, last = interval.partition("/")
    begun = date.fromisoformat(first)
    return Period(first=begun, last=date.fromisoformat(last)) if last else Period.month_of(begun)


_SHOWN: Mapping[str, Callable[[Any, Language], str]] = {
    "kroner": kroner,
    "number": number,
    "day": day,
    "period": period,
}


class _Filler(string.Formatter):
    """Fills placeholders in one language's manner.

    A fact that is not there, or is None, shows as a dash: an exception that was stored before a text was
    reworded must still be readable.
    """

    def __init__(self, language: Language) -> None:
        self._language = language

    def get_value(self, key: int | str, args: Sequence[Any], kwargs: Mapping[str, Any]) -> Any:
        return kwargs.get(str(key))

    def format_field(self, value: Any, format_spec: str) -> str:
        if value is None:
            return NOT_SAID
        if show := _SHOWN.get(format_spec):
            return show(value, self._language)
        return format(value, format_spec)


class Texts:
    """The catalogues of all rooms, read once at start-up."""

    def __init__(self, catalogues: Mapping[Language, Mapping[str, str]]) -> None:
        self._catalogues = catalogues
        self._fillers = {language: _Filler(language) for language in Language}

    @classmethod
    def load(cls, *folders: Path) -> Texts:
        """Read `da.po` and `nb.po` of each folder that has them; of one msgid the last folder's text counts.

        Raises:
            babel.messages.pofile.PoFileError: a catalogue is malformed.
        """
        catalogues: dict[Language, dict[str, str]] = {language: {} for language in Language}
        for folder in folders:
            for language, catalogue in catalogues.items():
                catalogue.update(translations(folder / f"{language}.po"))
        return cls(catalogues)

    def text(self, msgid: str, language: Language, /, **facts: Any) -> str:
        """The text in the language, English where it is not translated, with the facts filled in."""
        template = self._catalogues.get(language, {}).get(msgid, msgid)
        return self._fillers[language].vformat(template, (), facts)


@cache
def translations(path: Path) -> Mapping[str, str]:
    """What a .po file translates, msgid to text; fuzzy entries do not count. Empty if there is no file."""
    if not path.exists():
        return {}
    with path.open("rb") as file:
        catalogue = read_po(file, abort_invalid=True)
    return {
        message.id: message.string
        for message in catalogue
        if isinstance(message.id, str) and isinstance(message.string, str)
        if message.id and message.string and not message.fuzzy
    }
