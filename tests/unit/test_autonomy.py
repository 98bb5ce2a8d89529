"""What a robot may do alone, as pure decisions: the levels, the draw, the bound of an error rate, and the ramp."""

from __future__ import annotations

from itertools import pairwise, product
from math import comb

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bots_common.autonomy import (
    Cause,
    Figures,
    Level,
    Verdict,
    drawn,
    filled,
    hindrance,
    judged,
    next_step,
    placeholder,
    placeholders,
    upper_bound,
)
from bots_common.work import Codec

CODEC = Codec(bytes(32))
NO, YES = (False, True)
ANYTHING = list(product((NO, YES), repeat=3))


# -- levels ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("granted", "drawn", "over"), ANYTHING)
def test_in_shadow_nothing_is_done_whatever_was_granted(granted: bool, drawn: bool, over: bool) -> None:
    assert hindrance(Level.SHADOW, granted=granted, drawn=drawn, over=over) is Cause.SHADOW


@pytest.mark.parametrize("level", [Level.APPROVE, Level.SAMPLE, Level.AUTO])
def test_what_a_person_has_granted_is_done(level: Level) -> None:
    assert hindrance(level, granted=True, drawn=True, over=True) is None


@pytest.mark.parametrize(
    ("level", "drawn", "over", "cause"),
    [
        (Level.APPROVE, NO, NO, Cause.APPROVE),
        (Level.APPROVE, YES, YES, Cause.APPROVE),
        (Level.SAMPLE, NO, NO, None),
        (Level.SAMPLE, YES, NO, Cause.SAMPLE),
        (Level.SAMPLE, YES, YES, Cause.SAMPLE),
        (Level.SAMPLE, NO, YES, Cause.RAMP),
        (Level.AUTO, NO, NO, None),
        (Level.AUTO, YES, NO, None),
        (Level.AUTO, NO, YES, Cause.RAMP),
    ],
)
def test_what_nobody_has_granted_goes_by_the_level(
    level: Level, drawn: bool, over: bool, cause: Cause | None
) -> None:
    assert hindrance(level, granted=False, drawn=drawn, over=over) is cause


@given(granted=st.booleans(), drawn=st.booleans(), over=st.booleans())
def test_a_higher_level_never_forbids_what_a_lower_one_lets_pass(granted: bool, drawn: bool, over: bool) -> None:
    may = [hindrance(level, granted=granted, drawn=drawn, over=over) is None for level in Level]
    assert all(higher or not lower for lower, higher in pairwise(may) if not over)


# -- the sample -----------------------------------------------------------------------------------------------


def draws(share: float, cases: int = 2000, codec: Codec = CODEC) -> set[int]:
    return {number for number in range(cases) if drawn(codec.fingerprint(f"sample invoices B{number}"), share)}


@pytest.mark.parametrize("share", [0.01, 0.05, 0.2, 0.5])
def test_the_draw_has_its_share(share: float) -> None:
    expected = 2000 * share
    assert abs(len(draws(share)) - expected) < 4 * (expected * (1 - share)) ** 0.5


def test_none_and_all_can_be_drawn() -> None:
    assert draws(0) == set()
    assert len(draws(1)) == 2000


@given(st.binary(min_size=16, max_size=16), st.floats(0, 1), st.floats(0, 1))
def test_who_is_in_a_share_is_in_every_larger_one(fingerprint: bytes, one: float, other: float) -> None:
    assert drawn(fingerprint, max(one, other)) or not drawn(fingerprint, min(one, other))


def test_another_key_draws_others() -> None:
    assert draws(0.05) == draws(0.05)
    assert draws(0.05) != draws(0.05, codec=Codec(bytes(range(32))))


# -- how sure an error rate is --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wrong", "decided", "bound"),
    [
        (0, 1, 0.95),
        (0, 58, 0.050339),
        (0, 59, 0.049508),
        (0, 60, 0.048703),
        (1, 60, 0.076640),
        (5, 100, 0.102254),
        (0, 3000, 0.000998),
    ],
)
def test_known_bounds(wrong: int, decided: int, bound: float) -> None:
    assert upper_bound(wrong, decided) == pytest.approx(bound, abs=1e-6)


