"""What people call the things that links wait for."""

from collections.abc import Collection

import sqlalchemy as sa

from worker.store.connections import Connection
from worker.store.session import Session
from worker.terms import Cause

# Records of the CMMS go by its number or name, what the books have by theirs.
_CALLED = sa.text(r"""
    SELECT k.kind, k.id, coalesce(d.snapshot ->> 'number', d.snapshot ->> 'name') AS name
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) AS k (kind, id)
    JOIN documents d ON d.tenant_id = :tenant AND d.kind = k.kind AND d.record_id = k.id
    UNION ALL
    SELECT k.kind, k.id,
           concat_ws(' ', replace(d.kind, '_', ' '),
                     coalesce(d.snapshot ->> 'number', d.snapshot ->> 'name', d.record_id))
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) AS k (kind, id)
    JOIN documents d ON d.tenant_id = :tenant AND d.kind = split_part(k.id, '/', 1)
        AND d.record_id = substr(k.id, strpos(k.id, '/') + 1)
    WHERE k.kind = 'match'
    UNION ALL
    SELECT k.kind, k.id, concat_ws(' ', r.code, r.name)
    FROM unnest(CAST(:kinds AS text[]), CAST(:ids AS text[])) AS k (kind, id)
    JOIN ledger_records r ON r.connection_id = :connection AND r.ref = k.id
        AND r.kind = regexp_replace(k.kind, '_ref$', '')
    WHERE k.kind IN ('account', 'tax_code') OR k.kind LIKE '%\_ref'
""")


def find(session: Session, row: Connection, causes: Collection[Cause]) -> dict[Cause, str]:
    """Names of these; those that nobody knows by another one than their id are left out."""
    if not causes:
        return {}
    ordered = sorted(causes)
    values = {
        "tenant": row.tenant_id,
        "connection": row.id,
        "kinds": [one.kind for one in ordered],
        "ids": [one.id for one in ordered],
    }
    rows = session.execute(_CALLED, values)
    return {Cause(one.kind, one.id): one.name for one in rows if one.name not in (None, "", one.id)}
