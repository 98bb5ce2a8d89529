"""What would have to change so that the robot could handle a hire or an answer, by reason: texts of catalogues."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from robots.certificates.reasons import Reason

CHANGES: Final[Mapping[str, str]] = {
    Reason.POST_UNKNOWN: "The post would have to have a row in the table of posts.",
    Reason.POST_UNCLEAR: (
        "The table of posts would have to have one row for the post, and the days and ages would have to be "
        "registered."
    ),
    Reason.DUTY_CONTRADICTED: "The row of the table of posts would have to follow the law.",
    Reason.CPR_MISSING: "The workplace would have to register the personal number with the hire.",
    Reason.CPR_IMPOSSIBLE: "The workplace would have to register the right personal number.",
    Reason.ALREADY_REQUESTED: "Nothing: a person decides whether one certificate will do for two hires.",
    Reason.FRESH_ELSEWHERE: "The municipality would have to say for how long a certificate may be used again.",
    Reason.EXEMPT: "Nothing: who has no Digital Post signs on paper.",
    Reason.NO_CONSENT: "The manager would have to tell the person at once that a consent is waiting in Digital Post.",
    Reason.CONSENT_PENDING_LONG: "The manager would have to remind the person in the first week.",
    Reason.REMARK: "Nothing: a person reads every certificate that is not plainly clean.",
    Reason.OTHER_PERSON: (
        "The personal number in the personnel system would have to be right when the certificate is requested."
    ),
    Reason.OTHER_KIND: "The police would have to send the certificate that was requested.",
    Reason.TOO_OLD: "The certificate would have to be issued after it was requested.",
    Reason.UNREADABLE: "The certificate would have to come as an ordinary PDF, not locked and not scanned badly.",
    Reason.NO_FOLDER: "The personnel folder would have to be made when somebody is hired.",
    Reason.SEVERAL_FOLDERS: "The person's personnel folders would have to be put together into one.",
    Reason.NO_HIRE: "The hire would have to be in the personnel system while the answer is awaited.",
    Reason.ANSWERED_TWICE: "The police would have to answer each request once.",
    Reason.STARTS_SOON: (
        "The workplace would have to register the hire earlier, so that the certificate is there before the first "
        "day."
    ),
    Reason.OCR_MISSING: "Tesseract with Danish would have to be installed where the robot works.",
}
