"""`books connections`, typed by a person."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office, returned
from worker.store.connections import Connection
from worker.sync import connections, consent
from worker.sync.drive import drive


@contextmanager
def driven(office: Office, connection: Connection) -> Iterator[None]:
    """A worker that drives this connection meanwhile."""
    stopped = threading.Event()

    def work() -> None:
        while not stopped.wait(0.05):
            drive(office.services, connection.id)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def add(shell: Shell, office: Office, *more: str) -> str:
    """Add the office's connection with a typed secret; what was printed."""
    info = office.simulator.info
    options = ("--tenant", office.tenant, "--client-id", info["client_id"], *more)
    result = shell.run("connections", "add", *options, typed=f"{info['client_secret']}\n")
    assert result.exit_code == 0, result.output
    return result.output


def test_adding_asks_for_the_secret_and_prints_what_to_register(
    shell: Shell, office: Office
) -> None:
    output = add(shell, office)

    settings = office.services.settings
    assert f"{settings.public_url}/callback/quickbooks" in output
    assert f"application_url  {settings.public_url}\n" in output
    assert "books connections connect" in output
    assert office.simulator.info["client_secret"] not in output


def test_the_secret_may_come_from_a_file(shell: Shell, office: Office, tmp_path: Path) -> None:
    info = office.simulator.info
    secret = tmp_path / "secret"
    secret.write_text(f"{info['client_secret']}\n")

    added = shell.json(
        "connections", "add", "--tenant", office.tenant, "--client-id", info["client_id"],
        "--secret-file", secret,
    )  # fmt: skip

    row = connections.named(office.services, str(added["id"]))
    assert office.services.cipher.open(row.client_secret) == info["client_secret"]


def test_an_application_without_a_secret_is_asked_for_none(shell: Shell, xero: Office) -> None:
    client_id = xero.simulator.info["pkce_client_id"]
    options = ("--provider", "xero", "--tenant", xero.tenant, "--client-id", client_id)

    added = shell.json("connections", "add", *options, "--no-secret", "--company-id", xero.company)

    assert added["company_id"] == xero.company
    assert "code_challenge=" in consent.start(xero.services, added["id"])


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--provider", "quickbooks", "--no-secret"], "no applications without a client secret"),
        (["--provider", "xero", "--company-id", "9130"], "not what xero calls a company"),
        (["--provider", "xero", "--no-secret", "--secret-file", __file__], "exclude each other"),
    ],
)
def test_what_a_ledger_does_not_have_cannot_be_entered(
    shell: Shell, office: Office, more: list[str], said: str
) -> None:
    options = ("--tenant", office.tenant, "--client-id", "id", *more)

    result = shell.run("connections", "add", *options, typed="secret\n")

    assert result.exit_code == 1
    assert said in result.output


def test_what_a_consent_is_asked_for_is_shown_and_set(shell: Shell, xero: Office) -> None:
    connection, settings = xero.add(), xero.services.settings.xero
    before = shell.json("connections", "show", connection.id)

    shell.run("connections", "settings", connection.id, "scope=offline_access accounting.contacts")

    after = shell.json("connections", "show", connection.id)
    assert (before["login_url"], before["scope"]) == (settings.authorize_url, settings.scope)
    assert after["scope"] == "offline_access accounting.contacts"
    assert "scope=offline_access+accounting.contacts" in consent.start(xero.services, connection.id)


def test_there_is_no_option_for_the_secret_itself(shell: Shell) -> None:
    result = shell.run("connections", "add", "--help")

    assert "--client-secret" not in result.output
    assert "--secret " not in result.output


def test_the_link_connects_the_company(shell: Shell, office: Office) -> None:
    add(shell, office, "--company-id", office.company)

    link = shell.json("connections", "connect", office.tenant)

    assert link["expires_in"] == 900
    assert link["url"].startswith(f"{office.services.settings.public_url}/connect/quickbooks?link=")


