"""`books resolve`: whose side counts of a record that changed in the CMMS and in the books."""

import click

from schemas.kinds import Kind
from worker.cli import output
from worker.cli.opening import opened
from worker.policies import Conflict
from worker.sync import conflicts
from worker.sync.matching import Where

_KINDS = click.Choice([kind.value for kind in Kind])
_SIDES = click.Choice([Conflict.CMMS.value, Conflict.BOOKS.value])


@click.command()
@click.argument("kind", type=_KINDS)
@click.argument("record_id", metavar="ID")
@click.argument("side", type=_SIDES)
@click.option("--connection", help="Of this connection only: number or tenant.")
@click.option("--tenant", help="Of this tenant only.")
def resolve(
    kind: str, record_id: str, side: str, connection: str | None, tenant: str | None
) -> None:
    """Decide the conflict of the CMMS's record ID.

    cmms: the books get what the CMMS says. books: they stay as they are, and the CMMS is told.
    Other fields are not concerned.
    """
    with opened() as services:
        where = Where(connection, tenant)
        row = conflicts.resolve(services, where, Kind(kind), record_id, Conflict(side))
    side_told = "the CMMS's" if side == Conflict.CMMS else "the books'"
    output.say(f"{kind} {record_id} of connection {row.id}: {side_told} side counts")


COMMANDS = (resolve,)
