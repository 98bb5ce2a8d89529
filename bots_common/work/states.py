"""The states of a work item and the one table of what may follow what."""

from __future__ import annotations

from enum import StrEnum

from bots_common.errors import IllegalTransition


class State(StrEnum):
    NEW = "new"
    WORKING = "working"
    DONE = "done"
    EXCEPTION = "exception"
    WAITING = "waiting"
    SKIPPED = "skipped"


class Step(StrEnum):
    """What moves an item from one state to the next."""

    FIND = "find"
    CLAIM = "claim"
    FINISH = "finish"
    HAND_OVER = "hand_over"
    FAIL = "fail"
    GIVE_UP = "give_up"
    TAKE_OVER = "take_over"
    HAND_BACK = "hand_back"
    PARK = "park"
    SKIP = "skip"
    RETRY = "retry"
    APPROVE = "approve"
    REJECT = "reject"
    SEND = "send"


TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.NEW, Step.CLAIM): State.WORKING,
    (State.NEW, Step.HAND_OVER): State.EXCEPTION,
    (State.NEW, Step.SKIP): State.SKIPPED,
    (State.WORKING, Step.FINISH): State.DONE,
    (State.WORKING, Step.HAND_OVER): State.EXCEPTION,
    (State.WORKING, Step.FAIL): State.NEW,
    (State.WORKING, Step.GIVE_UP): State.EXCEPTION,
    (State.WORKING, Step.TAKE_OVER): State.NEW,
    (State.WORKING, Step.HAND_BACK): State.NEW,
    (State.WORKING, Step.PARK): State.WAITING,
    (State.WORKING, Step.SKIP): State.SKIPPED,
    (State.EXCEPTION, Step.FIND): State.NEW,
    (State.EXCEPTION, Step.RETRY): State.NEW,
    (State.WAITING, Step.HAND_OVER): State.EXCEPTION,
    (State.WAITING, Step.SKIP): State.SKIPPED,
    (State.WAITING, Step.RETRY): State.NEW,
    (State.WAITING, Step.APPROVE): State.NEW,
    (State.WAITING, Step.REJECT): State.EXCEPTION,
    (State.WAITING, Step.SEND): State.NEW,
}

BY_PEOPLE = frozenset({Step.RETRY, Step.APPROVE, Step.REJECT, Step.SEND})
"""The steps that only a person takes."""

OPEN = (State.NEW, State.WORKING)


def after(state: State, step: Step) -> State:
    """The state that follows. Raises IllegalTransition where the table has no such step."""
    try:
        return TRANSITIONS[state, step]
    except KeyError:
        possible = [known.value for from_, known in TRANSITIONS if from_ is state]
        raise IllegalTransition(
            f"An item that is {state.value!r} cannot take the step {step.value!r}.",
            f"Possible now: {', '.join(possible) or 'nothing'}.",
        ) from None
