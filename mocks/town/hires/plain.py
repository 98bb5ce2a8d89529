"""Hires that end by themselves: no certificate is required, or all that are come back clean."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from mocks.town.hires.model import Kind, Manner
from mocks.town.hires.office import CLEAN, ON_CALL, TEMPORARY, Draft, Family, Office
from mocks.town.hires.posts import FREE, KITCHEN, ONE


def one_certificate(office: Office) -> Draft:
    return office.one()


def two_certificates(office: Office) -> Draft:
    return office.two()


def for_a_year(office: Office) -> Draft:
    """With a last day, long after three months."""
    draft = office.some()
    draft.contract.attachment = TEMPORARY
    draft.contract.last = draft.contract.first + timedelta(days=office.rng.randint(200, 400))
    return draft


def not_required(office: Office) -> Draft:
    return office.none()


def two_days_in_a_nursery(office: Office) -> Draft:
    """With children, but far from permanently attached."""
    draft = office.draft(KITCHEN)
    draft.contract.attachment = ON_CALL
    draft.contract.days = office.rng.randint(1, 2)
    return draft


def six_weeks_in_a_nursery(office: Office) -> Draft:
    draft = office.draft(KITCHEN)
    draft.contract.attachment = TEMPORARY
    draft.contract.days = office.rng.randint(20, 30)
    draft.contract.last = draft.contract.first + timedelta(days=42)
    return draft


def clean_long_ago(office: Office) -> Draft:
    """Hired before, and clean then; that is too long ago."""
    draft = office.one()
    draft.before.append(office.earlier(draft.contract.job, (150, 330), CLEAN))
    return draft


def clean_of_another_kind(office: Office) -> Draft:
    """Hired before, for a post that asks for something else."""
    draft = office.one()
    children = Kind.CHILDREN in draft.wanted
    jobs = [it for it in ONE if (Kind.CHILDREN in it.kinds) is not children]
    draft.before.append(office.earlier(office.rng.choice(jobs), (5, 60), CLEAN))
    return draft


def hired_before_for_nothing(office: Office) -> Draft:
    """Hired before, for a post that asks for no certificate."""
    draft = office.some()
    draft.before.append(office.earlier(office.rng.choice(FREE), (30, 330), CLEAN))
    return draft


def scanned(office: Office) -> Draft:
    """Clean, but a picture."""
    draft = office.one()
    draft.replies = {kind: replace(it, manner=Manner.SCAN) for kind, it in draft.replies.items()}
    return draft


PLAIN = (
    Family("one certificate", 40, (one_certificate,)),
    Family("two certificates", 14, (two_certificates,)),
    Family("nothing required", 26, (not_required,)),
    Family("for a while", 10, (for_a_year, two_days_in_a_nursery, six_weeks_in_a_nursery)),
    Family("hired before", 6, (clean_long_ago, clean_of_another_kind, hired_before_for_nothing)),
    Family("scanned", 4, (scanned,)),
)
