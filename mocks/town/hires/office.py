"""The hires while they are being made: who is hired for what, what the police answer, and what the archive holds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from mocks.town.hires.model import NOTHING, Kind, Reply, Standing
from mocks.town.hires.posts import FREE, ONE, TWO, Ages, Job
from mocks.town.model import Citizen
from mocks.town.people import FIRST_NAMES, People, full_name
from mocks.town.spans import reporting_day

LAST_TO_CONSENT, LAST_TO_ANSWER = 13, 10  # days
PERMANENT, TEMPORARY, ON_CALL = "Fast", "Tidsbegrænset", "Tilkald"
NOT_NEEDED, REQUESTED, CLEAN = "Ikke påkrævet", "Anmodet", "Ren"

_OLDEST = 66
_RECENTLY = 20
_SOON, _LATER = (4, 9), (10, 80)
_ASCII = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa"})


@dataclass(frozen=True, slots=True)
class Family:
    """A kind of hire, its weight among its like, and the ways it comes about, taken in turn."""

    name: str
    weight: int
    ways: tuple[Callable[[Office], Draft], ...]


@dataclass(slots=True)
class Contract:
    """A row of the personnel system without its person; days are counted in the first three months."""

    job: Job
    workplace: str
    ages: Ages
    attachment: str
    days: int | None
    created: date
    first: date
    last: date | None = None
    states: dict[str, Standing] = field(default_factory=dict)

    def standing(self, kinds: Sequence[Kind]) -> Standing:
        """How the certificate of these kinds stands."""
        return next((self.states[kind] for kind in kinds if kind in self.states), NOTHING)


@dataclass(slots=True)
class Draft:
    """A hire that is being made. `typed` is the personal number as the personnel system has it.

    `reason` is why a person gets the hire, `reasons` why one gets what comes of a certificate. `before` are earlier
    contracts of the same person, `folders` how many the archive has.
    """

    office: Office
    citizen: Citizen
    contract: Contract
    typed: str
    wanted: tuple[Kind, ...]
    replies: dict[Kind, Reply]
    reason: str | None = None
    reasons: dict[Kind, str] = field(default_factory=dict)
    exempt: bool = False
    folders: int = 1
    before: list[Contract] = field(default_factory=list)


class Office:
    """Hands out people and contracts. `today` is the day on which the robot first looks."""

    def __init__(self, rng: Random, month: date) -> None:
        self.rng = rng
        self.today = reporting_day(month)
        self._people = People(rng, month, _OLDEST)
        self._managers: dict[str, str] = {}

    def person(self) -> Citizen:
        return self._people.person()

    def manager(self, workplace: str) -> tuple[str, str]:
        """The workplace's manager and their address."""
        name = self._managers.setdefault(workplace, full_name(self.rng))
        return name, f"{'.'.join(name.lower().translate(_ASCII).split())}@kommune.example"

    def contract(self, job: Job) -> Contract:
        """A permanent post, created lately; it begins soon or in some weeks."""
        rng = self.rng
        return Contract(
            job=job,
            workplace=rng.choice(job.workplaces),
            ages=job.ages,
            attachment=PERMANENT,
            days=rng.randint(30, 62),
            created=self.today - timedelta(days=rng.randint(0, _RECENTLY)),
            first=self.today + timedelta(days=rng.randint(*(_SOON if rng.random() < 0.1 else _LATER))),
        )

    def earlier(self, job: Job, days: tuple[int, int], state: str) -> Contract:
        """A contract whose certificates, where it asks for any, have stood so since some days ago."""
        made = self.contract(job)
        since = self.today - timedelta(days=self.rng.randint(*days))
        made.created = since - timedelta(days=self.rng.randint(2, 20))
        made.first = since + timedelta(days=self.rng.randint(5, 30))
        kinds, standing = job.kinds or (Kind.PRIVATE, Kind.CHILDREN), state if job.kinds else NOT_NEEDED
        made.states = {kind: Standing(standing, since) for kind in kinds}
        return made

    def draft(self, job: Job) -> Draft:
        """A hire whose certificates are requested and clean."""
        citizen = self.person()
        hyphen = self.rng.random() < 0.2
        return Draft(
            office=self,
            citizen=citizen,
            contract=self.contract(job),
            typed=f"{citizen.cpr[:6]}-{citizen.cpr[6:]}" if hyphen else citizen.cpr,
            wanted=job.kinds,
            replies={kind: self._reply(citizen, kind) for kind in job.kinds},
        )

    def one(self) -> Draft:
        """A hire that needs one certificate."""
        return self.draft(self.rng.choice(ONE))

    def two(self) -> Draft:
        return self.draft(self.rng.choice(TWO))

    def some(self) -> Draft:
        """A hire that needs one certificate, or two."""
        return self.one() if self.rng.random() < 0.7 else self.two()

    def none(self) -> Draft:
        return self.draft(self.rng.choice(FREE))

    def namesake(self, name: str) -> str:
        """Another first name before the same family name."""
        first, _, last = name.partition(" ")
        return f"{self.rng.choice([it for it in FIRST_NAMES if it != first])} {last}"

    def _reply(self, citizen: Citizen, kind: Kind) -> Reply:
        consent, wait = self.rng.randint(0, LAST_TO_CONSENT), self.rng.randint(0, LAST_TO_ANSWER)
        return Reply(citizen.cpr, kind, consent, wait)
