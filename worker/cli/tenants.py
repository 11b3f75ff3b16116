"""`books tenants`: what is kept of whom, all of it in a file, and the end of it."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

import click

from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.who import note_option, who_option
from worker.errors import Misuse
from worker.sync import tenants as use


@click.group()
def tenants() -> None:
    """What is kept of each tenant."""


@tenants.command("list")
@json_option
def list_(as_json: bool) -> None:  # noqa: FBT001
    """All tenants, with how much is kept of each."""
    with opened() as services:
        found = use.every(services)
    if as_json:
        output.print_json(found)
        return
    rows = [(one.tenant_id, one.connections, one.records, one.events) for one in found]
    output.print_table(("tenant", "connections", "records", "events"), rows)


@tenants.command()
@click.argument("tenant")
@click.option("--file", type=click.Path(path_type=Path), help="Where to; by default to stdout.")
def export(tenant: str, file: Path | None) -> None:
    """Everything kept of a tenant as JSON lines, a row each with its table; no secrets."""
    count = 0
    with opened() as services, _target(file) as target:
        for row in use.export(services, tenant):
            count += 1
            target.write(json.dumps(row, default=output.plain, ensure_ascii=False) + "\n")
    output.note(f"{count} rows of {tenant}")


@contextmanager
def _target(file: Path | None) -> Iterator[TextIO]:
    """A new file that only we may read: it holds personal data."""
    if file is None:
        yield sys.stdout
        return
    file.touch(mode=0o600, exist_ok=False)
    with file.open("w", encoding="utf-8") as target:
        yield target


@tenants.command()
@click.argument("tenant")
@click.option("--yes", is_flag=True, help="Do not ask for the tenant's name once more.")
@who_option
@note_option
@json_option
def erase(
    tenant: str, yes: bool, who: str, note: str | None, as_json: bool  # noqa: FBT001
) -> None:  # fmt: skip
    """Withdraw from a tenant's books and delete all that is kept of it. Nothing brings it back."""
    if not yes and click.prompt("The tenant's name once more", err=True) != tenant:
        raise Misuse("not_confirmed", "that is another name: nothing was erased")
    with opened() as services:
        gone = use.erase(services, tenant, who, note)
    if as_json:
        output.print_json({"erased": gone, "subject": use.subject(tenant)})
        return
    output.print_fields(dict(sorted(gone.items())))
    output.say(f"{tenant} is erased; the act of it is kept as {use.subject(tenant)}")


COMMANDS = (tenants,)
