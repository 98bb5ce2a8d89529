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
    TOKEN_MADE = "token.made"  # noqa: S105
    TOKEN_ENDED = "token.ended"  # noqa: S105
    TOKEN_REFUSED = "token.refused"  # noqa: S105
    ROLE_GIVEN = "role.given"
    ROLE_TAKEN = "role.taken"
    ITEM_SEEN = "item.seen"
    ITEM_TAKEN = "item.taken"
    ITEM_LET_GO = "item.let_go"
    ITEM_GIVEN = "item.given"
    ITEM_RETRIED = "item.retried"
    ITEM_CORRECTED = "item.corrected"
    ITEM_SETTLED = "item.settled"
    EFFECT_ANSWERED = "effect.answered"
    APPROVED = "proposal.approved"
    REJECTED = "proposal.rejected"
    OBS_ADDED = "obs.added"
    OBS_ENDED = "obs.ended"
    WORKER_STOPPED = "worker.stopped"
    OBS_CONFIRMED = "obs.confirmed"
    OBS_UNTIL = "obs.until"
    OBS_SEEN = "obs.seen"
    OBS_SEARCHED = "obs.searched"
    OBS_TAKEN = "obs.taken"
    JUDGED = "proposal.judged"
    LEVEL_SET = "level.set"
    BASELINE_SET = "baseline.set"
    ROBOT_STOPPED = "robot.stopped"
    ROBOT_RESUMED = "robot.resumed"
    SYSTEM_PAUSED = "system.paused"
    SYSTEM_RESUMED = "system.resumed"
    DRIFT_SEEN = "drift.seen"
    DRIFT_ACCEPTED = "drift.accepted"
    PILE_TAKEN = "pile.taken"
    PILE_FILE = "pile.file"
    PILE_SENT = "pile.sent"
    PILE_PUT_BACK = "pile.put_back"
    RUN_WANTED = "run.wanted"
    SCHEDULE_PAUSED = "schedule.paused"
    SCHEDULE_RESUMED = "schedule.resumed"
    SCHEDULES_SAVED = "schedules.saved"
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
    Act.TOKEN_MADE: "Made a token for a program",
    Act.TOKEN_ENDED: "Ended a token",
    Act.TOKEN_REFUSED: "Was refused with a wrong token",
    Act.ROLE_GIVEN: "Gave a role",
    Act.ROLE_TAKEN: "Took a role away",
    Act.ITEM_SEEN: "Looked at a case",
    Act.ITEM_TAKEN: "Took a case",
    Act.ITEM_LET_GO: "Let go of a case",
    Act.ITEM_GIVEN: "Gave a case to a colleague",
    Act.ITEM_RETRIED: "Sent a case to the robot again",
    Act.ITEM_CORRECTED: "Corrected a case and sent it to the robot again",
    Act.ITEM_SETTLED: "Settled a case by hand",
    Act.EFFECT_ANSWERED: "Said what became of an effect",
    Act.APPROVED: "Approved what the robot proposed",
    Act.REJECTED: "Rejected what the robot proposed",
    Act.OBS_ADDED: "Put a citizen on the obs-list",
    Act.WORKER_STOPPED: "Told a worker to end",
    Act.OBS_CONFIRMED: "Said that an entry of the obs-list is still right",
    Act.OBS_UNTIL: "Changed the last day on the obs-list",
    Act.OBS_ENDED: "Took a citizen off the obs-list",
    Act.OBS_SEEN: "Saw a personal number on the obs-list",
    Act.OBS_SEARCHED: "Looked for a citizen on the obs-list",
    Act.OBS_TAKEN: "Took the obs-list as Excel",
    Act.JUDGED: "Found right or wrong what the robot would have done",
    Act.LEVEL_SET: "Changed what a robot may do alone",
    Act.BASELINE_SET: "Said what a case takes a person",
    Act.ROBOT_STOPPED: "Stopped a robot",
    Act.ROBOT_RESUMED: "Let a robot work again",
    Act.SYSTEM_PAUSED: "Paused a system",
    Act.SYSTEM_RESUMED: "Opened a system to the robots again",
    Act.DRIFT_SEEN: "Looked at the picture of a changed screen",
    Act.DRIFT_ACCEPTED: "Accepted a changed screen",
    Act.PILE_TAKEN: "Took a pile to do by hand",
    Act.PILE_FILE: "Took the file of a pile",
    Act.PILE_SENT: "Said that a pile is sent",
    Act.PILE_PUT_BACK: "Put a pile back",
    Act.RUN_WANTED: "Let a schedule run now",
    Act.SCHEDULE_PAUSED: "Paused a schedule",
    Act.SCHEDULE_RESUMED: "Let a schedule go on",
    Act.SCHEDULES_SAVED: "Changed the schedules",
    Act.EVIDENCE_SEEN: "Opened evidence",
    Act.REPORT_TAKEN: "Took the Excel report",
    Act.CITIZEN_SEARCHED: "Searched for a citizen",
    Act.CITIZEN_REPORTED: "Took the report about a citizen",
}
