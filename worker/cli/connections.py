"""`books connections`: from a company that is to be connected to its mapping, and away again."""

from pathlib import Path

import click

from schemas.status import Environment
from worker.cli import mappings, output
from worker.cli.opening import opened, waited
from worker.cli.output import json_option
from worker.errors import Misuse
from worker.providers.authorizer import Application
from worker.providers.port import Resource
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.sync import connections as use
from worker.sync import consent
from worker.sync.services import Services
from worker.sync.tokens import company_name
from worker.web.links import MAX_AGE, Purpose, connect_url


@click.group()
def connections() -> None:
    """Connect tenants to their companies' books.

    CONNECTION is the connection's number, or TENANT[/PROVIDER[/ENVIRONMENT]] where that is clear.
    """


@connections.command()
@click.option("--tenant", required=True, help="The CMMS tenant whose records go into these books.")
@click.option("--provider", default="quickbooks", show_default=True)
@click.option(
    "--environment", type=click.Choice([e.value for e in Environment]), default="sandbox",
    show_default=True, help="Which companies the application's keys are for.",
)  # fmt: skip
@click.option("--client-id", required=True, help="Of the application at the developer's portal.")
@click.option(
    "--secret-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the client secret; without it, it is asked for.",
)  # fmt: skip
@click.option(
    "--realm-id", help="The company that must be connected; without it, the first one is."
)
@json_option
def add(  # noqa: PLR0917  # click passes options by name
    tenant: str,
    provider: str,
    environment: str,
    client_id: str,
    secret_file: Path | None,
    realm_id: str | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Add a connection, or enter another client id and secret for one that is there."""
    secret = _secret(secret_file)
    wanted = use.Wanted(
        tenant, provider, Environment(environment), Application(client_id, secret), realm_id
    )
    with opened() as services:
        row = use.add(services, wanted)
        said = _described(services, row)
    if as_json:
        output.print_json(said)
        return
    output.print_fields(said)
    output.say("\nEnter the redirect URL at the developer's portal, character for character, then:")
    output.say(f"  books connections connect {row.id}")


@connections.command()
@click.argument("connection")
@json_option
def connect(connection: str, as_json: bool) -> None:  # noqa: FBT001
    """Print a link with which a person consents; it works for 15 minutes."""
    with opened() as services:
        row = use.named(services, connection)
        url = connect_url(services.cipher, services.settings, row)
    if as_json:
        output.print_json({"url": url, "expires_in": MAX_AGE[Purpose.CONNECT]})
    else:
        output.say(url)


@connections.command("list")
@click.option("--tenant", help="Of this tenant only.")
@json_option
def list_(tenant: str | None, as_json: bool) -> None:  # noqa: FBT001
    """All connections, with their states."""
    with opened() as services:
        found = [_described(services, row) for row in use.find(services, tenant)]
    if as_json:
        output.print_json(found)
        return
    columns = ("id", "tenant", "provider", "environment", "state", "company", "company_id")
    output.print_table(columns, [[row[name] for name in columns] for row in found])


@connections.command()
@click.argument("connection")
@json_option
def show(connection: str, as_json: bool) -> None:  # noqa: FBT001
    """One connection, with everything but its secrets."""
    with opened() as services:
        said = _described(services, use.named(services, connection))
    if as_json:
        output.print_json(said)
    else:
        output.print_fields(said)


@connections.command()
@click.argument("connection")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait for the answer.")
@json_option
def test(connection: str, timeout: float, as_json: bool) -> None:  # noqa: FBT001
    """Ask the books for their company; says what to do where they do not answer."""
    with opened() as services:
        row = use.named(services, connection)
        run_id = use.ask(services, row.id, Resource.CONNECTION).run.id
        run = waited(services, run_id, timeout)
        row = use.named(services, str(row.id))
    if as_json:
        output.print_json({"ok": run.state == "done", "company": row.company, "error": run.error})
    elif run.state == "done":
        _print_company(row)
    if run.state == "failed":
        raise Misuse("test_failed", failure(run))


@connections.command()
@click.argument("connection")
@click.argument("pairs", nargs=-1, metavar="[KEY=ACCOUNT]...")
@json_option
def mapping(connection: str, pairs: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
    """Choose accounts and tax codes by id, code or name; without KEY=ACCOUNT list the choices."""
    with opened() as services:
        row = use.named(services, connection)
        if pairs:
            mappings.set_pairs(services, row, pairs)
        mappings.print_mapping(services, row, as_json=as_json, choices=not pairs)


@connections.command()
@click.argument("connection")
def enable(connection: str) -> None:
    """Switch a connection on again, or let a paused one try again."""
    with opened() as services:
        row = use.enable(services, use.named(services, connection).id)
    output.say(f"connection {row.id} is {row.state}")


@connections.command()
@click.argument("connection")
def disable(connection: str) -> None:
    """Switch a connection off: it keeps everything, and sends and pulls nothing."""
    with opened() as services:
        row = use.disable(services, use.named(services, connection).id)
    output.say(f"connection {row.id} is {row.state}")


@connections.command()
@click.argument("connection")
def disconnect(connection: str) -> None:
    """Revoke the consent and forget the tokens; connecting again finds everything as it was."""
    with opened() as services:
        row = use.disconnect(services, use.named(services, connection).id)
    output.say(f"connection {row.id} is {row.state}; its records keep their links to the books")


def failure(run: Run) -> str:
    """Why a run failed: the sentence, then what to do."""
    error = run.error or {}
    said = [str(error.get("explanation", "it failed")), *map(str, error.get("steps", ()))]
    return " ".join(said)


def _secret(file: Path | None) -> str:
    if file is not None:
        return file.read_text().strip()
    secret: str = click.prompt("Client secret", hide_input=True)
    return secret.strip()


def _described(services: Services, row: Connection) -> dict[str, object]:
    """A connection as people see it; no secret and no token is part of it."""
    return {
        "id": row.id,
        "tenant": row.tenant_id,
        "provider": row.provider,
        "environment": row.environment,
        "state": row.state,
        "reason": row.paused_code,
        "company": company_name(row) if row.company_id else None,
        "company_id": row.company_id or row.settings.get(use.EXPECTED),
        "client_id": row.client_id,
        "application_url": services.settings.public_url.rstrip("/"),
        "redirect_url": consent.redirect_url(services.settings, row.provider),
        "consent_until": row.refresh_expires_at,
    }


def _print_company(row: Connection) -> None:
    known = row.company
    output.say(
        f"{company_name(row)} answers: company {row.company_id}, {known.get('country')}, "
        f"{known.get('currency')}, {row.environment}"
    )


COMMANDS = (connections,)
