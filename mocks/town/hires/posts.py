"""Where the town hires people, for what posts, and what its table of posts says about them."""

from __future__ import annotations

from dataclasses import dataclass

from mocks.town.hires.model import Kind, Post
from mocks.town.hires.table import BOTH, CHILDREN, CHILDREN_ACT, CONSENT, KINDS, NONE, ORDER, PRIVATE, PUBLIC

BASES = {Kind.PRIVATE: CONSENT, Kind.PUBLIC: ORDER, Kind.CHILDREN: CHILDREN_ACT}
"""The legal basis that each kind is requested on."""

Ages = tuple[int | None, int | None]
NOBODY: Ages = (None, None)
INFANTS, PUPILS, YOUNG, ADULTS, OLD = (0, 6), (6, 16), (12, 17), (18, 64), (65, 99)

NURSERIES = ("Børnehuset Regnbuen", "Børnehuset Åkanden", "Vuggestuen Mælkebøtten")
SCHOOLS = ("Søndre Skole", "Nørre Skole", "Østervangskolen")
CARE_HOMES = ("Plejecenter Engen", "Plejecenter Lunden")
TOWN_HALL = ("Rådhuset", "Borgerservice")


@dataclass(frozen=True, slots=True)
class Job:
    """A post at one of some workplaces, whom it serves, and what the table asks for."""

    post: str
    workplaces: tuple[str, ...]
    ages: Ages
    certificate: str

    @property
    def kinds(self) -> tuple[Kind, ...]:
        return KINDS[self.certificate]


ONE = (
    Job("Pædagog", NURSERIES, INFANTS, CHILDREN),
    Job("Pædagog", ("Bosted Kilden", "Bosted Højen"), ADULTS, PUBLIC),
    Job("Pædagogmedhjælper", (*NURSERIES, *SCHOOLS), (0, 10), CHILDREN),
    Job("Klubmedarbejder", ("Ungdomsklubben",), YOUNG, CHILDREN),
    Job("Tandplejer", ("Tandplejen",), (0, 21), CHILDREN),
    Job("Teknisk serviceleder", ("Søndre Skole",), PUPILS, CHILDREN),
    Job("Social- og sundhedsassistent", (*CARE_HOMES, "Hjemmeplejen Nord"), OLD, PUBLIC),
    Job("Social- og sundhedshjælper", (*CARE_HOMES, "Hjemmeplejen Nord"), OLD, PRIVATE),
    Job("Køkkenassistent", CARE_HOMES, OLD, PRIVATE),
    Job("Socialrådgiver", ("Jobcentret",), ADULTS, PRIVATE),
    Job("Støtteperson", ("Familieafdelingen",), (0, 10), CHILDREN),
    Job("Instruktør", ("Svømmehallen",), PUPILS, CHILDREN),
)
"""Posts that ask for one certificate."""

TWO = (
    Job("Lærer", SCHOOLS, PUPILS, BOTH),
    Job("Sundhedsplejerske", ("Sundhedsplejen",), (0, 17), BOTH),
    Job("Socialrådgiver", ("Familieafdelingen",), (0, 17), BOTH),
)
"""Posts that ask for two."""

FREE = (
    Job("Kontorassistent", TOWN_HALL, NOBODY, NONE),
    Job("Økonomikonsulent", TOWN_HALL, NOBODY, NONE),
    Job("Bibliotekar", ("Biblioteket",), (0, 99), NONE),
    Job("Gartner", ("Materielgården",), NOBODY, NONE),
    Job("Teknisk serviceleder", ("Rådhuset", "Plejecenter Engen"), NOBODY, NONE),
)
"""Posts that ask for none."""

KITCHEN = Job("Køkkenassistent", NURSERIES, INFANTS, PRIVATE)
"""With children, though the table does not think of them: whoever stays needs more than it asks for."""
SWIMMING_FOR_ADULTS = Job("Instruktør", ("Svømmehallen",), ADULTS, CHILDREN)
"""Without children, though the table takes them for granted."""
UNCLEAR = (
    Job("Støtteperson", ("Familieafdelingen",), YOUNG, CHILDREN),  # two rows fit, and disagree
    Job("Socialrådgiver", ("Hjemmeplejen Nord",), OLD, PRIVATE),  # the table knows other workplaces
    Job("Pædagog", NURSERIES, NOBODY, CHILDREN),  # its rows go by ages
    Job("Pædagog", ("Aflastningen Birken",), (10, 23), PUBLIC),  # no row covers all of them
)
UNKNOWN = (
    Job("Projektmedarbejder", TOWN_HALL, NOBODY, NONE),
    Job("Legepatruljeleder", SCHOOLS, PUPILS, CHILDREN),
    Job("Vikar", CARE_HOMES, OLD, PRIVATE),
)

TABLE = (
    Post("Pædagog", "", 0, 14, True, CHILDREN, CHILDREN_ACT),
    Post("Pædagog", "", 15, None, True, PUBLIC, ORDER, "Bosteder"),
    Post("Pædagogmedhjælper", "", None, None, True, CHILDREN, CHILDREN_ACT),
    Post("Klubmedarbejder", "", None, None, True, CHILDREN, CHILDREN_ACT),
    Post("Lærer", "", None, None, True, BOTH, CHILDREN_ACT),
    Post("Sundhedsplejerske", "Sundhedsplejen", None, None, True, BOTH, CHILDREN_ACT),
    Post("Tandplejer", "Tandplejen", None, None, True, CHILDREN, CHILDREN_ACT),
    Post("Instruktør", "Svømmehallen", None, None, True, CHILDREN, CHILDREN_ACT),
    Post("Støtteperson", "", 0, 17, True, CHILDREN, CHILDREN_ACT),
    Post("Støtteperson", "", 12, 25, True, PUBLIC, ORDER, "Efterværn"),
    Post("Socialrådgiver", "Familieafdelingen", None, None, True, BOTH, CHILDREN_ACT),
    Post("Socialrådgiver", "Jobcentret", None, None, False, PRIVATE, CONSENT),
    Post("Social- og sundhedsassistent", "", None, None, True, PUBLIC, ORDER, "Medicin"),
    Post("Social- og sundhedshjælper", "", None, None, True, PRIVATE, CONSENT),
    Post("Køkkenassistent", "", None, None, True, PRIVATE, CONSENT),
    Post("Teknisk serviceleder", "", None, None, False, NONE, ""),
    Post("Teknisk serviceleder", "Søndre Skole", None, None, True, CHILDREN, CHILDREN_ACT, "Færdes blandt eleverne"),
    Post("Kontorassistent", "", None, None, False, NONE, ""),
    Post("Økonomikonsulent", "", None, None, False, NONE, ""),
    Post("Bibliotekar", "", None, None, False, NONE, "", "Ingen fast kontakt"),
    Post("Gartner", "", None, None, False, NONE, ""),
)
"""The table of posts. Where several rows fit, the one with a workplace or ages counts before the one without."""
