"""What of payments is applied to which invoice, against what the log says: pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from worker.providers.port import InvoiceSeen, PaymentSeen
from worker.store.payments import ON_ACCOUNT, Entry, Own, Standing
from worker.sync.outcomes import variance

_ZERO = Decimal(0)


class News(StrEnum):
    """What became of one row of the log."""

    RECEIVED = "received"
    CHANGED = "changed"
    REVERSED = "reversed"


@dataclass(frozen=True)
class Movement:
    """One row of the log that is new, different or reversed, and whether the CMMS is to hear of
    it."""

    entry: Entry
    news: News
    told: bool


@dataclass(frozen=True)
class Known:
    """What is known of a page's payments: their rows in the log (by payment, then by invoice), and
    the invoices, all by ref.

    `own` are those of the CMMS, by their ref in the books. `held` are the invoices on which another
    one of the CMMS's may have arrived already, unknown to us.
    """

    entries: Mapping[str, Mapping[str, Entry]]
    standing: Mapping[str, Standing]
    own: Mapping[str, Own]
    held: frozenset[str] = frozenset()
    linked_customers: frozenset[str] = frozenset()

    def of(self, payment: PaymentSeen) -> Mapping[str, Entry]:
        """A payment's rows by invoice. One of the CMMS's that others changed before any pull has
        seen it counts as what the CMMS says of it."""
        own, rows = self.own.get(payment.ref), self.entries.get(payment.ref, {})
        if not rows and own and own.invoice_ref and not _as_written(payment, own):
            return {own.invoice_ref: _recorded(payment.ref, own.invoice_ref, own)}
        return rows

    def is_kept(self, entry: Entry) -> bool:
        """Whether the log says the same already."""
        return self.entries.get(entry.payment_ref, {}).get(entry.invoice_ref) == entry


def movements(payments: Sequence[PaymentSeen], known: Known) -> Iterator[Movement]:
    """What differs between the log and what the books say now."""
    for payment in payments:
        own = known.own.get(payment.ref)
        if own and own.busy:
            continue  # what we wrote is unknown: read again once it is not
        told = not (own and _as_written(payment, own))
        for entry, news in _rows(payment, own, known):
            if news is not None:
                yield Movement(entry, news, told)
            elif not known.is_kept(entry):  # nothing that the CMMS would want to know
                yield Movement(entry, News.CHANGED, told=False)


def _rows(
    payment: PaymentSeen, own: Own | None, known: Known
) -> Iterator[tuple[Entry, News | None]]:
    before = known.of(payment)
    standing = {} if payment.reversed else payment.applied.keys() & known.standing.keys()
    for ref in sorted(standing):
        old = before.get(ref)
        new = old is None or old.state == News.REVERSED
        if new and own is None and ref in known.held:
            continue  # it may be the CMMS's own: read again once that is known
        entry = _entry(payment, known.standing[ref], own)
        if old is None or old.state == News.REVERSED:
            yield entry, News.RECEIVED
        else:
            yield entry, News.CHANGED if _told(old) != _told(entry) else None
    for ref, old in before.items():
        if old.state == News.RECEIVED and ref not in standing and ref in known.standing:
            yield _reversed(old), News.REVERSED


def voided(
    payments: Sequence[PaymentSeen], invoices: Sequence[InvoiceSeen], known: Known
) -> Iterator[Movement]:
    """What was applied to invoices that are void or deleted now, as far as the page is silent
    about these payments: their links are dropped with the invoice."""
    gone = {one.ref for one in invoices if one.status == "voided"} & known.standing.keys()
    silent = known.entries.keys() - {payment.ref for payment in payments}
    for payment_ref in sorted(silent):
        for ref, entry in known.entries[payment_ref].items():
            if ref in gone and entry.state == News.RECEIVED:
                yield Movement(_reversed(entry), News.REVERSED, told=True)


def on_account(payments: Sequence[PaymentSeen], known: Known) -> Iterator[Entry]:
    """Payments of customers of ours that are on no invoice of ours: kept, not told."""
    for payment in payments:
        old = known.entries.get(payment.ref, {}).get(ON_ACCOUNT)
        ours = payment.customer in known.linked_customers
        applied = payment.applied.keys() & known.standing.keys()
        if payment.reversed and old:
            yield _reversed(old)
        elif payment.unapplied > 0 and ours and not applied:
            yield _on_account(payment, known.own.get(payment.ref))


def stand(
    known: Known, invoices: Sequence[InvoiceSeen], moved: Iterable[Movement]
) -> dict[str, Standing]:
    """How the invoices stand: as the books say; where they are silent, a reversal reopens the
    balance."""
    seen = {one.ref: one for one in invoices}
    standing = {
        ref: as_seen(one, seen[ref]) if ref in seen else one for ref, one in known.standing.items()
    }
    for movement in moved:
        ref = movement.entry.invoice_ref
        one = standing[ref]
        if movement.news is News.REVERSED and ref not in seen and one.status != "voided":
            balance = (one.balance or _ZERO) + movement.entry.applied
            status = "open" if balance == one.total else "partially_paid"
            standing[ref] = replace(one, balance=balance, status=status)
    return standing


def paid(one: Standing) -> Decimal:
    """A voided invoice has a balance of nothing and yet is not paid."""
    if one.status == "voided":
        return _ZERO
    return (one.total or _ZERO) - (one.balance or _ZERO)


def as_seen(one: Standing, now: InvoiceSeen) -> Standing:
    """An invoice or bill as the books say; what the CMMS has voided keeps what it came to."""
    one = replace(one, party_ref=now.party or one.party_ref)
    if one.removed:
        return replace(one, balance=_ZERO, status=now.status)
    expected = None if one.total is None else one.total - (one.variance or _ZERO)
    return replace(
        one,
        total=now.total,
        variance=variance(expected, now.total),
        balance=now.balance,
        status=now.status,
    )


def _as_written(payment: PaymentSeen, own: Own) -> bool:
    """Whether nobody but the CMMS had a hand in it, so that there is nothing to tell."""
    if own.ref is None:  # ours by its marker: how far it got is still being found out
        return True
    return own.removed if payment.reversed else payment.digest == own.digest


def _reversed(entry: Entry) -> Entry:
    return replace(entry, state=News.REVERSED.value, unapplied=None)


def _told(entry: Entry) -> Entry:
    """A row with nothing in it but what status events say."""
    return replace(entry, unapplied=None, record_id=None)


def _entry(payment: PaymentSeen, invoice: Standing, own: Own | None) -> Entry:
    return replace(
        _on_account(payment, own),
        invoice_ref=invoice.ref,
        invoice_id=invoice.record_id,
        applied=payment.applied[invoice.ref],
    )


def _on_account(payment: PaymentSeen, own: Own | None) -> Entry:
    assert payment.date is not None  # only deleted payments come without one
    return Entry(
        payment_ref=payment.ref,
        invoice_ref=ON_ACCOUNT,
        invoice_id=None,
        date=payment.date,
        amount=payment.amount,
        applied=_ZERO,
        currency=payment.currency,
        method=payment.method,
        reference=payment.reference,
        state=News.RECEIVED.value,
        unapplied=payment.unapplied,
        record_id=own.record_id if own and own.written else None,
    )


def _recorded(payment_ref: str, invoice_ref: str, own: Own) -> Entry:
    return Entry(
        payment_ref=payment_ref,
        invoice_ref=invoice_ref,
        invoice_id=own.invoice_id,
        date=own.date,
        amount=own.amount,
        applied=own.amount,
        currency=own.currency,
        method=own.method,
        reference=own.reference,
        state=News.RECEIVED.value,
        record_id=own.record_id,
    )
