"""The Norwegian rules: which post needs a police certificate by which statute, and what the applicant is given."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

from bots_common.errors import SettingsError
from robots.certificates.model import Group, Hire, Requirement, Standing, State
from robots.certificates.norway import STATUTES_FILE, NorwegianRules, PoliceCertificate, Purpose, Statutes
from robots.certificates.reasons import Problem, Reason
from robots.certificates.rules import DanishRules, RuleSet
from robots.certificates.table import PostTable
from tests.unit.certificates import POLICY, TODAY, check_told, hired

RULES = NorwegianRules(Statutes.load())
TEACHER = "Lærer i grunnskolen"
NURSE = "Sykepleier i hjemmetjenesten"


def confirmed(hire: Hire, others: Sequence[Hire] = (), rules: RuleSet = RULES) -> Purpose:
    answer = rules.required(hire, others, TODAY)
    assert isinstance(answer, Purpose)
    return answer


@pytest.mark.parametrize(
    ("post", "statute"),
    [
        ("barnehagelærer", "barnehageloven § 19"),
        (TEACHER, "opplæringslova § 10-9"),
        (NURSE.upper(), "helse- og omsorgstjenesteloven § 5-4"),
    ],
)
def test_a_post_has_its_statute(post: str, statute: str) -> None:
    assert confirmed(hired(post=post)).statute == statute


def test_a_post_without_statute_is_for_a_person() -> None:
    answer = RULES.required(hired(post="Renholder"), (), TODAY)
    assert isinstance(answer, Problem)
    check_told(answer)
    assert answer.reason is Reason.POST_UNKNOWN


@pytest.mark.parametrize(("first", "asked"), [(date(2016, 12, 31), False), (date(2017, 1, 1), True)])
def test_who_was_in_the_post_before_the_statute_is_not_asked(first: date, asked: bool) -> None:
    answer = RULES.required(hired(post=NURSE, first=first), (), TODAY)
    assert isinstance(answer, Purpose) if asked else answer == Requirement()


@pytest.mark.parametrize(
    ("post", "state", "last", "asked"),
    [
        (TEACHER, State.CLEAN, None, False),
        (TEACHER, State.CLEAN, TODAY, False),
        (TEACHER, State.CLEAN, date(2024, 11, 3), True),
        (TEACHER, State.REQUESTED, None, True),
        ("Barnehagelærer", State.CLEAN, None, True),
    ],
)
def test_what_was_shown_holds_for_as_long_as_the_post(
    post: str, state: State, last: date | None, asked: bool
) -> None:
    shown = Standing(kind_group=Group.CRIMINAL, state=state, since=date(2020, 1, 1))
    other = hired(number="ANS000002", post=post, last=last, states=(shown,))
    answer = RULES.required(hired(post=TEACHER), [other], TODAY)
    assert isinstance(answer, Purpose) if asked else answer == Requirement()


def test_the_applicant_is_told_what_to_do() -> None:
    text = confirmed(hired(post=TEACHER)).text()
    assert text.splitlines()[0] == "Bekreftelse av formål for politiattest"
    assert "Mette Hansen er tilbudt stillingen Lærer i grunnskolen" in text
    assert "1. des. 2024" in text
    assert "opplæringslova § 10-9" in text
    assert "oppbevares ikke" in text


def test_the_kind_is_told_only_where_it_is_known(tmp_path: Path) -> None:
    """No source that was seen says which kind a statute asks for; a municipality may know."""
    assert "Attesttype" not in confirmed(hired(post=TEACHER)).text()
    own = statutes_file(tmp_path, "posts = [", 'kind = "avgrenset"\nposts = [')
    told = confirmed(hired(post=TEACHER), rules=NorwegianRules(Statutes.load(own)))
    assert told.kind is PoliceCertificate.LIMITED
    assert "Attesttype: avgrenset." in told.text()


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("Hjemmehjelp", "barnehagelærer", "each post stands under one statute"),
        ('source = "sokndal, ks"\nfrom', 'source = ""\nfrom', "source"),
        ("from = 2017-01-01", 'kind = "vandelsattest"', "kind"),
        ("[[statutes]]", "[statutes]", "TOML"),
    ],
)
def test_a_wrong_file_is_refused(tmp_path: Path, old: str, new: str, told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Statutes.load(statutes_file(tmp_path, old, new))
    assert told in str(caught.value)


def statutes_file(folder: Path, old: str, new: str) -> Path:
    path = folder / "lover.toml"
    text = STATUTES_FILE.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_both_countries_have_the_same_door() -> None:
    doors: tuple[RuleSet, ...] = (RULES, DanishRules(PostTable([]), POLICY))
    for rules in doors:
        assert isinstance(rules.required(hired(post="Fyrmester"), (), TODAY), Problem)
