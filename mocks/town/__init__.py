"""The mock town: citizens, suppliers, grants, e-invoices, flex jobs, and the truth about them, from a seed."""

from mocks.town import accounts, truth
from mocks.town.generate import generate
from mocks.town.model import (
    Citizen,
    Document,
    Grant,
    Payment,
    Posting,
    Rate,
    Supplier,
    Town,
    Truth,
    Voucher,
)

__all__ = [
    "Citizen",
    "Document",
    "Grant",
    "Payment",
    "Posting",
    "Rate",
    "Supplier",
    "Town",
    "Truth",
    "Voucher",
    "accounts",
    "generate",
    "truth",
]
