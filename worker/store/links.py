"""Links: how far each document has got in each connection's books (design 4)."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.balances import PAID_BY_US
from worker.store.looking import CURRENT_LOOK, STILL_UNSURE
from worker.store.session import Session
from worker.store.tables import links
from worker.store.targets import SHARED


@dataclass(frozen=True)
class Due:
    """A link to be pushed, with the newest snapshot of its document and where it came from."""

    id: int
    kind: Kind
    record_id: str
    revision: int
    wanted_since: datetime
    attempts: int
    ref: str | None
    sync_token: str | None
    alias: str | None
    look: str | None
    digest: str | None
    synced_version: int | None
    synced_content: str | None
    content: str  # hash of the snapshot but for its version
    total: Decimal | None
    variance: Decimal | None
    balance: Decimal | None
    paid_amount: Decimal | None
    dated: date | None  # of a document: its day in the books
    party_ref: str | None  # of a document: whose it is in the books
    applied_to: str | None  # of a payment: the invoice that it pays in the books
    gone: bool  # the books' record is voided, deleted or inactive by our own doing
    confirmed: bool  # a person says that it is new: created whatever it is like
    base: Mapping[str, str] | None  # of a party or item: the fields that both sides agreed on
    held: Mapping[str, str] | None  # and as the books hold them; None: that is not known
    linked: Mapping[str, Any] | None  # the snapshot that was linked and not been compared since
    decided: Mapping[str, str]  # by a person: whose side counts of what is in conflict
    removed: bool  # the CMMS has removed the document
    snapshot: Mapping[str, Any]
    opening: Mapping[str, Any] | None  # of an item: the earliest count of its stock
    shared: bool | None  # of a party: as `Work.shared`
    version: int | None
    event_id: str
    traceparent: str | None

    @property
    def expected_total(self) -> Decimal | None:
        """What the CMMS said at the last sync: the books' total less the variance."""
        return None if self.total is None else self.total - (self.variance or 0)


DUE_COLUMNS = f"""
    SELECT l.id, l.kind, l.record_id, d.revision, l.wanted_since, l.attempts,
           l.ref, l.sync_token, l.alias, {CURRENT_LOOK},
           l.digest, l.synced_version, l.synced_content,
           l.total, l.variance, l.balance, l.paid_amount, l.dated, l.party_ref, l.applied_to,
           l.base, l.linked, l.decided,
           (SELECT NULLIF(r.fields, '{{}}') FROM ledger_records r
            WHERE r.connection_id = l.connection_id AND r.kind = l.kind AND r.ref = l.ref) AS held,
           l.removed AS gone, l.confirmed, md5((d.snapshot - 'version')::text) AS content,
           d.removed, d.snapshot, d.opening, d.version, d.event_id, d.traceparent, {SHARED}
    FROM links l JOIN documents d ON d.id = l.document_id
"""

_DUE = sa.text(f"""
    {DUE_COLUMNS}
    WHERE l.connection_id = :id AND l.state = 'due' AND l.next_attempt_at <= now()
      AND l.rank = (SELECT min(rank) FROM links WHERE connection_id = :id AND state = 'due'
                    AND next_attempt_at <= now())
    ORDER BY l.next_attempt_at, l.id LIMIT :most
""")


def due(session: Session, connection_id: int, most: int) -> list[Due]:
    """The due links of the lowest rank, those that have waited longest first."""
    return read(session.execute(_DUE, {"id": connection_id, "most": most}))


def read(rows: Iterable[sa.Row[Any]]) -> list[Due]:
    """Rows of DUE_COLUMNS."""
    return [Due(**dict(row._mapping) | {"kind": Kind(row.kind)}) for row in rows]


_SENT = sa.text("""
    UPDATE links SET state = 'sent', next_attempt_at = NULL, updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'due' RETURNING id
""")


def mark_sent(session: Session, ids: Sequence[int]) -> set[int]:
    """Take due links into a submission; returns those that were still due."""
    return set(session.execute(_SENT, {"ids": sorted(ids)}).scalars())


