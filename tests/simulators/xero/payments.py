"""Payments: made on approved documents, deleted again, never edited."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.xero.accounts import by_code, in_use
from tests.simulators.xero.amounts import cents
from tests.simulators.xero.clock import today
from tests.simulators.xero.currencies import rate_of
from tests.simulators.xero.entries import Entry, locked, without_id
from tests.simulators.xero.errors import Invalid, simulator
from tests.simulators.xero.invoices import settle
from tests.simulators.xero.organisation import ZERO, Body, Organisation, fold


def save(organisation: Organisation, entry: Entry) -> Body:
    """A payment is made; of an existing one nothing but its deletion is taken. Raises Invalid."""
    if entry.number is None:
        return _create(organisation, entry)
    change = without_id("Payment", entry.body)
    if change != {"Status": "DELETED"}:
        raise Invalid(simulator("a payment cannot be edited: its deletion is all that is taken"))
    return delete(organisation, organisation.records["Payment"][entry.number])


def delete(organisation: Organisation, payment: Body) -> Body:
    """The payment stays as a deleted one; its document is open again. Raises Invalid."""
    if payment["Status"] == "DELETED":
        raise Invalid("This payment has already been deleted.")
    if payment["IsReconciled"]:
        raise Invalid("This payment cannot be deleted because it has been reconciled.")
    if "BatchPaymentID" in payment:
        raise Invalid("This payment is part of a batch payment and cannot be deleted on its own.")
    locked(organisation, payment["Date"])
    deleted = organisation.replace("Payment", payment, payment | {"Status": "DELETED"})
    settle(organisation, organisation.records["Invoice"][payment["Invoice"]["InvoiceID"]])
    return deleted


def _create(organisation: Organisation, entry: Entry) -> Body:
    body = entry.body
    if body.get("Status", "AUTHORISED") != "AUTHORISED":
        raise Invalid("A new payment cannot be deleted.")
    invoice = _paid(organisation, body)
    account = _account(organisation, body)
    amount = _amount(body, invoice)
    day = body.get("Date", today())
    locked(organisation, day)
    made = {
        "Invoice": {"InvoiceID": invoice["InvoiceID"]},
        "Account": {"AccountID": account["AccountID"]},
        "Date": day,
        "Amount": amount,
        "Reference": body.get("Reference", ""),
        "Status": "AUTHORISED",
        "PaymentType": f"{invoice['Type']}PAYMENT",
        "IsReconciled": body.get("IsReconciled", False),
    }
    made |= _in_bank(organisation, body, invoice, account)
    stored = organisation.insert("Payment", made)
    settle(organisation, invoice)
    return stored


def _paid(organisation: Organisation, body: Body) -> Body:
    """The document that is paid. Raises Invalid."""
    targets = [name for name in ("Invoice", "InvoiceNumber") if name in body]
    if len(targets) != 1:
        raise Invalid("A payment is made for exactly one document.")
    reference = body["Invoice"] if targets == ["Invoice"] else body
    if targets == ["Invoice"] and (extra := set(reference) - {"InvoiceID", "InvoiceNumber"}):
        raise Invalid(simulator(f"Payment.Invoice.{min(extra)} would be ignored"))
    if "InvoiceID" in reference:
        invoice = organisation.find("Invoice", reference["InvoiceID"])
    else:
        number = fold(reference.get("InvoiceNumber", ""))
        invoice = organisation.holder(("Invoice number", number))
    if invoice is None:
        raise Invalid("Invoice could not be found")
    if invoice["Status"] not in ("AUTHORISED", "PAID"):
        raise Invalid("Payments can only be made against Authorised documents")
    return invoice


def _account(organisation: Organisation, body: Body) -> Body:
    """Where the money goes or comes from. Raises Invalid."""
    reference = body.get("Account", {})
    if extra := set(reference) - {"AccountID", "Code"}:
        raise Invalid(simulator(f"Payment.Account.{min(extra)} would be ignored"))
    if "AccountID" in reference:
        account = organisation.find("Account", reference["AccountID"])
    else:
        account = by_code(organisation, reference.get("Code", ""))
    if account is None or not in_use(account):
        raise Invalid("Account could not be found")
    if account["Type"] != "BANK" and not account["EnablePaymentsToAccount"]:
        code = account.get("Code", account["Name"])
        raise Invalid(f"Account code '{code}' is not a valid account for payments.")
    return account


def _amount(body: Body, invoice: Body) -> Decimal:
    amount: Decimal = body.get("Amount", ZERO)
    if amount <= 0:
        raise Invalid("Payment amount must be greater than zero.")
    if amount > invoice["AmountDue"]:
        raise Invalid("Payment amount exceeds the amount outstanding on this document")
    return amount


def _in_bank(organisation: Organisation, body: Body, invoice: Body, account: Body) -> Body:
    """What moves in the account, in the document's or the base currency. Raises Invalid."""
    code = invoice["CurrencyCode"]
    holds = account.get("CurrencyCode", organisation.currency)
    if holds not in (code, organisation.currency):
        raise Invalid(f"An account in {holds} cannot take a payment in {code}.")
    rate = rate_of(organisation, code, body.get("CurrencyRate"))
    moved = body["Amount"] if holds == code else cents(body["Amount"] / rate)
    if "BankAmount" in body:
        if holds == code and body["BankAmount"] != body["Amount"]:
            raise Invalid("BankAmount differs from Amount in the same currency.")
        moved = body["BankAmount"]
    return {"CurrencyRate": rate, "BankAmount": moved}
