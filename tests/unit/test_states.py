"""The transition table: what it allows, and that everything else is refused with what would be possible."""

from __future__ import annotations

from itertools import product

import pytest

from bots_common.errors import IllegalTransition
from bots_common.work.states import BY_PEOPLE, OPEN, TRANSITIONS, State, Step, after

STEPS = list(product(State, Step))


@pytest.mark.parametrize(("state", "step"), [pair for pair in STEPS if pair in TRANSITIONS])
def test_a_step_of_the_table_leads_on(state: State, step: Step) -> None:
    assert after(state, step) is TRANSITIONS[state, step]


@pytest.mark.parametrize(("state", "step"), [pair for pair in STEPS if pair not in TRANSITIONS])
def test_any_other_step_is_refused_with_those_that_are_possible(state: State, step: Step) -> None:
    possible = [known.value for known in Step if (state, known) in TRANSITIONS]
    with pytest.raises(IllegalTransition) as caught:
        after(state, step)
    assert caught.value.what == f"An item that is {state.value!r} cannot take the step {step.value!r}."
    assert caught.value.mend == f"Possible now: {', '.join(possible) or 'nothing'}."


def test_what_is_finished_stays_finished() -> None:
    assert not [step for state, step in TRANSITIONS if state in (State.DONE, State.SKIPPED)]


def test_only_a_claim_leads_to_work_and_only_a_person_leads_on_from_what_is_with_people() -> None:
    assert {step for (_, step), target in TRANSITIONS.items() if target is State.WORKING} == {Step.CLAIM}
    steps = {step for state, step in TRANSITIONS if state in (State.EXCEPTION, State.WAITING)}
    found_again, on_the_obs_list = {Step.FIND}, {Step.SKIP, Step.HAND_OVER}
    assert steps == BY_PEOPLE | found_again | on_the_obs_list, "who takes a pile leaves out who is on the obs-list"


def test_an_open_item_can_always_get_on() -> None:
    assert set(OPEN) == {state for state, step in TRANSITIONS if step in (Step.CLAIM, Step.FINISH)}
