"""Events taken in: each (source, id) once, the newest snapshot of each record, and whom it
concerns."""

import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.session import Session

BACKFILL_CHUNK = 5000
_LOCK = 0x424F4F4B  # the first of the two numbers of a tenant's advisory lock

# Parties before items before documents before payments; what makes a party or an item unusable
# comes last, so that the documents that still name it go first.
RANKS = {
    Kind.CUSTOMER: 1,
    Kind.VENDOR: 1,
    Kind.ITEM: 2,
    Kind.INVOICE: 3,
    Kind.PURCHASE_INVOICE: 3,
    Kind.EXPENSE: 3,
    Kind.PAYMENT: 4,
}
# A payment goes before its invoice is changed or voided, which it forbids; then others may pay it.
REMOVAL_RANKS = RANKS | {Kind.CUSTOMER: 6, Kind.VENDOR: 6, Kind.ITEM: 5, Kind.PAYMENT: 2}


@dataclass(frozen=True, slots=True)
class Received:
    """One event on its way into `inbox`; `body` is the message as it came."""

    source: str
    event_id: str
    type: str
    tenant_id: str
    time: datetime
    body: bytes
    headers: Mapping[str, object] | None
    content_type: str | None
    record_id: str | None  # None: a request
    causation_id: str | None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A newer state of a record. For a removal `snapshot` is the last full one known, or None."""

    tenant_id: str
    kind: Kind
    record_id: str
    version: int | None
    time: datetime
    event_id: str
    traceparent: str | None
    removed: bool
    snapshot: Mapping[str, object] | None

    @property
    def key(self) -> tuple[str, str, str]:
        return (self.tenant_id, self.kind, self.record_id)

    def is_newer_than(self, other: "Snapshot") -> bool:
        """Versions compare if both are explicit and differ, else the envelopes' times, then their
        ids."""
        if None not in (self.version, other.version) and self.version != other.version:
            return (self.version or 0) > (other.version or 0)
        return (self.time, self.event_id) > (other.time, other.event_id)


_LOCK_TENANTS = sa.text("""
    SELECT pg_advisory_xact_lock_shared(:namespace, key)
    FROM (SELECT DISTINCT hashtext(tenant) AS key FROM unnest(CAST(:tenants AS text[])) tenant
          ORDER BY 1) keys
""")
_LOCK_TENANT = sa.text("SELECT pg_advisory_xact_lock(:namespace, hashtext(:tenant))")


def lock_tenants(session: Session, tenants: Sequence[str]) -> None:
    """Intake's side of the tenants' locks: no connection is added while documents come in."""
    session.execute(_LOCK_TENANTS, {"namespace": _LOCK, "tenants": sorted(set(tenants))})


def lock_tenant(session: Session, tenant_id: str) -> None:
    """The other side: whoever adds a connection or switches on a kind, so that no document lacks
    its link."""
    session.execute(_LOCK_TENANT, {"namespace": _LOCK, "tenant": tenant_id})


# A batch goes in as one JSON array: arrays of text cost more time to escape in Python than all the
# rest of intake together. `json` and not `jsonb`, which holds no more than 256 MB.
_RECEIVE = sa.text("""
    INSERT INTO inbox (source, event_id, type, tenant_id, time, body, headers, content_type,
                       record_id, causation_id)
    SELECT source, event_id, type, tenant_id, time, decode(body, 'base64'), headers, content_type,
           record_id, causation_id
    FROM json_to_recordset(CAST(:rows AS json))
         AS e (source text, event_id text, type text, tenant_id text, time timestamptz, body text,
               headers jsonb, content_type text, record_id text, causation_id text)
    ORDER BY source, event_id
    ON CONFLICT (source, event_id) DO NOTHING
    RETURNING source, event_id
""")


def receive(session: Session, events: Sequence[Received]) -> set[tuple[str, str]]:
    """Write events down; returns the (source, id) that were not known before."""
    rows = session.execute(_RECEIVE, {"rows": _array(events)})
    return {(row.source, row.event_id) for row in rows}


# A removal keeps the last full snapshot: the books may need it to find the record. The revision is
# drawn under the row's lock, since one drawn before may be lower than that of who overtook us.
_UPSERT = sa.text("""
    INSERT INTO documents AS d (tenant_id, kind, record_id, version, time, event_id, traceparent,
                                revision, removed, snapshot)
    SELECT tenant_id, kind, record_id, version, time, event_id, traceparent,
           nextval('revisions'), removed, coalesce(snapshot, '{}')
    FROM json_to_recordset(CAST(:rows AS json))
         AS e (tenant_id text, kind text, record_id text, version bigint, time timestamptz,
               event_id text, traceparent text, removed boolean, snapshot jsonb)
    ORDER BY tenant_id, kind, record_id
    ON CONFLICT (tenant_id, kind, record_id) DO UPDATE
    SET version = excluded.version, time = excluded.time, event_id = excluded.event_id,
        traceparent = excluded.traceparent, revision = nextval('revisions'),
        removed = excluded.removed, updated_at = clock_timestamp(),
        snapshot = CASE WHEN excluded.snapshot = '{}' THEN d.snapshot ELSE excluded.snapshot END
    WHERE CASE WHEN d.version <> excluded.version THEN excluded.version > d.version
          ELSE (excluded.time, excluded.event_id) > (d.time, d.event_id) END
    RETURNING id
