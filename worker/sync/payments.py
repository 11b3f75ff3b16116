"""Payments in the books: the log, the invoices' balances, and what the CMMS is told of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from schemas.books import InvoiceStatus, ReceivedPayment
from schemas.kinds import Kind
from schemas.money import rounded
from schemas.status import PaymentChanged, PaymentReceived, PaymentReversed
from worker.providers.port import InvoiceSeen, Page, PaymentSeen
from worker.store import installation, payments
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.payments import Entry, Own, Standing
from worker.store.session import Session
from worker.sync import allocations, unpaid
from worker.sync.allocations import Known, Movement, News, paid
from worker.sync.applied import Applied
from worker.sync.tell import Origin, about, record_key, tell

_TOLD = {
    News.RECEIVED: PaymentReceived,
    News.CHANGED: PaymentChanged,
    News.REVERSED: PaymentReversed,
}


@dataclass(frozen=True)
class Stood:
    """How invoices stood before a page and stand after it, by ref."""

    before: Mapping[str, Standing]
    now: Mapping[str, Standing]

    @property
    def changed(self) -> set[str]:
        return {ref for ref, one in self.now.items() if one != self.before[ref]}

    @property
    def paid_less(self) -> list[str]:
        """By record id."""
        now, before = self.now, self.before
        return [one.record_id for ref, one in now.items() if paid(one) < paid(before[ref])]

    @property
    def payable_otherwise(self) -> list[str]:
        """Those of which payments that were refused may be taken now, or as another customer's."""
        pairs = ((ref, self.before[ref], one) for ref, one in self.now.items())
        return [
            ref
            for ref, before, now in pairs
            if (now.balance, now.party_ref) != (before.balance, before.party_ref)
        ]

    def changed_by_others(self, read: Iterable[InvoiceSeen]) -> list[str]:
        """Those that stand otherwise than we left them: somebody may have approved them."""
        there = (one for one in read if one.ref in self.before and one.status != "voided")
        return [one.ref for one in there if one.sync_token != self.before[one.ref].sync_token]


def keep(session: Session, connection: Connection, page: Page, origin: Origin) -> Applied:
    """Bring payment log and invoices up to a page of what the books say; safe to repeat.

    Only invoices that are linked count; the connection's row is locked by the caller.
    """
    if not page.payments and not page.invoices:
        return Applied()
    page = _without_forgotten(session, connection, page)
    home = str(connection.company.get("currency") or "")
    seen = [one if one.currency else replace(one, currency=home) for one in page.payments]
    known = _known(session, connection, seen, page)
    moved = [
        *allocations.movements(seen, known),
        *allocations.voided(seen, page.invoices, known),
    ]
    standing = allocations.stand(known, page.invoices, moved)
    payments.keep(session, connection.id, [movement.entry for movement in moved])
    _keep_on_account(session, connection, seen, known)
    for payment in seen:
        _stand_own(session, payment, known.own.get(payment.ref))
    # Last, as what an invoice has open for others follows from all of these.
    _stand(session, connection, page.invoices, Stood(known.standing, standing))
    applied = Applied()
    for movement in moved:
        _count(applied, movement)
        if movement.told:
            invoice = standing[movement.entry.invoice_ref]
            applied.told.append(_tell(connection, movement, invoice, origin))
    return applied


def _known(
    session: Session, connection: Connection, seen: Sequence[PaymentSeen], page: Page
) -> Known:
    gone = [invoice.ref for invoice in page.invoices if invoice.status == "voided"]
    entries: dict[str, dict[str, Entry]] = {}
    for entry in (
        *payments.of_payments(session, connection.id, [one.ref for one in seen]),
        *payments.received_on(session, connection.id, gone),
    ):
        entries.setdefault(entry.payment_ref, {})[entry.invoice_ref] = entry
    own = _own(session, connection, seen)
    refs = {invoice.ref for invoice in page.invoices}
    refs |= {ref for rows in entries.values() for ref in rows}
    refs |= {ref for one in seen for ref in one.applied}
    refs |= {one.invoice_ref for one in own.values() if one.invoice_ref}
    standing = payments.standings(session, connection.id, refs)
    under_way = payments.under_way(session, connection.id)
    customers = {one.customer for one in seen if one.customer and one.unapplied > 0}
    return Known(
        entries=entries,
        standing=standing,
        own=own,
        held=frozenset(ref for ref, one in standing.items() if one.record_id in under_way),
        linked_customers=frozenset(payments.linked_customers(session, connection.id, customers)),
    )


