"""Why a person must take a hire or an answer: the reason codes, and what people are told.

The texts are keys of the catalogues in `locales/`. A sentence says what was found and what to do next. It never holds
a personal number, and never a word of what a certificate says.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Final

from bots_common import reasons
from bots_common.reasons import ReasonText

LOCALES: Final = Path(__file__).parent / "locales"


class Reason(StrEnum):
    """The codes, as they are stored. Nobody may rename them: old work items carry them."""

    POST_UNKNOWN = "post_unknown"
    POST_UNCLEAR = "post_unclear"
    DUTY_CONTRADICTED = "duty_contradicted"
    CPR_MISSING = "cpr_missing"
    CPR_IMPOSSIBLE = "cpr_impossible"
    ALREADY_REQUESTED = "already_requested"
    FRESH_ELSEWHERE = "fresh_elsewhere"
    EXEMPT = "exempt"
    NO_CONSENT = "no_consent"
    CONSENT_PENDING_LONG = "consent_pending_long"
    REMARK = "remark"
    OTHER_PERSON = "other_person"
    OTHER_KIND = "other_kind"
    TOO_OLD = "too_old"
    UNREADABLE = "unreadable"
    NO_FOLDER = "no_folder"
    SEVERAL_FOLDERS = "several_folders"
    NO_HIRE = "no_hire"
    ANSWERED_TWICE = "answered_twice"
    STARTS_SOON = "starts_soon"
    OCR_MISSING = "ocr_missing"


class Detail(StrEnum):
    """Which kind of a reason it is, where one sentence cannot tell all; stands in the facts as `detail`."""

    NO_ROW_FITS = "no_row_fits"
    DAYS_UNKNOWN = "days_unknown"
    ATTACHMENT_UNKNOWN = "attachment_unknown"
    NO_CHILDREN_SERVED = "no_children_served"
    OTHER_NAME = "other_name"
    OTHER_REQUEST = "other_request"
    OTHER_BASIS = "other_basis"
    BEFORE_REQUEST = "before_request"
    NOT_YET = "not_yet"
    PAGES = "pages"
    INCOMPLETE = "incomplete"
    ENCRYPTED = "encrypted"
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    TOO_SLOW = "too_slow"
    HIDDEN = "hidden"
    MIXED = "mixed"
    POOR_SCAN = "poor_scan"


class Problem(reasons.Problem[Reason]):
    """Why a person must take a hire or an answer."""

    __slots__ = ()


TEXTS: Final[Mapping[str, ReasonText]] = {
    Reason.POST_UNKNOWN: ReasonText(
        "Post not in the table",
        "The table of posts has no row for {post} at {workplace}. Add the row, and try again; or decide by hand "
        "which certificate is needed.",
    ),
    Reason.POST_UNCLEAR: ReasonText(
        "Post in doubt",
        "The table of posts has several rows for {post} at {workplace} that say different things: rows {rows}. Keep "
        "the right one, and try again.",
        {
            Detail.NO_ROW_FITS: "The table of posts knows {post}, but no row covers {workplace} and the ages of "
            "those served (rows {rows}). Add the row, and try again; or decide by hand.",
            Detail.DAYS_UNKNOWN: "Row {rows} of the table asks for no children's certificate for {post} at "
            "{workplace}. The work is with children, and how many days it is for is not known: have the days "
            "registered, and try again.",
            Detail.ATTACHMENT_UNKNOWN: "Row {rows} of the table asks for no children's certificate for {post} at "
            "{workplace}. The work is with children, and it is not known whether it lasts more than three months: "
            "have the attachment and the last day registered, and try again.",
        },
    ),
    Reason.DUTY_CONTRADICTED: ReasonText(
        "Table against the law",
        "Row {rows} of the table of posts asks for no children's certificate, but {post} at {workplace} is work with "
        "children under 15 for more than three months, and the law asks for one. Correct the row, and try again.",
        {
            Detail.NO_CHILDREN_SERVED: "Row {rows} of the table of posts asks for a children's certificate, but "
            "{post} at {workplace} has no direct contact with children under 15, and then none may be obtained. "
            "Correct the row or the ages, and try again.",
        },
    ),
    Reason.CPR_MISSING: ReasonText(
        "No personal number",
        "The personnel system has no personal number for the hire. Have it registered, and try again.",
    ),
    Reason.CPR_IMPOSSIBLE: ReasonText(
        "Impossible personal number",
        "The personal number in the personnel system cannot be right. Have it corrected, and try again.",
    ),
    Reason.ALREADY_REQUESTED: ReasonText(
        "Already requested",
        "{certificate} was requested for the same person on {since:day}, for hire {other}. Wait for that answer, and "
        "use it for both; or request another one by hand.",
    ),
    Reason.FRESH_ELSEWHERE: ReasonText(
        "Fresh elsewhere",
        "{certificate} of the same person was clean on {since:day}, for hire {other} ({other_post}). Decide whether "
        "it will do, or request another one by hand.",
    ),
    Reason.EXEMPT: ReasonText(
        "No Digital Post",
        "The person is exempt from Digital Post and cannot consent there. Have the paper form signed, and send it to "
        "the police.",
    ),
    Reason.NO_CONSENT: ReasonText(
        "No consent",
        "The person has not consented within 14 days, so there is no certificate, and the post may not be taken up. "
        "Talk to the manager.",
    ),
    Reason.CONSENT_PENDING_LONG: ReasonText(
        "Consent pending",
        "Request {request} of {since:day} has no answer yet, and the consent lapses on {lapses:day}. Have the "
        "manager remind the person.",
    ),
    Reason.REMARK: ReasonText(
        "Not plainly clean",
        "The certificate says something that is not known to mean clean; it may be a remark ({lines} lines). Read it "
        "yourself, and tell nobody who need not know.",
        {
            Detail.PAGES: "The certificate has {pages} pages, and a clean one has one. Read it yourself, and tell "
            "nobody who need not know.",
            Detail.INCOMPLETE: "The certificate lacks something that a clean one says, or says it twice or in "
            "another order. Read it yourself, and tell nobody who need not know.",
        },
    ),
    Reason.OTHER_PERSON: ReasonText(
        "Another person",
        "The personal number on the certificate is not the hire's. Find out whose it is, and delete what is not "
        "ours.",
        {
            Detail.OTHER_NAME: "The name on the certificate is not the one in the personnel system. Compare the two.",
            Detail.OTHER_REQUEST: "The certificate answers another request than {request}. Find out which one.",
        },
    ),
    Reason.OTHER_KIND: ReasonText(
        "Another certificate",
        "The certificate is of another kind than the one requested ({certificate}). Find out which one is right.",
        {
            Detail.OTHER_BASIS: "The certificate names another legal basis than the request ({certificate}). Find "
            "out which one is right.",
        },
    ),
    Reason.TOO_OLD: ReasonText(
        "Wrong date",
        "The certificate is of {issued:day}, and that is too long ago. Request a new one.",
        {
            Detail.BEFORE_REQUEST: "The certificate is of {issued:day}, before it was requested on {requested:day}. "
            "Find out which request it answers.",
            Detail.NOT_YET: "The certificate is of {issued:day}, which has not come yet. Find out what is wrong.",
        },
    ),
    Reason.UNREADABLE: ReasonText(
        "Cannot be read",
        "The file is broken, or no PDF. Open it yourself; if it cannot be opened, ask the police for it again.",
        {
            Detail.ENCRYPTED: "The file is locked with a password. Open it yourself, or ask the police for it again.",
            Detail.EMPTY: "The file has a page with nothing on it. Open it yourself, or ask the police for it again.",
            Detail.TOO_LARGE: "The file is larger, or has more or larger pages, than a certificate has. Open it "
            "yourself.",
            Detail.TOO_SLOW: "Reading the file took too long. Open it yourself.",
            Detail.HIDDEN: "The file has text that cannot be seen on the page. Judge it by what you see.",
            Detail.MIXED: "The file has pictures, drawings or fields beside its text. Judge it by what you see.",
            Detail.POOR_SCAN: "Not all of the picture can be read. Read it yourself.",
        },
    ),
    Reason.NO_FOLDER: ReasonText(
        "No personnel folder",
        "The archive has no personnel folder for the person. Have it made, and try again.",
    ),
    Reason.SEVERAL_FOLDERS: ReasonText(
        "Several personnel folders",
        "The archive has several personnel folders for the person: {folders}. File the note in the right one by "
        "hand.",
    ),
    Reason.NO_HIRE: ReasonText(
        "No such hire",
        "An answer has come to request {request}, and no hire that waits for it is known. Find out whose it is; if "
        "nobody needs it, delete it.",
    ),
    Reason.ANSWERED_TWICE: ReasonText(
        "Answered twice",
        "Another answer has come to what message {message} has answered already. Compare the two, and delete the one "
        "that is not needed.",
    ),
    Reason.STARTS_SOON: ReasonText(
        "Starts without certificate",
        "Hire {hire} starts on {first:day}, and {certificate} is not there. Nobody may start before it is: talk to "
        "the manager today.",
    ),
    Reason.OCR_MISSING: ReasonText(
        "Scanned, cannot be read here",
        "The certificate is a picture, and this machine has no tesseract to read it with. Read it yourself; or have "
        "tesseract installed with Danish, and try again.",
    ),
}
