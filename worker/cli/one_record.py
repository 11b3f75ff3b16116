"""The record that a command is about, and how it asks for it."""

from collections.abc import Callable

import click

from schemas.kinds import Kind
from worker.cli.output import json_option

Command = Callable[..., None]

_OPTIONS = (
    click.argument("kind", type=click.Choice([kind.value for kind in Kind]), metavar="KIND"),
    click.argument("record_id", metavar="ID"),
    click.option("--connection", help="In these books only: number or tenant."),
    click.option("--tenant", help="Of this tenant only."),
    click.option("--detail", is_flag=True, help="What the ledger itself said, for engineers."),
    json_option,
)


def of_one_record(command: Command) -> Command:
    """Gives the command KIND, ID, and the options of whoever asks about one record."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command
