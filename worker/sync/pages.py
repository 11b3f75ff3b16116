"""A page of what the books say, written down: lists, parties, items, payments; safe to repeat."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from schemas.books import Account, Tax
from schemas.status import AccountChanged, Status, TaxChanged
from worker.providers.port import Page, Resource
from worker.store import records
from worker.store.connections import Connection
from worker.store.outbox import Outgoing
from worker.store.records import Pulled
from worker.store.session import Session
from worker.sync import bills, changes, merges, payments, resuming
from worker.sync.applied import Applied
from worker.sync.successes import pulled
from worker.sync.tell import Origin, about, tell

# What a complete pull of a resource has seen all of.
KINDS = {
    Resource.ACCOUNTS: ("account",),
    Resource.TAXES: ("tax_code", "tax_rate"),
    Resource.CUSTOMERS: ("customer",),
    Resource.VENDORS: ("vendor",),
    Resource.ITEMS: ("item",),
}


def apply(
    session: Session, connection: Connection, page: Page, read_at: datetime, origin: Origin
) -> Applied:
    """Write down a page that was read from `read_at` on.

    The caller has locked the connection's row.
    """
    applied = Applied(read=len(page.records) + len(page.payments) + len(page.gone))
    lists = [one for one in page.records if one.kind not in changes.KINDS]
    _keep_lists(session, connection, [pulled(one) for one in lists], origin, applied)
    # First, so that nobody is told of a record as gone that lives on in another one.
    for one in page.merged:
        merges.follow(session, connection, one)
    applied.add(changes.keep(session, connection, page.records, read_at, origin))
    gone = records.retire(session, connection.id, page.gone) if page.gone else []
    applied.add(changes.retire(session, connection, gone, origin))
    applied.add(payments.keep(session, connection, page, origin))
    bills.stand(session, connection, page.bills)
    return applied


def retire_unseen(
    session: Session, connection: Connection, resource: Resource, since: datetime, origin: Origin
) -> Applied:
    """The last page of everything is in: what was not seen is gone from the books."""
    gone = records.retire_unseen(session, connection.id, KINDS[resource], since)
    applied = Applied()
    for one in gone:
        if one.kind not in changes.KINDS:
            applied.removed += 1
            inactive = replace(one, data=dict(one.data) | {"active": False})
            applied.told.append(_told(connection, inactive, origin))
    applied.add(changes.retire(session, connection, gone, origin))
    return applied


def _keep_lists(
    session: Session,
    connection: Connection,
    found: Sequence[Pulled],
    origin: Origin,
    applied: Applied,
) -> None:
    """Accounts and taxes: told where they are new or different."""
    difference = records.keep(session, connection.id, found)
    if difference.created or difference.changed:
        resuming.again(session, connection.id, resuming.BY_LISTS)
    for one in found:
        if one.key in difference.created or one.key in difference.changed:
            applied.told.append(_told(connection, one, origin))
    applied.created += len(difference.created)
    applied.changed += len(difference.changed)


def _told(connection: Connection, record: Pulled, origin: Origin) -> Outgoing:
    data, status = dict(record.data), about(connection)
    said: Status
    if record.kind == "account":
        said = AccountChanged(**status, account=Account.model_validate(data))
    else:
        said = TaxChanged(**status, tax=Tax.model_validate(data))
    return tell(connection.tenant_id, said, origin, "runs")
