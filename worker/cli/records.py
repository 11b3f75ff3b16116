"""`books records`: what was pulled or linked, and how far each record has got."""

import click

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.store import reports
from worker.store.reports import Filter, Row
from worker.store.session import Session

_LINKED = (
    "tenant_id", "record_id", "status", "ref", "number", "total", "paid_amount", "balance",
    "payment_status", "error_code", "reason", "url",
)  # fmt: skip
_PULLED = ("tenant_id", "ref", "code", "name", "type", "rate", "status")
_HEADINGS = {"tenant_id": "tenant", "record_id": "id", "paid_amount": "paid", "error_code": "error"}
_KINDS = (*reports.LINKED_KINDS, *reports.LEDGER_KINDS)


@click.command()
@click.argument("kind", type=click.Choice(_KINDS), metavar="KIND")
@click.option("--status", help="In this status only: synced, waiting, failed, active, ...")
@click.option("--tenant", help="Of this tenant only.")
@json_option
def records(kind: str, status: str | None, tenant: str | None, as_json: bool) -> None:  # noqa: FBT001
    """List records with status, ref, paid amount and balance.

    KIND is customer, vendor, item, invoice, purchase_invoice, expense or payment (what the CMMS
    has sent), account, tax_code or tax_rate (what was pulled).
    """
    with opened() as services, services.database.begin() as session:
        columns, found = _found(session, Filter(kind, status, tenant))
    if as_json:
        output.print_json(found)
        return
    used = [name for name in columns if any(row[name] not in (None, "") for row in found)]
    if found:
        headings = [_HEADINGS.get(name, name) for name in used]
        output.print_table(headings, [[row[name] for name in used] for row in found])
    click.echo(f"{len(found)} found", err=True)


def _found(session: Session, wanted: Filter) -> tuple[tuple[str, ...], list[Row]]:
    if wanted.kind in reports.LEDGER_KINDS:
        return _PULLED, reports.pulled(session, wanted)
    return _LINKED, reports.linked(session, wanted)


COMMANDS = (records,)
