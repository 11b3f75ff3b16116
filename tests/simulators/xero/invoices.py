"""Invoices (ACCREC) and bills (ACCPAY): creation, changes, and what their status allows."""

from __future__ import annotations

from tests.simulators.xero import contacts, stock
from tests.simulators.xero.clock import today
from tests.simulators.xero.currencies import priced
from tests.simulators.xero.entries import Entry, locked, without_id
from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.frozen import ALLOCATED, check_frozen, has_money, is_unseen
from tests.simulators.xero.lines import read_lines
from tests.simulators.xero.organisation import ZERO, Body, Organisation, fold, is_sale
from tests.simulators.xero.terms import due_date

MOVES = {  # status: what the API may make of it
    "DRAFT": ("DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"),
    "SUBMITTED": ("SUBMITTED", "DRAFT", "AUTHORISED", "DELETED"),
    "AUTHORISED": ("AUTHORISED", "VOIDED"),
    "PAID": ("PAID", "AUTHORISED"),
}
CREATES = ("DRAFT", "SUBMITTED", "AUTHORISED")
LIVE = ("AUTHORISED", "PAID")
NOT_MODIFIABLE = "Invoice not of valid status for modification"
VOID_REFUSED = (
    "The status {} cannot be applied to the invoice because it has payments or credit notes "
    "allocated to it."
)


def save(organisation: Organisation, entry: Entry) -> Body:
    """A document is entered or changed. Raises Invalid."""
    old = _existing(organisation, entry)
    change = without_id("Invoice", entry.body)
    return (
        _change(organisation, entry, old, change) if old else _create(organisation, entry, change)
    )


def settle(organisation: Organisation, invoice: Body) -> Body:
    """What its payments make of a document: amounts, status, the day it was paid."""
    live = [p for p in organisation.payments_of(invoice["InvoiceID"]) if p["Status"] != "DELETED"]
    paid = sum((payment["Amount"] for payment in live), ZERO)
    due = invoice["Total"] - paid
    new = invoice | {"AmountPaid": paid, "AmountDue": due}
    new["Status"] = "AUTHORISED" if due else "PAID"
    new.pop("FullyPaidOnDate", None)
    if not due and live:
        new["FullyPaidOnDate"] = max(payment["Date"] for payment in live)
    unseen = not organisation.switches.payments_touch_invoices
    return organisation.replace("Invoice", invoice, new, unseen=unseen)


def _existing(organisation: Organisation, entry: Entry) -> Body | None:
    if entry.number:
        return organisation.records["Invoice"][entry.number]
    number = entry.body.get("InvoiceNumber")
    if entry.creates or not number or entry.body.get("Type") != "ACCREC":
        return None
    # POST with the number of a sales invoice changes that one.
    return organisation.holder(("Invoice number", fold(number)))


def _create(organisation: Organisation, entry: Entry, change: Body) -> Body:
    kind = change.get("Type")
    if kind not in ("ACCREC", "ACCPAY"):
        raise Invalid("The document Type is not valid or missing.")
    status = change.get("Status", "DRAFT")
    if status not in CREATES:
        raise Invalid("Invoice not of valid status for creation")
    if not change.get("LineItems"):
        raise Invalid("One or more line items must be specified")
    base: Body = {
        "Status": status,
        "Date": today(),
        "LineAmountTypes": "Exclusive",
        "SentToContact": False,
        "AmountPaid": ZERO,
        "AmountCredited": ZERO,
        "_app": entry.app,
    }
    new = _dressed(organisation, base | change, entry, None)
    if kind == "ACCREC" and not new.get("InvoiceNumber"):
        new["InvoiceNumber"] = organisation.next_invoice_number()
    new = {"InvoiceNumber": ""} | new
    _finish(organisation, new, None)
    stored = organisation.insert("Invoice", new)
    role = "IsCustomer" if kind == "ACCREC" else "IsSupplier"
    contacts.mark(organisation, stored["Contact"]["ContactID"], role)
    return stored


