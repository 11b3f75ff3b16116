"""Checks before anything is sent: what Xero would refuse is refused here, in our words."""

from decimal import Decimal

from worker.providers.lookup import PLACEHOLDER, Account, Cause, Lookup
from worker.providers.refusals import refuse
from worker.providers.wire import Body
from worker.providers.xero.read import TAKES_PAYMENTS

EMAIL_LENGTH = 255

_STOCK = "INVENTORY"
_BANK = "BANK"
# Xero posts to these by itself (Xero: accounts).
_SYSTEM = frozenset({"DEBTORS", "CREDITORS", "RETAINEDEARNINGS", "GST", "HISTORICAL"})
_RATE = Decimal("0.000001")


def takes_lines(account: Account) -> bool:
    """Whether lines of documents and journals may go to an account; they name it by its code."""
    own = set(account.subtype.split()) & _SYSTEM
    return account.code is not None and account.type not in (_STOCK, _BANK) and not own


def takes_payments(account: Account) -> bool:
    """Whether the money of payments may arrive there (Xero: payments)."""
    return account.type == _BANK or TAKES_PAYMENTS in account.subtype.split()


def holds_stock(account: Account) -> bool:
    """Whether tracked items may stand there (Xero: items)."""
    return account.type == _STOCK and account.code is not None


def line_account(named: str | None, mapped: str, use: str, lookup: Lookup) -> str:
    """The code of the account that a line goes to. Raises Refusal where none may."""
    account = lookup.account(named, mapped)
    if account.ref != PLACEHOLDER and not takes_lines(account):
        needed = "an account with a code that takes lines: no bank, stock or system account"
        raise _unfit(account, use, needed, named, mapped)
    return account.code or PLACEHOLDER


def payment_account(named: str | None, lookup: Lookup) -> str:
    """The id of the account where a payment arrives; not every bank account has a code."""
    account = lookup.account(named, "payment")
    if account.ref != PLACEHOLDER and not takes_payments(account):
        needed = "a bank account, or one that takes payments"
        raise _unfit(account, "payments of invoices", needed, named, "payment")
    return account.ref


def email(address: str, record: str) -> str:
    """An address as Xero takes it: one, of ASCII letters (Xero: contacts); the first of several."""
    first = address.replace(";", ",").split(",")[0].strip()
    name, _, domain = first.rpartition("@")
    if not (name and "." in domain and first.isascii() and " " not in first):
        raise refuse("email_invalid", {"field": "email", "record": record})
    if len(first) > EMAIL_LENGTH:
        raise refuse("value_too_long", {"field": "email", "record": record})
    return first


def currency(named: str | None, record: str, lookup: Lookup) -> str | None:
    """A currency that the organisation is subscribed to; none in one with its own alone."""
    company = lookup.company
    subscribed = company.get("currencies")
    known = subscribed if isinstance(subscribed, list) else []
    if named not in (None, company.get("currency"), *known):
        raise refuse("currency_not_enabled", {"currency": str(named), "record": record})
    return named if company.get("multicurrency") else None


def money(named: str, record: str, lookup: Lookup, rate: Decimal | None) -> Body:
    """The fields of a document's currency, and of the rate where the CMMS gives one.

    The contract's rate is what one unit is worth at home; Xero's CurrencyRate is taken to be the
    other way round, from memory: units for one at home.
    """
    sent = currency(named, record, lookup)
    if sent is None:
        return {}
    foreign = rate is not None and sent != lookup.company.get("currency")
    units = (1 / rate).quantize(_RATE) if rate and foreign else Decimal(0)
    return {"CurrencyCode": sent} | ({"CurrencyRate": units} if units else {})


def home_currency(named: str, record: str, lookup: Lookup) -> None:
    """Journals have no currency (Xero: manual journals). Raises Refusal for another one."""
    if named != lookup.company.get("currency"):
        raise refuse("journal_currency", {"currency": named, "record": record})


def _unfit(account: Account, use: str, needed: str, named: str | None, mapped: str) -> Exception:
    cause = Cause("account", named) if named else Cause("mapping", mapped)
    names = {"account": account.name, "use": use, "needed": needed}
    return refuse("account_type_wrong", names, {cause})
