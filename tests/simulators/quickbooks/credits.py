"""Credits that QuickBooks applies by itself (Intuit: the preference AutoApplyCredit)."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.wire import Json


def credit_payment(company: Company, made: Body) -> Body | None:
    """The payment of 0 that a new invoice or credit memo brings about; None if there is none.

    It applies all open credits of the customer to his open invoices, the oldest first.
    """
    if not company.preference("SalesFormsPrefs.AutoApplyCredit"):
        return None
    customer = made["CustomerRef"]["value"]
    invoices, memos = (_open(company, kind, customer) for kind in ("Invoice", "CreditMemo"))
    amount = min(_sum(invoices), _sum(memos))
    if not amount:
        return None
    return {
        "CustomerRef": {"value": customer},
        "CurrencyRef": made["CurrencyRef"],
        "TxnDate": made["TxnDate"],  # not in a closed period: the document has just been taken
        "TotalAmt": 0,
        "Line": [*_lines("Invoice", invoices, amount), *_lines("CreditMemo", memos, amount)],
    }


def _open(company: Company, kind: str, customer: str) -> list[Body]:
    found = [
        body
        for body in company.records[kind].values()
        if body["CustomerRef"]["value"] == customer and body["Balance"] > 0
    ]
    return sorted(found, key=lambda body: (body["TxnDate"], int(body["Id"])))


def _sum(bodies: list[Body]) -> Decimal:
    return sum((Decimal(body["Balance"]) for body in bodies), ZERO)


def _lines(kind: str, bodies: list[Body], amount: Decimal) -> list[Json]:
    lines = []
    for body in bodies:
        part = min(amount, Decimal(body["Balance"]))
        amount -= part
        if part:
            link = {"TxnId": body["Id"], "TxnType": kind}
            lines.append({"Amount": part, "LinkedTxn": [link]})
    return lines