def _change(organisation: Organisation, entry: Entry, old: Body, change: Body) -> Body:
    status = change.get("Status", old["Status"])
    money = has_money(old)
    if status in ("VOIDED", "DELETED") and money:
        raise Invalid(VOID_REFUSED.format(status))
    if status not in MOVES.get(old["Status"], ()):
        raise Invalid(NOT_MODIFIABLE)
    locked(organisation, old["Date"], change.get("Date"))
    if change.get("Type", old["Type"]) != old["Type"]:
        raise Invalid("The type of a document cannot be changed.")
    if status in ("VOIDED", "DELETED"):
        return _end(organisation, old, change, status)
    if money:
        check_frozen(old, change)
    new = _dressed(organisation, old | change, entry, old)
    if money and new["Total"] != old["Total"]:
        raise Invalid(ALLOCATED)
    _finish(organisation, new, old)
    return organisation.replace("Invoice", old, new, unseen=is_unseen(old, new))


def _end(organisation: Organisation, old: Body, change: Body, status: str) -> Body:
    if extra := set(change) - {"Status", "InvoiceNumber", "Type"}:
        raise Invalid(simulator(f"{min(extra)} beside Status {status} would be ignored"))
    new = old | {"Status": status, "AmountDue": ZERO}
    stock.follow(organisation, old, new)
    return organisation.replace("Invoice", old, new)


def _dressed(organisation: Organisation, body: Body, entry: Entry, old: Body | None) -> Body:
    """The document with its contact, currency, lines and totals. Raises Invalid."""
    if "Contact" not in body:
        raise Invalid("A Contact must be specified for this type of transaction")
    if old is None or "Contact" in entry.body:
        contact = contacts.used_by(organisation, body["Contact"], "Invoice")
    else:
        contact = organisation.records["Contact"][body["Contact"]["ContactID"]]
    body = body | {"Contact": {"ContactID": contact["ContactID"]}}
    if old and "CurrencyRate" not in entry.body and body["CurrencyCode"] != old["CurrencyCode"]:
        del body["CurrencyRate"]
    body |= priced(organisation, body, contact)
    if "DueDate" not in body and (due := due_date(body, contact)):
        body["DueDate"] = due
    if body.get("SentToContact") and body["Status"] not in LIVE:
        entry.warnings.append("Only AUTHORISED invoices may have SentToContact updated")
        body["SentToContact"] = False
    if {"LineItems", "LineAmountTypes"} & set(entry.body):
        known = old["LineItems"] if old else []
        kept = [{"LineItemID": line["LineItemID"]} for line in known]
        given = entry.body.get("LineItems", kept)
        body = read_lines(organisation, body, given, known, entry.places)
    return body | {"AmountDue": body["Total"] - body["AmountPaid"] - body["AmountCredited"]}


def _finish(organisation: Organisation, new: Body, old: Body | None) -> None:
    """The rules for the document as a whole, and what its status brings. Raises Invalid."""
    locked(organisation, new["Date"])
    number = new.get("InvoiceNumber", "")
    own = old["InvoiceID"] if old else None
    if is_sale(new) and number and organisation.holder(("Invoice number", fold(number)), own):
        raise Invalid("Invoice # must be unique.")
    if not new["LineItems"]:
        raise Invalid("One or more line items must be specified")
    if messages := [*_form_faults(new), *_approval_faults(organisation, new, old)]:
        raise Invalid(*messages)
    stock.follow(organisation, old, new)
    if new["Status"] in LIVE:
        new["Status"] = "AUTHORISED" if new["AmountDue"] else "PAID"


def _form_faults(new: Body) -> list[str]:
    number, url = new.get("InvoiceNumber", ""), new.get("Url", "https://")
    faults = []
    if not (number.isascii() and number.isprintable()):
        faults.append("The InvoiceNumber may hold printable ASCII characters only.")
    if not url.startswith(("https://", "http://")) or "xero" in url.lower():
        faults.append("The Url must be absolute and lead elsewhere.")
    if new["Total"] < 0:
        faults.append("The total of a document cannot be negative.")
    return faults


def _approval_faults(organisation: Organisation, new: Body, old: Body | None) -> list[str]:
    if new["Status"] not in LIVE:
        return []
    faults = []
    if "DueDate" not in new:
        faults.append("The document must have a due date to be approved.")
    if any("AccountID" not in line and line["LineAmount"] for line in new["LineItems"]):
        faults.append("An account code must be specified for each line to approve the document.")
    approved_before = old is not None and old["Status"] in LIVE
    if organisation.switches.approval_limit and not approved_before:
        faults.append("You have reached the limit of invoices you can approve.")
    return faults