def _own(session: Session, connection: Connection, seen: Sequence[PaymentSeen]) -> dict[str, Own]:
    """Which payments are the CMMS's: linked by ref, or by our marker as long as none is."""
    marked = {
        one.ref: one.marker[1] for one in seen if one.marker and one.marker[0] == Kind.PAYMENT
    }
    refs = [one.ref for one in seen]
    found = payments.own(session, connection.id, refs, sorted(marked.values()))
    unlinked = {one.record_id: one for one in found if one.ref is None}
    own = {ref: unlinked[name] for ref, name in marked.items() if name in unlinked}
    return own | {one.ref: one for one in found if one.ref in refs}


def _without_forgotten(session: Session, connection: Connection, page: Page) -> Page:
    """A restored database may have forgotten a payment that the CMMS made itself: as long as nobody
    says that all is there, what bears such a mark is no news to the CMMS."""
    marked = {one.ref for one in page.payments if one.marker and one.marker[0] == Kind.PAYMENT}
    if not marked or installation.restored_at(session) is None:
        return page
    forgotten = marked - _own(session, connection, page.payments).keys()
    return replace(page, payments=tuple(one for one in page.payments if one.ref not in forgotten))


def _keep_on_account(
    session: Session, connection: Connection, seen: Sequence[PaymentSeen], known: Known
) -> None:
    wanted = list(allocations.on_account(seen, known))
    kept = {entry.payment_ref for entry in wanted}
    payments.forget_on_account(session, connection.id, [p.ref for p in seen if p.ref not in kept])
    payments.keep(session, connection.id, [e for e in wanted if not known.is_kept(e)])


def _stand(
    session: Session, connection: Connection, read: Sequence[InvoiceSeen], stood: Stood
) -> None:
    """Write down how the invoices stand, and let go what waited for them to be paid less."""
    written = {one.ref for one in read} | stood.changed
    for ref in sorted(written & stood.now.keys()):
        payments.stand(session, stood.now[ref], paid(stood.now[ref]))
    unpaid.wake(session, connection.id, stood.paid_less)
    payable = {*stood.payable_otherwise, *stood.changed_by_others(read)}
    unpaid.moved(session, connection.id, payable)


def _stand_own(session: Session, payment: PaymentSeen, own: Own | None) -> None:
    """What the books hold of a payment of the CMMS, whoever changed it there."""
    if own is None or own.ref is None or own.busy or own.removed:
        return
    invoice_ref = own.invoice_ref if own.invoice_ref in payment.applied else None
    invoice_ref = invoice_ref or next(iter(sorted(payment.applied)), None)
    on = (invoice_ref, payment.applied.get(invoice_ref or "", Decimal(0)))
    payments.stand_own(session, own, amount=payment.amount, unapplied=payment.unapplied, on=on)


def _count(applied: Applied, movement: Movement) -> None:
    match movement.news:
        case News.RECEIVED:
            applied.created += 1
        case News.CHANGED:
            applied.changed += 1
        case News.REVERSED:
            applied.removed += 1


def _tell(
    connection: Connection, movement: Movement, invoice: Standing, origin: Origin
) -> Outgoing:
    entry = movement.entry
    money = partial(rounded, currency=entry.currency)
    status = _TOLD[movement.news](
        **about(connection),
        payment=_payment(entry),
        invoice_id=invoice.record_id,
        invoice_ref=invoice.ref,
        applied=money(entry.applied),
        paid_amount=money(paid(invoice)),
        balance=money(invoice.balance or Decimal(0)),
        status=InvoiceStatus(invoice.status or "open"),
    )
    return tell(connection.tenant_id, status, origin, record_key("invoice", invoice.record_id))


def _payment(entry: Entry) -> ReceivedPayment:
    return ReceivedPayment(
        ref=entry.payment_ref,
        date=entry.date,
        amount=rounded(entry.amount, entry.currency),
        currency=entry.currency,
        method=entry.method,
        reference=entry.reference,
    )
