"""What the books refuse shows that they are not as we believed: it is written, or read, again."""

from collections.abc import Collection

from worker.providers.port import Resource
from worker.store import links, records, runs
from worker.store.connections import Connection
from worker.store.runs import Asked
from worker.store.session import Session, now
from worker.sync.company import PERIOD, reopened
from worker.terms import Cause

_LISTS = {"account": Resource.ACCOUNTS, "tax_code": Resource.TAXES}


def raise_doubts(session: Session, connection: Connection, causes: Collection[Cause]) -> None:
    """A link waits for these causes. The caller has locked the connection's row."""
    days = [cause for cause in causes if cause.kind == PERIOD]
    named = [(one.kind.removesuffix("_ref"), one.id) for one in causes if one.kind.endswith("_ref")]
    for kind, ref in named:
        links.doubt(session, connection.id, kind, ref)
    records.forget_fields(session, connection.id, named)
    if reopened(days, connection.company.get("closed_until")):
        _read_company(session, connection)


def read_lists(session: Session, connection: Connection, causes: Collection[Cause]) -> None:
    """The books refused these accounts and tax codes: their lists are read again, at most daily."""
    slot = f"refused:{now(session):%Y-%m-%d}"
    for resource in sorted({_LISTS[cause.kind] for cause in causes if cause.kind in _LISTS}):
        runs.queue(session, connection.id, resource, Asked("schedule", slot))


def _read_company(session: Session, connection: Connection) -> None:
    """A day is refused that we take for open: the company is read again, at most hourly."""
    slot = f"{PERIOD}:{now(session):%Y-%m-%dT%H}"
    runs.queue(session, connection.id, Resource.CONNECTION, Asked("schedule", slot))
