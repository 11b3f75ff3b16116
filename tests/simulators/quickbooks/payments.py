"""Money received from customers and paid to vendors."""

from __future__ import annotations

from decimal import Decimal

from tests.simulators.quickbooks.draft import Draft, set_currency, set_dates, set_home_amounts
from tests.simulators.quickbooks.errors import Refused, required
from tests.simulators.quickbooks.fields import Body
from tests.simulators.quickbooks.lines import ensure_open
from tests.simulators.quickbooks.links import (
    Covered,
    covered_lines,
    open_without,
    unapplied,
)
from tests.simulators.quickbooks.references import (
    account,
    account_of_type,
    check_account_currency,
    deposit_account,
    ledger_account,
    named,
    plain_references,
    target,
)

PAID_FROM = {  # PayType: its part, the account in it, and of which type that must be
    "Check": ("CheckPayment", "BankAccountRef", "Bank"),
    "CreditCard": ("CreditCardPayment", "CCAccountRef", "Credit Card"),
}
_NAME_VALUE = {
    "name": "{http://schema.intuit.com/finance/v3}NameValue",
    "declaredType": "com.intuit.schema.finance.v3.NameValue",
    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
}


def build_payment(draft: Draft) -> Body:
    """A checked Payment; what is not applied to a document stays unapplied."""
    body = draft.body
    _start(draft, "CustomerRef", ("CustomerRef", "TotalAmt"))
    _deposit(draft)
    ledger_account(draft, "ARAccountRef")
    body["Line"] = [_with_extras(draft, covered) for covered in covered_lines(draft)]
    body["UnappliedAmt"] = unapplied(body)
    body["ProcessPayment"] = False
    set_home_amounts(draft)
    return body


def build_bill_payment(draft: Draft) -> Body:
    """A checked BillPayment; it may not pay more than a bill has open."""
    body = draft.body
    _start(draft, "VendorRef", ("VendorRef", "TotalAmt", "PayType", "Line"))
    ledger_account(draft, "APAccountRef")
    _paid_from(draft)
    body["Line"] = [line for line, _ in covered_lines(draft)]
    set_home_amounts(draft)
    return body


def _start(draft: Draft, party: str, needed: tuple[str, ...]) -> None:
    ensure_open(draft)
    body, company = draft.body, draft.company
    for name in needed:
        if name not in body:
            raise required(name)
    if body["TotalAmt"] < 0:
        raise Refused("2290", "Transaction amount must be 0 or greater", "TotalAmt")
    kind = party.removesuffix("Ref")
    found = target(company, kind, body[party], party)
    body[party] = named(company, kind, body[party], party)
    plain_references(company, body)
    set_dates(draft, due=False)
    set_currency(draft, found)


def _deposit(draft: Draft) -> None:
    # Money waits in Undeposited Funds until somebody brings it to the bank.
    body, company = draft.body, draft.company
    default = account_of_type(company, "Other Current Asset", "UndepositedFunds")
    reference = body.get("DepositToAccountRef") or default
    if reference:
        body["DepositToAccountRef"] = deposit_account(draft, reference)


def _paid_from(draft: Draft) -> None:
    body, company = draft.body, draft.company
    part, element, kind = PAID_FROM[body["PayType"]]
    reference = body.get(part, {}).get(element)
    if not reference:
        raise required(f"{part}.{element}")
    found = account(company, reference, element, frozenset({kind}))
    check_account_currency(company, found, element, body["CurrencyRef"]["value"], company.currency)
    for other, *_ in PAID_FROM.values():  # a card payment has no check any more
        if other != part:
            body.pop(other, None)
    body[part] = body[part] | {element: found}


def _with_extras(draft: Draft, covered: Covered) -> Body:
    """A line of a Payment as answers show it: what it covers, and what that had open before."""
    line, found = covered
    record = (line["LinkedTxn"][0]["TxnType"], found["Id"])
    before = open_without(draft.company, record, (draft.kind, draft.own_id or ""))
    extra = {
        "txnId": found["Id"],
        "txnOpenBalance": str(before),
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
    return line | {"LineEx": {"any": pairs}}


def void_payment(body: Body) -> Body:
    """Amounts become 0, what was covered is open again, the note says Voided (Intuit: void)."""
    note = body.get("PrivateNote")
    zeros = {name: Decimal(0) for name in ("UnappliedAmt", "HomeTotalAmt") if name in body}
    return (
        body
        | zeros
        | {
            "TotalAmt": 0,
            "Line": [],
            "PrivateNote": f"Voided - {note}"[:4000] if note else "Voided",
        }
    )
