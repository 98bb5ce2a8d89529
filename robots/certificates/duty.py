"""When the law asks for a children's certificate, whatever the municipality's table says. Pure.

The children's certificate act (LBK 362/2014 § 2) and the order on the criminal register (BEK 1860/2021 ch. 7), as
paraphrased in the domain notes [S:bornelov][S:pav]: before the hiring, when the work gives direct contact with
children under 15, and the attachment is permanent. The guidance reads "permanent" as more than three months, and
within them at least three times or one stretch of more than a week [S:ffd].
"""

from __future__ import annotations

from typing import Final

from robots.certificates.days import months_later
from robots.certificates.model import CHILD_UNDER, Attachment, Hire
from robots.certificates.reasons import Detail

LAW: Final = "LBK 362/2014 § 2"
LONGER_THAN_MONTHS: Final = 3
LEAST_DAYS: Final = 3
"""Three working days are three times, and a stretch of more than a week has more of them [D]."""


def serves_children(hire: Hire) -> bool:
    """Whether any of those served may be under 15; a hire that serves nobody in particular serves no children."""
    if hire.youngest is None:
        return hire.oldest is not None
    return hire.youngest < CHILD_UNDER


def permanent(hire: Hire) -> bool | Detail:
    """Whether the attachment is permanent, or what must be known to tell."""
    long = _long(hire)
    if long is False or (hire.days is not None and hire.days < LEAST_DAYS):
        return False
    if long is None:
        return Detail.ATTACHMENT_UNKNOWN
    return Detail.DAYS_UNKNOWN if hire.days is None else True


def _long(hire: Hire) -> bool | None:
    """Whether the post lasts for more than three months; it does without a last day, unless it must have one."""
    if hire.attachment is None:
        return None
    if hire.last is not None:
        return hire.last >= months_later(hire.first, LONGER_THAN_MONTHS)
    return None if hire.attachment is Attachment.TEMPORARY else True
