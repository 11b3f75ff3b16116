"""The mapping: which accounts and tax codes of the books stand for what the CMMS does not name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from worker.errors import Misuse
from worker.providers.accounts import Uses
from worker.providers.lookup import Account, Chart, Tax
from worker.store import connections, waiting
from worker.store.connections import Connection
from worker.store.session import Session
from worker.sync import charts, issues, resuming
from worker.sync.changing import change
from worker.sync.services import Services
from worker.terms import Cause


@dataclass(frozen=True)
class Use:
    """One key of the mapping: an account or a tax code. Which ones fit is the ledger's to say."""

    key: str
    meaning: str
    wants_account: bool = True


_PURCHASE_TAX = "purchase_tax"
USES = {
    use.key: use
    for use in (
        Use("income", "sales of items that name no income account"),
        Use("expense", "purchases of items that name no expense account"),
        Use("asset", "stock of items that name no asset account"),
        Use("sales", "invoice lines without item and account"),
        Use("purchase", "bill lines without item and account"),
        Use("journal_debit", "what an expense is booked to"),
        Use("journal_credit", "what an expense is paid from, or owed as"),
        Use("payment", "where payments of invoices arrive"),
        Use("sales_tax", "tax code of taxable sales lines that name none", wants_account=False),
        Use(
            _PURCHASE_TAX,
            "tax code of taxable purchase lines that name none",
            wants_account=False,
        ),
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
        books = _Books.load(services, session, connections.get(session, connection_id))
    mapping = books.chart.mapping
    return [Mapped(use, mapping.get(use.key), books.choices(use)) for use in USES.values()]


def set_mapping(services: Services, connection_id: int, wanted: Mapping[str, str]) -> None:
    """Map keys to accounts and tax codes named by ref, code or name; empty: map it no more.

    What waited for these keys, or for what they were mapped to before, is due again.
    Raises: Misuse; nothing is changed then.
    """
    with change(services, connection_id) as changing:
        row = changing.connection
        books = _Books.load(services, changing.session, row)
        refs = {key: books.resolved(key, name) for key, name in wanted.items()}
        kept = {key: ref for key, ref in row.mapping.items() if key not in refs}
        changing.set(mapping=kept | {key: ref for key, ref in refs.items() if ref})
        waiting.wake(changing.session, connection_id, _mended(row.mapping, refs))
        resuming.again(changing.session, connection_id, resuming.BY_LISTS)
        issues.review(changing.session, connections.get(changing.session, connection_id))
        changing.wake()


@dataclass(frozen=True)
class _Books:
    """Accounts and tax codes as they were last pulled, and what their ledger lets them be."""

    chart: Chart
    uses: Uses

    @classmethod
    def load(cls, services: Services, session: Session, row: Connection) -> "_Books":
        return cls(charts.load(session, row), services.ledgers[row.provider].uses)

    def resolved(self, key: str, name: str) -> str:
        """The ref of what is named; empty for an empty name. Raises Misuse."""
        use = USES.get(key)
        if use is None:
            known = ", ".join(USES)
            raise Misuse("unknown_mapping", f"there is no mapping {key}; known: {known}")
        if not name:
            return ""
        if not self.chart.accounts:
            text = "the chart of accounts has not been pulled yet: connect first, or wait a moment"
            raise Misuse("accounts_unknown", text)
        return self._account(use, name).ref if use.wants_account else self._tax(use, name).ref

    def _account(self, use: Use, name: str) -> Account:
        account = self.chart.account(name)
        if account is None or not account.active:
            text = f"the books have no active account {name}; see `books records account`"
            raise Misuse("account_missing", text)
        if not self.uses.fits(use.key, account):
            is_now = f"{account.full_name} is of type {account.type}"
            text = f"{is_now}; {use.key} needs another: {self.uses.wanted(use.key)}"
            raise Misuse("account_type_wrong", text)
        return account

    def _tax(self, use: Use, name: str) -> Tax:
        tax = self.chart.tax(name)
        if tax is None or not tax.active:
            text = f"the books have no active tax code {name}; see `books records tax_code`"
            raise Misuse("tax_code_missing", text)
        if self.uses.is_open(self.chart, tax):
            text = (
                f"{tax.name} says whether tax is due, not how much: name the code of an agency's "
                "rate"
            )
            raise Misuse("tax_code_open", text)
        if not _suits(use, tax):
            raise Misuse("tax_code_unfit", f"{tax.name} has no rate for this: {use.meaning}")
        return tax

    def choices(self, use: Use) -> tuple[Choice, ...]:
        """What a key may be mapped to."""
        if use.wants_account:
            active = (one for one in self.chart.accounts if one.active)
            return tuple(_of_accounts(one for one in active if self.uses.fits(use.key, one)))
        codes = [one for one in self.chart.taxes if one.active and one.kind == "code"]
        said = [one for one in codes if not self.uses.is_open(self.chart, one)]
        return tuple(_of_taxes([one for one in said if _suits(use, one)]))


def _suits(use: Use, tax: Tax) -> bool:
    return tax.purchases if use.key == _PURCHASE_TAX else tax.sales


def _mended(before: Mapping[str, str], refs: Mapping[str, str]) -> list[Cause]:
    """What may be no obstacle any more: the keys, and the accounts they pointed to before."""
    found = [Cause("mapping", key) for key, ref in refs.items() if ref]
    for key in refs.keys() & before.keys():
        kind = "account" if USES[key].wants_account else "tax_code"
        found.append(Cause(kind, before[key]))
    return found


def _of_accounts(accounts: Iterable[Account]) -> Iterable[Choice]:
    return (Choice(one.ref, one.code, one.full_name, one.type) for one in accounts)


def _of_taxes(taxes: Sequence[Tax]) -> Iterable[Choice]:
    return (Choice(one.ref, None, one.name, "tax code") for one in taxes)
