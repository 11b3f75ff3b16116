"""A company's books as a person would list them: one row a record, amounts as text."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company, display
from tests.simulators.quickbooks.draft import cents
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.wire import Json

Row = dict[str, Json]


def books(company: Company) -> dict[str, list[Row]]:
    """Everything by kind; deleted records are absent."""
    with company.lock:
        return {
            "customer": [_party(company, body, "Notes") for body in _all(company, "Customer")],
            "vendor": [_party(company, body, "Notes") for body in _all(company, "Vendor")],
            "item": [_item(company, body) for body in _all(company, "Item")],
            "invoice": [_document(company, "Invoice", body) for body in _all(company, "Invoice")],
            "purchase_invoice": [
                _document(company, "Bill", body) for body in _all(company, "Bill")
            ],
            "expense": [_journal(body) for body in _all(company, "JournalEntry")],
            "payment": [_payment(company, body) for body in _all(company, "Payment")],
        }


def _all(company: Company, kind: str) -> list[Body]:
    return list(company.records[kind].values())


def _row(body: Body, **values: Json) -> Row:
    row: Row = {
        "ref": body["Id"],
        "number": body.get("DocNumber"),
        "name": display(body),
        "status": "active" if body.get("Active", True) else "inactive",
        "currency": body.get("CurrencyRef", {}).get("value"),
        "total": None,
        "balance": None,
        "note": body.get("PrivateNote"),
        "email": None,
        "date": body.get("TxnDate"),
    }
    return row | values


def _amount(value: Json) -> str:
    return str(cents(Decimal(value)))


def _party(company: Company, body: Body, note: str) -> Row:
    return _row(
        body,
        number=body.get("AcctNum"),
        currency=body.get("CurrencyRef", {}).get("value", company.currency),
        balance=_amount(body.get("Balance", 0)),
        note=body.get(note),
        email=body.get("PrimaryEmailAddr", {}).get("Address"),
    )


def _item(company: Company, body: Body) -> Row:
    return _row(
        body,
        number=body.get("Sku"),
        currency=company.currency,
        note=body.get("Description"),
        type=body["Type"],
        price=_amount(body.get("UnitPrice", 0)),
        cost=_amount(body.get("PurchaseCost", 0)),
        quantity=str(body["QtyOnHand"]) if "QtyOnHand" in body else None,
    )


def _document(company: Company, kind: str, body: Body) -> Row:
    total, balance = Decimal(body["TotalAmt"]), Decimal(body["Balance"])
    if (kind, body["Id"]) in company.voided:
        status = "voided"
    elif balance == total and total:
        status = "open"
    else:
        status = "partially_paid" if balance else "paid"
    party = body.get("CustomerRef") or body["VendorRef"]
    return _row(
        body,
        name=party["name"],
        status=status,
        total=_amount(total),
        balance=_amount(balance),
        tax=_amount(body.get("TxnTaxDetail", {}).get("TotalTax", 0)),
        email=body.get("BillEmail", {}).get("Address"),
    )


def _journal(body: Body) -> Row:
    details = [(line.get("JournalEntryLineDetail", {}), line) for line in body["Line"]]
    debits = [
        Decimal(line["Amount"]) for part, line in details if part.get("PostingType") == "Debit"
    ]
    total = sum(debits, ZERO)
    return _row(body, status="posted", total=_amount(total), balance=_amount(0))


def _payment(company: Company, body: Body) -> Row:
    voided = ("Payment", body["Id"]) in company.voided
    return _row(
        body,
        number=body.get("PaymentRefNum"),
        name=body["CustomerRef"]["name"],
        status="voided" if voided else "posted",
        total=_amount(body["TotalAmt"]),
        balance=_amount(body["UnappliedAmt"]),
    )
