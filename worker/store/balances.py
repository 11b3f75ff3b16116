"""What invoices have open for payments: as the books said last, and as we have paid since."""

from collections.abc import Iterable
from decimal import Decimal

import sqlalchemy as sa

from worker.store.session import Session

# Of an update of `links`: what payments of ours cover of an invoice whose balance is written down.
# Nobody knows while one of them is under way: it may be in that balance or not.
PAID_BY_US = """
    CASE WHEN links.kind <> 'invoice' THEN NULL WHEN links.ref IS NULL THEN 0
         WHEN EXISTS (SELECT FROM submission_items s JOIN links p ON p.id = s.link_id
                      JOIN documents d ON d.id = p.document_id
                      WHERE s.outcome IS NULL AND p.kind = 'payment'
                        AND p.connection_id = links.connection_id
                        AND (d.snapshot ->> 'invoice_id' = links.record_id
                             OR p.applied_to = links.ref)) THEN NULL
         ELSE (SELECT coalesce(sum(p.paid_amount), 0) FROM links p
               WHERE p.connection_id = links.connection_id AND p.kind = 'payment'
                 AND p.applied_to = links.ref AND p.digest IS NOT NULL) END
"""

# By the log: what others paid is known as of the last pull, what we paid ourselves as of the last
# answer. By the balance that the books said last: whatever we have paid since is off it; it knows
# also what was paid before the invoice was linked, or by a deposit. The lesser one counts.
#
# Without a digest a payment is linked but not ours; one of ours may have been put on other invoices
# by others, and be back by our writing it since (`back`).
_OPEN = sa.text("""
    SELECT i.record_id, least(i.total - ours.paid - log.others,
                              i.balance + i.paid_by_us - ours.paid + log.back) AS balance
    FROM links i
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(p.paid_amount), 0) AS paid FROM links p
        WHERE p.connection_id = :id AND p.kind = 'payment' AND p.applied_to = i.ref
          AND p.digest IS NOT NULL) ours
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(seen.applied) FILTER (WHERE seen.back), 0) AS back,
               coalesce(sum(seen.applied) FILTER (WHERE NOT seen.back AND NOT seen.here), 0)
                   AS others
        FROM (SELECT l.applied,
                  coalesce(p.applied_to = l.invoice_ref, false) AS here,
                  coalesce(p.applied_to IS DISTINCT FROM l.invoice_ref
                           AND p.synced_at > l.updated_at, false) AS back
              FROM payments l LEFT JOIN links p ON p.connection_id = :id AND p.kind = 'payment'
                AND p.ref = l.payment_ref AND (p.digest IS NOT NULL OR p.removed)
              WHERE l.connection_id = :id AND l.invoice_ref = i.ref
                AND l.state = 'received') seen) log
    WHERE i.connection_id = :id AND i.kind = 'invoice' AND i.record_id = ANY(:ids)
      AND i.total IS NOT NULL
""")


def open_balances(
    session: Session, connection_id: int, invoices: Iterable[str]
) -> dict[str, Decimal]:
    """What these invoices have open, by record id; those whose total nobody knows are absent."""
    wanted = sorted(set(invoices))
    if not wanted:
        return {}
    rows = session.execute(_OPEN, {"id": connection_id, "ids": wanted})
    return {row.record_id: row.balance for row in rows}
