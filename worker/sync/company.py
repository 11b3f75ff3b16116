"""The company behind a connection: read from the books, and kept with the connection's row."""

from collections.abc import Iterable

from worker.policies import ClosedPeriod, Policies
from worker.providers.port import Company
from worker.store import connections, waiting
from worker.store.session import Session
from worker.sync import resuming
from worker.terms import Cause

PERIOD = "period"


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
    resuming.again(session, connection_id, resuming.by_preferences(before.company, data))


def reopened(periods: Iterable[Cause], closed_until: object) -> list[Cause]:
    """Days (`period:2026-03-31`) that the books take again; closed up to a day, or not at all."""
    return [one for one in periods if not closed_until or one.id > str(closed_until)]
