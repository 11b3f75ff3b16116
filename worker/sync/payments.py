"""Payments in the books: the log, the invoices' balances, and what the CMMS is told of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial

from schemas.books import InvoiceStatus, ReceivedPayment
from schemas.money import rounded
from schemas.status import PaymentChanged, PaymentReceived, PaymentReversed
from worker.providers.port import InvoiceSeen, Page, PaymentSeen
from worker.store import payments
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.payments import Entry, Standing
from worker.store.session import Session
from worker.sync.tell import Origin, about, record_key, tell

_ZERO = Decimal(0)


@dataclass
class Effects:
    """What a page of payments changed, and what is to be told of it."""

    created: int = 0
    changed: int = 0
    removed: int = 0
    told: list[Outgoing] = field(default_factory=list)


@dataclass(frozen=True)
class Movement:
    """One row of the log that is new, different or reversed."""

    entry: Entry
    model: type[PaymentReceived] | type[PaymentChanged] | type[PaymentReversed]


def keep(session: Session, connection: Connection, page: Page, origin: Origin) -> Effects:
    """Bring payment log and invoices up to a page of what the books say; safe to repeat.

    Only invoices that are linked count; the connection's row is locked by the caller.
    """
    before = _before(session, connection, page.payments)
    refs = {seen.ref for seen in page.invoices}
    refs |= {ref for seen in page.payments for ref in seen.applied}
    refs |= {entry.invoice_ref for entry in before}
    standing = payments.standings(session, connection.id, sorted(refs))
    before_it = standing
    home = str(connection.company.get("currency") or "")
    seen = [one if one.currency else replace(one, currency=home) for one in page.payments]
    movements = list(_movements(seen, before, standing))
    standing = _moved(standing, page.invoices, movements)
    for ref, one in standing.items():
        if one != before_it[ref]:
            payments.stand(session, one, _paid(one))
    effects = Effects()
    for movement in movements:
        payments.keep(session, connection.id, movement.entry)
        _count(effects, movement)
        invoice = standing[movement.entry.invoice_ref]
        effects.told.append(_tell(connection, movement, invoice, origin))
    return effects


def _before(session: Session, connection: Connection, seen: Sequence[PaymentSeen]) -> list[Entry]:
    return payments.of_payments(session, connection.id, [one.ref for one in seen])


def _movements(
    seen: Sequence[PaymentSeen], before: Sequence[Entry], standing: Mapping[str, Standing]
) -> Iterable[Movement]:
    """What differs between the log and what the books say now."""
    known = {(entry.payment_ref, entry.invoice_ref): entry for entry in before}
    for payment in seen:
        applied = {} if payment.reversed else payment.applied
        for invoice_ref in applied.keys() & standing.keys():
            entry = _entry(payment, standing[invoice_ref], applied[invoice_ref])
            old = known.get((payment.ref, invoice_ref))
            if old is None or old.state == "reversed":
                yield Movement(entry, PaymentReceived)
            elif old != entry:
                yield Movement(entry, PaymentChanged)
        for entry in before:
            moved_away = entry.payment_ref == payment.ref and entry.invoice_ref not in applied
            if moved_away and entry.state == "received" and entry.invoice_ref in standing:
                yield Movement(replace(entry, state="reversed"), PaymentReversed)


def _entry(payment: PaymentSeen, invoice: Standing, applied: Decimal) -> Entry:
    assert payment.date is not None  # only deleted payments come without one
    return Entry(
        payment_ref=payment.ref,
        invoice_ref=invoice.ref,
        invoice_id=invoice.record_id,
        date=payment.date,
        amount=payment.amount,
        applied=applied,
        currency=payment.currency,
        method=payment.method,
        reference=payment.reference,
        state="received",
    )


def _moved(
    standing: Mapping[str, Standing],
    invoices: Sequence[InvoiceSeen],
    movements: Sequence[Movement],
) -> dict[str, Standing]:
    """How the invoices stand: as the books say; where they are silent, a reversal reopens the
    balance."""
    seen = {one.ref: one for one in invoices}
    moved = dict(standing)
    for ref, one in standing.items():
        if ref in seen:
            now = seen[ref]
            moved[ref] = replace(one, total=now.total, balance=now.balance, status=now.status)
    for movement in movements:
        ref = movement.entry.invoice_ref
        if movement.model is PaymentReversed and ref not in seen:
            balance = (moved[ref].balance or _ZERO) + movement.entry.applied
            status = "open" if balance == moved[ref].total else "partially_paid"
            moved[ref] = replace(moved[ref], balance=balance, status=status)
    return moved


def _paid(one: Standing) -> Decimal:
    """A voided invoice has a balance of nothing and yet is not paid."""
    if one.status == "voided":
        return _ZERO
    return (one.total or _ZERO) - (one.balance or _ZERO)


def _count(effects: Effects, movement: Movement) -> None:
    if movement.model is PaymentReceived:
        effects.created += 1
    elif movement.model is PaymentChanged:
        effects.changed += 1
    else:
        effects.removed += 1


def _tell(
    connection: Connection, movement: Movement, invoice: Standing, origin: Origin
) -> Outgoing:
    entry = movement.entry
    money = partial(rounded, currency=entry.currency)
    payment = ReceivedPayment(
        ref=entry.payment_ref,
        date=entry.date,
        amount=money(entry.amount),
        currency=entry.currency,
        method=entry.method,
        reference=entry.reference,
    )
    status = movement.model(
        **about(connection),
        payment=payment,
        invoice_id=invoice.record_id,
        invoice_ref=invoice.ref,
        applied=money(entry.applied),
        paid_amount=money(_paid(invoice)),
        balance=money(invoice.balance or _ZERO),
        status=InvoiceStatus(invoice.status or "open"),
    )
    return tell(connection.tenant_id, status, origin, record_key("invoice", invoice.record_id))
