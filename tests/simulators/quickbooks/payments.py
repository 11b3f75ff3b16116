"""Money received from customers."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.company import ZERO, Company
from tests.simulators.quickbooks.draft import Draft, set_currency, set_dates, set_home_amounts
from tests.simulators.quickbooks.errors import Refused, business, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import ensure_open, single_link
from tests.simulators.quickbooks.links import (
    Applied,
    apply_links,
    check_linked_once,
    forget_target,
    link_target,
)
from tests.simulators.quickbooks.references import (
    account_of_type,
    deposit_account,
    named,
    plain_references,
    target,
)
from tests.simulators.quickbooks.sales import move_customer_balance

_NAME_VALUE = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
}


def build_payment(draft: Draft) -> Body:
    """A checked Payment; what is not applied to a document stays unapplied."""
    ensure_open(draft)
    body, company = draft.body, draft.company
    for name in ("CustomerRef", "TotalAmt"):
        if name not in body:
            raise required(name)
    if body["TotalAmt"] < 0:
        raise Refused("2290", "Transaction amount must be 0 or greater", "TotalAmt")
    customer = target(company, "Customer", body["CustomerRef"], "CustomerRef")
    body["CustomerRef"] = named(company, "Customer", body["CustomerRef"], "CustomerRef")
    plain_references(company, body)
    set_dates(draft, due=False)
    set_currency(draft, customer)
    _deposit(company, body)
    lines, applied = [], ZERO
    for line in body.get("Line", ()):
        made, amount = _line(draft, line)
        applied += amount
        lines.append(made)
    check_linked_once(lines)
    if applied > body["TotalAmt"]:
        raise business(f"{applied} applied of {body['TotalAmt']}", "TotalAmt")
    body["Line"] = lines
    body["UnappliedAmt"] = Decimal(body["TotalAmt"]) - max(applied, ZERO)
    body["ProcessPayment"] = False
    set_home_amounts(draft)
    body.pop("HomeTotalAmt", None)
    return body


def _deposit(company: Company, body: Body) -> None:
    # Money waits in Undeposited Funds until somebody brings it to the bank.
    default = account_of_type(company, "Other Current Asset", "UndepositedFunds")
    reference = body.get("DepositToAccountRef") or default
    if reference:
        body["DepositToAccountRef"] = deposit_account(company, reference)


def _line(draft: Draft, line: Body) -> tuple[Body, Decimal]:
    """One applied line, and how much of the payment it uses (a credit adds)."""
    if "Amount" not in line:
        raise required("Line.Amount")
    link, amount = single_link(line), Decimal(line["Amount"])
    found = link_target(draft, link, amount, "CustomerRef")
    extra = {
        "txnId": found["Id"],
        "txnOpenBalance": str(found["Balance"]),
        "txnReferenceNumber": found.get("DocNumber", ""),
    }
    pairs = [
        _NAME_VALUE
        | {
            "value": {"Name": name, "Value": value},
            "nil": False,
            "globalScope": True,
            "typeSubstituted": False,
        }
        for name, value in extra.items()
    ]
    made = {"Amount": line["Amount"], "LinkedTxn": [link], "LineEx": {"any": pairs}}
    return made, -amount if link["TxnType"] == "CreditMemo" else amount


def apply_payment(draft: Draft, new: Body | None) -> None:
    """Balances after a payment was written, changed, voided or deleted."""
    apply_links(_side(draft.company), draft.old, new)
    for body, sign in ((draft.old, 1), (new, -1)):
        if body:
            unapplied = Decimal(body["UnappliedAmt"]) * sign
            move_customer_balance(draft.company, body["CustomerRef"]["value"], unapplied)


def void_payment(body: Body) -> Body:
    note = body.get("PrivateNote")
    return body | {
        "TotalAmt": 0,
        "UnappliedAmt": 0,
        "Line": [],
        "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided",
    }


def release(company: Company, kind: str, number: str) -> None:
    """A document is voided or deleted: what was applied to it becomes unapplied."""
    for payment_kind, payment in forget_target(company, kind, number):
        body = company.find(payment_kind, payment)
        if body is None:
            continue
        kept = [line for line in body["Line"] if not _pays(line, kind, number)]
        freed = sum((Decimal(row["Amount"]) for row in body["Line"]), ZERO)
        freed -= sum((Decimal(row["Amount"]) for row in kept), ZERO)
        body["Line"] = kept
        if payment_kind == "Payment" and kind == "Invoice":
            body["UnappliedAmt"] = Decimal(body["UnappliedAmt"]) + freed
            move_customer_balance(company, body["CustomerRef"]["value"], -freed)
        company.touch(body)


def _pays(line: Body, kind: str, number: str) -> bool:
    link = line["LinkedTxn"][0]
    return bool(link["TxnType"] == kind and link["TxnId"] == number)


def _side(company: Company) -> Applied:
    return Applied(company, "Payment", "Payment", move_customer_balance)
