"""What Xero lets its accounts and tax rates be used for (Xero: accounts)."""

from collections.abc import Callable
from dataclasses import dataclass

from worker.providers.lookup import Account, Chart, Tax
from worker.providers.xero.checks import holds_stock, takes_lines, takes_payments

_ANY = frozenset({"asset", "expense", "liability", "equity", "revenue"})


@dataclass(frozen=True)
class _Fit:
    """`classes` are the accounts' classes; `wanted` says in words which of them fit."""

    wanted: str
    classes: frozenset[str]
    takes: Callable[[Account], bool] = takes_lines


_INCOME = _Fit("revenue", frozenset({"revenue"}))
_ANY_LINE = _Fit("an account with a code that is no bank, stock or system account", _ANY)
_FITS = {
    "income": _INCOME,
    "expense": _Fit("expense", frozenset({"expense"})),
    "asset": _Fit("an account of the type inventory", frozenset({"asset"}), holds_stock),
    "sales": _INCOME,
    "purchase": _Fit("expense or asset", frozenset({"expense", "asset"})),
    "journal_debit": _ANY_LINE,
    "journal_credit": _ANY_LINE,
    "payment": _Fit("bank, or payments enabled", _ANY, takes_payments),
}


class AccountUses:
    """The Uses of Xero."""

    def fits(self, key: str, account: Account) -> bool:
        fit = _FITS[key]
        return account.classification.casefold() in fit.classes and fit.takes(account)

    def wanted(self, key: str) -> str:
        return _FITS[key].wanted

    def is_open(self, chart: Chart, tax: Tax) -> bool:
        """Never: every rate of Xero says how much it is."""
        return False
