"""The payment log: one row per payment in the books and invoice that it is applied to.

What a customer of ours has paid on account, on no invoice of ours, is a row without invoice.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from schemas.kinds import Kind
from worker.store.balances import PAID_BY_US
from worker.store.ledger_tables import payments
from worker.store.session import Session

ON_ACCOUNT = ""
"""The invoice of a payment that is on none of ours."""


@dataclass(frozen=True)
class Entry:
    """What of a payment is applied to one invoice; amounts in the payment's currency."""

    payment_ref: str
    invoice_ref: str
    invoice_id: str | None
    date: date
    amount: Decimal
    applied: Decimal
    currency: str
    method: str | None
    reference: str | None
    state: str  # received, reversed
    unapplied: Decimal | None = None  # of the whole payment: what is on no document
    record_id: str | None = None  # the CMMS's own payment, where it was written by us


_FIELDS = tuple(Entry.__dataclass_fields__)


def of_payments(session: Session, connection_id: int, refs: Iterable[str]) -> list[Entry]:
    """The rows of these payments of the books."""
    return _entries(session, connection_id, payments.c.payment_ref.in_(list(refs)))


def received_on(session: Session, connection_id: int, invoice_refs: Iterable[str]) -> list[Entry]:
    """What stands as received on these invoices of the books."""
    on_them = payments.c.invoice_ref.in_(list(invoice_refs))
    return _entries(session, connection_id, on_them & (payments.c.state == "received"))


def received(session: Session, connection_id: int) -> list[Entry]:
    """All rows of the log that stand as received, on an invoice or on account."""
    return _entries(session, connection_id, payments.c.state == "received")


def _entries(
    session: Session, connection_id: int, condition: sa.ColumnElement[bool]
) -> list[Entry]:
    query = sa.select(*(payments.c[name] for name in _FIELDS)).where(
        payments.c.connection_id == connection_id, condition
    )
    return [Entry(**dict(row._mapping)) for row in session.execute(query)]


def keep(session: Session, connection_id: int, entries: Sequence[Entry]) -> None:
    """Write rows down as they are now."""
    if not entries:
        return
    rows = [
        {"connection_id": connection_id} | {name: getattr(entry, name) for name in _FIELDS}
        for entry in entries
    ]
    query = insert(payments)
    session.execute(
        query.on_conflict_do_update(
            index_elements=["connection_id", "payment_ref", "invoice_ref"],
            set_={name: query.excluded[name] for name in _FIELDS}
            | {"updated_at": sa.func.clock_timestamp()},
        ),
        rows,
    )


def take_out(session: Session, connection_id: int, ref: str) -> None:
    """We took this payment out of the books ourselves, to make it anew: it pays nothing."""
    session.execute(
        payments.update()
        .where(payments.c.connection_id == connection_id, payments.c.payment_ref == ref)
        .values(state="reversed", updated_at=sa.func.clock_timestamp())
    )


def forget_on_account(session: Session, connection_id: int, refs: Sequence[str]) -> None:
    """These payments are on invoices now: nothing of them was taken back."""
    session.execute(
        payments.delete().where(
            payments.c.connection_id == connection_id,
            payments.c.invoice_ref == ON_ACCOUNT,
            payments.c.payment_ref.in_(refs),
        )
    )


@dataclass(frozen=True)
class Standing:
    """How a linked invoice or bill stands; amounts in its currency."""

    link_id: int
    record_id: str
    ref: str
    total: Decimal | None
    variance: Decimal | None  # of the total: the books' less the CMMS's
    balance: Decimal | None
    status: str | None
    removed: bool  # voided by the CMMS
    party_ref: str | None = None  # whose it is in the books
    sync_token: str | None = None  # as of our last write or look


_STANDINGS = sa.text("""
    SELECT id AS link_id, record_id, ref, total, variance, balance, status, removed, party_ref,
           sync_token
    FROM links WHERE connection_id = :id AND kind = :kind AND ref = ANY(:refs)
    ORDER BY id FOR UPDATE
""")


def standings(
    session: Session, connection_id: int, refs: Iterable[str], kind: Kind = Kind.INVOICE
) -> dict[str, Standing]:
    """The linked ones of these invoices (or bills) of the books, by ref."""
    values = {"id": connection_id, "kind": kind.value, "refs": sorted(refs)}
    rows = session.execute(_STANDINGS, values)
    return {row.ref: Standing(**dict(row._mapping)) for row in rows}


