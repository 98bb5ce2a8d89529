"""Who may do what: the roles that people have, and the rights of each. Pure; the one table is `RIGHTS`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from bots_common.errors import Forbidden


class Role(StrEnum):
    """What a person is in relation to the robots. A role is had for one robot, or for every robot."""

    CASEWORKER = "caseworker"
    """Sees to the cases that robots hand over."""
    OPERATOR = "operator"
    """Lets robots run, watches and stops them."""
    LEADER = "leader"
    """Answers for what robots achieve."""
    AUDITOR = "auditor"
    """Looks at who saw and did what."""
    ADMINISTRATOR = "administrator"
    """Lets people in."""


class Right(StrEnum):
    """Something that not everybody may do."""

    SEE_FIGURES = "see_figures"
    """The dashboard and its numbers, in which nobody is named."""
    SEE_CASES = "see_cases"
    """Items with what they are about, evidence left out."""
    DECIDE = "decide"
    """Take cases, open their evidence, decide about them and about what robots propose."""
    OBS = "obs"
    """See and change the obs-list."""
    OPERATE = "operate"
    """Stop workers, pause systems, accept changed screens, raise and lower what a robot may do alone."""
    MEASURE = "measure"
    """Say what a case costs without the robot."""
    AUDIT = "audit"
    """Read who saw and did what, and search for it by citizen."""
    ADMIT = "admit"
    """Make accounts and give roles."""


RIGHTS: Final[Mapping[Role, frozenset[Right]]] = {
    Role.CASEWORKER: frozenset({Right.SEE_FIGURES, Right.SEE_CASES, Right.DECIDE, Right.OBS}),
    Role.OPERATOR: frozenset({Right.SEE_FIGURES, Right.OPERATE}),
    Role.LEADER: frozenset({Right.SEE_FIGURES, Right.MEASURE}),
    Role.AUDITOR: frozenset({Right.SEE_FIGURES, Right.SEE_CASES, Right.AUDIT}),
    Role.ADMINISTRATOR: frozenset({Right.ADMIT}),
}

LENT: Final = frozenset({Right.SEE_FIGURES, Right.SEE_CASES, Right.DECIDE, Right.OBS, Right.OPERATE})
"""What a program can be lent by a token; accounts, the audit log and baselines are for people alone."""

EVERY_ROBOT: Final = ""


@dataclass(frozen=True, slots=True)
class Grant:
    """A role, for one robot or for `EVERY_ROBOT`."""

    role: Role
    robot: str = EVERY_ROBOT

    @classmethod
    def parse(cls, text: str) -> Grant:
        """From "operator" or "caseworker:invoices". Raises ValueError."""
        role, _, robot = text.partition(":")
        return cls(Role(role), robot)


@dataclass(frozen=True, slots=True)
class Scope:
    """A right that a program is lent, for one robot or for `EVERY_ROBOT`."""

    right: Right
    robot: str = EVERY_ROBOT

    @classmethod
    def parse(cls, text: str) -> Scope:
        """From "see_figures" or "decide:invoices". Raises ValueError."""
        right, _, robot = text.partition(":")
        return cls(Right(right), robot)

    def __str__(self) -> str:
        return f"{self.right.value}:{self.robot}" if self.robot else self.right.value


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who is logged in: the name of the account, the name that people know, and what the roles allow.

    A program that comes with a person's token may do what both the roles and the token's `scopes` allow.
    """

    name: str
    display: str
    grants: frozenset[Grant]
    scopes: frozenset[Scope] | None = None

    def may(self, right: Right, robot: str | None = None) -> bool:
        """Whether the person may do this for that robot; where none is named, for any robot at all."""
        theirs = self.robots(right)
        if theirs is None:
            return True
        return bool(theirs) if robot is None else robot in theirs

    def require(self, right: Right, robot: str | None = None) -> None:
        """Raises Forbidden where the person may not do this for that robot, or for any."""
        if not self.may(right, robot):
            raise Forbidden(f"{self.name} lacks the right {right.value!r}.", "An administrator gives roles.")

    def robots(self, right: Right) -> frozenset[str] | None:
        """The robots for which the person may do this; None where it is every robot, also one that is gone."""
        granted = _reach(grant.robot for grant in self.grants if right in RIGHTS[grant.role])
        if self.scopes is None:
            return granted
        lent = _reach(scope.robot for scope in self.scopes if scope.right is right)
        if granted is None or lent is None:
            return lent if granted is None else granted
        return granted & lent


def _reach(robots: Iterable[str]) -> frozenset[str] | None:
    """These robots; None where every robot is among them."""
    named = frozenset(robots)
    return None if EVERY_ROBOT in named else named
