"""Dead letters: messages that no rule could handle, kept whole until a person decides."""

import hashlib
from collections.abc import Mapping
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
    state: str  # open, replayed, discarded
    note: str | None
    decided_by: str | None
    decided_at: datetime | None
    first_seen_at: datetime
    last_seen_at: datetime


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


def find(session: Session, state: str | None = "open", most: int = 100) -> list[Kept]:
    """Dead letters, the newest first; `state` None: all."""
    query = _columns().order_by(dead_letters.c.last_seen_at.desc()).limit(most)
    if state is not None:
        query = query.where(dead_letters.c.state == state)
    return [_kept(row) for row in session.execute(query)]


def get(session: Session, letter_id: int) -> Kept | None:
    row = session.execute(_columns().where(dead_letters.c.id == letter_id)).first()
    return None if row is None else _kept(row)


def lock(session: Session, letter_id: int) -> Kept | None:
    """The letter, so that only one person decides on it."""
    query = _columns().where(dead_letters.c.id == letter_id).with_for_update()
    row = session.execute(query).first()
    return None if row is None else _kept(row)


_RETRY = sa.text("""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(), attempts = 0,
        updated_at = clock_timestamp()
    WHERE id = :id AND state = 'failed' RETURNING id
""")


def retry_link(session: Session, link_id: int) -> bool:
    """Make the failed link of a letter due again; the caller has locked its connection."""
    return session.execute(_RETRY, {"id": link_id}).first() is not None


def decide(session: Session, letter_id: int, state: str, *, who: str, note: str | None) -> None:
    """Write down what a person did with it: `replayed` or `discarded`."""
    session.execute(
        dead_letters.update()
        .where(dead_letters.c.id == letter_id)
        .values(state=state, note=note, decided_by=who, decided_at=sa.func.clock_timestamp())
    )


def _columns() -> sa.Select[Any]:
    return sa.select(*(dead_letters.c[name] for name in Kept.__dataclass_fields__))


def _kept(row: sa.Row[Any]) -> Kept:
    return Kept(**dict(row._mapping))
