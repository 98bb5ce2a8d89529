"""What is written of a month's subsidy: the reasoning in the benefits system, and the letter to the citizen.

Both are in Danish whatever the staff's language is: the scheme is Danish law, and the case may be asked for by the
citizen. The texts are keys of the catalogues in `locales/`.
"""

from __future__ import annotations

from typing import Final

from bots_common.texts import Language, Texts
from bots_common.values import kroner
from robots.flexwage.months import interval
from robots.flexwage.reasons import LOCALES
from robots.flexwage.result import Subsidy

HEADING: Final = "Your flex-wage subsidy for {month:period}"
PAID: Final = "We have worked out your flex-wage subsidy for {month:period}. It is {amount:kroner} before tax."
NOTHING: Final = "We have worked out your flex-wage subsidy for {month:period}. You get no subsidy for the month."
HOW: Final = "This is how we have worked it out:"
WRONG: Final = (
    "Look whether the figures are right. Write to us if your payslip says something else, or if you have had other "
    "income or another benefit."
)

MSGIDS: Final = (HEADING, PAID, NOTHING, HOW, WRONG)

_TEXTS: Final = Texts.load(LOCALES)


def reasoning(subsidy: Subsidy) -> str:
    """The whole reasoning, a line for each step."""
    return "\n".join(_say(line.text, **line.facts) for line in subsidy.lines())


def heading(subsidy: Subsidy) -> str:
    """What the letter is called; it tells one month's letter from another's."""
    return _say(HEADING, month=interval(subsidy.month))


def letter(subsidy: Subsidy) -> str:
    """The letter: what the citizen gets, how it was worked out, and what to do if a figure is wrong."""
    facts = {"month": interval(subsidy.month), "amount": str(kroner(subsidy.amount))}
    return "\n\n".join(
        (_say(PAID if subsidy.amount else NOTHING, **facts), _say(HOW), reasoning(subsidy), _say(WRONG))
    )


def _say(msgid: str, /, **facts: str) -> str:
    return _TEXTS.text(msgid, Language.DA, **facts)
