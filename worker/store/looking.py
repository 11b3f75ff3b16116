"""Links that are looked up in the books before they are sent."""

from collections.abc import Sequence

import sqlalchemy as sa

from worker.store.session import Session
from worker.store.tables import links

LOOKED = "looked"  # `look` of a link that was looked up just now: nothing stands in its way

# It was for one version, and what was seen does not stay so.
CURRENT_LOOK = f"""
    CASE WHEN l.look NOT LIKE '{LOOKED}:%' THEN l.look
         WHEN l.look = '{LOOKED}:' || d.revision
              AND l.updated_at > clock_timestamp() - interval '5 minutes'
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


_LOOK_FIRST = sa.text("""
    UPDATE links SET look = 'asked', updated_at = clock_timestamp()
    WHERE id = ANY(:ids) AND state = 'due'
""")


def looked(revision: int) -> str:
    """`look` of a link that was looked up for this version of its document."""
    return f"{LOOKED}:{revision}"


def look_first(session: Session, ids: Sequence[int]) -> None:
    """These due links are looked up before they are sent."""
    session.execute(_LOOK_FIRST, {"ids": sorted(ids)})


_PAID = sa.text("""
    UPDATE links SET look = 'asked', updated_at = clock_timestamp()
    WHERE connection_id = :id AND kind = 'invoice' AND state = 'waiting' AND record_id IN (
        SELECT d.snapshot ->> 'invoice_id' FROM links p JOIN documents d ON d.id = p.document_id
        WHERE p.id = ANY(:payments))
    RETURNING record_id
""")


def invoices_paid_by(session: Session, connection_id: int, payments: Sequence[int]) -> list[str]:
    """The waiting invoices of these links of payments, which are looked up first from now on:
    what payments cover of them has changed, and is not pulled yet."""
    values = {"id": connection_id, "payments": sorted(payments)}
    return list(session.execute(_PAID, values).scalars())


def applied_to(session: Session, payments: Sequence[int]) -> list[str]:
    """The invoices in the books that these links of payments are applied to, or were."""
    query = sa.select(links.c.applied_to).where(
        links.c.id.in_(payments), links.c.applied_to.is_not(None)
    )
    return list(session.execute(query).scalars())
