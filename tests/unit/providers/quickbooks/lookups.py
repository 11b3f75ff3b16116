"""What a translation may ask, built for a test."""

from collections.abc import Mapping
from decimal import Decimal

from schemas.kinds import Kind
from worker.providers.lookup import Account, Chart, Lookup, Target, Tax
from worker.providers.port import Operation, Record, Work

COMPANY = {
    "country": "US",
    "currency": "USD",
    "multicurrency": False,
    "tax": "manual",
    "custom_numbers": True,
}
MAPPING = {
    "income": "4000",
    "expense": "5000",
    "asset": "1300",
    "sales": "4100",
    "purchase": "6100",
    "payment": "1200",
    "journal_debit": "6100",
    "journal_credit": "2000",
    "sales_tax": "State",
}
REFS = {
    (Kind.CUSTOMER, "CUS-1"): Target("58", currency="USD"),
    (Kind.VENDOR, "VEN-1"): Target("56"),
    (Kind.ITEM, "ITM-1"): Target("7", stocked=False),
    (Kind.ITEM, "ITM-2"): Target("19"),
    (Kind.ITEM, "~sales:41"): Target("20"),
    (Kind.INVOICE, "INV-1"): Target(
        "145", currency="USD", party="58", balance=Decimal("238.50"), label="2026-1042"
    ),
}


def an_account(ref: str, code: str, kind: str, subtype: str = "") -> Account:
    return Account(
        ref, f"Account {code}", f"Account {code}", code, kind, subtype, "", "USD", active=True
    )


ACCOUNTS = (
    an_account("10", "1000", "Bank"),
    an_account("11", "1100", "Accounts Receivable"),
    an_account("12", "1200", "Other Current Asset", "UndepositedFunds"),
    an_account("13", "1300", "Other Current Asset", "Inventory"),
    an_account("20", "2000", "Accounts Payable"),
    an_account("40", "4000", "Income", "SalesOfProductIncome"),
    an_account("41", "4100", "Income"),
    an_account("50", "5000", "Cost of Goods Sold"),
    an_account("61", "6100", "Expense"),
)
TAXES = (
    Tax("TAX", "TAX", "code", active=True, rate=None),
    Tax("NON", "NON", "code", active=True, rate="0"),
    Tax("2", "State", "code", active=True, rate="8"),
    Tax("3", "County", "code", active=True, rate="8.7"),
    Tax("4", "Exempt", "code", active=True, rate="0"),
)


def a_lookup(
    mapping: Mapping[str, str] = MAPPING,
    refs: Mapping[tuple[Kind, str], Target] = REFS,
    **company: object,
) -> Lookup:
    chart = Chart(ACCOUNTS, TAXES, mapping, COMPANY | company)
    return Lookup(chart, refs)


def a_create(kind: Kind, document: Record, alias: str | None = None) -> Work:
    return Work(1, kind, document.id, Operation.CREATE, document, alias=alias)


def an_update(kind: Kind, document: Record) -> Work:
    return Work(1, kind, document.id, Operation.UPDATE, document, "145", "3")


def a_removal(kind: Kind, document: Record) -> Work:
    return Work(1, kind, document.id, Operation.REMOVE, document, "145", "3")
