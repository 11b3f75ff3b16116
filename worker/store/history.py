"""Everything that the tables still hold about one record, source by source."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from worker.store.session import Session


@dataclass(frozen=True)
class Entry:
    """One thing that happened; `what` is event, sent, answered, told, payment, dead_letter or act,
    `facts` are plain values, None where there is nothing to say."""

    at: datetime
    what: str
    name: str  # of its kind: an event's type, an operation, an outcome, a verb
    connection_id: int | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Record:
    """Whose history is asked for, and its links in the connections that are concerned."""

    tenant_id: str
    kind: str
    record_id: str
    links: Mapping[int, int]  # connection -> link


_RECORDS = sa.text("""
    SELECT d.tenant_id, d.kind, d.record_id,
           coalesce(jsonb_object_agg(l.connection_id, l.id) FILTER (WHERE l.id IS NOT NULL), '{}')
               AS links
    FROM documents d
    LEFT JOIN links l ON l.document_id = d.id AND l.connection_id = ANY(:connections)
    WHERE d.kind = :kind AND d.record_id = :record AND d.tenant_id = ANY(:tenants)
    GROUP BY d.id ORDER BY d.tenant_id
""")


def records(
    session: Session,
    tenants: Collection[str],
    connections: Collection[int],
    kind: str,
    record_id: str,
) -> list[Record]:
    """The records of that id: one for each of the tenants that has it."""
    values = {
        "tenants": list(tenants),
        "connections": list(connections),
        "kind": kind,
        "record": record_id,
    }
    return [
        Record(row.tenant_id, row.kind, row.record_id, {int(c): n for c, n in row.links.items()})
        for row in session.execute(_RECORDS, values)
    ]


_EVENTS = """
    SELECT received_at AS at, 'event' AS what, type AS name, NULL AS connection_id,
           jsonb_build_object('event_id', event_id, 'source', source, 'time', time) AS facts
    FROM inbox WHERE tenant_id = :tenant AND record_id = :record AND type LIKE :types
"""

_SENT = """
    SELECT s.recorded_at, 'sent', i.operation, s.connection_id,
           jsonb_build_object('submission', s.id, 'endpoint', s.endpoint, 'event_id', i.event_id,
                              'version', i.version, 'ref', i.ref)
    FROM submission_items i JOIN submissions s ON s.id = i.submission_id
    WHERE i.link_id = ANY(:links)
"""

# When one item of several was answered is known of the last one alone; the call's end is shown.
_ANSWERED = """
    SELECT coalesce(s.closed_at, s.settle_at), 'answered', coalesce(i.outcome, 'not known yet'),
           s.connection_id,
           jsonb_build_object('submission', s.id, 'status', s.status, 'sends', s.sends,
               'lookups', s.lookups, 'correlation_id', s.correlation_id, 'ref', i.detail ->> 'ref',
               'code', i.detail ->> 'code', 'failure', i.detail ->> 'id',
               'detail', i.detail ->> 'detail', 'expected', s.closed_at IS NULL)
    FROM submission_items i JOIN submissions s ON s.id = i.submission_id
    WHERE i.link_id = ANY(:links)
"""

_TOLD = """
    SELECT created_at, 'told', type, NULL,
           jsonb_build_object('event_id', event_id, 'state', state, 'published', published_at,
               'provider', envelope -> 'data' ->> 'provider',
               'operation', envelope -> 'data' ->> 'operation',
               'ref', envelope -> 'data' ->> 'ref',
               'says', coalesce(envelope -> 'data' ->> 'reason',
                                envelope -> 'data' -> 'error' ->> 'explanation'),
               'failure', envelope -> 'data' -> 'error' ->> 'failure_id',
               'changed', envelope -> 'data' ->> 'changed',
               'causation', envelope ->> 'causationid')
    FROM outbox WHERE tenant_id = :tenant AND envelope ->> 'subject' = :record
      AND (envelope -> 'data' ->> 'kind' = :kind
           OR :kind = 'invoice' AND type LIKE 'accounting.payment.%')
"""

_PAYMENTS = """
    SELECT first_seen_at, 'payment', state, connection_id,
           jsonb_build_object('ref', payment_ref, 'date', date, 'amount', CAST(amount AS text),
               'applied', CAST(applied AS text), 'currency', currency, 'changed', updated_at)
    FROM payments WHERE :kind = 'invoice' AND connection_id = ANY(:connections)
      AND invoice_ref IN (SELECT ref FROM links WHERE id = ANY(:links))
"""

_LETTERS = """
    SELECT first_seen_at, 'dead_letter', category, connection_id,
           jsonb_build_object('number', id, 'says', reason, 'count', count, 'state', state,
               'event_id', event_id)
    FROM dead_letters WHERE link_id = ANY(:links)
"""

_ACTS = """
    SELECT a.at, 'act', a.verb, a.connection_id,
           jsonb_build_object('who', a.who, 'subject', a.subject, 'note', a.note,
                              'result', NULLIF(a.result, '{}'))
    FROM acts a WHERE a.subject IN (
        SELECT 'dead_letter:' || id FROM dead_letters WHERE link_id = ANY(:links)
        UNION ALL SELECT 'issue:' || id FROM issues WHERE connection_id = ANY(:connections)
            AND examples @> jsonb_build_array(jsonb_build_array(
                CAST(:kind AS text), CAST(:record AS text)))
        UNION ALL SELECT 'issue:' || (error ->> 'issue') FROM links
            WHERE id = ANY(:links) AND state = 'skipped'
        UNION ALL SELECT 'link:' || l FROM unnest(CAST(:links AS bigint[])) l)
"""

_ALL = sa.text(
    "\nUNION ALL\n".join((_EVENTS, _SENT, _ANSWERED, _TOLD, _PAYMENTS, _LETTERS, _ACTS))
    + "\nORDER BY 1"
)


def of(session: Session, one: Record) -> list[Entry]:
    """All of a record's history, the oldest first."""
    values = {
        "tenant": one.tenant_id,
        "kind": one.kind,
        "record": one.record_id,
        "types": one.kind.replace("_", r"\_") + ".%",
        "links": list(one.links.values()),
        "connections": list(one.links),
    }
    return [
        Entry(row.at, row.what, row.name, row.connection_id, _known(row.facts))
        for row in session.execute(_ALL, values)
    ]


def _known(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in facts.items() if value not in (None, False)}
