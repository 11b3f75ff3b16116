"""The kinds of CMMS record that end up in the books."""

from enum import StrEnum


class Kind(StrEnum):
    """What a record is; the value is the first word of its event types."""

    CUSTOMER = "customer"
    VENDOR = "vendor"
    ITEM = "item"
    INVOICE = "invoice"
    PURCHASE_INVOICE = "purchase_invoice"
    EXPENSE = "expense"
    PAYMENT = "payment"


References = frozenset[tuple[Kind, str]]
"""CMMS records that another one names, as (kind, id)."""
