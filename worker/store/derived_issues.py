"""Issues that links show: written down as they are now, and closed once no link shows them."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

import sqlalchemy as sa

from worker.store.session import Session


@dataclass(frozen=True)
class Derived:
    """One issue as the links of its connection show it, as `issues.Issue` has it."""

    cause: str
    code: str
    names: Mapping[str, str]
    causes: Sequence[str]
    records: int
    held_up: int
    examples: Sequence[tuple[str, str]]
    first: datetime
    last: datetime


_GIVEN = """
    SELECT * FROM jsonb_to_recordset(CAST(:found AS jsonb)) AS g (cause text, code text,
        names jsonb, causes text[], records int, held_up int, examples jsonb,
        first timestamptz, last timestamptz)
"""

# Retried in vain, it is the same issue under the number that people know.
_REOPEN = sa.text(f"""
    UPDATE issues SET closed_at = NULL WHERE id IN (
        SELECT DISTINCT ON (i.cause) i.id FROM issues i JOIN ({_GIVEN}) g USING (cause)
        WHERE i.connection_id = :id AND i.derived
          AND i.closed_at > clock_timestamp() - interval '1 day'
          AND NOT EXISTS (SELECT FROM issues o WHERE o.connection_id = :id AND o.cause = i.cause
                          AND o.closed_at IS NULL)
        ORDER BY i.cause, i.id DESC)
""")

# What somebody else keeps (`raise_`) is said as they say it; only the links are counted here.
_KEEP = sa.text(f"""
    INSERT INTO issues AS i (connection_id, cause, code, names, causes, records, held_up, examples,
                             first_seen_at, last_seen_at, derived)
    SELECT :id, cause, code, names, causes, records, held_up, examples, first, last, true
    FROM ({_GIVEN}) g ORDER BY cause
    ON CONFLICT (connection_id, cause) WHERE closed_at IS NULL DO UPDATE SET
        code = CASE WHEN i.derived THEN excluded.code ELSE i.code END,
        names = CASE WHEN i.derived THEN excluded.names ELSE i.names END,
        causes = excluded.causes, records = excluded.records, held_up = excluded.held_up,
        examples = excluded.examples,
        first_seen_at = least(i.first_seen_at, excluded.first_seen_at),
        last_seen_at = greatest(i.last_seen_at, excluded.last_seen_at)
""")

_OTHERS = sa.text(f"""
    SELECT g.cause FROM ({_GIVEN}) g
    LEFT JOIN issues i ON i.connection_id = :id AND i.cause = g.cause AND i.closed_at IS NULL
    WHERE i.id IS NULL
       OR (i.derived AND (i.code, i.names) IS DISTINCT FROM (g.code, g.names))
       OR (i.causes, i.records, i.held_up, i.examples)
           IS DISTINCT FROM (g.causes, g.records, g.held_up, g.examples)
       OR i.first_seen_at > g.first OR i.last_seen_at < g.last
""")

_GONE = sa.text(f"""
    SELECT cause FROM issues
    WHERE connection_id = :id AND closed_at IS NULL AND (derived OR records > 0)
      AND cause NOT IN (SELECT cause FROM ({_GIVEN}) g)
""")

_CLOSE = sa.text("""
    UPDATE issues SET
        closed_at = CASE WHEN derived THEN clock_timestamp() END,
        records = CASE WHEN derived THEN records ELSE 0 END,
        held_up = CASE WHEN derived THEN held_up ELSE 0 END
    WHERE connection_id = :id AND closed_at IS NULL AND cause = ANY(:causes)
""")


def differing(
    session: Session, connection_id: int, found: Sequence[Derived]
) -> tuple[list[Derived], list[str]]:
    """Those of the issues found that are not written down so, and the causes that are none any
    more. Without a lock: there may be thousands, of which nothing is new."""
    given = _given(connection_id, found)
    others = set(session.execute(_OTHERS, given).scalars())
    gone = session.execute(_GONE, given).scalars()
    return [one for one in found if one.cause in others], list(gone)


def keep(session: Session, connection_id: int, found: Sequence[Derived]) -> None:
    """Write these down as they are now.

    The caller has locked the connection's row, against those who raise issues meanwhile.
    """
    for statement in (_REOPEN, _KEEP):
        session.execute(statement, _given(connection_id, found))


def close(session: Session, connection_id: int, causes: Sequence[str]) -> None:
    """No link shows these any more; what others keep stays open. The connection's row is
    locked."""
    session.execute(_CLOSE, {"id": connection_id, "causes": list(causes)})


def _given(connection_id: int, found: Sequence[Derived]) -> dict[str, object]:
    rows = json.dumps([asdict(one) for one in found], default=datetime.isoformat)
    return {"id": connection_id, "found": rows}


# All that changes links wakes the connection, but for its state; the time is for those causes that
# come by waiting.
_AS_OF = "c.wake_seq || '/' || c.state || '/' || coalesce(c.paused_code, '')"

_CHANGED = sa.text(f"""
    SELECT c.id FROM connections c LEFT JOIN issues_derived d ON d.connection_id = c.id
    WHERE (d.as_of IS DISTINCT FROM {_AS_OF} OR d.at < clock_timestamp() - interval '15 minutes')
      AND (c.state <> 'active'
           OR EXISTS (SELECT FROM links l WHERE l.connection_id = c.id
                      AND l.state IN ('waiting', 'failed', 'conflict'))
           OR EXISTS (SELECT FROM issues i WHERE i.connection_id = c.id AND i.closed_at IS NULL))
    ORDER BY d.at NULLS FIRST, c.id
""")


def changed(session: Session) -> list[int]:
    """Connections whose issues may be others by now, those that were looked at longest ago
    first."""
    return list(session.execute(_CHANGED).scalars())


_READ_AS_OF = sa.text(f"SELECT {_AS_OF} FROM connections c WHERE id = :id")


def as_of(session: Session, connection_id: int) -> str:
    """What changes with the links of a connection; read before they are."""
    return str(session.execute(_READ_AS_OF, {"id": connection_id}).scalar_one())


_NOTE = sa.text("""
    INSERT INTO issues_derived (connection_id, as_of, at)
    VALUES (:id, :as_of, clock_timestamp())
    ON CONFLICT (connection_id) DO UPDATE SET as_of = excluded.as_of, at = excluded.at
""")


def note(session: Session, connection_id: int, seen: str) -> None:
    """The issues of a connection are those of what `as_of` gave."""
    session.execute(_NOTE, {"id": connection_id, "as_of": seen})
