"""What is linked to nothing on either side: records of the books, and links without a ref."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from schemas.kinds import Kind
from worker.store import links
from worker.store.links import Due
from worker.store.session import Session

_OWN = "~"  # the ids of records of our own begin with it: no CMMS knows them


@dataclass(frozen=True)
class Free:
    """A record of the books that no link has, with what it is recognised by.

    `mine` is the CMMS record of this kind whose mark it bears; `marked` tells of any mark.
    `unused`: nothing in the books has made one of this kind of it yet.
    """

    ref: str
    active: bool
    marked: bool
    mine: str | None
    told: bool
    face: dict[str, Any]
    unused: bool = False


@dataclass(frozen=True)
class Loose:
    """A link without a ref, with what its document is recognised by; `said` is the ref that the
    CMMS names, `overtaken`: what is being created of it was called otherwise, perhaps."""

    link_id: int
    record_id: str
    state: str
    waiting: bool  # for a decision about its match
    overtaken: bool
    said: str | None
    face: dict[str, Any]


_FREE = """
    SELECT r.ref, r.active, r.marker, r.told_at IS NOT NULL AS told,
           coalesce(CAST(r.data ->> 'unused' AS boolean), false) AS unused,
           jsonb_build_object('name', coalesce(r.name, ''), 'sku', r.code,
               'email', r.data -> 'email', 'phone', r.data -> 'phone', 'type', r.data -> 'type',
               'currency', r.data -> 'currency', 'full_name', r.data -> 'full_name') AS face
    FROM ledger_records r
    WHERE r.connection_id = :id AND r.kind = :kind AND (r.active OR r.marker IS NOT NULL)
      AND NOT EXISTS (SELECT FROM links l WHERE l.connection_id = r.connection_id
                      AND l.kind = r.kind AND l.ref = r.ref)
"""

# One index each: PostgreSQL joins them as bitmaps.
_ALIKE = """
      AND (r.name_key = ANY(:names) OR r.email_key = ANY(:emails) OR r.code = ANY(:codes)
           OR r.marker = ANY(:markers))
"""
_ALL_FREE = sa.text(_FREE)
_ALIKE_FREE = sa.text(_FREE + _ALIKE)


def free(session: Session, connection_id: int, kind: Kind) -> list[Free]:
    """Every record of the books that nothing is linked to; inactive ones only where they bear a
    mark."""
    rows = session.execute(_ALL_FREE, {"id": connection_id, "kind": kind.value})
    return [_free(row, kind) for row in rows]


def alike(
    session: Session,
    connection_id: int,
    kind: Kind,
    record_ids: Sequence[str],
    keys: Iterable[tuple[str, str]],
) -> list[Free]:
    """Those that share a key ((`name`, key), (`email`, key), (`code`, key)) with CMMS records, or
    bear their marks."""
    given = list(keys)
    values = {
        "id": connection_id,
        "kind": kind.value,
        "names": [key for what, key in given if what == "name"],
        "emails": [key for what, key in given if what == "email"],
        "codes": [key for what, key in given if what == "code"],
        "markers": [f"{kind.value} {record_id}" for record_id in record_ids],
    }
    return [_free(row, kind) for row in session.execute(_ALIKE_FREE, values)]


def _free(row: sa.Row[Any], kind: Kind) -> Free:
    marked, _, record_id = (row.marker or "").partition(" ")
    mine = record_id if marked == kind.value else None
    return Free(row.ref, row.active, bool(row.marker), mine, row.told, row.face, row.unused)


_LOOSE = sa.text(f"""
    SELECT l.id, l.record_id, l.state,
           l.waiting_on && ARRAY['match:' || l.kind || '/' || l.record_id] AS waiting,
           l.state = 'sent' AND l.wanted_version > (SELECT i.revision FROM submission_items i
               WHERE i.link_id = l.id AND i.outcome IS NULL) AS overtaken,
           d.snapshot -> 'external_refs' ->> :provider AS said,
           jsonb_build_object('name', d.snapshot -> 'name', 'sku', d.snapshot -> 'sku',
               'account_number', d.snapshot -> 'account_number', 'email', d.snapshot -> 'email',
               'phone', d.snapshot -> 'phone', 'currency', d.snapshot -> 'currency',
               'type', d.snapshot -> 'type') AS face
    FROM links l JOIN documents d ON d.id = l.document_id
    WHERE l.connection_id = :id AND l.kind = :kind AND l.ref IS NULL
      AND (l.state = 'sent' OR (l.state IN ('due', 'waiting', 'failed')
           AND NOT d.removed
           AND NOT l.confirmed AND NOT starts_with(l.record_id, '{_OWN}')))
""")


def loose(session: Session, connection_id: int, kind: Kind, provider: str) -> list[Loose]:
    """Every link without a ref that may be matched, and those whose creation is under way."""
    values = {"id": connection_id, "kind": kind.value, "provider": provider}
    return [
        Loose(row.id, row.record_id, row.state, row.waiting, row.overtaken, row.said, row.face)
        for row in session.execute(_LOOSE, values)
    ]


_TOLD = sa.text("""
    UPDATE ledger_records SET told_at = clock_timestamp()
    WHERE connection_id = :id AND kind = :kind AND ref = ANY(:refs)
