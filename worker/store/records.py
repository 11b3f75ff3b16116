"""What the books hold, as last pulled or written: accounts, taxes, parties, items."""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker import matchkeys
from worker.store.session import Session

Key = tuple[str, str]
"""Kind and ref of a record of the books."""


@dataclass(frozen=True)
class Pulled:
    """One record of the books; `data` is what its status event says of it, JSON-ready.

    Of parties and items there are `fields`, `digest` and `marker` (`kind id`) beside it.
    """

    kind: str
    ref: str
    name: str
    active: bool
    data: Mapping[str, Any]
    code: str | None = None
    sync_token: str | None = None
    fields: Mapping[str, str] = field(default_factory=dict)
    digest: str = ""
    marker: str | None = None

    @property
    def key(self) -> Key:
        return (self.kind, self.ref)

    @property
    def hash(self) -> str:
        """Tells whether anything that matters is another than before."""
        if self.digest:
            return self.digest
        text = json.dumps(self.data, sort_keys=True, default=str)
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True)
class Difference:
    """What a page of records changed: (kind, ref) of those that are new or different."""

    created: frozenset[Key]
    changed: frozenset[Key]


_COLUMNS = "kind, ref, name, code, active, data, sync_token, fields, digest, marker"

_KNOWN = sa.text(f"""
    SELECT {_COLUMNS}, written_at FROM ledger_records
    WHERE connection_id = :id AND (kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
""")


@dataclass(frozen=True)
class Known:
    """A record as it stands in the tables; `written_at`: when we wrote it last."""

    record: Pulled
    written_at: datetime | None


def known(session: Session, connection_id: int, keys: Iterable[Key]) -> dict[Key, Known]:
    """Those of these records that were seen before."""
    rows = session.execute(_KNOWN, _keys(connection_id, keys))
    return {(row.kind, row.ref): Known(_pulled(row), row.written_at) for row in rows}


_UPSERT = sa.text("""
    INSERT INTO ledger_records (connection_id, kind, ref, name, code, active, data, fields, digest,
                                sync_token, marker, name_key, email_key, seen_at, written_at)
    VALUES (:id, :kind, :ref, :name, :code, :active, CAST(:data AS jsonb), CAST(:fields AS jsonb),
            :digest, :sync_token, :marker, :name_key, :email_key, clock_timestamp(),
            CASE WHEN :written THEN clock_timestamp() END)
    ON CONFLICT (connection_id, kind, ref) DO UPDATE
    SET name = excluded.name, code = excluded.code, active = excluded.active, data = excluded.data,
        fields = excluded.fields, digest = excluded.digest, sync_token = excluded.sync_token,
        marker = excluded.marker, name_key = excluded.name_key, email_key = excluded.email_key,
        seen_at = excluded.seen_at,
        written_at = coalesce(excluded.written_at, ledger_records.written_at)
""")


def keep(session: Session, connection_id: int, page: Sequence[Pulled]) -> Difference:
    """Store a page and mark it as seen; says what is new and what differs from before."""
    if not page:
        return Difference(frozenset(), frozenset())
    before = known(session, connection_id, [record.key for record in page])
    store(session, connection_id, page)
    hashes = {record.key: record.hash for record in page}
    return Difference(
        created=frozenset(key for key in hashes if key not in before),
        changed=frozenset(key for key, one in before.items() if one.record.hash != hashes[key]),
    )


def store(session: Session, connection_id: int, page: Sequence[Pulled]) -> None:
    """The same, for who knows what was there before."""
    if page:
        session.execute(_UPSERT, [_row(connection_id, one) | {"written": False} for one in page])


def keep_written(session: Session, connection_id: int, record: Pulled) -> None:
    """Store what the books answered to our own write: a page that was read before it is older."""
    session.execute(_UPSERT, _row(connection_id, record) | {"written": True})


_CODED = sa.text("""
    SELECT r.code, r.ref FROM ledger_records r
    WHERE r.connection_id = :id AND r.kind = :kind AND r.code = ANY(:codes)
      AND NOT EXISTS (SELECT FROM ledger_records o WHERE o.connection_id = :id
                      AND o.kind = r.kind AND o.ref = r.code)
    ORDER BY r.active
""")