@dataclass(frozen=True)
class Settled:
    """What the books hold of a link now; `version` is the revision that they hold."""

    link_id: int
    version: int
    content: str | None
    ref: str | None
    sync_token: str | None
    number: str | None
    url: str | None
    digest: str | None
    removed: bool
    total: Decimal | None = None
    variance: Decimal | None = None
    balance: Decimal | None = None
    dated: date | None = None
    party_ref: str | None = None
    applied_to: str | None = None
    untouched: bool = False  # nothing was written or read: amounts and status stay


# `sent` ends here alone: due again if intake raised what is wanted meanwhile, else synced. A
# removal that found nothing in the books leaves no ref; what its answer does not say is kept.
_SYNCED = sa.text(f"""
    UPDATE links SET
        state = CASE WHEN wanted_version > :version THEN 'due' ELSE 'synced' END,
        next_attempt_at = CASE WHEN wanted_version > :version THEN clock_timestamp() END,
        synced_version = :version, synced_content = :content, ref = coalesce(:ref, ref),
        sync_token = :sync_token, number = coalesce(:number, number), url = coalesce(:url, url),
        digest = :digest, removed = :removed,
        variance = CASE WHEN :untouched THEN variance ELSE :variance END,
        dated = coalesce(:dated, dated), party_ref = coalesce(:party_ref, party_ref),
        applied_to = coalesce(:applied_to, applied_to),
        total = CASE WHEN :removed OR :untouched THEN total ELSE :total END,
        balance = CASE WHEN :removed THEN 0 * balance WHEN :untouched THEN balance
                       ELSE :balance END,
        paid_amount = CASE WHEN :removed THEN 0 * paid_amount WHEN :untouched THEN paid_amount
                           WHEN CAST(:balance AS numeric) IS NULL THEN paid_amount
                           ELSE CAST(:total AS numeric) - CAST(:balance AS numeric) END,
        paid_by_us = CASE WHEN :removed OR :untouched OR CAST(:balance AS numeric) IS NULL
                          THEN paid_by_us ELSE {PAID_BY_US} END,
        status = CASE WHEN kind NOT IN ('invoice', 'purchase_invoice') THEN status
                      WHEN :removed THEN 'voided' WHEN :untouched THEN status
                      WHEN CAST(:balance AS numeric) IS NULL THEN status
                      WHEN CAST(:balance AS numeric) = CAST(:total AS numeric) THEN 'open'
                      WHEN CAST(:balance AS numeric) > 0 THEN 'partially_paid' ELSE 'paid' END,
        attempts = 0, look = NULL, waiting_on = '{{}}', error_code = NULL, error = '{{}}',
        decided = '{{}}', reason = NULL, updated_at = clock_timestamp(),
        synced_at = CASE WHEN :untouched THEN synced_at ELSE clock_timestamp() END
    WHERE id = :link_id
""")


def mark_synced(session: Session, settled: Sequence[Settled]) -> None:
    if settled:
        rows = [{name: getattr(one, name) for name in _SETTLED_FIELDS} for one in settled]
        session.execute(_SYNCED, rows)


_SETTLED_FIELDS = tuple(Settled.__dataclass_fields__)

_TRY_AGAIN = sa.text("""
    UPDATE links SET state = 'due', attempts = attempts + :cost, look = :look,
        next_attempt_at = clock_timestamp() + make_interval(secs => :delay),
        sync_token = coalesce(:sync_token, sync_token), alias = coalesce(:alias, alias),
        updated_at = clock_timestamp()
    WHERE id = :id
""")


def try_again(
    session: Session,
    link_id: int,
    *,
    delay: float = 0.0,
    cost: int = 0,
    look: str | None = None,
    sync_token: str | None = None,
    alias: str | None = None,
) -> None:
    """Due again after `delay` seconds; `cost` counts as attempts, `look`: look in the books
    first."""
    session.execute(
        _TRY_AGAIN,
        {
            "id": link_id,
            "delay": delay,
            "cost": cost,
            "look": look,
            "sync_token": sync_token,
            "alias": alias,
        },
    )


