"""`books connections`: from a company that is to be connected to its mapping, and away again."""

from pathlib import Path

import click

from schemas.status import Environment
from worker.cli import described, mappings, options, output
from worker.cli.described import identity
from worker.cli.opening import opened
from worker.cli.output import json_option
from worker.cli.watching import watched
from worker.errors import Misuse
from worker.providers.authorizer import Application
from worker.providers.port import Resource
from worker.store.connections import Connection
from worker.store.runs import Run
from worker.sync import connections as use
from worker.sync import webhooks
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
    "--no-secret", "public", is_flag=True,
    help="The application has no client secret: it proves itself by PKCE.",
)  # fmt: skip
@click.option(
    "--company-id", "--realm-id", "company_id",
    help="The id of the company that must be connected; without it, the one consented to is.",
)  # fmt: skip
@click.option(
    "--webhook-token-file", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the token (or key) of the application's webhooks.",
)  # fmt: skip
@json_option
def add(  # noqa: PLR0917  # click passes options by name
    tenant: str,
    provider: str,
    environment: str,
    client_id: str,
    secret_file: Path | None,
    public: bool,  # noqa: FBT001
    company_id: str | None,
    webhook_token_file: Path | None,
    as_json: bool,  # noqa: FBT001
) -> None:
    """Add a connection, or enter another client id and secret for one that is there."""
    if public and secret_file is not None:
        raise Misuse("bad_application", "--secret-file and --no-secret exclude each other")
    secret = None if public else _secret(secret_file, "Client secret")
    application = Application(client_id, secret)
    wanted = use.Wanted(tenant, provider, Environment(environment), application, company_id)
    with opened() as services:
        row = use.add(services, wanted)
        if webhook_token_file is not None:
            token = _secret(webhook_token_file, "Webhook token")
            row = webhooks.enter_secret(services, row.id, token)
        said = identity(services, row)
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


@connections.command("webhook-token")
@click.argument("connection")
@click.option(
    "--file", "file_", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="File that holds the token; without it, it is asked for.",
)  # fmt: skip
def webhook_token(connection: str, file_: Path | None) -> None:
    """Enter the token (or key) with which the ledger signs its webhooks."""
    with opened() as services:
        row = use.named(services, connection)
        webhooks.enter_secret(services, row.id, _secret(file_, "Webhook token"))
        output.say(f"connection {row.id} takes webhooks at:")
        output.say(f"  {webhooks.url(services.settings, row.provider)}")


@connections.command("list")
@click.option("--tenant", help="Of this tenant only.")
@json_option
def list_(tenant: str | None, as_json: bool) -> None:  # noqa: FBT001
    """All connections, with their states."""
    with opened() as services:
        found = [identity(services, row) for row in use.find(services, tenant)]
    if as_json:
        output.print_json(found)
        return
    columns = ("id", "tenant", "provider", "environment", "state", "company", "company_id")
    output.print_table(columns, [[row[name] for name in columns] for row in found])


@connections.command()
@click.argument("connection")
@json_option
def show(connection: str, as_json: bool) -> None:  # noqa: FBT001
    """One connection: settings, schedule, calls, the newest pulls; everything but its secrets."""
    with opened() as services:
        known = described.picture(services, use.named(services, connection))
    if as_json:
        output.print_json(described.data(known))
    else:
        described.show(known)


@connections.command()
@click.argument("connection")
@click.option("--timeout", default=60.0, show_default=True, help="Seconds to wait for the answer.")
@json_option
def test(connection: str, timeout: float, as_json: bool) -> None:  # noqa: FBT001
    """Ask the books for their company; says what to do where they do not answer."""
    with opened() as services:
        row = use.named(services, connection)
        run_id = use.ask(services, row.id, Resource.CONNECTION).run.id
        [run] = watched(services, [run_id], timeout, lambda _: None)
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
@click.argument("pairs", nargs=-1, metavar="[KEY=VALUE]...")
@json_option
def settings(connection: str, pairs: tuple[str, ...], as_json: bool) -> None:  # noqa: FBT001
    """Choose what goes into the books, and how; without KEY=VALUE list the choices.

    KEY= goes back to the default.
    """
    with opened() as services:
        row = use.named(services, connection)
        if pairs:
            options.set_pairs(services, row, pairs)
        options.print_settings(services, row, as_json=as_json, choices=not pairs)


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


def _secret(file: Path | None, name: str) -> str:
    """From a file, else asked for; never an argument, which others on the host could read."""
    if file is not None:
        return file.read_text().strip()
    secret: str = click.prompt(name, hide_input=True)
    return secret.strip()


def _print_company(row: Connection) -> None:
    known = row.company
    output.say(
        f"{company_name(row)} answers: company {row.company_id}, {known.get('country')}, "
        f"{known.get('currency')}, {row.environment}"
    )


COMMANDS = (connections,)
