"""Who sent the invoice: the supplier list of the grants register, ready to be asked.

A supplier is known by its CVR number, else by its EAN. A name never identifies; it only gives the person
who takes the case a proposal.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from rapidfuzz import fuzz, process, utils

from bots_common.values import Cvr, Ean
from robots.invoices.model import Party
from robots.invoices.reasons import Detail, Problem, Reason
from robots.records import Supplier

RESEMBLES: Final = 85.0
"""Per cent of likeness (rapidfuzz ratio of normalised names) from which a name is worth proposing."""

_LEGAL_FORMS: Final = re.compile(r"\b(a/s|aps|i/s|k/s|p/s|s/i|ivs|amba|fmba|a\.m\.b\.a|f\.m\.b\.a)(?!\w)\.?")


class SupplierBook:
    """The supplier list, indexed once for many invoices."""

    def __init__(self, suppliers: Iterable[Supplier]) -> None:
        self._by_cvr: dict[Cvr, Supplier] = {}
        self._by_ean: defaultdict[Ean, dict[Cvr, Supplier]] = defaultdict(dict)
        for supplier in suppliers:
            self._by_cvr.setdefault(supplier.cvr, supplier)
            if supplier.ean:
                self._by_ean[supplier.ean].setdefault(supplier.cvr, supplier)
        self._names = {cvr: normal_name(supplier.name) for cvr, supplier in self._by_cvr.items()}

    def identify(self, party: Party) -> Supplier | Problem:
        """The supplier by CVR, else by EAN; else the problem, with a proposal if a name resembles."""
        if party.cvr and (known := self._by_cvr.get(party.cvr)):
            return known
        sharing = self._by_ean.get(party.ean, {}) if party.ean else {}
        if len(sharing) == 1:
            return next(iter(sharing.values()))
        facts = {
            "supplier": party.name,
            "cvr": str(party.cvr) if party.cvr else None,
            "ean": str(party.ean) if party.ean else None,
        }
        if sharing:
            return Problem(Reason.SUPPLIER_UNKNOWN, {**facts, "detail": Detail.EAN_SHARED})
        return Problem(Reason.SUPPLIER_UNKNOWN, {**facts, **self._proposal(party.name)})

    def _proposal(self, name: str) -> dict[str, str]:
        best = process.extractOne(normal_name(name), self._names, scorer=fuzz.ratio, score_cutoff=RESEMBLES)
        if best is None:
            return {}
        alike = self._by_cvr[best[2]]
        return {"detail": Detail.LOOKS_LIKE, "proposal": alike.name, "proposal_cvr": str(alike.cvr)}


def normal_name(name: str) -> str:
    """A name without case, punctuation, legal form and word order: "Elmely Bosted ApS" is "bosted elmely"."""
    plain = utils.default_process(_LEGAL_FORMS.sub(" ", name.casefold()))
    return " ".join(sorted(plain.split()))
