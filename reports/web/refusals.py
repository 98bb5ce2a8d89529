"""Why a decision was not taken, in the words of the person who wanted it."""

from __future__ import annotations

from collections.abc import Mapping

from bots_common.errors import (
    IllegalTransition,
    InvalidValue,
    KollegaError,
    Overtaken,
    TooEarly,
    WithAnother,
    WrongFields,
)
from reports.telling import Teller


def refusal(teller: Teller, error: KollegaError, names: Mapping[str, str], robot: str = "") -> str:
    """A sentence that names who was quicker or who has the case, or says what to put right. `names` are of people."""
    match error:
        case Overtaken():
            return teller.say(
                "{who} was quicker: {step}. Nothing of yours was changed; look at the case again.",
                who=names.get(error.who, error.who),
                step=teller.step(error.step),
            )
        case WithAnother():
            return teller.say(
                "{who} has this case. Nothing was changed; ask for it, or take it over and say why.",
                who=names.get(error.who, error.who),
            )
        case TooEarly():
            return teller.say("What was sent may still be on its way. Wait a moment, look again, and answer then.")
        case WrongFields():
            fields = ", ".join(teller.field(robot, path) for path in error.fields)
            return teller.say("This cannot be so: {fields}. Nothing was changed.", fields=fields)
        case InvalidValue():
            return teller.say("This is not a receipt's number. Write the number that the system shows.")
        case IllegalTransition():
            return teller.say("The case is not with people any more. Nothing was changed.")
        case _:
            return teller.say("The case has changed meanwhile. Nothing of yours was changed; look at it again.")


def refused_with(teller: Teller, error: KollegaError, names: Mapping[str, str]) -> str:
    """Why one of several was left alone, with its reference where that is known."""
    reference = getattr(error, "reference", "")
    return f"{reference}: {refusal(teller, error, names)}" if reference else refusal(teller, error, names)
