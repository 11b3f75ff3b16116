"""An organisation's books as a person would list them: one row a record, amounts as text."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.xero.amounts import cents
from tests.simulators.xero.balances import balances
from tests.simulators.xero.organisation import ID_FIELDS, ZERO, Body, Organisation
from tests.simulators.xero.wire import Json

Row = dict[str, Json]


def books(organisation: Organisation) -> dict[str, list[Row]]:
    """Everything by kind; what was deleted is absent, what was voided is not."""
    with organisation.lock:
        contacts = _all(organisation, "Contact")
        invoices = [body for body in _all(organisation, "Invoice") if body["Status"] != "DELETED"]
        payments = [body for body in _all(organisation, "Payment") if body["Status"] != "DELETED"]
        journals = _all(organisation, "ManualJournal")
        return {
            "customer": [_party(organisation, b, 0) for b in contacts if "customer" in roles(b)],
            "vendor": [_party(organisation, b, 1) for b in contacts if "vendor" in roles(b)],
            "item": [_item(organisation, body) for body in _all(organisation, "Item")],
            "invoice": [_document(organisation, b) for b in invoices if b["Type"] == "ACCREC"],
            "purchase_invoice": [
                _document(organisation, b) for b in invoices if b["Type"] == "ACCPAY"
            ],
            "expense": [_journal(organisation, b) for b in journals if b["Status"] != "DELETED"],
            "payment": [_payment(organisation, body) for body in payments],
        }


def roles(contact: Body) -> set[str]:
    """Customer, vendor or both: by its documents, else by its number, else a customer."""
    known = {"customer": contact["IsCustomer"], "vendor": contact["IsSupplier"]}
    if any(known.values()):
        return {name for name, holds in known.items() if holds}
    return {"vendor"} if "vendor" in contact.get("ContactNumber", "") else {"customer"}


def _all(organisation: Organisation, kind: str) -> list[Body]:
    return list(organisation.records[kind].values())


def _row(kind: str, body: Body, **values: Json) -> Row:
    row: Row = {
        "ref": body[ID_FIELDS[kind]],
        "number": None,
        "name": "",
        "status": "active",
        "currency": None,
        "total": None,
        "balance": None,
        "note": None,
        "email": None,
        "date": body["Date"].isoformat() if "Date" in body else None,
    }
    return row | values


def _party(organisation: Organisation, body: Body, side: int) -> Row:
    owed = balances(organisation, body["ContactID"])
    name = ("AccountsReceivable", "AccountsPayable")[side]
    return _row(
        "Contact",
        body,
        number=body.get("ContactNumber"),
        name=body["Name"],
        status="active" if body["ContactStatus"] == "ACTIVE" else "inactive",
        currency=body.get("DefaultCurrency", organisation.currency),
        balance=_amount(owed[name]["Outstanding"] if owed else ZERO),
        email=body["EmailAddress"] or None,
    )


def _item(organisation: Organisation, body: Body) -> Row:
    return _row(
        "Item",
        body,
        number=body["Code"],
        name=body.get("Name", ""),
        currency=organisation.currency,
        note=body.get("Description"),
        type="Inventory" if body["IsTrackedAsInventory"] else "NonInventory",
        price=_amount(body["SalesDetails"].get("UnitPrice", ZERO)),
        cost=_amount(body["PurchaseDetails"].get("UnitPrice", ZERO)),
        quantity=str(body["QuantityOnHand"]) if "QuantityOnHand" in body else None,
    )


def _document(organisation: Organisation, body: Body) -> Row:
    contact = organisation.records["Contact"][body["Contact"]["ContactID"]]
    return _row(
        "Invoice",
        body,
        number=body["InvoiceNumber"] or None,
        name=contact["Name"],
        status=_status(body),
        currency=body["CurrencyCode"],
        total=_amount(body["Total"]),
        balance=_amount(body["AmountDue"]),
        tax=_amount(body["TotalTax"]),
        note=body.get("Reference"),
        email=contact["EmailAddress"] or None,
    )


def _status(invoice: Body) -> str:
    match invoice["Status"]:
        case "VOIDED":
            return "voided"
        case "DRAFT" | "SUBMITTED":
            return "draft"
        case "PAID":
            return "paid"
    return "partially_paid" if invoice["AmountPaid"] else "open"


def _journal(organisation: Organisation, body: Body) -> Row:
    amounts = [line["LineAmount"] for line in body["JournalLines"]]
    status = {"VOIDED": "voided", "DRAFT": "draft"}.get(body["Status"], "posted")
    return _row(
        "ManualJournal",
        body,
        status=status,
        currency=organisation.currency,
        total=_amount(sum((amount for amount in amounts if amount > 0), ZERO)),
        balance=_amount(ZERO),
        note=body["Narration"],
    )


def _payment(organisation: Organisation, body: Body) -> Row:
    invoice = organisation.records["Invoice"][body["Invoice"]["InvoiceID"]]
    contact = organisation.records["Contact"][invoice["Contact"]["ContactID"]]
    return _row(
        "Payment",
        body,
        number=body["Reference"] or None,
        name=contact["Name"],
        status="posted",
        currency=invoice["CurrencyCode"],
        total=_amount(body["Amount"]),
        balance=_amount(ZERO),
    )


def _amount(value: Decimal) -> str:
    return str(cents(value))