def test_a_connection_is_shown_without_its_secrets(shell: Shell, office: Office) -> None:
    connection = office.connect()

    shown = shell.run("connections", "show", connection.id).output

    row = office.row(connection)
    sealed = (row.access_token, row.refresh_token, row.client_secret)
    assert office.company in shown
    assert not [one for one in sealed if office.services.cipher.open(one or b"") in shown]


def test_the_list_has_a_row_for_each_connection(shell: Shell, office: Office) -> None:
    office.connect()

    listed = shell.run("connections", "list", "--tenant", office.tenant).output.splitlines()

    assert listed[0].split()[:4] == ["ID", "TENANT", "PROVIDER", "ENVIRONMENT"]
    assert office.company in listed[1]


def test_a_test_prints_the_company(shell: Shell, office: Office) -> None:
    connection = office.connect()

    with driven(office, connection):
        result = shell.run("connections", "test", connection.id)

    assert result.exit_code == 0, result.output
    assert "answers: company" in result.output
    assert office.company in result.output


def test_a_test_that_fails_says_what_to_do(shell: Shell, office: Office) -> None:
    connection = office.connect()
    with driven(office, connection):
        shell.json("sync", "items", "--tenant", office.tenant)  # the last of the first pulls
    office.simulator.control("POST", f"companies/{office.company}/withdraw")

    with driven(office, connection):
        result = shell.run("connections", "test", connection.id)

    assert result.exit_code == 1
    last = result.output.splitlines()[-1]
    assert last.startswith("Error: ")
    assert "connect again" in last


def test_a_test_without_a_worker_says_so(shell: Shell, office: Office) -> None:
    connection = office.connect()

    result = shell.run("connections", "test", connection.id, "--timeout", "0.1")

    assert result.exit_code == 1
    assert "is `books worker` running?" in result.output


def test_accounts_are_mapped_by_code_or_name(shell: Shell, office: Office) -> None:
    connection = office.connect()
    with driven(office, connection):
        shell.json("sync", "accounts", "--tenant", office.tenant)
    listed = {one["key"]: one for one in shell.json("connections", "mapping", connection.id)}
    choice = listed["sales"]["choices"][0]

    mapped = shell.run("connections", "mapping", connection.id, f"sales={choice['name']}")

    assert mapped.exit_code == 0, mapped.output
    assert office.row(connection).mapping == {"sales": choice["ref"]}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("connections", "show", "no-such"), "there is no connection no-such; `books connections"),
        (("connections", "mapping", "no-such", "sales"), "there is no connection no-such"),
        (("sync", "colours"), "colours cannot be pulled (yet); what can: accounts, taxes"),
        (("sync", "accounts", "--tenant", "no-such"), "there is no active connection"),
        (("dead-letters", "show", "999999"), "there is no dead letter 999999; `books dead"),
    ],
)
def test_what_cannot_be_is_one_line_with_the_way_out(
    shell: Shell, arguments: tuple[str, ...], said: str
) -> None:
    result = shell.run(*arguments)

    assert result.exit_code == 1
    assert result.output.startswith(f"Error: {said}")
    assert len(result.output.splitlines()) == 1


def test_switching_off_and_on_and_disconnecting(shell: Shell, office: Office) -> None:
    connection = office.connect()

    said = [
        shell.run("connections", verb, connection.id).output
        for verb in ("disable", "enable", "disconnect")
    ]

    assert [line.split(";")[0].split()[-1] for line in said] == [
        "disabled", "active", "disconnected",
    ]  # fmt: skip


def test_a_disconnected_company_can_be_connected_again(shell: Shell, office: Office) -> None:
    connection = office.connect()
    shell.run("connections", "disconnect", connection.id)
    url = consent.start(office.services, connection.id)

    back = returned(office.simulator.approve(url, office.company))
    again = office.finish(back)

    assert (again.id, again.state) == (connection.id, "active")
    assert office.told()[-1]["type"] == "accounting.connection.restored"
