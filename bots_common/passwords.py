"""Passwords: kept as argon2 hashes, and refused where they are easily guessed."""

from __future__ import annotations

import secrets
from functools import cache
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

from bots_common.errors import WeakPassword

LEAST: Final = 12
MOST: Final = 200
"""A hash costs time for every letter: nobody may send a megabyte."""
_DIFFERENT: Final = 5
_GUESSED: Final = ("password", "adgangskode", "kodeord", "kollega", "kommune", "123456", "qwerty", "sommer", "vinter")

SHORT: Final = "A password has 12 to 200 characters."
SIMPLE: Final = "The password repeats few characters."
OWN_NAME: Final = "The password holds your own name."
GUESSED: Final = "The password is among the first that are guessed."
MEND: Final = "Take some words in a row that only you would put together."

_hasher = PasswordHasher()


def hashed(password: str) -> str:
    """The argon2id hash, with its own salt and costs in it."""
    return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether it is the password. Without a hash to compare with it takes as long, and is wrong."""
    try:
        return _hasher.verify(kept or _of_nobody(), password[:MOST]) and kept is not None
    except VerificationError:
        return False


def outdated(kept: str) -> bool:
    """Whether the costs have risen since it was hashed."""
    return _hasher.check_needs_rehash(kept)


def require_strong(password: str, name: str) -> None:
    """Raises WeakPassword where it is too short, too simple, or holds the person's own name."""
    plain = password.casefold()
    if not LEAST <= len(password) <= MOST:
        raise WeakPassword(SHORT, MEND)
    if len(set(plain)) < _DIFFERENT:
        raise WeakPassword(SIMPLE, MEND)
    if name.casefold() in plain:
        raise WeakPassword(OWN_NAME, MEND)
    if any(word in plain and len(plain) - len(word) <= LEAST // 2 for word in _GUESSED):
        raise WeakPassword(GUESSED, MEND)


@cache
def _of_nobody() -> str:
    return hashed(secrets.token_urlsafe())
