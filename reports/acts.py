"""What people do in the pages that is written down, by its code in the audit log and in words."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Act(StrEnum):
    """The code of an act."""

    LOGGED_IN = "login"
    LOGIN_REFUSED = "login.refused"
    LOGGED_OUT = "logout"
    PASSWORD_CHANGED = "password.changed"  # noqa: S105 - the name of an act
    ACCOUNT_MADE = "account.made"
    ACCOUNT_CLOSED = "account.closed"
    ACCOUNT_OPENED = "account.opened"
    ACCOUNT_LINKED = "account.link"
    PASSWORD_SET = "password.set"  # noqa: S105
    PASSWORD_TAKEN = "password.taken"  # noqa: S105
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    ITEM_SEEN = "item.seen"
    EVIDENCE_SEEN = "evidence.seen"
    REPORT_TAKEN = "report.taken"
    CITIZEN_SEARCHED = "citizen.searched"
    CITIZEN_REPORTED = "citizen.reported"


ACTS: Final[Mapping[str, str]] = {
    Act.LOGGED_IN: "Logged in",
    Act.LOGIN_REFUSED: "Was not let in",
    Act.LOGGED_OUT: "Logged out",
    Act.PASSWORD_CHANGED: "Changed the password",
    Act.ACCOUNT_MADE: "Made an account",
    Act.ACCOUNT_CLOSED: "Closed an account",
    Act.ACCOUNT_OPENED: "Opened an account",
    Act.ACCOUNT_LINKED: "Made a link that lets in once",
    Act.PASSWORD_SET: "Set a first password",
    Act.PASSWORD_TAKEN: "Took a password away",
    Act.ROLE_GIVEN: "Gave a role",
    Act.ROLE_TAKEN: "Took a role away",
    Act.ITEM_SEEN: "Looked at a case",
    Act.EVIDENCE_SEEN: "Opened evidence",
    Act.REPORT_TAKEN: "Took the Excel report",
    Act.CITIZEN_SEARCHED: "Searched for a citizen",
    Act.CITIZEN_REPORTED: "Took the report about a citizen",
}
