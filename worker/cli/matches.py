"""`books match`: which record of the books is which of the CMMS, where a person must say so."""

from collections.abc import Sequence

import click

from schemas.kinds import Kind
from worker.cli import output
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.sync import matching as use
from worker.sync.matching import Listing, Perhaps, Undecided, Where
from worker.sync.plan import MATCHED

_NOBODY = Perhaps("", "", "")
_KINDS = click.Choice([kind.value for kind in MATCHED])
_LINKED = click.Choice([kind.value for kind in (*MATCHED, *use.DOCUMENTS)])
_connection = click.option("--connection", help="Of this connection only: number or tenant.")
_tenant = click.option("--tenant", help="Of this tenant only.")


@click.group("match")
def matches() -> None:
    """Decide which record of the books is which of the CMMS.

    Exact matches are linked by themselves; what waits here may be one, and nobody knows.
    """


@matches.command("list")
@click.argument("kind", type=_KINDS, required=False)
@_connection
@_tenant
@json_option
def list_(kind: str | None, connection: str | None, tenant: str | None, as_json: bool) -> None:  # noqa: FBT001
    """What is undecided with its candidates, and what only the books have.

    KIND is customer, vendor or item.
    """
    with opened() as services:
        found = use.find(services, Where(connection, tenant), _chosen(kind))
    if as_json:
        output.print_json(found)
        return
    _print(found)


@matches.command()
@click.argument("kind", type=_LINKED, metavar="KIND")
@click.argument("record_id", metavar="ID")
@click.argument("ref")
@_connection
@_tenant
def link(kind: str, record_id: str, ref: str, connection: str | None, tenant: str | None) -> None:
    """Link the CMMS's record ID to the record REF of the books; nothing is written there.

    KIND is customer, vendor, item, invoice or purchase_invoice (one whose number is taken).
    """
    with opened() as services:
        row = use.link(services, Where(connection, tenant), Kind(kind), record_id, ref)
    read = "" if Kind(kind) in MATCHED else ", once it is read there"
    output.say(f"{kind} {record_id} is {ref} in the books of connection {row.id}{read}")


@matches.command()
@click.argument("kind", type=_KINDS)
@click.argument("record_id", metavar="ID")
@_connection
@_tenant
def new(kind: str, record_id: str, connection: str | None, tenant: str | None) -> None:
    """Let the CMMS's record ID be created: it is none of those in the books."""
    with opened() as services:
        row = use.create_new(services, Where(connection, tenant), Kind(kind), record_id)
    output.say(f"{kind} {record_id} is created in the books of connection {row.id}")


@matches.command()
@click.argument("kind", type=_KINDS, required=False)
@_connection
@_tenant
@click.option("--yes", is_flag=True, help="Do not ask.")
def accept(kind: str | None, connection: str | None, tenant: str | None, yes: bool) -> None:  # noqa: FBT001
    """Link everything that is suggested: one candidate, which is nobody else's."""
    where, kinds = Where(connection, tenant), _chosen(kind)
    with opened() as services:
        if not yes:
            _print_undecided(_suggested(use.find(services, where, kinds)))
            click.confirm("Link all of these?", abort=True)
        accepted = use.accept(services, where, kinds)
    output.say(f"{len(accepted)} linked")


def _chosen(kind: str | None) -> Sequence[Kind]:
    return MATCHED if kind is None else (Kind(kind),)


def _suggested(found: Listing) -> list[Undecided]:
    return [one for one in found.undecided if one.verdict == "suggested"]


def _print(found: Listing) -> None:
    _print_undecided(found.undecided)
    if found.undecided and found.discovered:
        output.say()
    if found.discovered:
        rows = [[one.tenant_id, one.kind, one.ref, one.name] for one in found.discovered]
        output.print_table(("tenant", "kind", "ref", "only in the books"), rows)
    counted = f"{len(found.undecided)} undecided, {len(found.discovered)} only in the books"
    click.echo(counted, err=True)


def _print_undecided(undecided: Sequence[Undecided]) -> None:
    """A line for each candidate; what has none has one line."""
    rows = [
        [
            one.tenant_id,
            one.kind,
            one.record_id,
            one.name,
            one.verdict,
            each.ref,
            each.name,
            each.why,
        ]
        for one in undecided
        for each in one.candidates or (_NOBODY,)
    ]
    if rows:
        output.print_table(("tenant", "kind", "id", "name", "verdict", "ref", "is", "why"), rows)


COMMANDS = (matches,)
