"""The benefits system's tables, and how they begin."""

from __future__ import annotations

import sqlite3

from mocks.town.flex.model import FlexCase, FlexTown
from mocks.town.spans import month_of

SCHEMA = """
create table flex_cases (
    number text primary key, person integer not null references persons, cvr text not null, employer text not null,
    first text not null, last text, hours integer not null, pension text not null, own_share integer,
    employer_share integer, self_employed integer not null, moved text
);
create index flex_cases_person on flex_cases (person);
create table ceilings (case_number text not null, first text not null, last text, ore integer not null);
create index ceilings_case on ceilings (case_number, first);
create table benefits (
    case_number text not null, kind text not null, law text not null, month text not null, ore integer, days integer,
    monthly integer, unpaid_month integer not null
);
create index benefits_case on benefits (case_number, month);
create table holidays (
    case_number text not null, month text not null, ore integer not null, days integer not null,
    taken integer not null
);
create index holidays_case on holidays (case_number, month);
create table calculations (
    number text primary key, case_number text not null, month text not null, wage integer not null,
    other_wage integer not null, pension integer not null, reduction integer not null, ceiling integer not null,
    subsidy integer not null, atp integer not null, reasoning text not null
);
create index calculations_case on calculations (case_number, month);
create table subsidies (
    receipt text primary key, case_number text not null, month text not null, ore integer not null,
    atp integer not null, paid text not null, calculation text not null
);
create index subsidies_case on subsidies (case_number, month);
create index subsidies_month on subsidies (month);
create table letters (
    receipt text primary key, case_number text not null, month text not null, heading text not null,
    text text not null, sent text not null
);
create index letters_case on letters (case_number, month);
"""


def fill(connection: sqlite3.Connection, flex: FlexTown) -> None:
    """The cases; needs the persons of the income register."""
    cases = flex.cases
    connection.executemany(
        "insert into flex_cases values (?, (select id from persons where cpr = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (_case_row(it) for it in cases),
    )
    connection.executemany(
        "insert into ceilings values (?, ?, ?, ?)",
        (
            (it.number, ceiling.first.isoformat(), ceiling.last and ceiling.last.isoformat(), ceiling.ore)
            for it in cases
            for ceiling in it.ceilings
        ),
    )
    connection.executemany(
        "insert into benefits values (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (it.number, one.kind, one.law, one.month.isoformat(), one.ore, one.days, one.monthly, one.unpaid_month)
            for it in cases
            for one in it.benefits
        ),
    )
    connection.executemany(
        "insert into holidays values (?, ?, ?, ?, ?)",
        ((it.number, one.month.isoformat(), one.gross, one.days, one.taken) for it in cases for one in it.holidays),
    )
    _fill_paid(connection, cases)


def _case_row(it: FlexCase) -> tuple[object, ...]:
    return (
        it.number,
        it.cpr,
        it.employer.cvr,
        it.employer.name,
        it.first.isoformat(),
        it.last and it.last.isoformat(),
        it.hours,
        it.pension.kind,
        it.pension.own,
        it.pension.employer,
        it.self_employed,
        it.moved and it.moved.isoformat(),
    )


def _fill_paid(connection: sqlite3.Connection, cases: list[FlexCase]) -> None:
    """What was paid before the robot came, in the order of the months; each has its receipt."""
    paid = sorted(((one, it.number) for it in cases for one in it.paid), key=lambda row: (row[0].month, row[1]))
    connection.executemany(
        "insert into subsidies values (?, ?, ?, ?, ?, ?, '')",
        (
            (f"U{place:06d}", number, it.month.isoformat(), it.ore, it.atp, month_of(it.month).last.isoformat())
            for place, (it, number) in enumerate(paid, start=1)
        ),
    )
    counters = [("subsidy", len(paid)), ("calculation", 0), ("letter", 0)]
    connection.executemany("insert into counters values (?, ?)", counters)
