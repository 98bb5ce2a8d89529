"""Personal numbers in the texts of an invoice.

Suppliers write the citizen's number where they can: in a note, an item's name, a reference. Numbers that only
look like one (orders, telephones, production units, accounts) are told apart by the words before them, by what they
are joined to, and by the date that a personal number begins with. The old check digit says nothing: numbers
without it have been issued since 2007.
"""

from __future__ import annotations

import re

from bots_common.values import Cpr
from robots.invoices.clauses import nearest_before

_CANDIDATE = re.compile(r"(?<![0-9])([0-9]{6})([ \u00a0]?[-–][ \u00a0]?|[ \u00a0])?([0-9]{4})(?![0-9])")
_LOOK_BACK = 60  # characters in which the word that says what a number is must stand

_SAYS_CPR = re.compile(r"cpr|person-?(?:nr|nummer)", re.IGNORECASE)

_NR = r"[-.\ ]{0,2}(?:nr|nummer|number|no|id)"
_LABEL = re.compile(
    rf"""(?<![^\W_])(?:
    (?P<person> cpr\w* | person-?(?:nr|nummer)\w* | pers{_NR} | født | fødselsdag\w* | f\. )
  | (?P<other>
        \w*ordre\w* | order\w* | rekv\w* | requisition\w*
      | \w*tlf\w* | tel | \w*telefon\w* | phone\w* | mobil(?:{_NR})? | mob | fax\w*
      | p{_NR} | pnr | produktions\w*
      | iban | bank | konto(?:{_NR}|streng)? | kto | reg(?:{_NR})? | registrerings{_NR} | fik | giro
      | (?:kunde|debitor|kreditor|lev|leverandør|medlems?|projekt|vare|bevillings?|faktura|invoice|bilags?
          |aftale|betalings|følgeseddel|bestillings?|sags?|j){_NR}
      | kontrakt\w* | journal\w* | ean\w* | gln\w* | gtin\w*
    )
  | (?P<adjacent> faktura | invoice | bilag | sag | kunde | debitor | kreditor | aftale )
    )(?![^\W\d_])""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a number is said to be. `adjacent` words say so only directly before it: "Faktura 4711", but not
"Faktura for ophold, <number>"."""

_REACH = {"other": 2, "adjacent": 0}  # words between the label and the number it still speaks of
_FILLER = re.compile(r"\b(?:nr|nummer|number|no|er|id)\b", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]{2,}")

_JOINED_BEFORE = re.compile(r"(?:[\w+<@]|\w[-–/]|[0-9][.,:]|\+[0-9]{1,3} |\b00[0-9]{2} )\Z")
_CPR_BEFORE = re.compile(r"(?:cpr|nr|nummer)[-–/]\Z", re.IGNORECASE)
_JOINED_AFTER = re.compile(r"[\w<>]|[-–/][0-9]")
_JOINED_AFTER_BARE = re.compile(r"[-–+]|/[0-9]|[.,:][0-9]")
_COUNTED_AFTER = re.compile(r"\s?(?:kr|dkk|,-|timer|døgn|dage|stk|[0-9]{4}(?![0-9]))", re.IGNORECASE)
_BRANCH_BEFORE = re.compile(r"(?:^|[^\w./,-])[0-9]{4}[ -]\Z")
_YEAR_BEFORE = re.compile(
    r"\b(?:jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)[a-z]*\.? (?:måned )?20[0-9]{2} \Z", re.IGNORECASE
)
_LIST = re.compile(r"\s*(?:,|/|&|og|samt)\s*")


def cprs_in(text: str, *, field: bool = False) -> tuple[Cpr, ...]:
    """The personal numbers in the text, each once, in the order they stand.

    Written DDMMYY-SSSS, DDMMYY SSSS or DDMMYYSSSS; day 61-91 (synthetic persons) included. `field` says that the
    text stands in a field which is by its kind some other number (an order, an account string): there a number
    counts only where the text itself says that it is a person's.
    """
    number_by_kind = field and not _SAYS_CPR.search(text)
    found: dict[Cpr, None] = {}
    refused: re.Match[str] | None = None
    for match in _CANDIDATE.finditer(text):
        said = _said_to_be(text, match)
        if said in _REACH or (refused and _listed_after(refused, match)):
            refused = match
        elif (number_by_kind and said != "person") or _part_of_more(text, match):
            continue
        elif cpr := Cpr.parse(match[1] + match[3]):
            found[cpr] = None
    return tuple(found)


def _said_to_be(text: str, match: re.Match[str]) -> str | None:
    """The group of the nearest word before that says what the number is; None where none speaks of it."""
    label = nearest_before(_LABEL, text, match.start(), _LOOK_BACK)
    if label is None or label.lastgroup is None:
        return None
    between = label.string[label.end() :]
    if re.search(r"[0-9]{3}", between):  # the label has had its number
        return None
    words = len(_WORD.findall(_FILLER.sub("", between)))
    return label.lastgroup if words <= _REACH.get(label.lastgroup, words) else None


def _listed_after(refused: re.Match[str], match: re.Match[str]) -> bool:
    """Whether the number goes on a list of refused ones: "Ordrenr. 0101901234 og 0202901234"."""
    return _is_bare(match) and bool(_LIST.fullmatch(match.string, refused.end(), match.start()))


def _part_of_more(text: str, match: re.Match[str]) -> bool:
    """Whether the digits are a piece of something longer: an account, a telephone, an amount, a code."""
    before, after = (
        text[max(0, match.start() - _LOOK_BACK) : match.start()],
        text[match.end() : match.end() + 8],
    )
    if _JOINED_BEFORE.search(before) and not _CPR_BEFORE.search(before):
        return True
    if _JOINED_AFTER.match(after):
        return True
    if _is_dashed(match):
        return False
    branch = _BRANCH_BEFORE.search(before) and not _YEAR_BEFORE.search(before)
    parted = not _is_bare(match)
    return bool(branch or _JOINED_AFTER_BARE.match(after) or (parted and _COUNTED_AFTER.match(after)))


def _is_bare(match: re.Match[str]) -> bool:
    return not match[2]


def _is_dashed(match: re.Match[str]) -> bool:
    return bool(match[2] and match[2].strip())