""")


def keep_newest(session: Session, snapshots: Sequence[Snapshot]) -> list[int]:
    """Store snapshots that are newer than what is known; returns the ids of the changed
    documents."""
    if not snapshots:
        return []
    return list(session.execute(_UPSERT, {"rows": _array(snapshots)}).scalars())


@dataclass(frozen=True, slots=True)
class Opening:
    """A count of an item's stock; the earliest one is what the books begin with."""

    tenant_id: str
    record_id: str
    as_of: str
    quantity: str


_OPEN = sa.text("""
    UPDATE documents d
    SET opening = jsonb_build_object('as_of', e.as_of, 'quantity_on_hand', e.quantity)
    FROM (SELECT DISTINCT ON (tenant_id, record_id) *
          FROM json_to_recordset(CAST(:rows AS json))
               AS o (tenant_id text, record_id text, as_of text, quantity text)
          ORDER BY tenant_id, record_id, as_of) e
    WHERE d.tenant_id = e.tenant_id AND d.kind = 'item' AND d.record_id = e.record_id
      AND (d.opening IS NULL OR d.opening ->> 'as_of' > e.as_of)
""")


def keep_openings(session: Session, openings: Sequence[Opening]) -> None:
    """Remember the earliest count of each item's stock, even if it comes late.

    The books move the quantity themselves from there on, so documents dated after the first count
    and before a later one must find the first: a ledger refuses them else.
    """
    if openings:
        session.execute(_OPEN, {"rows": _array(openings)})


_CONCERNED = sa.text("""
    SELECT DISTINCT c.id FROM documents d JOIN connections c USING (tenant_id)
    WHERE d.id = ANY(:documents) ORDER BY c.id
""")

# Intake raises what is wanted and makes it due; it never takes a link out of `sent`, which ends by
# its answer only. A conflict is compared once more with what the CMMS says now: nothing of the
# books' side was forgotten, so it is a conflict again unless both agree.
_WANT = sa.text("""
    INSERT INTO links AS l (connection_id, document_id, kind, record_id, rank, state,
                            wanted_version, next_attempt_at)
    SELECT c.id, d.id, d.kind, d.record_id,
           CAST((CASE WHEN d.removed THEN CAST(:removal_ranks AS jsonb)
                 ELSE CAST(:ranks AS jsonb) END) ->> d.kind AS smallint),
           'due', d.revision, clock_timestamp()
    FROM documents d JOIN connections c USING (tenant_id)
    WHERE d.id = ANY(:documents) AND c.id = ANY(:connections)
    ORDER BY c.id, d.kind, d.record_id
    ON CONFLICT (connection_id, document_id) DO UPDATE
    SET wanted_version = excluded.wanted_version, rank = excluded.rank,
        wanted_since = clock_timestamp(), updated_at = clock_timestamp(), attempts = 0,
        state = CASE WHEN l.state = 'sent' THEN l.state ELSE 'due' END,
        waiting_on = CASE WHEN l.state = 'sent' THEN l.waiting_on ELSE '{}' END,
        next_attempt_at = excluded.next_attempt_at
    WHERE l.wanted_version < excluded.wanted_version
""")


def concerned(session: Session, documents: Sequence[int]) -> list[int]:
    """The connections of the documents' tenants, in the order in which they are locked."""
    return list(session.execute(_CONCERNED, {"documents": list(documents)}).scalars())


def want(session: Session, documents: Sequence[int], connections: Sequence[int]) -> None:
    """Make the links of these documents due in these connections, which are locked already."""
    values = {
        "documents": list(documents),
        "connections": list(connections),
        "ranks": _RANKS_JSON,
        "removal_ranks": _REMOVAL_RANKS_JSON,
    }
    session.execute(_WANT, values)


_BACKFILL = sa.text(f"""
    SELECT d.id FROM documents d JOIN connections c USING (tenant_id)
    WHERE c.id = :connection AND d.id > :after AND d.event_id <> '' ORDER BY d.id LIMIT
    {BACKFILL_CHUNK}
""")


def backfill(session: Session, connection_id: int) -> int:
    """Link everything that the tenant's CMMS has sent so far; returns how many documents that is.

    The caller holds `lock_tenant`, so nothing comes in meanwhile. Records of our own (without an
    event) belong to the connection that needed them and stay there.
    """
    after = total = 0
    while True:
        values = {"connection": connection_id, "after": after}
        found = list(session.execute(_BACKFILL, values).scalars())
        want(session, found, [connection_id])
        total += len(found)
        if len(found) < BACKFILL_CHUNK:
            return total
        after = found[-1]


def _json(ranks: dict[Kind, int]) -> str:
    return "{" + ", ".join(f'"{kind}": {rank}' for kind, rank in ranks.items()) + "}"


_RANKS_JSON, _REMOVAL_RANKS_JSON = _json(RANKS), _json(REMOVAL_RANKS)


def _array(rows: Sequence[Received | Snapshot | Opening]) -> str:
    """A batch as one JSON array: one statement, whatever its size."""
    return json.dumps([{n: getattr(row, n) for n in row.__slots__} for row in rows], default=_plain)


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return b64encode(value).decode()
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in JSON")
