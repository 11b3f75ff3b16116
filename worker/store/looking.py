"""Links that are looked up in the books before they are sent."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.tables import links

LOOKED = "looked"  # `look` of a link that was looked up just now: nothing stands in its way

# It was for one version, and what was seen does not stay so; least of all in a database that has
# forgotten since what it did then.
CURRENT_LOOK = f"""
    CASE WHEN l.look NOT LIKE '{LOOKED}:%' THEN l.look
         WHEN l.look = '{LOOKED}:' || d.revision
              AND l.updated_at > clock_timestamp() - interval '5 minutes'
              AND l.updated_at > coalesce((SELECT restored_at FROM installation), '-infinity')
         THEN '{LOOKED}' END AS look
"""

_NAMED = "named:"  # `look` of a link whose record a person named; its ref follows

_NAME = sa.text("""
    UPDATE links SET look = :look, state = 'due', next_attempt_at = clock_timestamp(),
        attempts = 0, waiting_on = '{}', updated_at = clock_timestamp()
    WHERE id = :id AND ref IS NULL
""")


def name(session: Session, link_id: int, ref: str) -> None:
    """A person says which record of the books it is: that one is read, then linked."""
    session.execute(_NAME, {"id": link_id, "look": f"{_NAMED}{ref}"})


def named(look: str | None) -> str | None:
    """The ref that a person named; None: nobody did."""
    return look.removeprefix(_NAMED) if look and look.startswith(_NAMED) else None


UNSURE = "unsure"  # `look` of a link of which nobody knows whether the books hold it, or how often

# What was not looked at yet, whatever it waits for meanwhile, is not forgotten.
STILL_UNSURE = f"CASE WHEN look = '{UNSURE}' THEN look END"

_UNSURE = sa.text(f"""
    UPDATE links SET look = '{UNSURE}', updated_at = clock_timestamp()
    WHERE id = :id AND ref IS NULL
""")


def make_unsure(session: Session, link_id: int) -> None:
    """Whenever it is due again, the books are searched before it is made."""
    session.execute(_UNSURE, {"id": link_id})


_CHUNK = 5000
_ALL_UNSURE = sa.text(f"""
    UPDATE links SET look = '{UNSURE}', updated_at = clock_timestamp()
    WHERE id IN (SELECT id FROM links
                 WHERE connection_id = :id AND ref IS NULL
                   AND state IN ('due', 'waiting', 'failed', 'conflict', 'skipped')
                   AND (look IS NULL OR look LIKE '{LOOKED}:%' AND updated_at < :since)
                 ORDER BY id LIMIT {_CHUNK})
""")


def make_all_unsure(session: Session, connection_id: int, since: datetime) -> bool:
    """The same for some of what is not in a connection's books as far as we know, and was not
    looked up since then; whether there was any. The connection's row is locked."""
    values = {"id": connection_id, "since": since}
    return bool(session.execute(_ALL_UNSURE, values).rowcount)


_LOOK_FIRST = sa.text("""
    UPDATE links SET look = 'asked', updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'due'
""")


def looked(revision: int) -> str:
    """`look` of a link that was looked up for this version of its document."""
    return f"{LOOKED}:{revision}"


_GO_ON = sa.text(f"""
    UPDATE links SET look = '{LOOKED}:' || wanted_version, updated_at = clock_timestamp()
    WHERE id = :id AND state = 'due' AND wanted_version = :revision
""")


def go_on(session: Session, link_id: int, revision: int) -> None:
    """It was looked up for this version and may be sent; it keeps its place among those that are
    due."""
    session.execute(_GO_ON, {"id": link_id, "revision": revision})


_WRITE_ANEW = sa.text("""
    UPDATE links SET state = 'due', synced_content = NULL, next_attempt_at = clock_timestamp(),
        updated_at = clock_timestamp()
    WHERE id = :id AND state = 'synced'
""")


def write_anew(session: Session, link_id: int) -> None:
    """The books hold it, but not what is wanted: it is due once more."""
    session.execute(_WRITE_ANEW, {"id": link_id})


_FORGET_PAID = sa.text("""
    UPDATE links SET paid_by_us = NULL
    WHERE connection_id = :id AND kind = 'invoice' AND ref = :ref
""")


def forget_paid(session: Session, connection_id: int, invoice: str) -> None:
    """What an invoice (by ref) has open is reckoned by the log alone, until it is read again."""
    session.execute(_FORGET_PAID, {"id": connection_id, "ref": invoice})


def look_first(session: Session, ids: Sequence[int]) -> None:
    """These due links are looked up before they are sent."""
    session.execute(_LOOK_FIRST, {"ids": sorted(ids)})


_PAID = sa.text("""
    UPDATE links SET look = 'asked', updated_at = clock_timestamp()
    WHERE connection_id = :id AND kind = 'invoice' AND state = 'waiting' AND ref = ANY(:refs)
    RETURNING record_id
""")


def invoices_paid(session: Session, connection_id: int, refs: Iterable[str]) -> list[str]:
    """The waiting ones of these invoices (by ref), which are looked up first from now on: what
    payments cover of them has changed, and is not pulled yet. By record id."""
    values = {"id": connection_id, "refs": sorted(refs)}
    return list(session.execute(_PAID, values).scalars())


def applied_to(session: Session, payments: Sequence[int]) -> set[str]:
    """The invoices in the books that these links of payments are applied to, or were."""
    query = sa.select(links.c.applied_to).where(
        links.c.id.in_(payments), links.c.applied_to.is_not(None)
    )
    return set(session.execute(query).scalars())


APPLIED = "applied"  # `look` of a payment that might be applied to more of its invoice by now

# Only those of which something is left over are in that index, and they are few.
_LEFT_OVER = sa.text("""
    SELECT p.id, i.record_id FROM links p JOIN documents d ON d.id = p.document_id
    JOIN links i ON i.connection_id = p.connection_id AND i.kind = 'invoice'
      AND i.record_id = d.snapshot ->> 'invoice_id'
    WHERE p.connection_id = :id AND p.kind = 'payment' AND p.balance > 0 AND p.state = 'synced'
      AND NOT p.removed AND p.digest IS NOT NULL AND NOT i.removed AND i.ref = ANY(:refs)
""")


def left_over(session: Session, connection_id: int, refs: Iterable[str]) -> dict[int, str]:
    """Links of payments of ours that are on account in part, though they are meant for one of
    these invoices (by ref): with that invoice's record id."""
    values = {"id": connection_id, "refs": sorted(refs)}
    return {row.id: row.record_id for row in session.execute(_LEFT_OVER, values)}


_APPLY = sa.text(f"""
    UPDATE links SET state = 'due', look = '{APPLIED}', synced_content = NULL,
        next_attempt_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'synced'
""")


def apply_anew(session: Session, ids: Iterable[int]) -> None:
    """These payments are looked up, and applied to more if nobody else has changed them."""
    session.execute(_APPLY, {"ids": sorted(ids)})


_LEAVE = sa.text("""
    UPDATE links SET state = 'synced', look = NULL, synced_content = :content,
        next_attempt_at = NULL, updated_at = clock_timestamp()
    WHERE id = :id AND state = 'due' AND wanted_version = :revision
""")


def leave(session: Session, link_id: int, revision: int, content: str) -> None:
    """What was looked up without need is synced as before, unless it is wanted anew."""
    session.execute(_LEAVE, {"id": link_id, "revision": revision, "content": content})
