"""The payment log: one row per payment in the books and invoice that it is applied to."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.ledger_tables import payments
from worker.store.session import Session


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


_FIELDS = tuple(Entry.__dataclass_fields__)


def of_payments(session: Session, connection_id: int, refs: Sequence[str]) -> list[Entry]:
    """The rows of these payments of the books."""
    query = sa.select(*(payments.c[name] for name in _FIELDS)).where(
        payments.c.connection_id == connection_id, payments.c.payment_ref.in_(refs)
    )
    return [Entry(**dict(row._mapping)) for row in session.execute(query)]


def keep(session: Session, connection_id: int, entry: Entry) -> None:
    values = {name: getattr(entry, name) for name in _FIELDS}
    query = insert(payments).values(connection_id=connection_id, **values)
    session.execute(
        query.on_conflict_do_update(
            index_elements=["connection_id", "payment_ref", "invoice_ref"],
            set_=values | {"updated_at": sa.func.clock_timestamp()},
        )
    )


@dataclass(frozen=True)
class Standing:
    """How a linked invoice stands; amounts in its currency."""

    link_id: int
    record_id: str
    ref: str
    total: Decimal | None
    balance: Decimal | None
    status: str | None


_STANDINGS = sa.text("""
    SELECT id AS link_id, record_id, ref, total, balance, status FROM links
    WHERE connection_id = :id AND kind = 'invoice' AND ref = ANY(:refs) ORDER BY id FOR UPDATE
""")


def standings(session: Session, connection_id: int, refs: Sequence[str]) -> dict[str, Standing]:
    """The linked ones of these invoices of the books, by ref."""
    rows = session.execute(_STANDINGS, {"id": connection_id, "refs": list(refs)})
    return {row.ref: Standing(**dict(row._mapping)) for row in rows}


_STAND = sa.text("""
    UPDATE links SET total = :total, balance = :balance, paid_amount = :paid, status = :status,
        updated_at = clock_timestamp()
    WHERE id = :link_id
""")


def stand(session: Session, standing: Standing, paid: Decimal) -> None:
    """Write down how an invoice stands in the books."""
    values = {
        "link_id": standing.link_id,
        "total": standing.total,
        "balance": standing.balance,
        "paid": paid,
        "status": standing.status,
    }
    session.execute(_STAND, values)
