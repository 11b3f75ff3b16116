"""Dead letters by filter: lists without bodies, and pages of ids to work off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import takewhile
from typing import Any

import sqlalchemy as sa

from worker.store.message_tables import dead_letters as d
from worker.store.session import Session

_PAGE_BYTES = 16 * 1024 * 1024  # of bodies, which are read whole


@dataclass(frozen=True)
class Filter:
    """Which letters: all that is given must hold. Times are those when a letter was last seen."""

    state: str | None = "open"  # None: any
    ids: tuple[int, ...] = ()
    categories: tuple[str, ...] = ()
    text: str | None = None  # part of the reason, whatever its case
    tenant_id: str | None = None
    type: str | None = None
    source: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    corrected: bool = False  # only those that a later event names as what it corrects


@dataclass(frozen=True)
class Listed:
    """A letter without its body; `corrected_by` is the id of an accepted event that corrects it."""

    id: int
    state: str
    category: str
    reason: str
    source: str | None
    event_id: str | None
    type: str | None
    tenant_id: str | None
    connection_id: int | None
    link_id: int | None
    bytes: int
    count: int
    first_seen_at: datetime
    last_seen_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    note: str | None
    result: Mapping[str, Any] | None
    corrected_by: str | None


@dataclass(frozen=True)
class Candidate:
    """A letter to be worked off; `connection_id` and `link_id` where it is about a record."""

    id: int
    connection_id: int | None
    link_id: int | None


# A message without a readable id is named by its letter.
_CORRECTED_BY = sa.literal_column(
    """
    (SELECT c.event_id
     FROM (SELECT i.id, i.event_id, i.tenant_id FROM inbox i
           WHERE i.causation_id = dead_letters.event_id
           UNION ALL
           SELECT i.id, i.event_id, i.tenant_id FROM inbox i
           WHERE i.causation_id = 'dead_letter:' || dead_letters.id) c
     WHERE dead_letters.tenant_id IS NULL OR c.tenant_id = dead_letters.tenant_id
     ORDER BY c.id DESC LIMIT 1)
""",
    sa.Text,
)


def listed(session: Session, wanted: Filter, most: int | None = None) -> list[Listed]:
    """The letters, the newest first."""
    query = _listing(wanted).order_by(d.c.last_seen_at.desc(), d.c.id.desc()).limit(most)
    return [Listed(*row) for row in session.execute(query)]


def count(session: Session, wanted: Filter) -> int:
    query = sa.select(sa.func.count()).select_from(d).where(*_conditions(wanted))
    return int(session.execute(query).scalar_one())


def page(session: Session, wanted: Filter, after: int, most: int) -> list[Candidate]:
    """The next letters behind the id `after`: `most` at most, and no more than fit into memory."""
    size = sa.func.sum(sa.func.octet_length(d.c.body)).over(order_by=d.c.id)
    query = sa.select(d.c.id, d.c.connection_id, d.c.link_id, size.label("size"))
    query = query.where(*_conditions(wanted), d.c.id > after).order_by(d.c.id).limit(most)
    rows = session.execute(query).all()
    fitting = list(takewhile(lambda row: row.size <= _PAGE_BYTES, rows)) or rows[:1]
    return [Candidate(row.id, row.connection_id, row.link_id) for row in fitting]


def corrections(session: Session, ids: Sequence[int]) -> dict[int, str]:
    """By letter: the id of an accepted event that corrects it."""
    query = sa.select(d.c.id, _CORRECTED_BY.label("by")).where(d.c.id.in_(ids))
    return {row.id: row.by for row in session.execute(query) if row.by is not None}


def _listing(wanted: Filter) -> sa.Select[Any]:
    reckoned = {"bytes": sa.func.octet_length(d.c.body), "corrected_by": _CORRECTED_BY}
    columns = [reckoned[n] if n in reckoned else d.c[n] for n in Listed.__dataclass_fields__]
    return sa.select(*columns).where(*_conditions(wanted))


def _conditions(wanted: Filter) -> list[sa.ColumnElement[bool]]:
    exact = {name: getattr(wanted, name) for name in ("state", "tenant_id", "type", "source")}
    found = [d.c[name] == value for name, value in exact.items() if value is not None]
    if wanted.ids:
        found.append(d.c.id.in_(wanted.ids))
    if wanted.categories:
        found.append(d.c.category.in_(wanted.categories))
    if wanted.text is not None:
        found.append(d.c.reason.icontains(wanted.text, autoescape=True))
    if wanted.since is not None:
        found.append(d.c.last_seen_at >= wanted.since)
    if wanted.until is not None:
        found.append(d.c.last_seen_at < wanted.until)
    if wanted.corrected:
        found.append(_CORRECTED_BY.is_not(None))
    return found
