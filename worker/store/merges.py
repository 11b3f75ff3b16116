"""Links whose record was merged with another one in the books."""

from dataclasses import dataclass

import sqlalchemy as sa

from worker.store.session import Session


@dataclass(frozen=True)
class Merging:
    """The link of the record that is gone; `other` is the CMMS's record that the surviving one is
    linked to."""

    link_id: int
    record_id: str
    busy: bool  # part of a write whose outcome is unknown
    other: str | None


_MERGING = sa.text("""
    SELECT g.id AS link_id, g.record_id, g.state = 'sent' AS busy, k.record_id AS other
    FROM links g LEFT JOIN links k
        ON k.connection_id = g.connection_id AND k.kind = g.kind AND k.ref = :kept
    WHERE g.connection_id = :id AND g.kind = :kind AND g.ref = :gone FOR UPDATE OF g
""")


def find(session: Session, connection_id: int, kind: str, gone: str, kept: str) -> Merging | None:
    """Who is linked to these two records of the books; None if nobody is to the one that is
    gone."""
    values = {"id": connection_id, "kind": kind, "gone": gone, "kept": kept}
    row = session.execute(_MERGING, values).first()
    return None if row is None else Merging(**dict(row._mapping))


# The digest was the other record's: what differs between the two is to be told once it is read.
_MOVE = sa.text("""
    UPDATE links l SET ref = :kept, digest = NULL, synced_content = NULL,
        updated_at = clock_timestamp(),
        sync_token = (SELECT r.sync_token FROM ledger_records r
                      WHERE r.connection_id = l.connection_id AND r.kind = l.kind AND r.ref = :kept)
    WHERE l.id = :link_id
""")


# The books move its documents along; payments are refused that name another one than these.
_MOVE_DOCUMENTS = sa.text("""
    UPDATE links d SET party_ref = :kept, updated_at = clock_timestamp()
    FROM links l
    WHERE l.id = :link_id AND d.connection_id = l.connection_id AND d.party_ref = :gone
      AND d.kind = ANY(CASE l.kind WHEN 'customer' THEN ARRAY['invoice', 'payment']
                       WHEN 'vendor' THEN ARRAY['purchase_invoice'] ELSE ARRAY[]::text[] END)
""")


def move(session: Session, link_id: int, gone: str, kept: str) -> None:
    """The link's record is the surviving one from now on, and so is the party of its documents."""
    values = {"link_id": link_id, "gone": gone, "kept": kept}
    session.execute(_MOVE, values)
    session.execute(_MOVE_DOCUMENTS, values)
