"""Answers of ledgers that no rule knows: each shape of words once, counted, for engineers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.store.operation_tables import unknown_faults
from worker.store.session import Session

MOST = 500  # shapes of one provider; what is new beyond them is counted together
OTHERS = "(others)"


@dataclass(frozen=True)
class UnknownFault:
    """`code` is the ledger's own; `shape` its words without what differs from record to record."""

    provider: str
    code: str
    shape: str
    endpoint: str
    example: str
    failure_id: str | None
    count: int
    first_seen_at: datetime
    last_seen_at: datetime


_KEEP = sa.text("""
    INSERT INTO unknown_faults (provider, code, shape, endpoint, example, failure_id, tenant_id)
    SELECT :provider, CASE WHEN f.full THEN '' ELSE :code END,
           CASE WHEN f.full THEN :others ELSE :shape END, :endpoint, :example, :failure_id,
           :tenant_id
    FROM (SELECT count(*) >= :most AND count(*) FILTER (WHERE code = :code AND shape = :shape) = 0
                 AS full FROM unknown_faults WHERE provider = :provider) f
    ON CONFLICT (provider, code, shape) DO UPDATE
    SET count = unknown_faults.count + 1, last_seen_at = clock_timestamp(),
        endpoint = excluded.endpoint, example = excluded.example,
        failure_id = excluded.failure_id, tenant_id = excluded.tenant_id
""")


def keep(session: Session, heard: Mapping[str, str | None], most: int = MOST) -> None:
    """Count a fault: provider, code, shape, endpoint, example, failure_id, and the tenant whose
    answer it was; the latest example stays."""
    whose = {"tenant_id": None}
    session.execute(_KEEP, {**whose, **heard, "most": most, "others": OTHERS})


def find(session: Session) -> list[UnknownFault]:
    """All of them, the most frequent first."""
    columns = [unknown_faults.c[name] for name in UnknownFault.__dataclass_fields__]
    query = sa.select(*columns).order_by(unknown_faults.c.count.desc(), unknown_faults.c.id)
    return [UnknownFault(**dict(row._mapping)) for row in session.execute(query)]


_EXPIRE = sa.text("""
    DELETE FROM unknown_faults WHERE last_seen_at < now() - make_interval(days => :days)
""")


def expire(session: Session, days: int) -> int:
    """Drop those that were not heard for so long: they have a rule by now, or were passing."""
    return session.execute(_EXPIRE, {"days": days}).rowcount
