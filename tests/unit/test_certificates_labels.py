"""People read the effects of the certificates robot in words of their own."""

from __future__ import annotations

import pytest

from bots_common.texts import Language
from robots.certificates.model import Group, Kind
from robots.certificates.robot import Certificates
from robots.invoices.robot import Invoices


@pytest.mark.parametrize(
    ("effect", "language", "title"),
    [
        ("request/private", Language.DA, "Anmodning om privat straffeattest"),
        ("request/public", Language.DA, "Anmodning om offentlig straffeattest"),
        ("request/children", Language.NB, "Forespørsel om barneattest"),
        ("request/children", Language.EN, "Request for a children's certificate"),
        ("state/children#requested", Language.DA, "Status for børneattest"),
        ("state/criminal#clean", Language.NB, "Status for straffeattest"),
        ("check-in", Language.DA, "Journalisering af notatet"),
        ("delete", Language.NB, "Sletting av attesten"),
    ],
)
def test_an_effect_has_a_title(effect: str, language: Language, title: str) -> None:
    assert Certificates.effect_title(effect, language) == title


@pytest.mark.parametrize("language", Language)
def test_each_certificate_has_titles_of_its_own(language: Language) -> None:
    names = [*(f"request/{kind}" for kind in Kind), *(f"state/{group.name.lower()}" for group in Group)]
    titles = {Certificates.effect_title(name, language) for name in names}
    assert len(titles) == len(names)
    assert not any(":" in title for title in titles), "no code stands behind the title"


def test_an_effect_without_a_text_of_its_own_is_told_by_its_kind() -> None:
    assert Invoices.effect_title("mark-paid/G7#2", Language.EN) == "Marking as paid: G7"
