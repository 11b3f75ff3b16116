"""Acts: what a person did, when, why and what came of it; written in the deed's transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from worker.store.operation_tables import acts
from worker.store.session import Session


@dataclass(frozen=True)
class Act:
    """`subject` names one thing, such as `dead_letter:17`; `result` is plain JSON."""

    who: str
    verb: str
    subject: str
    note: str | None = None
    connection_id: int | None = None
    tenant_id: str | None = None
    result: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Noted(Act):
    """An act in the tables."""

    at: datetime = field(kw_only=True)


_NAMES = tuple(Act.__dataclass_fields__)

# One statement, however many they are: a person may decide on thousands at once.
_NOTE = sa.text(f"""
    INSERT INTO acts ({", ".join(_NAMES)})
    SELECT {", ".join(_NAMES)}
    FROM json_to_recordset(:rows)
         AS a (who text, verb text, subject text, note text, connection_id bigint, tenant_id text,
               result jsonb)
""").bindparams(sa.bindparam("rows", type_=JSON))


def note(session: Session, *done: Act) -> None:
    """Write acts down, in the order given."""
    if done:
        rows = [{name: getattr(one, name) for name in _NAMES} for one in done]
        session.execute(_NOTE, {"rows": [row | {"result": dict(row["result"])} for row in rows]})


def of(session: Session, subject: str) -> list[Noted]:
    """What was done with a subject, the oldest first."""
    names = (*_NAMES, "at")
    query = sa.select(*(acts.c[name] for name in names)).where(acts.c.subject == subject)
    return [Noted(**dict(row._mapping)) for row in session.execute(query.order_by(acts.c.id))]


def of_each(session: Session, subjects: Sequence[str]) -> dict[str, list[Noted]]:
    """By subject: what was done with it, the oldest first."""
    names = (*_NAMES, "at")
    query = sa.select(*(acts.c[name] for name in names)).where(acts.c.subject.in_(subjects))
    found: dict[str, list[Noted]] = {}
    for row in session.execute(query.order_by(acts.c.id)):
        found.setdefault(row.subject, []).append(Noted(**dict(row._mapping)))
    return found
