"""What the benefits system remembers: flex cases, calculations, payments and letters. All of its SQL."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from mocks import clock, danish, ledger
from mocks.state import next_number, transaction
from mocks.town.spans import shifted

PAGE_ROWS = 50
SEARCH_ROWS = 200

VIEWS = {"aabne": "receipt is null", "udbetalt": "receipt is not null", "alle": "true"}
"""The worklist's filters as they stand in addresses, and their conditions."""

WORKLIST_HEADER = ("Sag", "Borger", "Arbejdsgiver", "Job fra", "Timer", "Status")
CEILING_HEADER = ("Gælder fra", "Gælder til", "Lønloft pr. måned")
BENEFIT_HEADER = ("Ydelse", "Lovhjemmel", "Måned", "Beløb", "Dage", "Beløb pr. måned", "Uden løn hele måneden")
HOLIDAY_HEADER = ("Måned", "Brutto", "Dage i alt", "Dage holdt")
SUBSIDY_HEADER = ("Kvittering", "Sag", "Måned", "Fleksløntilskud", "ATP", "Udbetalt", "Beregning")
LETTER_HEADER = ("Kvittering", "Sag", "Måned", "Overskrift", "Sendt")
FACTS_HEADER = (
    *("Arbejdsgiver CVR", "Arbejdsgiver", "Job fra", "Job til", "Ugentlige timer"),
    *("Pensionsaftale", "Egen andel", "Arbejdsgivers andel", "Selvstændig", "Flyttet"),
)
CASE_HEADER = ("Sag", "CPR", "Navn", "Status", *FACTS_HEADER, "Lønlofter", "Ydelser", "Ferie", "Udbetalinger")

_CASES = """
select flex_cases.*, persons.cpr, persons.name, max(subsidies.receipt) as receipt,
    exists (select 1 from calculations where case_number = flex_cases.number and month = :month) as calculated
from flex_cases
join persons on persons.id = flex_cases.person
left join subsidies on subsidies.case_number = flex_cases.number and subsidies.month = :month
group by flex_cases.number
"""


@dataclass(frozen=True, slots=True)
class Calculation:
    """What "Gem beregning" writes: the month's first day as an ISO date, amounts in øre."""

    month: str
    wage: int
    other_wage: int
    pension: int
    reduction: int
    ceiling: int
    subsidy: int
    atp: int
    reasoning: str


@dataclass(frozen=True, slots=True)
class Letter:
    """What "Send brev" writes: the month's first day as an ISO date."""

    month: str
    heading: str
    text: str


def present_month(connection: sqlite3.Connection) -> str:
    """First day of the month that is worked on: its subsidy goes by the incomes of the town's month."""
    (month,) = connection.execute("select month from town").fetchone()
    return shifted(date.fromisoformat(month), 1).isoformat()


def worklist(connection: sqlite3.Connection, month: str, view: str, page: int) -> list[sqlite3.Row]:
    """The rows of one page, from 1."""
    sql = f"select * from ({_CASES}) where {VIEWS[view]} order by number limit :rows offset :skipped"  # noqa: S608
    values = {"month": month, "rows": PAGE_ROWS, "skipped": (page - 1) * PAGE_ROWS}
    return connection.execute(sql, values).fetchall()


def worklist_size(connection: sqlite3.Connection, month: str, view: str) -> int:
    sql = f"select count(*) from ({_CASES}) where {VIEWS[view]}"  # noqa: S608
    (count,) = connection.execute(sql, {"month": month}).fetchone()
    return int(count)


def status(row: sqlite3.Row) -> str:
    """What the month's status of the case is called."""
    if row["receipt"]:
        return "Udbetalt"
    return "Beregnet" if row["calculated"] else "Mangler beregning"


