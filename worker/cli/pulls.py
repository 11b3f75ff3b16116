"""`books sync`: pull something out of the books now, and see what came."""

import click

from worker.cli import output
from worker.cli.connections import failure
from worker.cli.opening import opened, waited
from worker.cli.output import json_option
from worker.errors import Misuse
from worker.providers.port import Resource
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.sync import connections
from worker.sync.requests import PULLED

_COUNTS = ("read", "created", "changed", "removed", "unchanged")


@click.command()
@click.argument("resource")
@click.option("--tenant", help="Of this tenant's connections only.")
@click.option("--provider", help="Of this ledger's connections only.")
@click.option("--timeout", default=120.0, show_default=True, help="Seconds to wait for each.")
@json_option
def sync(
    resource: str,
    tenant: str | None,
    provider: str | None,
    timeout: float,
    as_json: bool,  # noqa: FBT001  # click passes options by name
) -> None:
    """Pull accounts, taxes or payments now, and wait."""
    wanted = _wanted(resource)
    with opened() as services:
        rows = [c for c in connections.find(services, tenant, provider) if c.state == "active"]
        if not rows:
            raise Misuse("no_connection", "there is no active connection to pull from")
        asked = [(row, connections.ask(services, row.id, wanted).run.id) for row in rows]
        over = [(row, waited(services, run_id, timeout)) for row, run_id in asked]
    if as_json:
        output.print_json([_data(row, run) for row, run in over])
    else:
        rows_ = [[*_head(row), run.state, *map(run.counts.get, _COUNTS)] for row, run in over]
        output.print_table(("connection", "tenant", "company", "run", *_COUNTS), rows_)
    failed = [f"connection {row.id}: {failure(run)}" for row, run in over if run.state == "failed"]
    if failed:
        raise Misuse("sync_failed", "; ".join(failed))


def _wanted(resource: str) -> Resource:
    known = [one.value for one in PULLED]
    if resource not in known:
        text = f"{resource} cannot be pulled (yet); what can: {', '.join(known)}"
        raise Misuse("sync_not_supported", text)
    return Resource(resource)


def _head(row: Connection) -> tuple[object, ...]:
    return row.id, row.tenant_id, row.company.get("name") or row.company_id


def _data(row: Connection, run: Run) -> dict[str, object]:
    return {
        "connection": row.id,
        "tenant": row.tenant_id,
        "provider": row.provider,
        "run": run.id,
        "resource": run.resource,
        "state": run.state,
        "counts": dict(run.counts),
        "error": run.error,
    }


COMMANDS = (sync,)
