"""The income register's fields by the last digits of their web-service number, and how their values are written."""

from __future__ import annotations

from mocks import danish

AMOUNTS = {
    "057": "A-indkomst med AM-bidrag",
    "058": "A-indkomst uden AM-bidrag",
    "059": "A-skat",
    "060": "AM-bidrag",
    "065": "Fri bil",
    "083": "Fri telefon",
    "070": "B-indkomst med AM-bidrag",
    "071": "B-indkomst uden AM-bidrag",
    "076": "ATP-bidrag i alt",
    "078": "Skattefri rejse- og befordringsgodtgørelse",
    "098": "Bruttoferiepenge til feriekasse",
    "157": "Opsparet søgnehelligdagsbetaling",
    "158": "Opsparede feriefridage",
    "197": "Egen andel af pension",
    "198": "Arbejdsgivers andel af pension",
    "199": "Egen andel af ATP",
    "217": "A-indkomst udbetalt som feriepenge",
}
HOURS = "096"
NO_RELATION = "200"
LABELS = AMOUNTS | {HOURS: "Løntimer", NO_RELATION: "Ingen sammenhæng mellem løn og timer"}


def column(field: str) -> str:
    """The field as a heading: "057 A-indkomst med AM-bidrag"."""
    return f"{field} {LABELS[field]}"


def shown(field: str, value: int) -> str:
    """The value as the screens write it: øre and hundredths of hours as 12.345,67, a mark as Ja."""
    return "Ja" if field == NO_RELATION else danish.amount(value)