def case(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    sql = "select flex_cases.*, cpr, name from flex_cases join persons on persons.id = person where number = ?"
    row: sqlite3.Row | None = connection.execute(sql, (number,)).fetchone()
    return row


def case_of(connection: sqlite3.Connection, cpr: str) -> str | None:
    """The number of the citizen's case."""
    sql = "select number from flex_cases join persons on persons.id = person where cpr = ?"
    row = connection.execute(sql, (cpr,)).fetchone()
    return row["number"] if row else None


def ceilings(connection: sqlite3.Connection, number: str) -> list[tuple[str, ...]]:
    """The case's ceilings as `CEILING_HEADER` names them, the oldest first."""
    rows = connection.execute("select * from ceilings where case_number = ? order by first", (number,))
    return [(danish.day(it["first"]), danish.day(it["last"]), danish.amount(it["ore"])) for it in rows]


def benefits(connection: sqlite3.Connection, number: str) -> list[tuple[str, ...]]:
    """The case's other benefits as `BENEFIT_HEADER` names them."""
    rows = connection.execute("select * from benefits where case_number = ? order by month, kind", (number,))
    return [
        (
            it["kind"],
            it["law"],
            danish.month(it["month"]),
            *(danish.amount(it[name]) for name in ("ore", "days", "monthly")),
            "Ja" if it["unpaid_month"] else "Nej",
        )
        for it in rows
    ]


def holidays(connection: sqlite3.Connection, number: str) -> list[tuple[str, ...]]:
    """The case's holiday pay as `HOLIDAY_HEADER` names it."""
    rows = connection.execute("select * from holidays where case_number = ? order by month", (number,))
    return [
        (danish.month(it["month"]), *(danish.amount(it[name]) for name in ("ore", "days", "taken"))) for it in rows
    ]


def save(connection: sqlite3.Connection, user: str, number: str, calculation: Calculation) -> str:
    """Keep a calculation of the case and return its number."""
    entered = asdict(calculation)
    with transaction(connection):
        saved = f"BER{next_number(connection, 'calculation'):06d}"
        sql = "insert into calculations values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        connection.execute(sql, (saved, number, *entered.values()))
        fields = {"calculation": saved, "case": number, **entered}
        ledger.append(connection, system="benefits", user=user, act="calculate", fields=fields)
    return saved


def calculation(connection: sqlite3.Connection, number: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from calculations where number = ?", (number,)).fetchone()
    return row


def approve(connection: sqlite3.Connection, user: str, calculation: sqlite3.Row) -> str:
    """Pay what was calculated and return the receipt. It does not ask whether the month is paid already."""
    facts = {"case": calculation["case_number"], "month": calculation["month"]}
    paid = {"ore": calculation["subsidy"], "atp": calculation["atp"]}
    with transaction(connection):
        receipt = f"U{next_number(connection, 'subsidy'):06d}"
        row = (receipt, *facts.values(), *paid.values(), clock.today(connection).isoformat(), calculation["number"])
        connection.execute("insert into subsidies values (?, ?, ?, ?, ?, ?, ?)", row)
        fields = {"receipt": receipt, **facts, **paid, "calculation": calculation["number"]}
        ledger.append(connection, system="benefits", user=user, act="approve", fields=fields)
    return receipt


def send(connection: sqlite3.Connection, user: str, number: str, letter: Letter) -> str:
    """Send a letter in the case and return the receipt. It does not ask whether it is sent already."""
    with transaction(connection):
        receipt = f"DP{next_number(connection, 'letter'):06d}"
        row = (receipt, number, *asdict(letter).values(), clock.today(connection).isoformat())
        connection.execute("insert into letters values (?, ?, ?, ?, ?, ?)", row)
        fields = {"receipt": receipt, "case": number, **asdict(letter)}
        ledger.append(connection, system="benefits", user=user, act="letter", fields=fields)
    return receipt


def letter(connection: sqlite3.Connection, receipt: str) -> sqlite3.Row | None:
    row: sqlite3.Row | None = connection.execute("select * from letters where receipt = ?", (receipt,)).fetchone()
    return row


def subsidies(connection: sqlite3.Connection, wanted: Mapping[str, str]) -> list[sqlite3.Row]:
    """The newest payments whose columns equal what is wanted (case_number, month)."""
    return _newest(connection, "subsidies", wanted)


def letters(connection: sqlite3.Connection, wanted: Mapping[str, str]) -> list[sqlite3.Row]:
    """The newest letters whose columns equal what is wanted (case_number, month)."""
    return _newest(connection, "letters", wanted)


def case_export(connection: sqlite3.Connection, month: str) -> Iterator[Sequence[Any]]:
    """Every case by number, as `CASE_HEADER` names it; lists joined by "; ", their cells by " | "."""
    for row in connection.execute(f"{_CASES} order by flex_cases.number", {"month": month}):
        number = row["number"]
        paid = [
            (danish.month(it["month"]), danish.amount(it["ore"]), danish.amount(it["atp"]), it["receipt"])
            for it in reversed(subsidies(connection, {"case_number": number}))
        ]
        lists = (ceilings(connection, number), benefits(connection, number), holidays(connection, number), paid)
        yield (
            *(number, row["cpr"], row["name"], status(row), row["cvr"], row["employer"]),
            *(date.fromisoformat(row[name]) if row[name] else None for name in ("first", "last")),
            *(_hundredths(row["hours"]), row["pension"]),
            *(_hundredths(row[name]) for name in ("own_share", "employer_share")),
            "Ja" if row["self_employed"] else "Nej",
            date.fromisoformat(row["moved"]) if row["moved"] else None,
            *("; ".join(" | ".join(cells) for cells in entries) for entries in lists),
        )


def _newest(connection: sqlite3.Connection, table: str, wanted: Mapping[str, str]) -> list[sqlite3.Row]:
    where = " and ".join(f"{column} = ?" for column in wanted) or "true"
    sql = f"select * from {table} where {where} order by month desc, receipt desc limit {SEARCH_ROWS}"  # noqa: S608
    return connection.execute(sql, tuple(wanted.values())).fetchall()


def _hundredths(value: int | None) -> Decimal | None:
    return None if value is None else Decimal(value) / 100
