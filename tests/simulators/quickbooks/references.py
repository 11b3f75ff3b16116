"""References between records: do they exist, are they active, are they of the right kind."""

from __future__ import annotations

from tests.simulators.quickbooks.company import Company, display
from tests.simulators.quickbooks.draft import Draft
from tests.simulators.quickbooks.errors import Refused, not_found, required
from tests.simulators.quickbooks.fields import Body

WORDS = {  # how the detail of 2500 calls a kind
    "Account": "Accounts",
    "Customer": "Names",
    "Vendor": "Names",
    "Employee": "Names",
    "Item": "Items",
    "Class": "Klasses",
    "Department": "Depts",
    "Term": "Terms",
    "PaymentMethod": "PaymentMethods",
    "TaxCode": "TaxCodes",
}
INCOME = frozenset({"Income", "Other Income"})
EXPENSE = frozenset({"Expense", "Other Expense", "Cost of Goods Sold"})
LEDGERS = {"ARAccountRef": "Accounts Receivable", "APAccountRef": "Accounts Payable"}
PLAIN = {  # references with no rule of their own
    "SalesTermRef": "Term",
    "TermRef": "Term",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "PaymentMethodRef": "PaymentMethod",
    "PrefVendorRef": "Vendor",
}


def target(company: Company, kind: str, ref: Body, element: str) -> Body:
    """The record behind a reference. Raises Refused: 2030, 2500 unknown, 6250 or 610 inactive."""
    number = str(ref["value"])
    if not number.isdigit() and kind != "TaxCode":
        raise Refused("2030", f"Id should be a valid number. Supplied value:{number}", element)
    found = company.find(kind, number)
    if found is None:
        detail = f"Invalid Reference Id : {WORDS[kind]} element id {number} not found"
        raise Refused("2500", detail, element)
    if not found.get("Active", True):
        if kind == "Customer":
            detail = "Customer Is Missing Or Inactive : the customer was made inactive"
            raise Refused("6250", detail, element)
        raise not_found(element)
    return found


def named(company: Company, kind: str, ref: Body, element: str) -> Body:
    """The reference as answers show it, with the name of its target."""
    found = target(company, kind, ref, element)
    return {"value": found["Id"], "name": display(found)}


def account(
    company: Company,
    ref: Body,
    element: str,
    types: frozenset[str],
    subtypes: frozenset[str] = frozenset(),
) -> Body:
    """A reference to an account of certain types; 6430 if it is of another.

    `subtypes` narrows only the last resort: one of them is enough where types is empty.
    """
    found = target(company, "Account", ref, element)
    wrong_type = found["AccountType"] not in types
    if wrong_type or (subtypes and found["AccountSubType"] not in subtypes):
        kinds = ", ".join(sorted(subtypes or types))
        detail = f"Invalid account type : {found['Name']} is {found['AccountType']}, not {kinds}"
        raise Refused("6430", detail, element)
    return {"value": found["Id"], "name": display(found)}


def deposit_account(draft: Draft, ref: Body) -> Body:
    """Bank or Undeposited Funds (Intuit: Payment.DepositToAccountRef)."""
    company = draft.company
    found = target(company, "Account", ref, "DepositToAccountRef")
    if found["AccountType"] == "Bank" or found["AccountSubType"] == "UndepositedFunds":
        made = {"value": found["Id"], "name": display(found)}
        currency = draft.body["CurrencyRef"]["value"]
        check_account_currency(company, made, "DepositToAccountRef", currency, company.currency)
        return made
    detail = f"Invalid account type : {found['Name']} cannot take deposits"
    raise Refused("6430", detail, "DepositToAccountRef")


def ledger_account(draft: Draft, element: str, *, needed: bool = False) -> None:
    """The receivable or payable account of a document, in its own currency (6430, 2220).

    Left out, it is only filled in where the document shows one.
    """
    body, company, kind = draft.body, draft.company, LEDGERS[element]
    currency = body["CurrencyRef"]["value"]
    if element not in body and not needed:
        return
    found = body.get(element) or account_of_type(company, kind, currency=currency)
    if found is None:
        raise required(element)
    body[element] = account(company, found, element, frozenset({kind}))
    check_account_currency(company, body[element], element, currency)


def check_account_currency(company: Company, ref: Body, element: str, *allowed: str) -> None:
    """An account holds one currency (2220 for another)."""
    held = company.records["Account"][ref["value"]]["CurrencyRef"]["value"]
    if held not in allowed:
        detail = f"Invalid currency : account {ref['name']} holds {held}, not {allowed[0]}"
        raise Refused("2220", detail, element)


def plain_references(company: Company, body: Body) -> None:
    """Check and name the references that have no rule of their own, in place."""
    for element, kind in PLAIN.items():
        if element in body:
            body[element] = named(company, kind, body[element], element)


def account_of_type(
    company: Company, account_type: str, subtype: str | None = None, currency: str | None = None
) -> Body | None:
    """The company's first active account of a type: the default for documents."""
    for found in company.records["Account"].values():
        fits = found["AccountType"] == account_type and found["Active"]
        holds = currency in (None, found["CurrencyRef"]["value"])
        if fits and holds and subtype in (None, found["AccountSubType"]):
            return {"value": found["Id"], "name": display(found)}
    return None
