"""Payments that are no more, though the books have forgotten that they were deleted: a pull of all
of them does not see them."""

from decimal import Decimal

from worker.providers.port import InvoiceSeen, Page, PaymentSeen, Resource
from worker.store import payments, runs
from worker.store.connections import Connection
from worker.store.payments import Standing
from worker.store.runs import Mode, Run
from worker.store.session import Session
from worker.sync.applied import Applied
from worker.sync.failed_runs import own
from worker.sync.payments import keep

_SEEN = "seen"  # of the run's report, until it is over


def reads_all(run: Run) -> bool:
    """Whether a run sees every payment that the log can hold."""
    return run.resource == Resource.PAYMENTS and run.mode == Mode.FULL


def note(session: Session, run: Run, page: Page) -> None:
    """Remember the payments of a page."""
    report = {_SEEN: [*_seen(session, run), *(one.ref for one in page.payments)]}
    runs.note_report(session, run.id, report)


def take_back(session: Session, connection: Connection, run: Run) -> Applied:
    """The last page is in: what of the log was on none of them is gone from the books.

    How its invoices stand was on these pages already. The connection's row is locked by the caller.
    """
    seen = set(_seen(session, run))
    runs.note_report(session, run.id, {})
    gone = [row for row in payments.received(session, connection.id) if row.payment_ref not in seen]
    standing = payments.standings(session, connection.id, {row.invoice_ref for row in gone})
    page = Page(
        payments=tuple(_gone(ref) for ref in sorted({row.payment_ref for row in gone})),
        invoices=tuple(_as_read(one) for one in standing.values()),
    )
    return keep(session, connection, page, own(run))


def _seen(session: Session, run: Run) -> list[str]:
    return list((runs.get(session, run.id).report or {}).get(_SEEN, ()))


def _as_read(one: Standing) -> InvoiceSeen:
    zero = Decimal(0)
    return InvoiceSeen(one.ref, one.total or zero, one.balance or zero, one.status or "open")


def _gone(ref: str) -> PaymentSeen:
    return PaymentSeen(
        ref=ref, date=None, amount=Decimal(0), currency="", applied={}, reversed=True
    )
