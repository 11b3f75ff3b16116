"""The verifier token of webhooks: entered, kept sealed, and never shown again."""

from pathlib import Path

from tests.integration.cli.conftest import Shell
from tests.integration.cli.test_connections import add
from tests.integration.connecting import Office
from worker.store import connections

TOKEN = "6f0d1a52-7f0f-4a3e"


def stored(office: Office) -> str:
    """The only token of the office's connection, opened."""
    services = office.services
    with services.database.begin() as session:
        [row] = connections.find(session, office.tenant)
    return services.cipher.open(row.webhook_secret or b"")


def test_it_may_be_entered_when_the_connection_is_added(
    shell: Shell, office: Office, tmp_path: Path
) -> None:
    (tmp_path / "token").write_text(f"{TOKEN}\n")

    output = add(shell, office, "--webhook-token-file", str(tmp_path / "token"))

    assert stored(office) == TOKEN
    assert f"{office.services.settings.public_url}/webhooks/quickbooks" in output
    assert TOKEN not in output


def test_it_may_be_typed_later(shell: Shell, office: Office) -> None:
    add(shell, office)

    result = shell.run("connections", "webhook-token", office.tenant, typed=f"{TOKEN}\n")

    assert (result.exit_code, stored(office)) == (0, TOKEN)
    assert "/webhooks/quickbooks" in result.output
    assert TOKEN not in result.output


def test_it_is_not_shown_again(shell: Shell, office: Office) -> None:
    add(shell, office)
    shell.run("connections", "webhook-token", office.tenant, typed=f"{TOKEN}\n")

    shown = shell.json("connections", "show", office.tenant)

    assert shown["webhook_token"] == "entered"
    assert TOKEN not in str(shown)


def test_an_empty_one_is_refused(shell: Shell, office: Office, tmp_path: Path) -> None:
    add(shell, office)
    (tmp_path / "token").write_text("\n")

    result = shell.run(
        "connections", "webhook-token", office.tenant, "--file", str(tmp_path / "token")
    )

    assert (result.exit_code, "must not be empty" in result.output) == (1, True)
