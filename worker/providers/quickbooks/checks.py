"""Checks before anything is sent: what QuickBooks would refuse is refused here, in our words."""

from dataclasses import dataclass
from decimal import Decimal

from worker.providers.lookup import PLACEHOLDER, Account, Cause, Lookup
from worker.providers.port import Work
from worker.providers.refusals import refuse
from worker.providers.wire import Body, parsed


@dataclass(frozen=True)
class Fit:
    """Which accounts fit a use: their types, and their subtype where that counts as well."""

    use: str
    types: frozenset[str]
    needed: str  # in words
    subtype: str | None = None


INCOME = Fit("sales", frozenset({"Income", "Other Income"}), "an income account")
EXPENSE = Fit(
    "purchases",
    frozenset({"Expense", "Other Expense", "Cost of Goods Sold"}),
    "an expense account or one of cost of goods sold",
)
# Of stock (Intuit: Item)
STOCK_INCOME = Fit(
    "sales of stock",
    frozenset({"Income"}),
    "an income account of the detail type Sales of Product Income",
    "SalesOfProductIncome",
)
STOCK_EXPENSE = Fit(
    "purchases of stock", frozenset({"Cost of Goods Sold"}), "an account of cost of goods sold"
)
STOCK = Fit(
    "stock",
    frozenset({"Other Current Asset"}),
    "a current asset account of the detail type Inventory",
    "Inventory",
)

CONTROL = frozenset({"Accounts Receivable", "Accounts Payable"})  # of what is owed

EMAIL_LENGTH = 100


def fitting(account: Account, fit: Fit, cause: Cause) -> str:
    """The account's ref if it fits the use (Intuit answers 6430 otherwise).

    A placeholder passes: the document waits for its account anyway.
    """
    fits = account.type in fit.types and fit.subtype in (None, account.subtype)
    if account.ref != PLACEHOLDER and not fits:
        names = {"account": account.name, "use": fit.use, "needed": fit.needed}
        raise refuse("account_type_wrong", names, {cause})
    return account.ref


def email(address: str, field: str, record: str) -> str:
    """An address as QuickBooks takes it (2210): several may stand there, separated by commas."""
    parts = [part.strip() for part in address.split(",")]
    if not all("@" in part and "." in part for part in parts):
        raise refuse("email_invalid", {"field": field, "record": record})
    joined = ",".join(parts)
    if len(joined) > EMAIL_LENGTH:
        raise refuse("value_too_long", {"field": field, "record": record})
    return joined


def currency(named: str | None, record: str, lookup: Lookup) -> str | None:
    """The currency to be sent: none in a company with one currency, which must be this one."""
    if lookup.company.get("multicurrency"):
        return named
    if named not in (None, lookup.company.get("currency")):
        raise refuse("currency_not_enabled", {"currency": str(named), "record": record})
    return None


def fixed_currency(work: Work, named: str | None, record: str) -> None:
    """A party keeps the currency that it was made with (Intuit: CurrencyRef)."""
    stated = parsed((work.held or {}).get("CurrencyRef", "")) or {}
    held = stated.get("value")
    if named is not None and held not in (None, named):
        names = {"record": record, "currency": named, "held": str(held)}
        raise refuse("currency_fixed", names)


def money(
    named: str, of_party: str | None, record: str, lookup: Lookup, rate: Decimal | None = None
) -> Body:
    """The fields of a document's currency, which is that of its party (2220, 6000 otherwise), and
    of the rate that the CMMS gives for one that is not the company's own."""
    sent = currency(named, record, lookup)
    if of_party not in (None, named):
        raise refuse("currency_mismatch", {"currency": named, "record": record})
    if sent is None:
        return {}
    foreign = rate is not None and sent != lookup.company.get("currency")
    return {"CurrencyRef": {"value": sent}} | ({"ExchangeRate": rate} if foreign else {})