""")


def note_told(session: Session, connection_id: int, kind: Kind, refs: Sequence[str]) -> None:
    """The CMMS has been told of these; in the transaction of what tells it."""
    session.execute(_TOLD, {"id": connection_id, "kind": kind.value, "refs": sorted(refs)})


_LOCKED = sa.text(f"""
    {links.DUE_COLUMNS}
    WHERE l.id = ANY(:ids) ORDER BY l.id FOR UPDATE OF l
""")


def locked(session: Session, link_ids: Iterable[int]) -> dict[int, Due]:
    """These links whatever their state, under their locks; their connection is locked already."""
    rows = session.execute(_LOCKED, {"ids": sorted(link_ids)})
    return {link.id: link for link in links.read(rows)}


_LINKED = sa.text("""
    SELECT record_id FROM links
    WHERE connection_id = :id AND kind = :kind AND ref IS NOT NULL AND record_id = ANY(:ids)
""")


def linked(session: Session, connection_id: int, kind: Kind, record_ids: Sequence[str]) -> set[str]:
    """Those of these CMMS records that have a ref already."""
    values = {"id": connection_id, "kind": kind.value, "ids": list(record_ids)}
    return set(session.execute(_LINKED, values).scalars())


_OWNERS = sa.text("""
    SELECT kind, ref, record_id FROM links WHERE connection_id = :id AND (kind, ref) IN
        (SELECT * FROM unnest(CAST(:kinds AS text[]), CAST(:refs AS text[])))
""")


def owners(
    session: Session, connection_id: int, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], str]:
    """The CMMS records that these records of the books (kind, ref) are linked to."""
    pairs = sorted(keys)
    values = {"id": connection_id, "kinds": [k for k, _ in pairs], "refs": [r for _, r in pairs]}
    return {(row.kind, row.ref): row.record_id for row in session.execute(_OWNERS, values)}


_SEVERAL = sa.text("""
    SELECT EXISTS (SELECT FROM connections one JOIN connections other USING (tenant_id, provider)
        WHERE one.id = :id AND other.id <> one.id)
""")


def has_other_books(session: Session, connection_id: int) -> bool:
    """Whether the tenant has a connection to the same ledger in another environment: what the CMMS
    calls a ref does not say of which."""
    return bool(session.execute(_SEVERAL, {"id": connection_id}).scalar_one())


_AGREE = sa.text("""
    UPDATE links l SET base = r.fields, linked = d.snapshot FROM ledger_records r, documents d
    WHERE l.id = ANY(:ids) AND d.id = l.document_id
      AND r.connection_id = :id AND r.kind = l.kind AND r.ref = l.ref
""")


def agree(session: Session, connection_id: int, link_ids: Sequence[int]) -> None:
    """What the books hold and what the CMMS says of these links is where both sides start from."""
    session.execute(_AGREE, {"id": connection_id, "ids": sorted(link_ids)})


# The refs are named in the fault with which it waits.
_WAITED_FOR = sa.text("""
    SELECT EXISTS (SELECT FROM links WHERE connection_id = :id AND kind = :kind
        AND state = 'waiting'
        AND string_to_array(error -> 'names' ->> 'refs', ' ') && CAST(:refs AS text[]))
""")


def is_waited_for(session: Session, connection_id: int, kind: Kind, refs: Iterable[str]) -> bool:
    """Whether a link waits for a decision in which one of these refs has a part."""
    values = {"id": connection_id, "kind": kind.value, "refs": sorted(refs)}
    return bool(session.execute(_WAITED_FOR, values).scalar_one())


_FIND = sa.text("""
    SELECT connection_id, id FROM links
    WHERE connection_id = ANY(:ids) AND kind = :kind AND record_id = :record_id
""")


def find_link(
    session: Session, connection_ids: Sequence[int], kind: Kind, record_id: str
) -> dict[int, int]:
    """The links of a CMMS record in these connections, by connection."""
    values = {"ids": list(connection_ids), "kind": kind.value, "record_id": record_id}
    return {row.connection_id: row.id for row in session.execute(_FIND, values)}


def state_of(session: Session, link_id: int) -> str:
    query = sa.text("SELECT state FROM links WHERE id = :id")
    state: str = session.execute(query, {"id": link_id}).scalar_one()
    return state


_CONFIRM = sa.text("""
    UPDATE links SET confirmed = true, state = 'due', next_attempt_at = clock_timestamp(),
        waiting_on = '{}', attempts = 0, updated_at = clock_timestamp()
    WHERE id = :id AND ref IS NULL AND state IN ('due', 'waiting', 'failed')
    RETURNING id
""")


def confirm(session: Session, link_id: int) -> bool:
    """A person says that this one is new: it is created without a look at what it is like."""
    return session.execute(_CONFIRM, {"id": link_id}).first() is not None
