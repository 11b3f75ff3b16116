"""Links of parties and items beside the records of the books: what both sides last agreed on."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store.records import Key
from worker.store.session import Session
from worker.store.tables import links
from worker.terms import SENT


@dataclass(frozen=True)
class Linked:
    """A link to a record of the books, with the newest snapshot of its document."""

    id: int
    kind: Kind
    record_id: str
    ref: str
    state: str
    digest: str | None
    alias: str | None
    base: Mapping[str, str] | None
    snapshot: Mapping[str, Any]
    pending: bool = False  # the snapshot has not been compared with the books, or is in conflict

    @property
    def key(self) -> Key:
        return (self.kind.value, self.ref)


_LINKED = sa.text("""
    SELECT l.id, l.kind, l.record_id, l.ref, l.state, l.digest, l.alias, l.base, d.snapshot,
           l.state <> 'synced' OR l.wanted_version IS DISTINCT FROM l.synced_version AS pending
    FROM links l JOIN documents d ON d.id = l.document_id
    WHERE l.connection_id = :id AND (l.kind, l.ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
    ORDER BY l.id FOR UPDATE OF l
""")


def linked(session: Session, connection_id: int, keys: Iterable[Key]) -> dict[Key, Linked]:
    """The links to these records, under their locks; the connection's row is locked already."""
    pairs = sorted(set(keys))
    values = {"id": connection_id, "kinds": [k for k, _ in pairs], "refs": [r for _, r in pairs]}
    rows = session.execute(_LINKED, values)
    found = [Linked(**dict(row._mapping) | {"kind": Kind(row.kind)}) for row in rows]
    return {one.key: one for one in found}


_SEEN = sa.text("""
    UPDATE links SET sync_token = coalesce(:sync_token, sync_token), digest = :digest,
        base = coalesce(base, CAST(:base AS jsonb)), alias = CASE WHEN :renamed THEN NULL ELSE alias
        END, removed = removed AND NOT :active
    WHERE id = :id
""")


@dataclass(frozen=True)
class Seen:
    """What a link is brought up to date with: the record's token and hash as they are now.

    `base` is taken over where there is none yet; `renamed`: the name bears our suffix no more;
    `active`: what we made inactive is so no more.
    """

    id: int
    sync_token: str | None
    digest: str
    base: Mapping[str, str] | None = None
    renamed: bool = False
    active: bool = False


def bring_up_to_date(session: Session, seen: Sequence[Seen]) -> None:
    rows = [
        {
            "id": one.id,
            "sync_token": one.sync_token,
            "digest": one.digest,
            "base": None if one.base is None else json.dumps(dict(one.base)),
            "renamed": one.renamed,
            "active": one.active,
        }
        for one in seen
    ]
    if rows:
        session.execute(_SEEN, rows)


_AGREE = sa.text("""
    UPDATE links SET base = CASE WHEN base IS NULL OR :whole THEN CAST(:answered AS jsonb)
        ELSE (base - CAST(:sent AS text[])) || CAST(:of_those AS jsonb) END, linked = NULL
    WHERE id = :id
""")


def agree(
    session: Session, link_id: int, answered: Mapping[str, str], sent: Iterable[str] | None
) -> None:
    """The books took what was sent: of these fields both sides hold what they answered.

    What was not sent was agreed on before, or is theirs alone still. `sent` None: everything.
    """
    names = sorted([*(sent or ()), *(f"{SENT}{name}" for name in sent or ())])
    of_those = {name: answered[name] for name in names if name in answered}
    values = {
        "id": link_id,
        "whole": sent is None,
        "answered": json.dumps(dict(answered)),
        "sent": names,
        "of_those": json.dumps(of_those),
    }
    session.execute(_AGREE, values)


def set_base(session: Session, link_id: int, base: Mapping[str, str]) -> None:
    query = links.update().where(links.c.id == link_id)
    session.execute(query.values(base=dict(base), linked=sa.null()))


_REOPEN = sa.text("""
    UPDATE links SET state = 'due', next_attempt_at = clock_timestamp(),
        updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'conflict'
""")


def reopen(session: Session, link_ids: Sequence[int]) -> None:
    """The books changed since these conflicts: they are compared once more."""
    if link_ids:
        session.execute(_REOPEN, {"ids": sorted(link_ids)})


_FORGET = sa.text("""
    UPDATE links SET decided = '{}' WHERE id = ANY(:ids) AND decided <> '{}'
""")


def forget_decisions(session: Session, link_ids: Sequence[int]) -> None:
    """The books changed since a person decided about these: that was about something else."""
    if link_ids:
        session.execute(_FORGET, {"ids": sorted(link_ids)})


def in_conflict(session: Session, link_id: int) -> list[str]:
    """The fields of a conflict, in the contract's names."""
    query = links.select().with_only_columns(links.c.error).where(links.c.id == link_id)
    error = session.execute(query).scalar_one()
    return sorted(error.get("fields") or ())


_DECIDE = sa.text("""
    UPDATE links SET decided = decided || CAST(:sides AS jsonb) WHERE id = :id
""")


def decide(session: Session, link_id: int, sides: Mapping[str, str]) -> None:
    """A person says of each field whose side counts; the conflict is compared once more."""
    session.execute(_DECIDE, {"id": link_id, "sides": json.dumps(dict(sides))})
    reopen(session, [link_id])