_STAND = sa.text(f"""
    UPDATE links SET total = :total, variance = :variance, balance = :balance,
        paid_amount = :paid, status = :status, party_ref = :party_ref,
        paid_by_us = {PAID_BY_US},
        updated_at = clock_timestamp()
    WHERE id = :link_id
""")


def stand(session: Session, standing: Standing, paid: Decimal) -> None:
    """Write down how an invoice or bill stands in the books."""
    values = {
        "link_id": standing.link_id,
        "total": standing.total,
        "variance": standing.variance,
        "balance": standing.balance,
        "paid": paid,
        "status": standing.status,
        "party_ref": standing.party_ref,
    }
    session.execute(_STAND, values)


@dataclass(frozen=True)
class Own:
    """A payment that the CMMS took: its link, and what its newest snapshot says."""

    link_id: int
    record_id: str
    ref: str | None
    digest: str | None  # of the books' answer to our last write
    removed: bool  # taken back by the CMMS
    busy: bool  # part of a write whose outcome is unknown
    invoice_id: str
    invoice_ref: str | None
    date: date
    amount: Decimal
    currency: str
    method: str | None
    reference: str | None

    @property
    def written(self) -> bool:
        """Whether it was entered in the CMMS; else it came out of the books, and is linked."""
        return self.ref is None or self.removed or self.digest is not None


_OWN = sa.text("""
    SELECT l.id AS link_id, l.record_id, l.ref, l.digest, l.removed, l.state = 'sent' AS busy,
           d.snapshot ->> 'invoice_id' AS invoice_id, i.ref AS invoice_ref,
           CAST(d.snapshot ->> 'date' AS date) AS date,
           CAST(d.snapshot ->> 'amount' AS numeric) AS amount,
           d.snapshot ->> 'currency' AS currency, d.snapshot ->> 'method' AS method,
           d.snapshot ->> 'reference' AS reference
    FROM links l JOIN documents d ON d.id = l.document_id
        LEFT JOIN links i ON i.connection_id = l.connection_id AND i.kind = 'invoice'
            AND i.record_id = d.snapshot ->> 'invoice_id'
    WHERE l.connection_id = :id AND l.kind = 'payment'
      AND (l.ref = ANY(:refs) OR l.record_id = ANY(:ids)) AND d.snapshot ? 'invoice_id'
""")


def own(
    session: Session, connection_id: int, refs: Sequence[str], record_ids: Sequence[str]
) -> list[Own]:
    """Payments of the CMMS that have these refs in the books, or these ids."""
    if not refs and not record_ids:
        return []
    values = {"id": connection_id, "refs": list(refs), "ids": list(record_ids)}
    return [Own(**dict(row._mapping)) for row in session.execute(_OWN, values)]


_STAND_OWN = sa.text("""
    UPDATE links SET applied_to = :invoice_ref, paid_amount = :paid, balance = :unapplied,
        total = :amount
    WHERE id = :link_id
""")


def stand_own(
    session: Session,
    own: Own,
    *,
    amount: Decimal,
    unapplied: Decimal,
    on: tuple[str | None, Decimal],
) -> None:
    """Write down what the books hold of a payment of the CMMS: what of it is `on` its invoice."""
    values = {"link_id": own.link_id, "amount": amount, "unapplied": unapplied}
    session.execute(_STAND_OWN, values | {"invoice_ref": on[0], "paid": on[1]})


_UNDER_WAY = sa.text("""
    SELECT DISTINCT d.snapshot ->> 'invoice_id'
    FROM submissions s JOIN submission_items i ON i.submission_id = s.id
        JOIN links l ON l.id = i.link_id JOIN documents d ON d.id = l.document_id
    WHERE s.connection_id = :id AND s.state = 'open' AND i.outcome IS NULL
      AND i.kind = 'payment' AND i.operation = 'create'
""")


def under_way(session: Session, connection_id: int) -> set[str]:
    """The CMMS's ids of invoices on which a new payment of its own may be in the books by now."""
    return set(session.execute(_UNDER_WAY, {"id": connection_id}).scalars())


_LINKED_CUSTOMERS = sa.text("""
    SELECT ref FROM links
    WHERE connection_id = :id AND kind = 'customer' AND ref = ANY(:refs)
""")


def linked_customers(session: Session, connection_id: int, refs: Iterable[str]) -> set[str]:
    """Those of these customers of the books that are records of the CMMS."""
    values = {"id": connection_id, "refs": sorted(refs)}
    return set(session.execute(_LINKED_CUSTOMERS, values).scalars())
