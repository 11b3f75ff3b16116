"""What the books hold, as last pulled: accounts, taxes, parties, items."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker.store.session import Session


@dataclass(frozen=True)
class Pulled:
    """One record of the books; `data` is what its status event says of it, JSON-ready."""

    kind: str
    ref: str
    name: str
    active: bool
    data: Mapping[str, Any]
    code: str | None = None
    sync_token: str | None = None

    @property
    def digest(self) -> str:
        text = json.dumps(self.data, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """What a page of records changed: (kind, ref) of those that are new or different."""

    created: frozenset[tuple[str, str]]
    changed: frozenset[tuple[str, str]]


_KNOWN = sa.text("""
    SELECT kind, ref, digest FROM ledger_records
    WHERE connection_id = :id AND (kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
""")

_UPSERT = sa.text("""
    INSERT INTO ledger_records (connection_id, kind, ref, name, code, active, data, digest,
    sync_token,
                                seen_at)
    VALUES (:id, :kind, :ref, :name, :code, :active, CAST(:data AS jsonb), :digest, :sync_token,
            clock_timestamp())
    ON CONFLICT (connection_id, kind, ref) DO UPDATE
    SET name = excluded.name, code = excluded.code, active = excluded.active, data = excluded.data,
        digest = excluded.digest, sync_token = excluded.sync_token, seen_at = excluded.seen_at
""")


def keep(session: Session, connection_id: int, page: Sequence[Pulled]) -> Difference:
    """Store a page and mark it as seen; says what is new and what differs from before."""
    if not page:
        return Difference(frozenset(), frozenset())
    values = {"id": connection_id, "kinds": [r.kind for r in page], "refs": [r.ref for r in page]}
    known = {(row.kind, row.ref): row.digest for row in session.execute(_KNOWN, values)}
    rows = [
        {
            "id": connection_id,
            "kind": record.kind,
            "ref": record.ref,
            "name": record.name,
            "code": record.code,
            "active": record.active,
            "data": json.dumps(dict(record.data), default=str),
            "digest": record.digest,
            "sync_token": record.sync_token,
        }
        for record in page
    ]
    session.execute(_UPSERT, rows)
    digests = {(record.kind, record.ref): record.digest for record in page}
    return Difference(
        created=frozenset(key for key in digests if key not in known),
        changed=frozenset(k for k, digest in digests.items() if known.get(k, digest) != digest),
    )


_VANISHED = sa.text("""
    UPDATE ledger_records SET active = false, data = jsonb_set(data, '{active}', 'false'), digest =
    '' WHERE connection_id = :id AND kind = ANY(:kinds) AND active
      AND seen_at < :since AND (written_at IS NULL OR written_at < :since)
    RETURNING kind, ref, name, code, data, sync_token
""")


def retire_unseen(
    session: Session, connection_id: int, kinds: Sequence[str], since: datetime
) -> list[Pulled]:
    """Records that a complete pull neither saw nor that we wrote since it began: gone from the
    books."""
    values = {"id": connection_id, "kinds": list(kinds), "since": since}
    return [
        Pulled(row.kind, row.ref, row.name, False, row.data, row.code, row.sync_token)
        for row in session.execute(_VANISHED, values)
    ]


_OF_KINDS = sa.text("""
    SELECT kind, ref, name, code, active, data, sync_token FROM ledger_records
    WHERE connection_id = :id AND kind = ANY(:kinds) ORDER BY kind, code NULLS LAST, name, ref
""")


def of_kinds(session: Session, connection_id: int, kinds: Sequence[str]) -> list[Pulled]:
    """Everything the books hold of these kinds (`account`, `tax_code`, `tax_rate` ...)."""
    rows = session.execute(_OF_KINDS, {"id": connection_id, "kinds": list(kinds)})
    return [
        Pulled(row.kind, row.ref, row.name, row.active, row.data, row.code, row.sync_token)
        for row in rows
    ]
