"""The states of a work item and the one table of what may follow what."""

from __future__ import annotations

from enum import StrEnum
from typing import Final

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
    CORRECT = "correct"
    ANSWER = "answer"
    SETTLE = "settle"
    TAKE = "take"
    GIVE = "give"
    LET_GO = "let_go"


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
    (State.EXCEPTION, Step.CORRECT): State.NEW,
    (State.EXCEPTION, Step.ANSWER): State.NEW,
    (State.EXCEPTION, Step.SETTLE): State.DONE,
    (State.EXCEPTION, Step.TAKE): State.EXCEPTION,
    (State.EXCEPTION, Step.GIVE): State.EXCEPTION,
    (State.EXCEPTION, Step.LET_GO): State.EXCEPTION,
    (State.WAITING, Step.HAND_OVER): State.EXCEPTION,
    (State.WAITING, Step.SKIP): State.SKIPPED,
    (State.WAITING, Step.RETRY): State.NEW,
    (State.WAITING, Step.APPROVE): State.NEW,
    (State.WAITING, Step.REJECT): State.EXCEPTION,
    (State.WAITING, Step.SEND): State.NEW,
    (State.WAITING, Step.CORRECT): State.NEW,
    (State.WAITING, Step.SETTLE): State.DONE,
    (State.WAITING, Step.TAKE): State.WAITING,
    (State.WAITING, Step.GIVE): State.WAITING,
    (State.WAITING, Step.LET_GO): State.WAITING,
}

DECISIONS = (Step.RETRY, Step.CORRECT, Step.APPROVE, Step.REJECT, Step.ANSWER, Step.SETTLE)
"""The steps by which a person says what becomes of an item."""

HANDED = (Step.HAND_OVER, Step.SKIP, Step.GIVE_UP, Step.REJECT)
"""The steps by which an item comes to people who have to see to it themselves."""

BY_PEOPLE = frozenset({*DECISIONS, Step.SEND, Step.TAKE, Step.GIVE, Step.LET_GO})
"""The steps that only a person takes."""

OPEN = (State.NEW, State.WORKING)

TECHNICAL: Final = "technical"
UNCERTAIN: Final = "uncertain"
REJECTED: Final = "rejected"
SETTLED: Final = "settled"
"""The reasons that the store itself gives: errors without end, an effect of which nobody knows, a person's no, and
a person's word that it is done."""


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
