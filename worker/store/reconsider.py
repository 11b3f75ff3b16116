"""Links looked at anew since the settings of their connection are others: thousands at once."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa

from worker.store.session import Session

CHUNK = 5000


@dataclass(frozen=True)
class Which:
    """Links by state and, where given, by code and kind; `day` of documents, as the CMMS says it.

    `since` and `before` (which leaves out what is in the books) bound the day.
    """

    state: str
    codes: Collection[str] | None = None
    kinds: Collection[str] | None = None
    since: date | None = None
    before: date | None = None


_AGAIN = sa.text(f"""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        waiting_on = '{{}}', error_code = NULL, error = '{{}}', reason = NULL,
        updated_at = clock_timestamp()
    WHERE id IN (
        SELECT l.id FROM links l JOIN documents d ON d.id = l.document_id
        CROSS JOIN LATERAL (SELECT coalesce(d.snapshot ->> 'issue_date', d.snapshot ->> 'date')
                                   AS day) of_document
        WHERE l.connection_id = :id AND l.state = :state
          AND (CAST(:codes AS text[]) IS NULL OR l.error_code = ANY(:codes))
          AND (CAST(:kinds AS text[]) IS NULL OR l.kind = ANY(:kinds))
          AND (CAST(:since AS text) IS NULL OR day >= :since)
          AND (CAST(:before AS text) IS NULL OR (day < :before AND l.ref IS NULL))
        ORDER BY l.id LIMIT {CHUNK} FOR UPDATE OF l)
""")


_NAMED = sa.text("""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        error_code = NULL, error = '{}', reason = NULL, updated_at = clock_timestamp()
    WHERE connection_id = :id AND state = 'failed' AND error_code = ANY(:codes)
      AND kind || ':' || (error -> 'names' ->> 'ref') = ANY(:records)
""")


def named(
    session: Session, connection_id: int, codes: Collection[str], records: Collection[str]
) -> None:
    """Make what failed for these records of the books (`customer:58`) due. The connection's row is
    locked."""
    if records:
        values = {"id": connection_id, "codes": sorted(codes), "records": sorted(records)}
        session.execute(_NAMED, values)


def again(session: Session, connection_id: int, which: Which) -> int:
    """Make these links due; returns how many. The caller has locked the connection's row.

    Without a status event for each: planning tells what becomes of them.
    """
    values = {
        "id": connection_id,
        "state": which.state,
        "codes": None if which.codes is None else sorted(which.codes),
        "kinds": None if which.kinds is None else sorted(which.kinds),
        "since": which.since and which.since.isoformat(),
        "before": which.before and which.before.isoformat(),
    }
    touched = 0
    while True:
        chunk = session.execute(_AGAIN, values).rowcount
        touched += chunk
        if chunk < CHUNK:
            return touched
