"""`books payments`: the payment log, as the books tell it."""

from datetime import datetime

import click

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.store import reports
from worker.store.reports import PaymentFilter

_COLUMNS = {
    "tenant": "tenant_id",
    "date": "date",
    "payment": "ref",
    "method": "method",
    "reference": "reference",
    "amount": "amount",
    "applied": "applied",
    "unapplied": "unapplied",
    "currency": "currency",
    "number": "invoice_number",
    "invoice": "invoice_id",
    "state": "state",
    "entered in": "entered_in",
    "first seen": "first_seen_at",
}


@click.command()
@click.option("--invoice", help="Of this invoice only: the CMMS's id, or its number.")
@click.option("--tenant", help="Of this tenant only.")
@click.option(
    "--since", type=click.DateTime(["%Y-%m-%d"]), help="Dated then or later.", metavar="DATE"
)
@json_option
def payments(
    invoice: str | None,
    tenant: str | None,
    since: datetime | None,
    as_json: bool,  # noqa: FBT001  # click passes options by name
) -> None:
    """The payment log: a line for each payment in the books and invoice that it is applied to.

    What a customer has paid on account, on no invoice of the CMMS, is a line without invoice.
    """
    wanted = PaymentFilter(invoice, tenant, since.date() if since else None)
    with opened() as services, services.database.begin() as session:
        found = reports.payments(session, wanted)
    if as_json:
        output.print_json(found)
        return
    if found:
        rows = [[row[name] for name in _COLUMNS.values()] for row in found]
        output.print_table(list(_COLUMNS), rows)
    click.echo(f"{len(found)} found", err=True)


COMMANDS = (payments,)
