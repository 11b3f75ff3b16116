"""Checks before anything is sent: what QuickBooks would refuse is refused here, in our words."""

from collections.abc import Iterable, Mapping

from worker.failures import CODES
from worker.providers.lookup import PLACEHOLDER, Account, Cause, Lookup
from worker.providers.port import Fault

INCOME = frozenset({"Income", "Other Income"})
EXPENSE = frozenset({"Expense", "Other Expense", "Cost of Goods Sold"})
STOCK = frozenset({"Other Current Asset"})

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


def account_of_type(account: Account, types: frozenset[str], use: str, cause: Cause) -> str:
    """The account's ref if its type fits the use (Intuit answers 6430 otherwise).

    A placeholder passes: the document waits for its account anyway.
    """
    if account.ref != PLACEHOLDER and account.type not in types:
        names = {"account": account.name, "use": use, "needed": " or ".join(sorted(types))}
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


def same_currency(named: str, of_party: str | None, record: str) -> None:
    """A document has the currency of its party, which is fixed (2220, 6000 otherwise)."""
    if of_party not in (None, named):
        raise refuse("currency_mismatch", {"currency": named, "record": record})
