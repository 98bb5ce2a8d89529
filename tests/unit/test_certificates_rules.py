"""Which certificates a hire needs: the table, and the law beside it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from robots.certificates import days, rules
from robots.certificates.days import months_later
from robots.certificates.duty import permanent, serves_children
from robots.certificates.labels import FACTS
from robots.certificates.model import Attachment, Certificate, Group, Kind, Policy, Requirement, State
from robots.certificates.reasons import TEXTS, Detail, Problem, Reason
from robots.certificates.table import ATTESTS, PostTable, Row
from tests.unit.certificates import FIRST, POLICY, TODAY, check_told, elsewhere, hired, row, table

CHILDREN, CRIMINAL = Group.CHILDREN, Group.CRIMINAL


def of(attest: str, *, contact: bool = True, basis: str = "") -> PostTable:
    """A table that asks for this of the pedagogue."""
    return PostTable([Row(7, "pædagog", "", None, None, contact=contact, attest=attest, basis=basis)])


def required(table: PostTable, *others: Any, policy: Policy = POLICY, **changes: Any) -> Requirement | Problem:
    return rules.required(hired(**changes), table, others, TODAY, policy)


def reason(answer: Requirement | Problem) -> tuple[Reason, Any]:
    assert isinstance(answer, Problem)
    check_told(answer)
    return answer.reason, answer.facts.get("detail")


def test_a_childrens_certificate_has_its_act_as_basis() -> None:
    (it,) = certificates(required(of("Børneattest")))
    assert it == Certificate(kind=Kind.CHILDREN, basis="Børneattestloven § 2")


def test_a_private_certificate_needs_consent_alone() -> None:
    (it,) = certificates(required(of("Privat straffeattest"), youngest=18, oldest=None))
    assert it == Certificate(kind=Kind.PRIVATE, basis="Samtykke")


def test_a_public_certificate_has_the_tables_basis() -> None:
    (it,) = certificates(required(of("Offentlig straffeattest", basis="§ 22, nr. 3"), youngest=18))
    assert it == Certificate(kind=Kind.PUBLIC, basis="§ 22, nr. 3")


def test_both_have_each_their_own_basis() -> None:
    both = certificates(required(of("Straffeattest og børneattest", basis="LBK 362/2014 § 2")))
    assert [(it.kind, it.basis) for it in both] == [
        (Kind.PRIVATE, "Samtykke"),
        (Kind.CHILDREN, "LBK 362/2014 § 2"),
    ]


def certificates(answer: Requirement | Problem) -> tuple[Certificate, ...]:
    assert isinstance(answer, Requirement)
    assert answer.row == 7
    return answer.certificates


def test_nothing_is_needed_where_the_table_says_so_even_without_personal_number() -> None:
    assert required(of("Ingen"), youngest=18, oldest=None, cpr=None) == Requirement(row=7)


@pytest.mark.parametrize(("said", "why"), [("missing", Reason.CPR_MISSING), ("impossible", Reason.CPR_IMPOSSIBLE)])
def test_whoever_consents_has_a_personal_number(said: str, why: Reason) -> None:
    assert reason(required(of("Børneattest"), cpr=None, cpr_problem=said)) == (why, None)


# -- the table and the law -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("attest", ["Ingen", "Privat straffeattest"])
def test_a_table_without_the_certificate_that_the_law_asks_for_is_for_a_person(attest: str) -> None:
    answer = required(of(attest))
    assert reason(answer) == (Reason.DUTY_CONTRADICTED, None)
    assert isinstance(answer, Problem)
    assert (answer.facts["table"], answer.facts["law"]) == (attest, "LBK 362/2014 § 2")


@pytest.mark.parametrize("changes", [{"youngest": 15, "oldest": 18}, {"youngest": None, "oldest": None}])
def test_a_childrens_certificate_without_children_is_for_a_person(changes: dict[str, Any]) -> None:
    for attest in ("Børneattest", "Straffeattest og børneattest"):
        assert reason(required(of(attest), **changes)) == (Reason.DUTY_CONTRADICTED, Detail.NO_CHILDREN_SERVED)


def test_a_childrens_certificate_without_direct_contact_is_for_a_person() -> None:
    answer = required(of("Børneattest", contact=False))
    assert reason(answer) == (Reason.DUTY_CONTRADICTED, Detail.NO_CHILDREN_SERVED)


@pytest.mark.parametrize(
    ("changes", "detail"),
    [
        ({"days": None}, Detail.DAYS_UNKNOWN),
        ({"attachment": None}, Detail.ATTACHMENT_UNKNOWN),
        ({"attachment": Attachment.TEMPORARY}, Detail.ATTACHMENT_UNKNOWN),
    ],
)
def test_what_cannot_be_told_is_for_a_person(changes: dict[str, Any], detail: Detail) -> None:
    assert reason(required(of("Ingen"), **changes)) == (Reason.POST_UNCLEAR, detail)


@pytest.mark.parametrize("changes", [{"days": None}, {"attachment": None}])
def test_what_cannot_be_told_does_not_matter_where_the_table_asks_for_it_anyway(changes: dict[str, Any]) -> None:
    assert [it.kind for it in certificates(required(of("Børneattest"), **changes))] == [Kind.CHILDREN]


@pytest.mark.parametrize(
    "changes", [{"days": 2}, {"days": 0, "attachment": None}, {"last": date(2025, 2, 28)}, {"youngest": 15}]
)
def test_where_there_is_no_duty_the_table_may_ask_for_nothing(changes: dict[str, Any]) -> None:
    assert certificates(required(of("Ingen"), **changes)) == ()


@pytest.mark.parametrize(
    ("last", "long"), [(date(2025, 2, 27), False), (date(2025, 2, 28), False), (date(2025, 3, 1), True)]
)
def test_permanent_is_more_than_three_months(last: date, long: bool) -> None:
    """From 1 December to 28 February is three months and no more."""
    assert permanent(hired(last=last)) is long
    assert permanent(hired(last=last, attachment=Attachment.TEMPORARY)) is long


@pytest.mark.parametrize(("days", "often"), [(0, False), (2, False), (3, True), (60, True)])
def test_permanent_is_at_least_three_times(days: int, often: bool) -> None:
    assert permanent(hired(days=days)) is often
    assert permanent(hired(days=days, attachment=Attachment.ON_CALL)) is often


@pytest.mark.parametrize(
    ("youngest", "oldest", "children"),
    [(None, None, False), (0, 6, True), (14, None, True), (14, 99, True), (15, None, False), (None, 18, True)],
)
def test_children_are_under_fifteen(youngest: int | None, oldest: int | None, children: bool) -> None:
    assert serves_children(hired(youngest=youngest, oldest=oldest)) is children


ages = st.none() | st.integers(0, 120)


@given(
    attest=st.sampled_from(list(ATTESTS)),
    contact=st.booleans(),
    youngest=ages,
    oldest=ages,
    days=st.none() | st.integers(0, 65),
    attachment=st.none() | st.sampled_from(Attachment),
    last=st.none() | st.integers(0, 400),
)
def test_no_child_is_served_without_the_certificate_the_law_asks_for(
    attest: str,
    contact: bool,
    youngest: int | None,
    oldest: int | None,
    days: int | None,
    attachment: Attachment | None,
    last: int | None,
) -> None:
    """Whatever the table says: where the duty holds or may hold, the certificate is asked for, or a person is."""
    changes = {
        "youngest": youngest,
        "oldest": oldest,
        "days": days,
        "attachment": attachment,
        "last": None if last is None else FIRST + timedelta(days=last),
    }
    answer = required(of(attest, contact=contact, basis="§ 22"), **changes)
    if isinstance(answer, Problem):
        return
    with_children = contact and serves_children(hired(**changes))
    asked = any(it.kind is Kind.CHILDREN for it in answer.certificates)
    assert not asked or with_children, "none is obtained that may not be"
    assert asked or not with_children or permanent(hired(**changes)) is False


# -- what the person has already -------------------------------------------------------------------------------------


def test_what_is_requested_already_is_not_requested_twice() -> None:
    other = elsewhere(CHILDREN, State.REQUESTED, date(2024, 11, 1))
    answer = required(of("Børneattest"), other)
    assert reason(answer) == (Reason.ALREADY_REQUESTED, None)
    assert isinstance(answer, Problem)
    assert answer.facts["other"] == "ANS000002"
    assert answer.facts["since"] == "2024-11-01"


@pytest.mark.parametrize(
    ("since", "fresh"),
    [(date(2024, 8, 3), False), (date(2024, 8, 4), True), (date(2024, 11, 4), True), (None, True)],
)
def test_a_clean_one_elsewhere_is_fresh_for_so_many_months(since: date | None, fresh: bool) -> None:
    answer = required(of("Børneattest"), elsewhere(CHILDREN, State.CLEAN, since))
    assert isinstance(answer, Problem) is fresh
    if fresh:
        assert reason(answer) == (Reason.FRESH_ELSEWHERE, None)


def test_a_municipality_may_let_no_earlier_one_count() -> None:
    other = elsewhere(CHILDREN, State.CLEAN, TODAY)
    assert certificates(required(of("Børneattest"), other, policy=Policy(fresh_months=0)))


@pytest.mark.parametrize("state", [State.NOTHING, State.NOT_NEEDED, State.NO_CONSENT, State.EXEMPT, State.WITH_HR])
def test_other_states_elsewhere_do_not_matter(state: State) -> None:
    assert certificates(required(of("Børneattest"), elsewhere(CHILDREN, state, TODAY)))


def test_another_kind_elsewhere_does_not_matter() -> None:
    assert certificates(required(of("Børneattest"), elsewhere(CRIMINAL, State.CLEAN, TODAY)))


def test_a_private_one_is_no_public_one(tmp_path: Path) -> None:
    """The personnel system calls both "Straffeattest"; the table tells which one the other post asked for."""
    posts = table(
        tmp_path,
        row("Pædagog", "Offentlig straffeattest", basis="§ 22", contact="Nej"),
        row("Kok", "Privat straffeattest", contact="Nej"),
        row("Vagt", "Offentlig straffeattest", basis="§ 22", contact="Nej"),
    )
    for post, counts in (("Kok", False), ("Vagt", True), ("Fyrmester", True)):
        answer = required(posts, elsewhere(CRIMINAL, State.REQUESTED, TODAY, post=post))
        assert isinstance(answer, Problem) is counts, post


def test_the_hire_itself_is_no_other_hire() -> None:
    itself = elsewhere(CHILDREN, State.REQUESTED, TODAY).model_copy(update={"number": "ANS000001"})
    assert certificates(required(of("Børneattest"), itself))
    assert not rules.untouched(itself)
    assert rules.untouched(hired())


def test_every_reason_and_each_kind_of_it_has_its_text() -> None:
    assert set(TEXTS) == set(Reason)
    assert {detail for text in TEXTS.values() for detail in text.by_detail} == set(Detail)
    assert set(FACTS["detail"].words) == set(Detail)


# -- the deadlines ---------------------------------------------------------------------------------------------------


@given(st.integers(-60, 200), st.integers(0, 60))
def test_priority_grows_as_the_start_nears(ahead: int, more: int) -> None:
    near, far = hired(first=TODAY + timedelta(days=ahead)), hired(first=TODAY + timedelta(days=ahead + more))
    assert days.priority(near, TODAY) >= days.priority(far, TODAY) >= 0
    if more and ahead < 90:
        assert days.priority(near, TODAY) > days.priority(far, TODAY)


@pytest.mark.parametrize(("ahead", "soon"), [(6, False), (5, True), (0, True), (-3, True)])
def test_who_starts_soon_or_has_started(ahead: int, soon: bool) -> None:
    assert days.starts_soon(hired(first=TODAY + timedelta(days=ahead)), TODAY, 5) is soon


def test_who_has_left_does_not_start() -> None:
    assert not days.starts_soon(hired(first=date(2024, 1, 1), last=date(2024, 11, 3)), TODAY, 5)
    assert days.starts_soon(hired(first=date(2024, 1, 1), last=TODAY), TODAY, 5)


@pytest.mark.parametrize(("after", "due"), [(9, False), (10, True), (14, True), (15, False)])
def test_the_manager_is_reminded_before_the_consent_lapses(after: int, due: bool) -> None:
    assert days.due_reminder(TODAY, TODAY + timedelta(days=after), 4) is due
    assert days.consent_lapses(TODAY) == date(2024, 11, 18)


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(-48, 48))
def test_months_are_counted_by_the_calendar(day: date, count: int) -> None:
    then = months_later(day, count)
    assert (then.year - day.year) * 12 + then.month - day.month == count
    assert then.day == day.day or (then.day < day.day and (then + timedelta(days=1)).day == 1)
