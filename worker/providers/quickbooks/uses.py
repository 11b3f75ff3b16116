"""What QuickBooks lets its accounts and tax codes be used for (Intuit: Account, sales tax)."""

import re
from dataclasses import dataclass

from worker.providers.lookup import Account, Chart, Tax
from worker.providers.quickbooks.tax import MANUAL

# Types by name, in lower case. Receivables and payables need a party on every line, which only the
# journal has, and there for vendors only.
_RECEIVABLE = "accounts receivable"
_CONTROL = frozenset({_RECEIVABLE, "accounts payable"})
_LONG_TERM = frozenset({"fixed asset", "other asset"})
_CASH = frozenset({"bank"})
_ANY = ("asset", "expense", "liability", "equity", "revenue")
# Where sales tax is set up by hand, these say whether tax is due and leave open how much.
_OPEN = frozenset({"TAX", "NON"})


@dataclass(frozen=True)
class _Fit:
    """`classes` are the accounts' classifications, `excluded` types, `only` types or subtypes where
    not all others will do."""

    classes: tuple[str, ...]
    excluded: frozenset[str] = _CONTROL
    only: tuple[str, ...] = ()


_FITS = {
    "income": _Fit(("revenue",)),
    "expense": _Fit(("expense",)),
    "asset": _Fit(("asset",), _CONTROL | _CASH | _LONG_TERM),
    "sales": _Fit(("revenue",)),
    "purchase": _Fit(("expense", "asset"), _CONTROL | _CASH),
    "journal_debit": _Fit(_ANY, frozenset({_RECEIVABLE})),
    "journal_credit": _Fit(_ANY, frozenset({_RECEIVABLE})),
    "payment": _Fit(("asset",), only=("bank", "undeposited funds")),
}


class AccountUses:
    """The Uses of QuickBooks."""

    def fits(self, key: str, account: Account) -> bool:
        fit = _FITS[key]
        kinds = {_words(account.type), _words(account.subtype)}
        return (
            account.classification.casefold() in fit.classes
            and not kinds & fit.excluded
            and (not fit.only or bool(kinds & set(fit.only)))
        )

    def wanted(self, key: str) -> str:
        return " or ".join(_FITS[key].only or _FITS[key].classes)

    def is_open(self, chart: Chart, tax: Tax) -> bool:
        return chart.company.get("tax") == MANUAL and tax.ref.upper() in _OPEN


def _words(name: str) -> str:
    """A type of account as it is compared: QuickBooks writes UndepositedFunds and Accounts
    Payable."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()
