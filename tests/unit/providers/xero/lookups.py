"""What a translation may ask, built for a test."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from schemas.kinds import Kind
from worker.policies import Policies
from worker.providers.lookup import Account, Chart, Lookup, Target, Tax
from worker.providers.port import Operation, Record, Work

COMPANY = {"country": "US", "currency": "USD", "currencies": ["USD"], "multicurrency": False}
WORLDLY: dict[str, Any] = {"currencies": ["GBP", "USD"], "multicurrency": True}
MAPPING = {
    "income": "200",
    "expense": "310",
    "sales": "200",
    "purchase": "433",
    "payment": "bank",
    "journal_debit": "433",
    "journal_credit": "877",
    "sales_tax": "OUTPUT",
}
REFS = {
    (Kind.CUSTOMER, "CUS-1"): Target("c-1", currency="USD"),
    (Kind.VENDOR, "VEN-1"): Target("v-1", label="Northside Bearings"),
    (Kind.ITEM, "ITM-1"): Target("i-1", code="HOUR"),
    (Kind.ITEM, "ITM-2"): Target("i-2", code="PSK-40"),
    (Kind.INVOICE, "INV-1"): Target(
        "n-1", currency="USD", party="c-1", balance=Decimal("238.50"), label="2026-1042"
    ),
}


def an_account(code: str, kind: str, classification: str, own: str = "") -> Account:
    name = f"Account {code}"
    return Account(
        f"a-{code}", name, name, code, kind, own, classification, currency=None, active=True
    )


BANK = replace(an_account("090", "BANK", "Asset"), ref="bank", code=None)
ACCOUNTS = (
    BANK,
    an_account("200", "REVENUE", "Revenue"),
    an_account("310", "DIRECTCOSTS", "Expense"),
    an_account("433", "EXPENSE", "Expense"),
    an_account("610", "CURRENT", "Asset", "DEBTORS"),
    an_account("630", "INVENTORY", "Asset"),
    an_account("650", "CURRENT", "Asset", "PAYMENTS"),
    an_account("877", "CURRLIAB", "Liability"),
)
TAXES = (
    Tax("OUTPUT", "Tax on Sales", "code", active=True, rate="8", purchase_rate="8"),
    Tax("INPUT", "Tax on Purchases", "code", active=True, rate="5", purchase_rate="5"),
    Tax("NONE", "Tax Exempt", "code", active=True, rate="0", purchase_rate="0"),
)


def a_lookup(
    mapping: Mapping[str, str | None] | None = None,
    refs: Mapping[tuple[Kind, str], Target] = REFS,
    taxes: tuple[Tax, ...] = TAXES,
    policies: Policies | None = None,
    **company: object,
) -> Lookup:
    """`mapping` changes the usual one; None: not mapped."""
    both: dict[str, str | None] = {**MAPPING, **(mapping or {})}
    mapped = {key: code for key, code in both.items() if code is not None}
    known = COMPANY | company
    chart = Chart(ACCOUNTS, taxes, mapped, known, policies or Policies(), tenant="acme")
    return Lookup(chart, refs)


def a_create(kind: Kind, document: Record, alias: str | None = None) -> Work:
    return Work(1, kind, document.id, Operation.CREATE, document, alias=alias)


def an_update(kind: Kind, document: Record, sync_token: str = "") -> Work:
    return Work(1, kind, document.id, Operation.UPDATE, document, "r-1", sync_token)


def a_removal(kind: Kind, document: Record, sync_token: str = "") -> Work:
    return Work(1, kind, document.id, Operation.REMOVE, document, "r-1", sync_token)
