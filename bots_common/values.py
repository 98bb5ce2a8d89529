"""Identifiers, money and periods as values that cannot be malformed and do not leak.

Amounts are `Decimal` kroner with two decimals; the database and the ledgers keep whole øre.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, model_validator
from pydantic_core import CoreSchema, core_schema
from stdnum import ean as stdnum_ean
from stdnum.dk import cpr as stdnum_cpr
from stdnum.dk import cvr as stdnum_cvr
from stdnum.exceptions import ValidationError as StdnumError

from bots_common.errors import InvalidValue

ORE = Decimal("0.01")


def kroner(value: Decimal | int | str) -> Decimal:
    """The amount in kroner, rounded half up to whole øre."""
    return Decimal(value).quantize(ORE, rounding=ROUND_HALF_UP)


def ore(amount: Decimal) -> int:
    """The amount (kroner) as whole øre."""
    return int((kroner(amount) * 100).to_integral_value())


def in_kroner(ore: int | Decimal | None) -> Decimal:
    """Whole øre, as a database adds them up, in kroner; nothing added up is 0."""
    return Decimal(int(ore or 0)) / 100


class Frozen(BaseModel):
    """A value object: immutable, and a field nobody declared is an error. Errors do not tell what was given."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class _Identifier:
    """A validated string of digits; subclasses say what is valid and how it is shown."""

    __slots__ = ("digits",)

    def __init__(self, text: str) -> None:
        self.digits = self._validate(re.sub(r"[\s-]", "", text))

    @staticmethod
    def _validate(digits: str) -> str:
        raise NotImplementedError

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """The identifier, or None where the text is not one."""
        try:
            return cls(text)
        except InvalidValue:
            return None

    def __eq__(self, other: object) -> bool:
        return type(other) is type(self) and other.digits == self.digits

    def __hash__(self) -> int:
        return hash((type(self), self.digits))

    def __str__(self) -> str:
        return self.digits

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self})"

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        def build(value: Any) -> Any:
            return value if isinstance(value, cls) else cls(str(value))

        return core_schema.no_info_plain_validator_function(
            build, serialization=core_schema.plain_serializer_function_ser_schema(lambda it: it.digits)
        )


class Cpr(_Identifier):
    """A Danish personal number: ten digits that begin with a real date.

    The old check digit is not tested: numbers without it have been issued since 1 October 2007 and are
    fully valid (cpr.dk, 10 May 2023). Day 61-91 marks a synthetic person. `str()` and `repr()` are masked,
    so a number cannot slip into a log line; the digits are in `.digits`.
    """

    __slots__ = ()

    @staticmethod
    def _validate(digits: str) -> str:
        plain = digits
        if digits[:1] in "6789" and digits.isdigit():
            plain = str(int(digits[0]) - 6) + digits[1:]
        try:
            stdnum_cpr.get_birth_date(plain)
        except (StdnumError, ValueError, IndexError):
            plain = ""
        if len(plain) != 10 or not (plain.isascii() and plain.isdigit()):
            raise InvalidValue("A personal number has ten digits and begins with a real date.", "Correct it.")
        return digits

    @property
    def synthetic(self) -> bool:
        """Whether this is a made-up person (day of birth + 60)."""
        return self.digits[0] in "6789"

    def shown(self) -> str:
        """For the eyes of a person who works the case: DDMMYY-SSSS."""
        return f"{self.digits[:6]}-{self.digits[6:]}"

    def __str__(self) -> str:
        return "******-****"


class Cvr(_Identifier):
    """A Danish company number: eight digits, mod 11."""

    __slots__ = ()

    @staticmethod
    def _validate(digits: str) -> str:
        try:
            return str(stdnum_cvr.validate(digits.upper().removeprefix("DK")))
        except StdnumError as error:
            raise InvalidValue(f"{digits!r} is not a CVR number.", "It has eight digits, mod 11.") from error


class Ean(_Identifier):
    """A GLN/EAN-13 location number, as Danish public bodies receive e-invoices on."""

    __slots__ = ()

    @staticmethod
    def _validate(digits: str) -> str:
        try:
            valid = str(stdnum_ean.validate(digits))
        except StdnumError:
            valid = ""
        if len(valid) != 13:
            raise InvalidValue(f"{digits!r} is not an EAN location number.", "It has 13 digits, mod 10.")
        return valid


class Period(Frozen):
    """Whole days from `first` to `last`, both included."""

    first: date
    last: date

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.last < self.first:
            raise InvalidValue("The period ends before it begins.", "Swap the two dates.")
        return self

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        return cls(first=date(year, month, 1), last=date(year, month, calendar.monthrange(year, month)[1]))

    @classmethod
    def month_of(cls, day: date) -> Self:
        return cls.month(day.year, day.month)

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def whole_months(self) -> bool:
        """Whether the period begins on a first and ends on a last day of a month."""
        return self.first.day == 1 and (self.last + timedelta(days=1)).day == 1

    def dates(self) -> Iterator[date]:
        return (self.first + timedelta(days=n) for n in range(self.days))

    def covers(self, other: Period) -> bool:
        return self.first <= other.first and other.last <= self.last

    def overlaps(self, other: Period) -> bool:
        return self.first <= other.last and other.first <= self.last

    def __str__(self) -> str:
        if self.whole_months and self.first.month == self.last.month and self.first.year == self.last.year:
            return f"{self.first:%m-%Y}"
        return f"{self.first:%d.%m.%Y}-{self.last:%d.%m.%Y}"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a system answered to an effect: its number, and the amount (kroner) it says it booked."""

    number: str
    amount: Decimal | None = None


_GAP = r"(?:\s|\\[nrt]|\\xa0)?"  # also as `repr` writes it
_DASH = "[-\u2010-\u2015\u2212]?"
_TEN_DIGITS = re.compile(rf"(?<!\d)(?:[0-3]|[6-9])\d(?:0[1-9]|1[0-2])\d{{2}}{_GAP}{_DASH}{_GAP}\d{{4}}(?!\d)")
_ELEVEN_DIGITS = re.compile(rf"(?<!\d)\d{{6}}{_GAP}\d{{5}}(?!\d)")


def mask(text: str) -> str:
    """The text with everything that may be a Danish or Norwegian personal number starred out.

    Too much rather than too little: an order number that begins like a date goes too.
    """
    return _ELEVEN_DIGITS.sub("******-*****", _TEN_DIGITS.sub("******-****", text))
