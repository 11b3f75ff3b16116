"""What links wait for: whether it is still missing, and waking them once it is there (design 3)."""

import json
from collections.abc import Iterable

from schemas.kinds import Kind
from worker.providers.lookup import HOUSE_ITEM, Chart
from worker.store import inbox, links, records
from worker.store.connections import Connection
from worker.store.session import Session
from worker.terms import Cause

_RECORDS = frozenset(kind.value for kind in Kind)
_PULLED = {"account": "account", "tax_code": "tax_code"}


def still_missing(
    session: Session, connection: Connection, causes: Iterable[Cause]
) -> frozenset[Cause]:
    """Those of `causes` that stand in the way now.

    The caller holds the connection's row lock, and whoever removes a cause takes it first: so
    between this answer and the commit nothing can be removed unseen.
    """
    return frozenset(one for one in causes if not _is_there(session, connection, one))


def _is_there(session: Session, connection: Connection, cause: Cause) -> bool:
    if cause.kind in _RECORDS:
        key = (Kind(cause.kind), cause.id)
        found = links.targets(session, connection.id, [key]).get(key)
        return found is not None and not found.removed
    if cause.kind == "mapping":
        return cause.id in connection.mapping
    if cause.kind in _PULLED:
        return records.exists(session, connection.id, _PULLED[cause.kind], cause.id)
    return False


def make_house_items(
    session: Session, connection: Connection, chart: Chart, named: Iterable[str]
) -> bool:
    """Make the items of our own (`~sales:<account>`) that do not exist yet; whether there were any.

    Sales lines that name no item need them, one for each account; items go before documents.
    """
    values = [_house_item(connection, chart, record_id) for record_id in sorted(named)]
    made = [links.add_house_record(session, one) for one in values]
    return any(made)


def _house_item(connection: Connection, chart: Chart, record_id: str) -> dict[str, object]:
    ref = record_id.removeprefix(HOUSE_ITEM)
    account = chart.account(ref)
    snapshot = {
        "id": record_id,
        "name": f"CMMS sales ({account.name if account else ref})"[:100],
        "description": "Sales lines of the CMMS that name no item",
        "type": "service",
        "income_account": ref,
    }
    return {
        "tenant_id": connection.tenant_id,
        "connection_id": connection.id,
        "kind": Kind.ITEM.value,
        "record_id": record_id,
        "rank": inbox.RANKS[Kind.ITEM],
        "snapshot": json.dumps(snapshot),
    }
