"""Which police certificate ("politiattest") a Norwegian hire needs. Pure, behind the same door as the Danish rules.

The person applies, not the municipality; what the employer gives is a confirmation of the purpose, and only a purpose
with a statute is allowed [S:politiet]. The certificate is shown and ticked off as seen; it is not stored and not sent
by e-mail [S:oslo][S:agdenes][S:politi_formal]. Once shown it is valid for as long as the person has the same post
[S:politiet].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from pydantic import Field, model_validator

from bots_common.settings import data_file
from bots_common.texts import Language, Texts
from bots_common.values import Frozen
from robots.certificates.model import Hire, Requirement, State
from robots.certificates.reasons import LOCALES, Problem, Reason
from robots.certificates.table import plain

STATUTES_FILE: Final = Path(__file__).with_name("statutes.toml")

HEADING: Final = "Confirmation of purpose for a police certificate"
PURPOSE: Final = "{name} has been offered the post {post} at {workplace}, from {first:day}."
STATUTE: Final = "The certificate is asked for by {statute}."
KIND: Final = "Kind of certificate: {kind}."
APPLY: Final = (
    "Apply to the police for the certificate yourself, and enclose this confirmation. Show the certificate to your "
    "manager; it is not kept. Do not send it by e-mail."
)

MSGIDS: Final = (HEADING, PURPOSE, STATUTE, KIND, APPLY)

_TEXTS: Final = Texts.load(LOCALES)


class PoliceCertificate(StrEnum):
    """The kinds of the police register act [S:politiet]."""

    ORDINARY = "ordinær"
    LIMITED = "avgrenset"
    EXHAUSTIVE = "uttømmende"
    EXTENDED = "utvidet"


class Statute(Frozen):
    """A statute and the posts that it is about, if they began on `since` (in the file: from) or later."""

    statute: str = Field(min_length=1)
    source: str = Field(min_length=1)
    posts: tuple[str, ...]
    kind: PoliceCertificate | None = None
    since: date | None = Field(default=None, alias="from")


class Statutes(Frozen):
    """The statutes by post. `dated` is when they were written down."""

    dated: date
    statutes: tuple[Statute, ...]

    @classmethod
    def load(cls, file: Path | None = None) -> Self:
        """Read the municipality's file, or ours. Raises SettingsError that names what is wrong in it."""
        return data_file(file or STATUTES_FILE, cls, "statutes file")

    @model_validator(mode="after")
    def _one_a_post(self) -> Self:
        posts = [plain(post) for it in self.statutes for post in it.posts]
        if twice := {post for post in posts if posts.count(post) > 1}:
            raise ValueError(f"each post stands under one statute, and not {', '.join(sorted(twice))} under several")
        return self

    def by_post(self) -> Mapping[str, Statute]:
        """The statute of each post, by its name in one spelling."""
        return {plain(post): it for it in self.statutes for post in it.posts}


class Purpose(Frozen):
    """The confirmation of purpose that the applicant is given: shown, and not stored."""

    name: str
    post: str
    workplace: str
    first: date
    statute: str
    kind: PoliceCertificate | None = None

    def text(self, language: Language = Language.NB) -> str:
        """What the applicant reads and hands on to the police."""
        facts = self.model_dump(mode="json")
        msgids = (HEADING, PURPOSE, STATUTE, *([KIND] if self.kind else []), APPLY)
        return "\n\n".join(_TEXTS.text(msgid, language, **facts) for msgid in msgids)


class NorwegianRules:
    """The Norwegian rule set: `required` tells the purpose to confirm, nothing, or why a person must decide."""

    def __init__(self, statutes: Statutes) -> None:
        self._by_post = statutes.by_post()

    def required(self, hire: Hire, others: Sequence[Hire], today: date) -> Purpose | Requirement | Problem:
        """See `rules.RuleSet`."""
        statute = self._by_post.get(plain(hire.post))
        if statute is None:
            where = {"hire": hire.number, "post": hire.post, "workplace": hire.workplace, "first": str(hire.first)}
            return Problem(Reason.POST_UNKNOWN, where)
        if (statute.since and hire.first < statute.since) or any(_shown(hire, it, today) for it in others):
            return Requirement()
        return Purpose(
            name=hire.name,
            post=hire.post,
            workplace=hire.workplace,
            first=hire.first,
            statute=statute.statute,
            kind=statute.kind,
        )


def _shown(hire: Hire, other: Hire, today: date) -> bool:
    """Whether the person has shown a certificate for this very post, and still has it."""
    same = plain(hire.post) == plain(other.post) and plain(hire.workplace) == plain(other.workplace)
    still = other.last is None or other.last >= today
    return same and still and any(it.state is State.CLEAN for it in other.states)
