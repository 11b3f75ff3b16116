"""Closed books: which day a document gets in them, and what cannot be changed any more."""

from dataclasses import dataclass
from datetime import date, timedelta

from worker.policies import ClosedPeriod
from worker.providers.lookup import Cause, Lookup
from worker.providers.port import Operation, Work
from worker.providers.refusals import Refusal, refuse


@dataclass(frozen=True)
class Dated:
    """The day that a document gets in the books, and a note where the CMMS has another one."""

    day: date
    note: str = ""

    def due(self, day: date | None) -> date | None:
        """A due date that is not before the document's own."""
        return None if day is None else max(day, self.day)


def period(work: Work, day: date, lookup: Lookup, record: str) -> Dated:
    """The day for a document of that day: its own, or the first open one under policy `shift`.

    Raises Refusal where the period is closed, or where the document already
    stands in one: nothing of it can be changed then. It waits for `period:<day>`.
    """
    closed = _closed_until(lookup)
    if closed is None:
        return Dated(day)
    stands = work.dated if work.operation is Operation.UPDATE else None
    if stands is not None and stands <= closed:
        raise _closed(stands, record)
    if day > closed:
        return Dated(day)
    if lookup.chart.policies.closed_period is ClosedPeriod.HOLD:
        raise _closed(day, record)
    note = f"Dated {day} in the CMMS; the books are closed until {closed}"
    return Dated(closed + timedelta(days=1), note)


def removable(work: Work, lookup: Lookup, record: str) -> None:
    """A document that stands in a closed period is not removed either."""
    closed = _closed_until(lookup)
    if closed is not None and work.dated is not None and work.dated <= closed:
        raise _closed(work.dated, record)


def _closed_until(lookup: Lookup) -> date | None:
    """The last closed day, as the company's preferences say."""
    stated = lookup.company.get("closed_until")
    return date.fromisoformat(str(stated)[:10]) if stated else None


def _closed(day: date, record: str) -> Refusal:
    names = {"record": record, "date": day.isoformat()}
    return refuse("period_closed", names, {Cause("period", day.isoformat())})
