"""The company behind a connection: read from the books, and kept with the connection's row."""

from collections.abc import Iterable, Mapping

from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Company
from worker.store import connections, reconsider, waiting
from worker.store.connections import Connection
from worker.store.reconsider import Which
from worker.store.session import Session
from worker.terms import Cause

PERIOD = "period"
_MENDS = {
    "multicurrency": ("currency_not_enabled",),
    "tax": ("tax_inclusive_not_supported", "two_tax_codes", "purchase_tax_not_supported"),
    "stock": ("feature_missing",),
    "custom_numbers": ("duplicate_number",),
}
"""What failed for a preference of the company is tried again where that is another one by now."""


def keep(session: Session, connection_id: int, company: Company) -> None:
    """Keep name, country, currency and the preferences that translation needs.

    Documents whose day the books take again are due; so are all that wait for a day where they
    can be dated to another one. The caller has locked the connection's row.
    """
    before = connections.get(session, connection_id)
    data = dict(company.data) | {
        "name": company.name,
        "currency": company.currency,
        "country": company.country,
    }
    connections.change(session, connection_id, company=data)
    closed = data.get("closed_until")
    moved = closed != before.company.get("closed_until")
    shifts = Policies.read(before.settings).closed_period is ClosedPeriod.SHIFT
    waited = waiting.causes(session, connection_id, [PERIOD])
    waiting.wake(session, connection_id, waited if moved and shifts else reopened(waited, closed))
    codes = [
        code for name, codes in _MENDS.items() if _differs(name, before, data) for code in codes
    ]
    if codes:
        reconsider.again(session, connection_id, Which("failed", codes=codes))


def _differs(name: str, before: Connection, data: Mapping[str, object]) -> bool:
    return name in before.company and before.company[name] != data.get(name)


def reopened(periods: Iterable[Cause], closed_until: object) -> list[Cause]:
    """Days (`period:2026-03-31`) that the books take again; closed up to a day, or not at all."""
    return [one for one in periods if not closed_until or one.id > str(closed_until)]
