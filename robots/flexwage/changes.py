"""What would have to change so that the robot could handle a flex-wage case, by reason: texts of the catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from robots.flexwage.reasons import Reason

CHANGES: Final[Mapping[str, str]] = {
    Reason.SELF_EMPLOYED: "Nothing: the subsidy of the self-employed is reckoned for a year.",
    Reason.NOT_ONE_JOB: "It would have to be settled how several flex jobs share one ceiling.",
    Reason.OLD_SCHEME: "Nothing: the scheme from before 2013 is running out.",
    Reason.FIRST_MONTH: "Nothing: the first month has no whole month in the register.",
    Reason.JOB_ENDED: "The case would have to be closed when the job ends.",
    Reason.RATE_UNKNOWN: "The rates of the month would have to be in the rates file, with their source.",
    Reason.CEILING_MISSING: "The ceiling would have to be registered on the case for the month.",
    Reason.CEILING_UNCLEAR: "It would have to be settled which income counts under the ceiling.",
    Reason.NO_REPORT: "The employer would have to report the pay by the 10th of the month after.",
    Reason.NO_WAGE: "Nothing: without pay a person must find out why.",
    Reason.PENSION_UNKNOWN: (
        "The pension agreement would have to be registered on the case, or the employer would have to report the "
        "pension."
    ),
    Reason.INCOME_UNCLEAR: (
        "The employer would have to report income under the right type, once, and take back what was wrong."
    ),
    Reason.BENEFIT_UNCLEAR: "The benefit would have to be registered on the case with its amount and days.",
    Reason.HOLIDAY_TOO_LONG: "The days of holiday with benefit would have to be registered right, at most 25 a year.",
    Reason.RULE_UNKNOWN: "The older rules would have to be found and written into the robot with their source.",
    Reason.AMOUNT_BELOW: "The municipality would have to set a lower limit for small subsidies.",
    Reason.AMOUNT_ABOVE: "The municipality would have to set a higher limit for large subsidies.",
    Reason.VARIATION: "The municipality would have to allow a greater change of income from month to month.",
    Reason.NEW_EMPLOYER: "The new employer would have to be registered on the case.",
    Reason.OTHER_WAGE: "The municipality would have to set a higher limit for wage from other jobs.",
    Reason.PARENTAL_LEAVE: "The municipality would have to let the robot handle months with parental leave.",
    Reason.BENEFIT: "The municipality would have to let the robot handle months with a benefit beside wage.",
    Reason.CARE_PAY: "The municipality would have to let the robot handle months with loss of earnings.",
    Reason.HOLIDAY_PAY: "The municipality would have to let the robot handle months with holiday pay.",
    Reason.LUMP_SUM: "The municipality would have to let the robot spread income over the months it covers.",
    Reason.SAVED_PAY: "The municipality would have to let the robot handle saved holiday and free-choice pay.",
    Reason.CORRECTED: "The employer would have to report right the first time.",
    Reason.HOURS: "The employer would have to report the hours with the pay.",
    Reason.CROSSING: "The employer would have to pay and report by calendar months.",
    Reason.PERKS: "The municipality would have to let the robot handle months with benefits in kind.",
    Reason.MOVED: "The case would have to be handed to the other municipality when the citizen moves.",
    Reason.ALREADY_PAID: "Only one of the two, person or robot, would have to pay the month.",
    Reason.RECALCULATED: "Nothing: a person decides on money that is paid or claimed back.",
}
