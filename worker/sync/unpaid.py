"""Invoices that wait for payments to go, which forbid to void or to lower them, and payments that
wait for their invoice to be open: what sets them free."""

from collections.abc import Collection, Iterable, Sequence

from worker.store import balances, looking, waiting
from worker.store.session import Session
from worker.terms import Cause


def wake(session: Session, connection_id: int, invoices: Iterable[str]) -> None:
    """Less of these invoices (by record id) is paid than before. The connection's row is locked."""
    waiting.wake(session, connection_id, [Cause("payments", invoice) for invoice in invoices])


def payments_written(
    session: Session, connection_id: int, payments: Sequence[int], before: Collection[str]
) -> None:
    """Payments of ours (their links) were written or removed: the invoices that they pay now, and
    that they paid `before`, are looked up again, and other payments of these tried again.

    The connection's row is locked.
    """
    if payments:
        invoices = looking.applied_to(session, payments) | set(before)
        wake(session, connection_id, looking.invoices_paid(session, connection_id, invoices))
        moved(session, connection_id, invoices)


def moved(session: Session, connection_id: int, invoices: Collection[str]) -> None:
    """What these invoices (by ref) have open is another amount: payments that were refused for it
    are tried again, and what is left over of others is applied. The connection's row is locked."""
    waiting.wake(session, connection_id, balances_of(invoices))
    apply_left_over(session, connection_id, invoices)


def balances_of(invoices: Iterable[str]) -> list[Cause]:
    """What payments wait for that were refused for what these invoices (by ref) have open."""
    return [Cause("balance", invoice) for invoice in invoices]


def apply_left_over(session: Session, connection_id: int, invoices: Collection[str]) -> None:
    """What payments have left over for want of something open goes on these invoices (by ref)."""
    if not invoices:
        return
    left = looking.left_over(session, connection_id, invoices)
    is_open = balances.open_balances(session, connection_id, left.values())
    looking.apply_anew(
        session, [one for one, invoice in left.items() if is_open.get(invoice, 0) > 0]
    )
