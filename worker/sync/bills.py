"""Bills in the books: how far they are paid, and which of ours that sets free."""

from collections.abc import Sequence

from schemas.kinds import Kind
from worker.providers.port import InvoiceSeen
from worker.store import payments
from worker.store.connections import Connection
from worker.store.session import Session
from worker.sync import unpaid
from worker.sync.allocations import as_seen, paid


def stand(
    session: Session,
    connection: Connection,
    seen: Sequence[InvoiceSeen],
    kind: Kind = Kind.PURCHASE_INVOICE,
) -> None:
    """Bring our bills (or invoices) up to what the books say; the connection's row is locked by the
    caller."""
    refs = [one.ref for one in seen]
    known = payments.standings(session, connection.id, refs, kind)
    less: list[str] = []
    for one in seen:
        before = known.get(one.ref)
        if before is None:
            continue
        now = as_seen(before, one)
        if now != before:
            payments.stand(session, now, paid(now))
        if paid(now) < paid(before):
            less.append(now.record_id)
    unpaid.wake(session, connection.id, less)
