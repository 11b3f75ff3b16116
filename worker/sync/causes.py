"""What links wait for: whether it is still missing, and waking them once it is there (design 3)."""

import json
from collections.abc import Iterable

from schemas.kinds import Kind
from worker.providers.lookup import HOUSE_ITEM, Chart
from worker.store import inbox, links, records, targets
from worker.store.connections import Connection
from worker.store.session import Session
from worker.sync import charts
from worker.sync.compare import undecided
from worker.terms import Cause

_RECORDS = frozenset(kind.value for kind in Kind)
_PULLED = frozenset({"account", "tax_code"})


def still_missing(
    session: Session, connection: Connection, causes: Iterable[Cause]
) -> frozenset[Cause]:
    """Those of `causes` that stand in the way now.

    The caller holds the connection's row lock, and whoever removes a cause takes it first: so
    between this answer and the commit nothing can be removed unseen.
    """
    wanted = frozenset(causes)
    pulled = {one for one in wanted if one.kind in _PULLED}
    # Asked as translation asks: a link that one of them lets go and the other holds would spin.
    chart = charts.load(session, connection) if pulled else None
    there = {one for one in pulled if chart and _is_in_chart(chart, one)}
    matched = {one for one in wanted if one.kind == "match"}
    there |= matched - undecided(session, connection, matched)
    there |= {one for one in wanted - pulled - matched if _is_there(session, connection, one)}
    return wanted - there


def by_ref(session: Session, connection: Connection, refused: Iterable[Cause]) -> frozenset[Cause]:
    """What the books refused, with accounts by ref as mapping and pulls know them: ledgers may
    quote codes, which people change."""
    codes = {one.id for one in refused if one.kind == "account"}
    refs = records.coded(session, connection.id, "account", codes) if codes else {}
    accounts = {Cause("account", code): Cause("account", ref) for code, ref in refs.items()}
    return frozenset(accounts.get(one, one) for one in refused)


def _is_in_chart(chart: Chart, cause: Cause) -> bool:
    found = chart.account(cause.id) if cause.kind == "account" else chart.tax(cause.id)
    return found is not None and found.active


def _is_there(session: Session, connection: Connection, cause: Cause) -> bool:
    if cause.kind in _RECORDS:
        key = (Kind(cause.kind), cause.id)
        found = targets.find(session, connection.id, [key]).get(key)
        return found is not None and not found.removed
    if cause.kind == "mapping":
        return cause.id in connection.mapping
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
