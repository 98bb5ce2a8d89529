"""Which certificates a hire needs. Pure: values in, the certificates with their legal basis or a problem out.

 1. The municipality's table of posts says which certificates the post asks for (`table.py`).
 2. The law says when a children's certificate must be obtained, and when it may (`duty.py`). Where the table says
    otherwise, or that cannot be told, a person decides: neither a missing one nor one too many is put right silently.
 3. Whoever is to consent must have a personal number.
 4. What is requested already, or was clean elsewhere a short while ago, is not requested again without a person.

A private certificate needs nothing but the person's consent; a public one a legal basis that the table names; the
children's certificate has its own act [S:politi][S:virk].
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, Final, Protocol

from robots.certificates.days import months_later
from robots.certificates.duty import LAW, permanent, serves_children
from robots.certificates.model import Certificate, Group, Hire, Kind, Policy, Requirement, Standing, State
from robots.certificates.norway import Purpose
from robots.certificates.reasons import Detail, Problem, Reason
from robots.certificates.table import PostTable, Row

BASES: Final = {Kind.PRIVATE: "Samtykke", Kind.CHILDREN: "Børneattestloven § 2", Kind.PUBLIC: ""}
"""The basis where the table names none [S:politi][S:bornelov]; for a public certificate the table always does."""


def required(
    hire: Hire, table: PostTable, others: Sequence[Hire], today: date, policy: Policy
) -> Requirement | Problem:
    """The certificates to request for the hire; none where the post asks for none.

    `others` are the hires of the same person; the hire itself among them does not count.
    """
    row = table.row_for(hire)
    if isinstance(row, Problem):
        return row
    if problem := _against_the_law(hire, row):
        return problem
    if not row.kinds:
        return Requirement(row=row.number)
    if hire.cpr is None:
        impossible = hire.cpr_problem == "impossible"
        return Problem(Reason.CPR_IMPOSSIBLE if impossible else Reason.CPR_MISSING, _facts(hire, row))
    for other in others:
        if other.number != hire.number and (problem := _had_before(hire, row, other, table, today, policy)):
            return problem
    return Requirement(certificates=tuple(_certificate(kind, row) for kind in row.kinds), row=row.number)


class RuleSet(Protocol):
    """A country's rules on what a hire needs."""

    def required(self, hire: Hire, others: Sequence[Hire], today: date) -> Purpose | Requirement | Problem:
        """What to obtain for the hire: certificates to request, a purpose to confirm to the applicant, nothing (a
        requirement without certificates), or why a person must decide. `others` are hires of the same person."""
        ...


class DanishRules:
    """The Danish rule set, with the municipality's table and policy."""

    def __init__(self, table: PostTable, policy: Policy) -> None:
        self._table = table
        self._policy = policy

    def required(self, hire: Hire, others: Sequence[Hire], today: date) -> Requirement | Problem:
        """See `RuleSet`."""
        return required(hire, self._table, others, today, self._policy)


def untouched(hire: Hire) -> bool:
    """Whether nobody has done anything about the hire's certificates yet, by the personnel system."""
    return all(it.state is State.NOTHING for it in hire.states)


def _against_the_law(hire: Hire, row: Row) -> Problem | None:
    """Why the row cannot be followed. A children's certificate may be obtained where the work is with children,
    and must be where it is also permanent."""
    with_children = row.contact and serves_children(hire)
    facts = _facts(hire, row) | _for_the_duty(hire, row)
    if Kind.CHILDREN in row.kinds:
        detail = {"detail": Detail.NO_CHILDREN_SERVED}
        return None if with_children else Problem(Reason.DUTY_CONTRADICTED, facts | detail)
    if not with_children:
        return None
    lasting = permanent(hire)
    if isinstance(lasting, Detail):
        return Problem(Reason.POST_UNCLEAR, facts | {"detail": lasting})
    return Problem(Reason.DUTY_CONTRADICTED, facts) if lasting else None


def _had_before(hire: Hire, row: Row, other: Hire, table: PostTable, today: date, policy: Policy) -> Problem | None:
    """What speaks against requesting the hire's certificates, of what stands at another hire of the person."""
    for kind in row.kinds:
        standing = other.standing(kind.group)
        if _kind_at(other, kind.group, table) not in (None, kind):
            continue
        reason = _speaks_against(standing, today, policy)
        if reason:
            since = str(standing.since) if standing.since else None
            found = {"certificate": kind.written, "since": since, "other": other.number, "other_post": other.post}
            return Problem(reason, _facts(hire, row) | found)
    return None


def _kind_at(other: Hire, group: Group, table: PostTable) -> Kind | None:
    """Which certificate of the group the table asks for at another hire; None where it cannot be told.

    The personnel system does not tell private and public ones apart.
    """
    row = table.row_for(other)
    if isinstance(row, Problem):
        return None
    return next((kind for kind in row.kinds if kind.group is group), None)


def _speaks_against(standing: Standing, today: date, policy: Policy) -> Reason | None:
    """A clean one counts as fresh also where nobody wrote down when it came."""
    if standing.state is State.REQUESTED:
        return Reason.ALREADY_REQUESTED
    if standing.state is State.CLEAN and policy.fresh_months:
        fresh_from = months_later(today, -policy.fresh_months)
        return Reason.FRESH_ELSEWHERE if standing.since is None or standing.since >= fresh_from else None
    return None


def _certificate(kind: Kind, row: Row) -> Certificate:
    """A row that asks for two names the basis of the children's certificate: the private one needs none."""
    named = row.basis if kind in row.kinds[-1:] else ""
    return Certificate(kind=kind, basis=named or BASES[kind])


def _facts(hire: Hire, row: Row) -> dict[str, Any]:
    return {
        "hire": hire.number,
        "post": hire.post,
        "workplace": hire.workplace,
        "first": str(hire.first),
        "rows": str(row.number),
        "table": row.attest,
    }


def _for_the_duty(hire: Hire, row: Row) -> dict[str, Any]:
    """What the duty hangs on."""
    return {
        "law": LAW,
        "contact": row.contact,
        "youngest": hire.youngest,
        "oldest": hire.oldest,
        "attachment": hire.attachment,
        "days": hire.days,
        "last": str(hire.last) if hire.last else None,
    }
