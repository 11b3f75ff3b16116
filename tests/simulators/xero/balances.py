"""What a contact owes and is owed, in base currency."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from tests.simulators.xero.amounts import cents
from tests.simulators.xero.clock import today
from tests.simulators.xero.organisation import Body, Organisation, is_sale


def balances(organisation: Organisation, contact_id: str) -> Body | None:
    """By side, outstanding and overdue; None for who has had no approved document."""
    owed: defaultdict[str, defaultdict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for invoice in organisation.documents_of(contact_id):
        if invoice["Status"] not in ("AUTHORISED", "PAID"):
            continue
        side = owed["AccountsReceivable" if is_sale(invoice) else "AccountsPayable"]
        amount = cents(invoice["AmountDue"] / invoice["CurrencyRate"])
        side["Outstanding"] += amount
        side["Overdue"] += amount if invoice["DueDate"] < today() else 0
    if not owed:
        return None
    sides = ("AccountsReceivable", "AccountsPayable")
    amounts = ("Outstanding", "Overdue")
    return {side: {name: owed[side][name] for name in amounts} for side in sides}
