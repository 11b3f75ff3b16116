"""Issues: causes that people must mend, opened before a record needs it, closed by themselves.

`review` says which accounts and tax codes are in use and cannot be used (any more).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from worker.providers.lookup import Account, Chart, Tax
from worker.store import issues
from worker.store.connections import Connection
from worker.store.issues import close, raise_
from worker.store.session import Session
from worker.sync import charts
from worker.terms import Cause

__all__ = ["close", "raise_", "review"]

_REVIEWED = (
    "mapped_account_inactive",
    "mapped_tax_code_inactive",
    "used_account_inactive",
    "used_tax_code_inactive",
)


@dataclass
class Use:
    """Who needs one account or tax code: keys of the mapping, items, and records that wait."""

    name: str
    keys: list[str] = field(default_factory=list)
    items: int = 0
    waiting: int = 0

    @property
    def users(self) -> str:
        said = [(self.items, "item", "items"), (self.waiting, "waiting record", "waiting records")]
        return " and ".join(f"{n} {one if n == 1 else many}" for n, one, many in said if n)


def review(session: Session, connection: Connection) -> None:
    """Open an issue for each account and tax code that is in use but not active in the books, and
    close those that are mended. The caller has locked the connection's row.
    """
    chart = charts.load(session, connection)
    uses = _uses(session, connection, chart)
    for cause, use in uses.items():
        raise_(session, connection.id, cause, _code(cause, use), _names(cause, use))
    known = issues.open_ones(session, connection.id, _REVIEWED)
    close(session, connection.id, [one.cause for one in known if one.cause not in uses])


def _uses(session: Session, connection: Connection, chart: Chart) -> dict[Cause, Use]:
    """What cannot be used, and who needs it."""
    uses: dict[Cause, Use] = {}

    def use(kind: str, named: str) -> Use:
        """Who needs this; of what can be used nobody keeps it."""
        found = _unusable(chart, kind, named)
        return uses.setdefault(found[0], Use(found[1])) if found else Use(named)

    for key, ref in sorted(connection.mapping.items()):
        use("tax_code" if key.endswith("_tax") else "account", ref).keys.append(key)
    for named, count in issues.accounts_of_items(session, connection.id).items():
        if chart.account(named):  # else such an item waits for it, which is seen below
            use("account", named).items += count
    waited = issues.waited_for(session, connection.id, ["account", "tax_code"])
    for cause, count in waited.items():
        use(cause.kind, cause.id).waiting += count
    return uses


def _unusable(chart: Chart, kind: str, named: str) -> tuple[Cause, str] | None:
    """The cause and what people call it, where this account or tax code is not an active one."""
    pulled = chart.taxes if kind == "tax_code" else chart.accounts
    found: Account | Tax | None = chart.tax(named) if kind == "tax_code" else chart.account(named)
    if not pulled or (found and found.active):
        return None
    if found is None:
        return Cause(kind, named), named
    return Cause(kind, found.ref), found.full_name if isinstance(found, Account) else found.name


def _code(cause: Cause, use: Use) -> str:
    return f"{'mapped' if use.keys else 'used'}_{cause.kind}_inactive"


def _names(cause: Cause, use: Use) -> Mapping[str, str]:
    return {cause.kind: use.name, "mapping": ", ".join(use.keys), "users": use.users}
