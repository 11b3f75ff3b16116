"""What people and Prometheus look at: read-only queries over all tables."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from worker.store.session import Session

LEDGER_KINDS = ("account", "tax_code", "tax_rate")
LINKED_KINDS = ("customer", "vendor", "item", "invoice", "purchase_invoice", "expense", "payment")


@dataclass(frozen=True)
class Filter:
    """What part of the records is asked for; None: all."""

    kind: str
    status: str | None = None
    tenant_id: str | None = None


Row = dict[str, Any]

# Records of our own (`~sales:`) are nobody's business but the ledger's.
_LINKED = sa.text("""
    SELECT tenant_id, connection_id, provider, environment, record_id, status, ref, number, url,
           total, variance, paid_amount, balance, payment_status, error_code, reason,
           waiting_on, synced_at
    FROM sync_status
    WHERE kind = :kind AND (CAST(:status AS text) IS NULL OR status = :status)
      AND (CAST(:tenant AS text) IS NULL OR tenant_id = :tenant) AND record_id NOT LIKE '~sales:%'
    ORDER BY tenant_id, connection_id, record_id
""")

_PULLED = sa.text("""
    SELECT c.tenant_id, c.id AS connection_id, c.provider, c.environment, r.ref, r.code, r.name,
           CASE WHEN r.active THEN 'active' ELSE 'inactive' END AS status,
           r.data ->> 'full_name' AS full_name, r.data ->> 'type' AS type,
           r.data ->> 'classification' AS classification, r.data ->> 'rate' AS rate, r.seen_at
    FROM ledger_records r JOIN connections c ON c.id = r.connection_id
    WHERE r.kind = :kind AND (CAST(:tenant AS text) IS NULL OR c.tenant_id = :tenant)
      AND (CAST(:status AS text) IS NULL
           OR :status = CASE WHEN r.active THEN 'active' ELSE 'inactive' END)
    ORDER BY c.tenant_id, c.id, r.code NULLS LAST, r.name, r.ref
""")

_PAYMENTS = sa.text("""
    SELECT c.tenant_id, c.id AS connection_id, c.provider, c.environment, p.date,
           p.payment_ref AS ref, p.method, p.reference, p.amount, p.applied, p.unapplied,
           p.currency, l.number AS invoice_number, p.invoice_id, p.invoice_ref, p.state,
           CASE WHEN p.record_id IS NULL THEN 'books' ELSE 'cmms' END AS entered_in,
           p.record_id AS payment_id, p.first_seen_at
    FROM payments p JOIN connections c ON c.id = p.connection_id
        LEFT JOIN links l ON l.connection_id = p.connection_id AND l.kind = 'invoice'
            AND l.ref = p.invoice_ref
    WHERE (CAST(:tenant AS text) IS NULL OR c.tenant_id = :tenant)
      AND (CAST(:invoice AS text) IS NULL OR p.invoice_id = :invoice OR l.number = :invoice)
      AND (CAST(:since AS date) IS NULL OR p.date >= :since)
    ORDER BY c.tenant_id, c.id, p.date, p.first_seen_at, p.payment_ref, p.invoice_ref
""")


@dataclass(frozen=True)
class PaymentFilter:
    """What part of the payment log is asked for; None: all. `invoice` by the CMMS's id or its
    number."""

    invoice: str | None = None
    tenant_id: str | None = None
    since: date | None = None


def linked(session: Session, wanted: Filter) -> list[Row]:
    """CMMS records and how far each has got in the books, one row per connection."""
    return _rows(session, _LINKED, wanted)


def pulled(session: Session, wanted: Filter) -> list[Row]:
    """Accounts, tax codes or tax rates as the books held them at the last pull."""
    return _rows(session, _PULLED, wanted)


def payments(session: Session, wanted: PaymentFilter) -> list[Row]:
    """The payment log: what came in on which invoice, and what was taken back."""
    values = {"tenant": wanted.tenant_id, "invoice": wanted.invoice, "since": wanted.since}
    return [dict(row._mapping) for row in session.execute(_PAYMENTS, values)]


def _rows(session: Session, query: sa.TextClause, wanted: Filter) -> list[Row]:
    values = {"kind": wanted.kind, "status": wanted.status, "tenant": wanted.tenant_id}
    return [dict(row._mapping) for row in session.execute(query, values)]
