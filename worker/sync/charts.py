"""The chart of a connection: accounts, taxes, mapping and company, as translation asks for them."""

from typing import Any

from worker.policies import Policies
from worker.providers.lookup import Account, Chart, Tax
from worker.store import records
from worker.store.connections import Connection
from worker.store.session import Session


def load(session: Session, connection: Connection) -> Chart:
    """Everything that was pulled of accounts and taxes, with the connection's mapping."""
    kept = records.of_kinds(session, connection.id, ["account", "tax_code", "tax_rate"])
    # The last one of a name or code counts: one that was given up must not hide its successor.
    found = sorted(kept, key=lambda record: record.active)
    return Chart(
        accounts=[_account(record) for record in found if record.kind == "account"],
        taxes=[_tax(record) for record in found if record.kind != "account"],
        mapping=connection.mapping,
        company=connection.company,
        policies=Policies.read(connection.settings),
        tenant=connection.tenant_id,
    )


def _account(record: records.Pulled) -> Account:
    data: dict[str, Any] = dict(record.data)
    return Account(
        ref=record.ref,
        name=record.name,
        full_name=data.get("full_name") or record.name,
        code=record.code,
        type=data.get("type") or "",
        subtype=data.get("subtype") or "",
        classification=data.get("classification") or "",
        currency=data.get("currency"),
        active=record.active,
    )


def _tax(record: records.Pulled) -> Tax:
    kind = "code" if record.kind == "tax_code" else "rate"
    data = record.data
    return Tax(
        record.ref,
        record.name,
        kind,
        record.active,
        rate=data.get("rate"),
        purchase_rate=data.get("purchase_rate"),
        sales=data.get("sales", True),
        purchases=data.get("purchases", True),
    )
