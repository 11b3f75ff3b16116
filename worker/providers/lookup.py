"""What a translation may ask: refs of other records, mapped accounts, tax codes, the company.

Everything is loaded beforehand, so translation stays pure. What is missing is noted and the answer
is a placeholder: a document waits on the whole set of its causes, not on the first one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from schemas.kinds import Kind
from worker.policies import Policies
from worker.terms import Cause, Target

__all__ = ["HOUSE_ITEM", "PLACEHOLDER", "Account", "Cause", "Chart", "Lookup", "Target", "Tax"]


@dataclass(frozen=True)
class Account:
    ref: str
    name: str
    full_name: str
    code: str | None
    type: str
    subtype: str
    classification: str
    currency: str | None
    active: bool


@dataclass(frozen=True)
class Tax:
    """A tax code or rate; `rate` (of sales) in percent as text, where the ledger gives one."""

    ref: str
    name: str
    kind: str  # code, rate
    active: bool
    rate: str | None = None
    purchase_rate: str | None = None
    sales: bool = True  # of a code: whether it can stand on lines of sales
    purchases: bool = True


PLACEHOLDER = "0"
HOUSE_ITEM = "~sales:"


@dataclass
class Chart:
    """Accounts and taxes of one connection, with its mapping; built once a slice."""

    accounts: Sequence[Account]
    taxes: Sequence[Tax]
    mapping: Mapping[str, str]
    company: Mapping[str, object]
    policies: Policies = field(default_factory=Policies)
    tenant: str = ""  # for links back to the CMMS
    _accounts: dict[str, Account] = field(init=False)
    _taxes: dict[str, Tax] = field(init=False)

    def __post_init__(self) -> None:
        # Tried in this order by the contract: id, code, full name; so the strongest is entered
        # last.
        by_name = {account.full_name: account for account in self.accounts}
        by_code = {account.code: account for account in self.accounts if account.code}
        by_ref = {account.ref: account for account in self.accounts}
        self._accounts = by_name | by_code | by_ref
        codes = [tax for tax in self.taxes if tax.kind == "code"]
        self._taxes = {tax.name.casefold(): tax for tax in codes} | {tax.ref: tax for tax in codes}

    def account(self, named: str) -> Account | None:
        return self._accounts.get(named)

    def tax(self, named: str) -> Tax | None:
        return self._taxes.get(named) or self._taxes.get(named.casefold())


class Lookup:
    """Answers one document's questions and notes what is missing; `fresh` starts the next
    document."""

    def __init__(self, chart: Chart, targets: Mapping[tuple[Kind, str], Target]) -> None:
        self.chart = chart
        self._targets = targets
        self.missing: set[Cause] = set()

    def fresh(self) -> "Lookup":
        """The same knowledge with nothing missing yet."""
        return Lookup(self.chart, self._targets)

    @property
    def company(self) -> Mapping[str, object]:
        """The company's preferences as `Company.data`, with `currency` and `country`."""
        return self.chart.company

    def target(self, kind: Kind, record_id: str) -> Target:
        """Where another CMMS record stands in the books."""
        found = self._targets.get((kind, record_id))
        if found is None or found.removed:
            self.missing.add(Cause(kind, record_id))
            return Target(PLACEHOLDER)
        return found

    def knows(self, kind: Kind, record_id: str) -> bool:
        """Whether another CMMS record is in the books; notes nothing."""
        return (kind, record_id) in self._targets

    def label(self, kind: Kind, record_id: str) -> str:
        """What people call another CMMS record, else its id; notes nothing."""
        found = self._targets.get((kind, record_id))
        return (found and found.label) or record_id

    def ref(self, kind: Kind, record_id: str) -> str:
        return self.target(kind, record_id).ref

    def account(self, named: str | None, mapped: str) -> Account:
        """The account a document names, else the one that the connection maps as `mapped`."""
        wanted = named or self.chart.mapping.get(mapped)
        if wanted is None:
            self.missing.add(Cause("mapping", mapped))
            return _NO_ACCOUNT
        account = self.chart.account(wanted)
        if account is None or not account.active:
            self.missing.add(Cause("account", wanted))
            return _NO_ACCOUNT
        return account

    def sales_item(self, account: Account) -> str:
        """The ref of our own service item for sales lines that name no item (one for each account).

        A ledger whose sales lines take items only needs it; the flow makes it where it is missing.
        """
        if account.ref == PLACEHOLDER:
            return PLACEHOLDER
        return self.ref(Kind.ITEM, f"{HOUSE_ITEM}{account.ref}")

    def tax(self, named: str | None, mapped: str) -> Tax | None:
        """The tax code a line names, else the connection's default (`sales_tax`, `purchase_tax`),
        else none."""
        wanted = named or self.chart.mapping.get(mapped)
        if wanted is None:
            return None
        tax = self.chart.tax(wanted)
        if tax is None or not tax.active:
            self.missing.add(Cause("tax_code", wanted))
            return None
        return tax


_NO_ACCOUNT = Account(PLACEHOLDER, "", "", None, "", "", "", None, active=False)
