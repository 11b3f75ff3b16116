"""The mapping: which accounts and tax codes of the books stand for what the CMMS does not name."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.errors import Misuse
from worker.providers.lookup import Account, Chart, Tax
from worker.store import connections, waiting
from worker.sync import charts, issues
from worker.sync.changing import change
from worker.sync.services import Services
from worker.terms import Cause

# Types by the name that the ledger gives them, in lower case. Receivables and payables need a party
# on every line, which only the journal has, and there for vendors only.
_RECEIVABLE = "accounts receivable"
_CONTROL = frozenset({_RECEIVABLE, "accounts payable"})
_LONG_TERM = frozenset({"fixed asset", "other asset"})
# Where sales tax is set up by hand, these say whether tax is due and leave open how much.
_BY_HAND = "manual"
_OPEN = frozenset({"TAX", "NON"})


@dataclass(frozen=True)
class Use:
    """One key of the mapping. `classes` are the accounts' classifications; none: a tax code.

    `excluded` are types of account, `only` types or subtypes where not all others will do.
    """

    key: str
    meaning: str
    classes: tuple[str, ...] = ()
    excluded: frozenset[str] = _CONTROL
    only: tuple[str, ...] = ()

    @property
    def wants_account(self) -> bool:
        return bool(self.classes)

    @property
    def wanted(self) -> str:
        """What would fit, in words."""
        return " or ".join(self.only or self.classes)

    def fits(self, account: Account) -> bool:
        kinds = {_words(account.type), _words(account.subtype)}
        return (
            account.classification.casefold() in self.classes
            and not kinds & self.excluded
            and (not self.only or bool(kinds & set(self.only)))
        )

    def suits(self, tax: Tax) -> bool:
        return tax.purchases if self.key == _PURCHASE_TAX else tax.sales


def _words(name: str) -> str:
    """A type of account as it is compared: ledgers write UndepositedFunds and Accounts Payable."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).casefold()


_PURCHASE_TAX = "purchase_tax"
_ANY = ("asset", "expense", "liability", "equity", "revenue")
_CASH = frozenset({"bank"})
_JOURNAL = frozenset({_RECEIVABLE})
USES = {
    use.key: use
    for use in (
        Use("income", "sales of items that name no income account", ("revenue",)),
        Use("expense", "purchases of items that name no expense account", ("expense",)),
        Use(
            "asset",
            "stock of items that name no asset account",
            ("asset",),
            _CONTROL | _CASH | _LONG_TERM,
        ),
        Use("sales", "invoice lines without item and account", ("revenue",)),
        Use(
            "purchase",
            "bill lines without item and account",
            ("expense", "asset"),
            _CONTROL | _CASH,
        ),
        Use("journal_debit", "what an expense is booked to", _ANY, _JOURNAL),
        Use("journal_credit", "what an expense is paid from, or owed as", _ANY, _JOURNAL),
        Use(
            "payment",
            "where payments of invoices arrive",
            ("asset",),
            only=("bank", "undeposited funds"),
        ),
        Use("sales_tax", "tax code of taxable sales lines that name none"),
        Use(_PURCHASE_TAX, "tax code of taxable purchase lines that name none"),
    )
}


@dataclass(frozen=True)
class Choice:
    """An account or tax code that a key may be mapped to."""

    ref: str
    code: str | None
    name: str
    type: str


@dataclass(frozen=True)
class Mapped:
    """One key as it stands: what it is mapped to (a ref), and what it could be mapped to."""

    use: Use
    ref: str | None
    choices: tuple[Choice, ...]

    @property
    def chosen(self) -> Choice | None:
        return next((choice for choice in self.choices if choice.ref == self.ref), None)


def show(services: Services, connection_id: int) -> list[Mapped]:
    """Every key with its choices, as the books were last pulled."""
    with services.database.begin() as session:
        chart = charts.load(session, connections.get(session, connection_id))
    return [Mapped(use, chart.mapping.get(use.key), _choices(chart, use)) for use in USES.values()]


def set_mapping(services: Services, connection_id: int, wanted: Mapping[str, str]) -> None:
    """Map keys to accounts and tax codes named by ref, code or name; empty: map it no more.

    What waited for these keys, or for what they were mapped to before, is due again.
    Raises: Misuse; nothing is changed then.
    """
    with change(services, connection_id) as changing:
        row = changing.connection
        chart = charts.load(changing.session, row)
        refs = {key: _resolved(chart, key, name) for key, name in wanted.items()}
        kept = {key: ref for key, ref in row.mapping.items() if key not in refs}
        changing.set(mapping=kept | {key: ref for key, ref in refs.items() if ref})
        waiting.wake(changing.session, connection_id, _mended(row.mapping, refs))
        issues.review(changing.session, connections.get(changing.session, connection_id))
        changing.wake()


def _resolved(chart: Chart, key: str, name: str) -> str:
    use = USES.get(key)
    if use is None:
        raise Misuse("unknown_mapping", f"there is no mapping {key}; known: {', '.join(USES)}")
    if not name:
        return ""
    if not chart.accounts:
        text = "the chart of accounts has not been pulled yet: connect first, or wait a moment"
        raise Misuse("accounts_unknown", text)
    return _account(chart, use, name).ref if use.wants_account else _tax(chart, use, name).ref


def _account(chart: Chart, use: Use, name: str) -> Account:
    account = chart.account(name)
    if account is None or not account.active:
        text = f"the books have no active account {name}; see `books records account`"
        raise Misuse("account_missing", text)
    if not use.fits(account):
        is_now = f"{account.full_name} is of type {account.type}"
        text = f"{is_now}; {use.key} needs another: {use.wanted}"
        raise Misuse("account_type_wrong", text)
    return account


def _tax(chart: Chart, use: Use, name: str) -> Tax:
    tax = chart.tax(name)
    if tax is None or not tax.active:
        text = f"the books have no active tax code {name}; see `books records tax_code`"
        raise Misuse("tax_code_missing", text)
    if not _says_how_much(chart, tax):
        text = (
            f"{tax.name} says whether tax is due, not how much: name the code of an agency's rate"
        )
        raise Misuse("tax_code_open", text)
    if not use.suits(tax):
        raise Misuse("tax_code_unfit", f"{tax.name} has no rate for this: {use.meaning}")
    return tax


def _says_how_much(chart: Chart, tax: Tax) -> bool:
    return chart.company.get("tax") != _BY_HAND or tax.ref.upper() not in _OPEN


def _mended(before: Mapping[str, str], refs: Mapping[str, str]) -> list[Cause]:
    """What may be no obstacle any more: the keys, and the accounts they pointed to before."""
    found = [Cause("mapping", key) for key, ref in refs.items() if ref]
    for key in refs.keys() & before.keys():
        kind = "account" if USES[key].wants_account else "tax_code"
        found.append(Cause(kind, before[key]))
    return found


def _choices(chart: Chart, use: Use) -> tuple[Choice, ...]:
    if use.wants_account:
        return tuple(_of_accounts(a for a in chart.accounts if a.active and use.fits(a)))
    codes = [one for one in chart.taxes if one.active and one.kind == "code"]
    return tuple(_of_taxes([one for one in codes if _says_how_much(chart, one) and use.suits(one)]))


def _of_accounts(accounts: Iterable[Account]) -> Iterable[Choice]:
    return (Choice(one.ref, one.code, one.full_name, one.type) for one in accounts)


def _of_taxes(taxes: Sequence[Tax]) -> Iterable[Choice]:
    return (Choice(one.ref, None, one.name, "tax code") for one in taxes)
