"""Invoices that wait for payments to go, which forbid to void or to lower them, and payments that
wait for their invoice to be open: what sets them free."""

from collections.abc import Iterable, Sequence

from worker.store import looking, waiting
from worker.store.session import Session
from worker.terms import Cause


def wake(session: Session, connection_id: int, invoices: Iterable[str]) -> None:
    """Less of these invoices (by record id) is paid than before. The connection's row is locked."""
    waiting.wake(session, connection_id, [Cause("payments", invoice) for invoice in invoices])


def payments_written(session: Session, connection_id: int, payments: Sequence[int]) -> None:
    """Payments of ours (their links) were written or removed: their invoices are looked up again,
    and other payments of these tried again.

    The connection's row is locked.
    """
    if payments:
        wake(session, connection_id, looking.invoices_paid_by(session, connection_id, payments))
        moved(session, connection_id, looking.applied_to(session, payments))


def moved(session: Session, connection_id: int, invoices: Iterable[str]) -> None:
    """What these invoices (by ref) have open is another amount. The connection's row is locked."""
    waiting.wake(session, connection_id, [Cause("balance", invoice) for invoice in invoices])
