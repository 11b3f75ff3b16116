"""Creating, changing, deleting and voiding records: the rules common to all kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.draft import Draft, check_open_period
from tests.simulators.quickbooks.errors import STALE, Refused, business, not_found, required
from tests.simulators.quickbooks.fields import Body, clean
from tests.simulators.quickbooks.items import build_item
from tests.simulators.quickbooks.journals import apply_journal, build_journal
from tests.simulators.quickbooks.lines import ensure_open
from tests.simulators.quickbooks.lists import apply_list, build_account, build_party, build_simple
from tests.simulators.quickbooks.payments import (
    apply_payment,
    build_payment,
    release,
    void_payment,
)
from tests.simulators.quickbooks.purchases import (
    apply_bill,
    apply_bill_payment,
    build_bill,
    build_bill_payment,
)
from tests.simulators.quickbooks.sales import apply_sale, build_sale, void_sale
from tests.simulators.quickbooks.wire import Json


@dataclass(frozen=True)
class Rules:
    """How one kind is written. `void` is None where only deletion is offered."""

    build: Callable[[Draft], Body]
    apply: Callable[[Draft, Body | None], None]
    document: bool
    void: Callable[[Body], Body] | None = None
    void_by: str = ""  # "operation" or "include": which parameter voids (Intuit: entity pages)


RULES = {
    "Customer": Rules(build_party, apply_list, document=False),
    "Vendor": Rules(build_party, apply_list, document=False),
    "Employee": Rules(build_party, apply_list, document=False),
    "Item": Rules(build_item, apply_list, document=False),
    "Account": Rules(build_account, apply_list, document=False),
    "Term": Rules(build_simple, apply_list, document=False),
    "PaymentMethod": Rules(build_simple, apply_list, document=False),
    "Class": Rules(build_simple, apply_list, document=False),
    "Department": Rules(build_simple, apply_list, document=False),
    "Invoice": Rules(build_sale, apply_sale, document=True, void=void_sale, void_by="operation"),
    "CreditMemo": Rules(build_sale, apply_sale, document=True),
    "Payment": Rules(
        build_payment, apply_payment, document=True, void=void_payment, void_by="include"
    ),
    "Bill": Rules(build_bill, apply_bill, document=True),
    "BillPayment": Rules(
        build_bill_payment,
        apply_bill_payment,
        document=True,
        void=lambda body: body | {"TotalAmt": 0, "Line": [], "PrivateNote": "Voided"},
        void_by="include",
    ),
    "JournalEntry": Rules(build_journal, apply_journal, document=True),
}
HEADER = ("Id", "SyncToken", "MetaData", "domain", "sparse", "status")
OPENING = ("Balance", "BalanceWithJobs", "OpenBalanceDate")  # QuickBooks' own after a create


def write(
    company: Company, kind: str, operation: str, sent: Json, options: frozenset[str] = frozenset()
) -> Body:
    """Carry out one write. `operation` is create, update, delete or void.

    Returns the record as answered; raises Refused without having changed anything.
    """
    rules = RULES.get(kind)
    if rules is None:
        raise Refused("500", f"Operation {operation} is not supported for {kind}")
    if not isinstance(sent, dict):
        raise Refused("2010", "The request body is no object")
    if company.switches.read_only:
        raise Refused("6190", "The company's subscription has ended or is in billing trouble", "")
    if company.switches.no_permission:
        raise Refused("5020", "The user has no permission for this operation", "")
    match operation:
        case "create":
            return _create(company, kind, rules, sent, options)
        case "update":
            return _update(company, kind, rules, sent, options)
        case "delete":
            return _delete(company, kind, rules, sent)
        case "void":
            return _void(company, kind, rules, sent)
    raise Refused("500", f"Operation {operation} is not supported")


def _create(company: Company, kind: str, rules: Rules, sent: Body, options: frozenset[str]) -> Body:
    checked = _content(kind, sent)
    if "Id" in sent or "SyncToken" in sent:
        raise business("A new record carries neither Id nor SyncToken", "Id")
    # Empty text clears a field; nothing is stored for it.
    body = {name: value for name, value in checked.items() if value != ""}
    draft = Draft(company, kind, body, None, checked, options)
    stored = company.insert(kind, rules.build(draft))
    rules.apply(draft, stored)
    return stored


def _update(company: Company, kind: str, rules: Rules, sent: Body, options: frozenset[str]) -> Body:
    checked = _content(kind, sent)
    old = current(company, kind, sent)
    content = {name: value for name, value in old.items() if name not in HEADER}
    merged = content | checked if sent.get("sparse") is True else _kept(kind, content) | checked
    body = {name: value for name, value in merged.items() if value != ""}
    draft = Draft(company, kind, body, old, checked, options)
    built = rules.build(draft)
    # Computed fields take part: a stored document rebuilds to itself.
    if built == content:  # an update that changes nothing keeps its token
        return old
    stored = company.replace(kind, old, built)
    rules.apply(draft, stored)
    return stored


def _content(kind: str, sent: Body) -> Body:
    checked = clean(kind, sent)
    dropped = HEADER + (OPENING if kind in ("Customer", "Vendor") else ())
    return {name: value for name, value in checked.items() if name not in dropped}


def _kept(kind: str, content: Body) -> Body:
    """What a full update leaves alone although it was not sent; all else is cleared."""
    kept = {
        "Customer": ("CurrencyRef", "PreferredDeliveryMethod", "Taxable", "DefaultTaxCodeRef"),
        "Vendor": ("CurrencyRef",),
        "Item": ("Type",),
        "Account": ("AccountType", "AccountSubType", "CurrencyRef"),
    }.get(kind, ())
    return {name: content[name] for name in kept if name in content}


def current(company: Company, kind: str, sent: Body) -> Body:
    """The record a write is aimed at. Raises Refused: 2030, 2020, 610, 5010."""
    number, token = sent.get("Id"), sent.get("SyncToken")
    if not number:
        raise required("Id")
    if not isinstance(number, str) or not number.isdigit():
        raise Refused("2030", f"Id should be a valid number. Supplied value:{number}", "Id")
    if token is None:
        raise required("SyncToken")
    if not isinstance(token, str):
        raise Refused("2090", "SyncToken must be a string", "SyncToken")
    found = company.find(kind, number)
    if found is None:
        raise not_found()
    if found["SyncToken"] != token:
        raise Refused("5010", STALE, "")
    return found


def _delete(company: Company, kind: str, rules: Rules, sent: Body) -> Body:
    clean(kind, sent)
    if not rules.document:
        raise Refused("500", f"Operation delete is not supported for {kind}: deactivate it")
    old = current(company, kind, sent)
    check_open_period(company, old["TxnDate"])
    if kind == "Payment":
        ensure_open(Draft(company, kind, {}, old, {}))
    if kind == "CreditMemo" and company.applied.get((kind, old["Id"])):
        raise Refused("800", "The credit memo has been applied", "")
    company.remove(kind, old)
    rules.apply(Draft(company, kind, {}, old, {}), None)
    release(company, kind, old["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}


def _void(company: Company, kind: str, rules: Rules, sent: Body) -> Body:
    clean(kind, sent)
    if rules.void is None:
        raise Refused("500", f"Operation void is not supported for {kind}")
    old = current(company, kind, sent)
    if (kind, old["Id"]) in company.voided:  # voiding twice changes nothing more
        return old
    check_open_period(company, old["TxnDate"])
    draft = Draft(company, kind, {}, old, {})
    ensure_open(draft)
    stored = company.replace(kind, old, rules.void(old))
    company.voided.add((kind, old["Id"]))
    rules.apply(draft, stored)
    release(company, kind, old["Id"])
    return stored
