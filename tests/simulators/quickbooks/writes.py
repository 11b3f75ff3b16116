"""Creating, changing, deleting and voiding records: the rules common to all kinds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulators.quickbooks.balances import CREDITS
from tests.simulators.quickbooks.company import Company
from tests.simulators.quickbooks.credits import credit_payment
from tests.simulators.quickbooks.draft import Draft, check_open_period
from tests.simulators.quickbooks.errors import STALE, Refused, business, not_found, required
from tests.simulators.quickbooks.fields import Body, clean
from tests.simulators.quickbooks.items import build_item
from tests.simulators.quickbooks.journals import apply_journal, build_journal
from tests.simulators.quickbooks.lines import ensure_undeposited
from tests.simulators.quickbooks.links import apply_payment, release
from tests.simulators.quickbooks.lists import apply_list, build_account, build_party, build_simple
from tests.simulators.quickbooks.payments import build_bill_payment, build_payment, void_payment
from tests.simulators.quickbooks.purchases import apply_purchase, build_purchase
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
    # A person can void a credit memo; the API offers no way to.
    "CreditMemo": Rules(build_sale, apply_sale, document=True, void=void_sale),
    "Payment": Rules(
        build_payment, apply_payment, document=True, void=void_payment, void_by="include"
    ),
    "Bill": Rules(build_purchase, apply_purchase, document=True),
    "VendorCredit": Rules(build_purchase, apply_purchase, document=True),
    "BillPayment": Rules(
        build_bill_payment, apply_payment, document=True, void=void_payment, void_by="include"
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
    applying = credit_payment(company, stored) if kind in ("Invoice", "CreditMemo") else None
    if applying:
        _create(company, "Payment", RULES["Payment"], applying, frozenset())
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
    draft = Draft(company, kind, {}, old, {})
    _ensure_removable(draft)
    company.remove(kind, old)
    rules.apply(draft, None)
    release(company, kind, old["Id"])
    return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}


def _ensure_removable(draft: Draft) -> None:
    """Raises Refused: 6200, 6210 closed books, 6540 deposited payments, 800 used credits."""
    old = draft.old or {}
    check_open_period(draft.company, old["TxnDate"])
    ensure_undeposited(draft)
    if draft.kind in CREDITS and draft.company.applied.get((draft.kind, old["Id"])):
        raise Refused("800", "The credit has been applied: delete the payment first", "")


def _void(company: Company, kind: str, rules: Rules, sent: Body) -> Body:
    clean(kind, sent)
    if rules.void is None:
        raise Refused("500", f"Operation void is not supported for {kind}")
    old = current(company, kind, sent)
    if (kind, old["Id"]) in company.voided:  # voiding twice changes nothing more
        return old
    draft = Draft(company, kind, {}, old, {})
    _ensure_removable(draft)
    stored = company.replace(kind, old, rules.void(old), "void")
    company.voided.add((kind, old["Id"]))
    rules.apply(draft, stored)
    release(company, kind, old["Id"])
    return stored
