"""Whom a robot asks for a yes sees exactly what it would enter: every field by a name in words."""

from __future__ import annotations

import pytest
from pydantic import BaseModel

from bots_common.mail import Mail
from bots_common.texts import Language
from reports.telling import fact_texts, robot_named
from robots.systems.archive import CheckIn, Document
from robots.systems.benefits import Calculation, Letter
from robots.systems.finance import Posting, PostingLine, Remark
from robots.systems.grants import Payment
from robots.systems.mailbox import Deletion
from robots.systems.personnel import NewState
from robots.systems.portal import CertificateRequest

INTENTS: dict[str, tuple[type[BaseModel], ...]] = {
    "invoices": (Posting, PostingLine, Payment, Remark),
    "flexwage": (Calculation, Letter),
    "certificates": (CertificateRequest, Document, CheckIn, Deletion, NewState, Mail),
}


@pytest.mark.parametrize("robot", INTENTS)
def test_every_field_of_what_it_would_enter_has_a_name_in_words(robot: str) -> None:
    known = fact_texts(robot)
    fields = {field for intent in INTENTS[robot] for field in intent.model_fields}
    assert sorted(fields - set(known)) == []
    texts = robot_named(robot).texts()
    same = {field for field in fields if texts.text(known[field].label, Language.DA) == known[field].label}
    assert same <= WORDS_OF_BOTH, "not in Danish"


WORDS_OF_BOTH = {"atp", "art", "name", "group", "lines"}
"""What Danish and English call alike."""
