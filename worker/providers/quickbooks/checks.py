"""Checks before anything is sent: what QuickBooks would refuse is refused here, in our words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from worker.failures import CODES
from worker.policies import ClosedPeriod
from worker.providers.lookup import PLACEHOLDER, Account, Cause, Lookup
from worker.providers.port import Fault, Operation, Work
from worker.providers.quickbooks.wire import Body, parsed


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


class Refusal(Exception):
    """A check found that the books would not take the document."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.code)
        self.fault = fault


def refuse(
    code: str, names: Mapping[str, str], causes: Iterable[Cause] = (), detail: str = ""
) -> Refusal:
    """The refusal for a code of the catalogue, to be raised."""
    return Refusal(Fault(code, CODES[code].category, names, detail, frozenset(causes)))


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


@dataclass(frozen=True)
class Dated:
    """The day that a document gets in the books, and a note where the CMMS has another one."""

    day: date
    note: str = ""

    def due(self, day: date | None) -> date | None:
        """A due date that is not before the document's own."""
        return None if day is None else max(day, self.day)


def period(work: Work, day: date, lookup: Lookup, record: str) -> Dated:
    """The day for a document of that day: its own, or the first open one under policy `shift`.

    Raises Refusal (6200 otherwise) where the period is closed, or where the document already
    stands in one: nothing of it can be changed then. It waits for `period:<day>`.
    """
    closed = _closed_until(lookup)
    if closed is None:
        return Dated(day)
    stands = work.dated if work.operation is Operation.UPDATE else None
    if stands is not None and stands <= closed:
        raise _closed(stands, record)
    if day > closed:
        return Dated(day)
    if lookup.chart.policies.closed_period is ClosedPeriod.HOLD:
        raise _closed(day, record)
    note = f"Dated {day} in the CMMS; the books are closed until {closed}"
    return Dated(closed + timedelta(days=1), note)


def removable(work: Work, lookup: Lookup, record: str) -> None:
    """A document that stands in a closed period is not removed either (6200 otherwise)."""
    closed = _closed_until(lookup)
    if closed is not None and work.dated is not None and work.dated <= closed:
        raise _closed(work.dated, record)


def _closed_until(lookup: Lookup) -> date | None:
    """The last closed day, as the company's preferences say."""
    stated = lookup.company.get("closed_until")
    return date.fromisoformat(str(stated)[:10]) if stated else None


def _closed(day: date, record: str) -> Refusal:
    names = {"record": record, "date": day.isoformat()}
    return refuse("period_closed", names, {Cause("period", day.isoformat())})
