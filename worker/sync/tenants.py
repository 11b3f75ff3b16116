"""What people do with a whole tenant: list, export, erase."""

import hashlib
import time
from collections.abc import Iterator
from typing import Any

from worker.errors import Misuse
from worker.store import tenants
from worker.store.leases import lease
from worker.store.ownership import Owner
from worker.store.session import Session
from worker.store.tenants import Tenant
from worker.sync import connections
from worker.sync.services import Services

_PATIENCE = 180.0  # seconds: a driver leaves after its slice, or once the ledger has answered


def every(services: Services) -> list[Tenant]:
    with services.database.begin() as session:
        return tenants.every(session)


def export(services: Services, tenant_id: str) -> Iterator[dict[str, Any]]:
    """Everything that is kept of a tenant but secrets and tokens, of one moment: row for row, with
    the name of its table. Raises: Misuse."""
    with tenants.snapshot(services.database) as session:
        for table, row in tenants.rows(session, _known(session, tenant_id)):
            yield {"table": table, **row}


def subject(tenant_id: str) -> str:
    """How the act of an erasure names the tenant, of whom nothing else may stay: whoever knows the
    id can tell that it was this one."""
    return f"tenant:sha256:{hashlib.sha256(tenant_id.encode()).hexdigest()[:32]}"


def erase(services: Services, tenant_id: str, who: str, note: str | None = None) -> dict[str, int]:
    """Withdraw from the tenant's books and take out all that is kept of it: table -> rows.

    In short transactions: safe to interrupt, and to repeat. Raises: Misuse; Unavailable where a
    ledger cannot be told, with nothing erased.
    """
    with services.database.begin() as session:
        whose = _known(session, tenant_id)
    for connection_id in whose.connections:
        _withdraw(services, connection_id)
    act = {"who": who, "verb": "erase", "subject": subject(tenant_id), "note": note}
    with services.database.begin() as session:
        act_id = tenants.begin_erasure(session, act)
    while _erase_some(services, tenant_id, act_id):
        pass
    with services.database.begin() as session:
        return tenants.erased(session, act_id)


def _known(session: Session, tenant_id: str) -> Owner:
    whose = tenants.owner(session, tenant_id)
    if not tenants.is_known(session, whose):
        text = f"nothing is kept of a tenant {tenant_id}: see `books tenants list`"
        raise Misuse("unknown_tenant", text)
    return whose


def _erase_some(services: Services, tenant_id: str, act_id: int) -> bool:
    with services.database.begin() as session:
        gone = tenants.erase_some(session, tenants.owner(session, tenant_id))
        if gone is not None:
            tenants.count_erased(session, act_id, *gone)
        return gone is not None


def _withdraw(services: Services, connection_id: int) -> None:
    """End the consent, and wait until nobody is writing to these books any more."""
    connections.disconnect(services, connection_id)
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        with lease(services.database, connection_id) as mine:
            if mine is not None:
                return
        time.sleep(0.1)
    raise Misuse("still_at_work", "a worker is still at work on it: try again in some minutes")