def coded(session: Session, connection_id: int, kind: str, codes: Iterable[str]) -> dict[str, str]:
    """The refs of records with these codes, the active one's where several have it; what is a ref
    itself stands for itself."""
    values = {"id": connection_id, "kind": kind, "codes": sorted(codes)}
    return {row.code: row.ref for row in session.execute(_CODED, values)}


_FORGET = sa.text("""
    UPDATE ledger_records SET fields = '{}', digest = ''
    WHERE connection_id = :id AND (kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
""")


def forget_fields(session: Session, connection_id: int, keys: Iterable[Key]) -> None:
    """These are not as we believed: nothing is left out of the next write for what they held."""
    session.execute(_FORGET, _keys(connection_id, keys))


_TOUCH = sa.text("""
    UPDATE ledger_records SET seen_at = clock_timestamp()
    WHERE connection_id = :id AND (kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
""")


def touch(session: Session, connection_id: int, keys: Iterable[Key]) -> None:
    """These were seen, whatever they hold."""
    session.execute(_TOUCH, _keys(connection_id, keys))


def _retiring(which: str) -> sa.TextClause:
    return sa.text(f"""
        UPDATE ledger_records SET active = false, digest = '',
            data = jsonb_set(data, '{{active}}', 'false')
        WHERE connection_id = :id AND active AND {which}
        RETURNING {_COLUMNS}
    """)


_RETIRE_UNSEEN = _retiring("""kind = ANY(:kinds) AND seen_at < :since
        AND (written_at IS NULL OR written_at < :since)""")
_RETIRE_GONE = _retiring("""(kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))""")


def retire_unseen(
    session: Session, connection_id: int, kinds: Sequence[str], since: datetime
) -> list[Pulled]:
    """Records that a complete pull neither saw nor that we wrote since it began: gone from the
    books."""
    values = {"id": connection_id, "kinds": list(kinds), "since": since}
    return [_pulled(row) for row in session.execute(_RETIRE_UNSEEN, values)]


def retire(session: Session, connection_id: int, keys: Iterable[Key]) -> list[Pulled]:
    """Records that the books say are gone; those that were active until now."""
    return [_pulled(row) for row in session.execute(_RETIRE_GONE, _keys(connection_id, keys))]


_OF_KINDS = sa.text(f"""
    SELECT {_COLUMNS} FROM ledger_records
    WHERE connection_id = :id AND kind = ANY(:kinds) ORDER BY kind, code NULLS LAST, name, ref
""")


def of_kinds(session: Session, connection_id: int, kinds: Sequence[str]) -> list[Pulled]:
    """Everything the books hold of these kinds (`account`, `tax_code`, `tax_rate` ...)."""
    rows = session.execute(_OF_KINDS, {"id": connection_id, "kinds": list(kinds)})
    return [_pulled(row) for row in rows]


def _keys(connection_id: int, keys: Iterable[Key]) -> dict[str, object]:
    pairs = sorted(set(keys))
    return {"id": connection_id, "kinds": [k for k, _ in pairs], "refs": [r for _, r in pairs]}


def _row(connection_id: int, record: Pulled) -> dict[str, object]:
    matched = bool(record.fields)  # accounts and taxes are found by id, number and name alone
    return {
        "id": connection_id,
        "kind": record.kind,
        "ref": record.ref,
        "name": record.name,
        "code": record.code,
        "active": record.active,
        "data": json.dumps(dict(record.data), default=str),
        "fields": json.dumps(dict(record.fields)),
        "digest": record.hash,
        "sync_token": record.sync_token,
        "marker": record.marker,
        "name_key": matchkeys.name_key(record.name) if matched else None,
        "email_key": matchkeys.email_key(record.data.get("email")) if matched else None,
    }


def _pulled(row: sa.Row[Any]) -> Pulled:
    return Pulled(
        row.kind,
        row.ref,
        row.name,
        row.active,
        row.data,
        row.code,
        row.sync_token,
        row.fields,
        row.digest,
        row.marker,
    )
