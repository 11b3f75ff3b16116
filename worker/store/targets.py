"""Where other records stand in the books: what documents name, and who has a ref or a name."""

from collections.abc import Iterable

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.session import Session
from worker.store.tables import links
from worker.terms import Target

_TARGETS = sa.text("""
    SELECT l.kind, l.record_id, l.ref, l.removed,
           coalesce(held.data ->> 'currency', d.snapshot ->> 'currency') AS currency,
           coalesce(d.snapshot ->> 'number', d.snapshot ->> 'name') AS label,
           coalesce(l.party_ref, customer.ref) AS party, held.code
    FROM links l JOIN documents d ON d.id = l.document_id
    LEFT JOIN links customer ON customer.connection_id = l.connection_id
      AND customer.kind = 'customer' AND customer.record_id = d.snapshot ->> 'customer_id'
    LEFT JOIN ledger_records held ON held.connection_id = l.connection_id
      AND held.kind = l.kind AND held.ref = l.ref
    WHERE l.connection_id = :id AND l.ref IS NOT NULL
      AND (l.kind, l.record_id) IN (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS
      text[])))
""")


def find(
    session: Session, connection_id: int, wanted: Iterable[tuple[Kind, str]]
) -> dict[tuple[Kind, str], Target]:
    """Where other records stand in the books; those that are not there are absent."""
    pairs = sorted(set(wanted))
    if not pairs:
        return {}
    values = {"id": connection_id, "kinds": [k for k, _ in pairs], "ids": [i for _, i in pairs]}
    return {
        (Kind(row.kind), row.record_id): Target(
            row.ref,
            row.removed,
            row.currency,
            party=row.party,
            label=row.label,
            code=row.code,
        )
        for row in session.execute(_TARGETS, values)
    }


# One record of the books may be a customer and a vendor, of the CMMS or of theirs alone.
SHARED = """
    CASE WHEN l.kind IN ('customer', 'vendor') THEN coalesce(
        (SELECT NOT o.removed AND (o.snapshot -> 'active') IS DISTINCT FROM 'false'::jsonb
         FROM links x JOIN documents o ON o.id = x.document_id
         WHERE x.connection_id = l.connection_id AND x.ref = l.ref
           AND x.kind = CASE l.kind WHEN 'customer' THEN 'vendor' ELSE 'customer' END),
        (SELECT true FROM ledger_records r
         WHERE r.connection_id = l.connection_id AND r.ref = l.ref AND r.active
           AND r.kind = CASE l.kind WHEN 'customer' THEN 'vendor' ELSE 'customer' END
           AND NOT coalesce(CAST(r.data ->> 'unused' AS boolean), false))) END AS shared
"""


_CREATING = sa.text("""
    SELECT EXISTS (SELECT FROM submission_items i JOIN links l ON l.id = i.link_id
        WHERE l.connection_id = :id AND l.kind = :kind AND l.id <> :link AND l.state = 'sent'
          AND i.operation = 'create' AND i.outcome IS NULL)
""")


def creating(session: Session, connection_id: int, kind: Kind, link_id: int) -> bool:
    """Whether the outcome of another record's creation of this kind is unknown."""
    values = {"id": connection_id, "kind": kind.value, "link": link_id}
    return bool(session.execute(_CREATING, values).scalar_one())


def owner(session: Session, connection_id: int, kind: str, ref: str) -> str | None:
    """The CMMS record that a record of the books is linked to already."""
    query = sa.select(links.c.record_id).where(
        links.c.connection_id == connection_id, links.c.kind == kind, links.c.ref == ref
    )
    return session.execute(query).scalar()