@pytest.mark.parametrize(("wrong", "decided"), [(0, 0), (1, 1), (60, 60)])
def test_who_has_seen_nothing_right_knows_nothing(wrong: int, decided: int) -> None:
    assert upper_bound(wrong, decided) == 1.0


@settings(deadline=None)
@given(st.integers(1, 300), st.data())
def test_the_bound_is_where_so_few_errors_would_be_seen_once_in_twenty(decided: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, decided - 1))
    rate = upper_bound(wrong, decided)
    seen = sum(comb(decided, k) * rate**k * (1 - rate) ** (decided - k) for k in range(wrong + 1))
    assert seen == pytest.approx(0.05, abs=1e-9)


@settings(deadline=None)
@given(st.integers(1, 100_000), st.data())
def test_the_bound_lies_over_the_rate_and_grows_with_the_errors(decided: int, data: st.DataObject) -> None:
    wrong = data.draw(st.integers(0, min(decided, 50) - 1))
    assert wrong / decided < upper_bound(wrong, decided) <= 1
    assert upper_bound(wrong, decided) < upper_bound(wrong + 1, decided) or wrong + 1 == decided


# -- the ramp -------------------------------------------------------------------------------------------------

figures = st.integers(0, 400).flatmap(
    lambda decided: st.builds(Figures, st.just(decided), st.just(decided), st.integers(0, decided))
)
LIMIT = 0.05


@pytest.mark.parametrize(
    ("wrong", "decided", "verdict"),
    [
        (0, 0, Verdict.OPEN),
        (0, 58, Verdict.OPEN),
        (0, 59, Verdict.UNDER),
        (1, 59, Verdict.OPEN),
        (1, 93, Verdict.UNDER),
        (1, 20, Verdict.OPEN),
        (1, 19, Verdict.OVER),
        (3, 59, Verdict.OVER),
    ],
)
def test_what_the_figures_say(wrong: int, decided: int, verdict: Verdict) -> None:
    assert judged(Figures(decided, decided, wrong), LIMIT) is verdict


@pytest.mark.parametrize(
    ("step", "wrong", "decided", "after"),
    [
        (0, 0, 59, 1),
        (2, 0, 59, 3),
        (3, 0, 500, 3),
        (1, 0, 58, 1),
        (1, 1, 59, 1),
        (1, 3, 59, 0),
        (0, 3, 59, 0),
        (3, 3, 59, 2),
        (7, 0, 0, 3),
        (7, 3, 59, 2),
    ],
)
def test_the_ramp_of_three_steps(step: int, wrong: int, decided: int, after: int) -> None:
    assert next_step(step, 3, Figures(decided, decided, wrong), LIMIT) == after


@settings(deadline=None)
@given(st.integers(0, 5), st.integers(1, 5), figures, st.floats(0.01, 0.5))
def test_the_ramp_goes_a_step_at_a_time_and_never_up_over_the_limit(
    step: int, steps: int, seen: Figures, limit: float
) -> None:
    assume(step <= steps)
    after = next_step(step, steps, seen, limit)
    assert 0 <= after <= steps
    assert abs(after - step) <= 1
    assert after <= step or (seen.rate is not None and seen.rate < seen.at_most < limit)
    assert after >= step or (seen.rate is not None and seen.rate > limit)


# -- shadow ---------------------------------------------------------------------------------------------------


def test_placeholders_give_way_to_the_receipts_that_were_found() -> None:
    intent = {"voucher": placeholder("post"), "lines": [{"text": "post", "voucher": placeholder("post")}], "n": 3}
    assert placeholders(intent) == {"shadow:post"}
    found = filled(intent, {placeholder("post"): "V7"})
    assert found == {"voucher": "V7", "lines": [{"text": "post", "voucher": "V7"}], "n": 3}
    assert placeholders(found) == set()
    assert filled(intent, {}) == intent
