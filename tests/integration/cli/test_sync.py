"""`books sync`: asked about where it costs, watched, joined, rehearsed."""

import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.cli.test_connections import driven
from tests.integration.connecting import Office
from worker.providers.port import Resource
from worker.store import runs
from worker.store.connections import Connection
from worker.store.runs import Mode
from worker.sync import connections


class Terminal(io.BytesIO):
    """What a person types at a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def pulled(shell: Shell, office: Office) -> Connection:
    """A connection whose first pulls are through."""
    connection = office.connect()
    with driven(office, connection):
        shell.json("sync", "items", "--tenant", office.tenant)  # the last of them
    return connection


def sync(shell: Shell, office: Office, *arguments: str, typed: Any = None) -> Any:  # noqa: ANN401
    return shell.run("sync", *arguments, "--tenant", office.tenant, typed=typed)


def test_a_page_is_a_line_and_the_end_is_a_table(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    with driven(office, pulled):
        result = sync(shell, office, "accounts")

    lines = result.stderr.splitlines()
    assert result.exit_code == 0, result.output
    assert lines[-1].startswith(f"connection {pulled.id} accounts: done: ")
    assert "read" in lines[-1]
    assert result.stdout.splitlines()[0].split()[:5] == [
        "CONNECTION", "TENANT", "COMPANY", "RESOURCE", "RUN",
    ]  # fmt: skip


def test_all_pulls_every_list(shell: Shell, office: Office, pulled: Connection) -> None:
    with driven(office, pulled):
        synced = shell.json("sync", "all", "--yes", "--tenant", office.tenant)

    assert [one["resource"] for one in synced] == [
        "accounts", "taxes", "customers", "vendors", "items", "payments",
    ]  # fmt: skip
    assert {one["state"] for one in synced} == {"done"}


def test_all_leaves_out_the_lists_of_kinds_that_are_switched_off(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    shell.run("connections", "settings", pulled.id, "kind.vendor=off")

    one = sync(shell, office, "vendors", "--yes")
    with driven(office, pulled):
        synced = shell.json("sync", "all", "--yes", "--tenant", office.tenant)

    assert "vendors are switched off: `books connections settings" in one.output
    assert "vendors" not in {run["resource"] for run in synced}


def test_a_second_request_joins_and_says_so(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    first = connections.ask(office.services, pulled.id, Resource.TAXES)

    result = sync(shell, office, "taxes", "--timeout", "0.1")

    joins = f"taxes: joins run {first.run.id}, which is queued (cli)"
    assert f"connection {pulled.id} {joins}" in result.stderr


def test_a_first_pull_is_asked_about(shell: Shell, office: Office, pulled: Connection) -> None:
    result = sync(shell, office, "payments", typed=Terminal(b"n\n"))

    assert result.exit_code == 1
    assert f"payments of connection {pulled.id} ({office.tenant}" in result.stderr
    assert "Go on? [y/N]" in result.stderr
    assert "nothing was asked for" in result.stderr


def test_yes_is_enough(shell: Shell, office: Office, pulled: Connection) -> None:
    with driven(office, pulled):
        result = sync(shell, office, "payments", typed=Terminal(b"y\n"))

    assert result.exit_code == 0, result.output
    assert "payments: done" in result.stderr


@pytest.mark.parametrize("arguments", [("payments",), ("accounts", "--full")])
def test_where_nobody_can_be_asked_it_wants_yes(
    shell: Shell, office: Office, pulled: Connection, arguments: tuple[str, ...]
) -> None:
    result = sync(shell, office, *arguments)

    assert result.exit_code == 1
    assert "repeat it with --yes" in result.output
    with office.services.database.begin() as session:
        assert runs.open_run(session, pulled.id, arguments[0]) is None


def test_a_full_pull_reads_everything_again(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    with driven(office, pulled):
        synced = shell.json("sync", "customers", "--full", "--yes", "--tenant", office.tenant)

    assert (synced[0]["mode"], synced[0]["state"]) == (Mode.FULL, "done")


def test_a_pull_that_fails_ends_with_exit_code_1_and_what_to_do(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    office.simulator.control("POST", f"companies/{office.company}/withdraw")

    with driven(office, pulled):
        result = sync(shell, office, "accounts")

    assert result.exit_code == 1
    assert "accounts: failed" in result.stderr
    assert "connect again" in result.stderr.splitlines()[-1]


def test_a_pull_that_does_not_move_is_given_up(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    result = sync(shell, office, "accounts", "--timeout", "0.1")

    assert result.exit_code == 1
    assert "is still queued after 0.1 s; is `books worker` running?" in result.output


def test_who_waits_for_a_connection_that_is_held_hears_until_when(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    until = datetime.now(UTC) + timedelta(hours=20)
    office.change(pulled, hold_until=until, held_for="day limit")

    result = sync(shell, office, "accounts", "--timeout", "0.1")

    assert f"is held until {until:%Y-%m-%d %H:%M} UTC (day limit)" in result.output


def test_full_and_dry_exclude_each_other(shell: Shell, office: Office) -> None:
    result = sync(shell, office, "accounts", "--full", "--dry-run")

    assert result.exit_code == 1
    assert "leave out --full or --dry-run" in result.output


def test_a_dry_run_lists_what_would_be_done_and_asks_nothing(
    shell: Shell, office: Office, pulled: Connection
) -> None:
    office.simulator.control(
        "POST", f"companies/{office.company}/entities/Customer", {"DisplayName": "Mill Inn"}
    )

    with driven(office, pulled):
        result = sync(shell, office, "customers", "--dry-run")
        machine = shell.json("sync", "customers", "--dry-run", "--tenant", office.tenant)

    assert result.exit_code == 0, result.output
    assert "to create" in result.stdout.splitlines()[0].lower()
    assert [one.split()[-4:] for one in result.stdout.splitlines() if "Mill Inn" in one] == [
        ["be", "told", "as", "discovered"]
    ]
    assert "Mill Inn" in {line["name"] for line in machine[0]["lines"]}
    assert machine[0]["mode"] == Mode.DRY
