"""Dead letters: messages that no rule could handle, kept whole until a person decides."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert

from worker.store.message_tables import dead_letters
from worker.store.session import Session


@dataclass(frozen=True)
class DeadLetter:
    """A message as it came, and why it went no further."""

    category: str
    reason: str
    body: bytes
    headers: Mapping[str, Any] = field(default_factory=dict)
    content_type: str | None = None
    routing_key: str | None = None
    source: str | None = None
    event_id: str | None = None
    type: str | None = None
    tenant_id: str | None = None
    detail: str | None = None
    connection_id: int | None = None
    link_id: int | None = None

    @property
    def fingerprint(self) -> str:
        """Unique by source, id and content: the same message dead twice is one letter, counted.

        A letter about a record of one connection is none about the same record of another.
        """
        names = [self.source or "", self.event_id or ""]
        if self.link_id is not None:
            names.append(str(self.link_id))
        known = "\x00".join(names).encode("utf-8", "replace")
        return hashlib.sha256(known + b"\x00" + self.body).hexdigest()


@dataclass(frozen=True)
class Kept:
    """A dead letter in the tables."""

    id: int
    category: str
    reason: str
    detail: str | None
    source: str | None
    event_id: str | None
    type: str | None
    tenant_id: str | None
    connection_id: int | None
    link_id: int | None
    body: bytes
    headers: Mapping[str, Any] | None
    content_type: str | None
    routing_key: str | None
    count: int
    state: str  # open, replayed, superseded, discarded
    note: str | None
    decided_by: str | None
    decided_at: datetime | None
    result: Mapping[str, Any] | None
    first_seen_at: datetime
    last_seen_at: datetime


@dataclass(frozen=True)
class Verdict:
    """What a person's decision made of a letter: its state, and plain JSON that says more."""

    letter_id: int
    state: str
    result: Mapping[str, Any] = field(default_factory=dict)


def keep(session: Session, letter: DeadLetter) -> None:
    """Keep a dead letter; one that came back is open again and counted."""
    columns = {name: getattr(letter, name) for name in DeadLetter.__dataclass_fields__}
    query = insert(dead_letters).values(fingerprint=letter.fingerprint, **columns)
    moment = sa.func.clock_timestamp()
    again = {"count": dead_letters.c.count + 1, "last_seen_at": moment, "state": "open"}
    renewed = {name: query.excluded[name] for name in ("reason", "category", "detail", "headers")}
    session.execute(
        query.on_conflict_do_update(index_elements=["fingerprint"], set_=again | renewed)
    )


def keep_all(session: Session, letters: Sequence[DeadLetter]) -> None:
    """Keep several, in an order that all who keep agree on: else two of them deadlock."""
    for letter in sorted(letters, key=lambda one: one.fingerprint):
        keep(session, letter)


def get(session: Session, letter_id: int) -> Kept | None:
    row = session.execute(_columns().where(dead_letters.c.id == letter_id)).first()
    return None if row is None else _kept(row)


def load(session: Session, ids: Sequence[int]) -> list[Kept]:
    """Letters whole, by id."""
    query = _columns().where(dead_letters.c.id.in_(ids)).order_by(dead_letters.c.id)
    return [_kept(row) for row in session.execute(query)]


def claim(session: Session, ids: Sequence[int]) -> list[Kept]:
    """Those of them that are open and that nobody else is at, locked until the transaction ends.

    Never waits for a letter, so that whoever keeps one again cannot deadlock with us.
    """
    query = _columns().where(dead_letters.c.id.in_(ids), dead_letters.c.state == "open")
    query = query.order_by(dead_letters.c.id).with_for_update(skip_locked=True)
    return [_kept(row) for row in session.execute(query)]


def claim_about(session: Session, links: Sequence[int], category: str) -> list[Kept]:
    """`claim` for all letters of a category about these links."""
    query = sa.select(dead_letters.c.id).where(
        dead_letters.c.link_id.in_(links),
        dead_letters.c.category == category,
        dead_letters.c.state == "open",
    )
    return claim(session, list(session.execute(query).scalars()))


_DECIDE = sa.text("""
    UPDATE dead_letters d
    SET state = v.state, result = v.result, note = :note, decided_by = :who,
        decided_at = clock_timestamp()
    FROM json_to_recordset(CAST(:verdicts AS json)) AS v (id bigint, state text, result jsonb)
    WHERE d.id = v.id
""")


def decide(session: Session, verdicts: Sequence[Verdict], *, who: str, note: str | None) -> None:
    """Write down what a person did with letters that the caller has claimed."""
    rows = [{"id": v.letter_id, "state": v.state, "result": dict(v.result)} for v in verdicts]
    session.execute(_DECIDE, {"verdicts": json.dumps(rows), "who": who, "note": note})


_EXPIRE = sa.text("""
    DELETE FROM dead_letters WHERE id IN (
        SELECT id FROM dead_letters
        WHERE state <> 'open' AND decided_at < clock_timestamp() - make_interval(days => :days)
        ORDER BY id LIMIT 5000 FOR UPDATE SKIP LOCKED)
""")


def expire_decided(session: Session, days: int) -> int:
    """Drop letters decided so long ago, 5,000 at most, never open ones; returns how many."""
    return session.execute(_EXPIRE, {"days": days}).rowcount


def _columns() -> sa.Select[Any]:
    return sa.select(*(dead_letters.c[name] for name in Kept.__dataclass_fields__))


def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(**dict(row._mapping))