# A newer version beats a refusal of the older one: the link is due again and says nothing.
_STOP = sa.text(f"""
    UPDATE links SET
        state = CASE WHEN wanted_version > :version THEN 'due' ELSE :state END,
        next_attempt_at = CASE WHEN wanted_version > :version THEN clock_timestamp() END,
        error_code = :code, error = CAST(:error AS jsonb), reason = :reason, look = {STILL_UNSURE},
        waiting_on = CASE WHEN wanted_version > :version OR :state <> 'waiting'
                          THEN '{{}}' ELSE CAST(:causes AS text[]) END,
        updated_at = clock_timestamp()
    WHERE id = :id AND state IN ('due', 'sent') RETURNING state
""")


@dataclass(frozen=True)
class Stop:
    """Why a link does not go on: state is waiting, failed, conflict or skipped."""

    state: str
    version: int
    code: str | None = None
    error: Mapping[str, object] = field(default_factory=dict)
    reason: str | None = None
    causes: tuple[str, ...] = ()


def stop(session: Session, link_id: int, why: Stop) -> bool:
    """Stop a due or sent link; False if a newer version made it due again instead."""
    values = {
        "id": link_id,
        "state": why.state,
        "version": why.version,
        "code": why.code,
        "error": json.dumps(why.error),
        "reason": why.reason,
        "causes": list(why.causes),
    }
    return session.execute(_STOP, values).scalar() == why.state


def note_fault(session: Session, link_id: int, code: str, error: Mapping[str, object]) -> None:
    """Keep what the books said, for the case that looking there does not help."""
    query = links.update().where(links.c.id == link_id)
    session.execute(query.values(error_code=code, error=dict(error)))


def link_to(session: Session, link_id: int, ref: str, sync_token: str | None) -> None:
    """Adopt a record of the books: the link has its ref, and is due to bring it up to date."""
    session.execute(
        links.update()
        .where(links.c.id == link_id)
        .values(
            ref=ref,
            sync_token=sync_token,
            state="due",
            look=None,
            next_attempt_at=sa.func.clock_timestamp(),
        )
    )


def doubt(session: Session, connection_id: int, kind: str, ref: str) -> None:
    """The books do not hold this record as it was written: even the same content goes out again."""
    query = links.update().where(
        links.c.connection_id == connection_id, links.c.kind == kind, links.c.ref == ref
    )
    session.execute(query.values(synced_content=None))


_COUNT = sa.text("""
    SELECT state, count(*) FROM links
    WHERE connection_id = :id GROUP BY state
""")


def counts(session: Session, connection_id: int) -> dict[str, int]:
    rows = session.execute(_COUNT, {"id": connection_id})
    return {row[0]: row[1] for row in rows}


_HOUSE = sa.text("""
    WITH made AS (
        INSERT INTO documents (tenant_id, kind, record_id, time, event_id, revision, removed,
        snapshot) VALUES (:tenant_id, :kind, :record_id, clock_timestamp(), '',
        nextval('revisions'), false,
                CAST(:snapshot AS jsonb))
        ON CONFLICT (tenant_id, kind, record_id) DO UPDATE SET tenant_id = excluded.tenant_id
        RETURNING id, revision)
    INSERT INTO links (connection_id, document_id, kind, record_id, rank, state, wanted_version,
                       next_attempt_at)
    SELECT :connection_id, id, :kind, :record_id, :rank, 'due', revision, clock_timestamp() FROM
    made ON CONFLICT (connection_id, document_id) DO NOTHING RETURNING id
""")


def add_house_record(session: Session, values: Mapping[str, object]) -> bool:
    """A record that no CMMS knows but its documents need; False where it is there already."""
    return session.execute(_HOUSE, values).first() is not None
