"""`books restore`, `books keys rotate`, `books tenants` and `books doctor`, typed by a person."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from tests.integration.emptied import empty
from worker.sync.services import Services


@pytest.fixture(autouse=True)
def alone(services: Services) -> Iterator[None]:
    """Nobody else's rows: they would be sealed with keys that their tests do not know."""
    empty(services.database)
    yield
    empty(services.database)


def under_new_key(shell: Shell) -> Shell:
    """The same with a new key before the old one."""
    [old] = json.loads(shell.environment["BOOKS_ENCRYPTION_KEYS"])
    listed = json.dumps([Fernet.generate_key().decode(), old])
    return replace(shell, environment=shell.environment | {"BOOKS_ENCRYPTION_KEYS": listed})


def test_a_restore_is_shown_and_cleared(shell: Shell, office: Office) -> None:
    shell.run("restore", "status")
    run(office, "UPDATE installation SET timeline = 7")

    shown, cleared, after = (shell.run("restore", word) for word in ("status", "clear", "status"))

    assert "`books restore clear`" in shown.output
    assert cleared.output.startswith("cleared: ")
    assert after.output == "this is the database that it always was\n"


def test_a_restore_that_cannot_be_noticed_is_declared(shell: Shell, office: Office) -> None:
    said, shown = shell.run("restore", "declare"), shell.run("restore", "status")

    assert said.output.startswith("noted ")
    assert "`books restore clear`" in shown.output


def test_nothing_is_cleared_where_nothing_was_restored(shell: Shell, office: Office) -> None:
    result = shell.run("restore", "clear")

    assert (result.exit_code, "nothing to clear" in result.output) == (1, True)


def run(office: Office, statement: str) -> None:
    with office.services.database.begin() as session:
        session.exec_driver_sql(statement)


def test_keys_are_rotated_and_the_exit_code_says_what_is_left(shell: Shell, office: Office) -> None:
    office.add()
    both = under_new_key(shell)

    needed, done, left = (
        both.run("keys", "rotate", *options) for options in (["--check"], [], ["--check"])
    )

    assert [one.exit_code for one in (needed, done, left)] == [1, 0, 0]
    assert "1 of 1 secrets need an old key" in needed.output
    assert "no secret needs an old key" in left.output


def test_what_no_key_reads_is_named(shell: Shell, office: Office) -> None:
    office.add()
    listed = json.dumps([Fernet.generate_key().decode()])
    lost = replace(shell, environment=shell.environment | {"BOOKS_ENCRYPTION_KEYS": listed})

    result = lost.run("keys", "rotate")

    assert result.exit_code == 1
    assert f"no key reads client_secret of connection {office.add().id}" in result.output


def test_a_tenant_is_listed_exported_and_erased(
    shell: Shell, office: Office, tmp_path: Path
) -> None:
    office.add()
    file = tmp_path / "tenant.jsonl"

    listed = shell.json("tenants", "list")
    exported = shell.run("tenants", "export", office.tenant, "--file", file)
    erased = shell.run("tenants", "erase", office.tenant, typed=f"{office.tenant}\n")

    assert office.tenant in [one["tenant_id"] for one in listed]
    assert exported.exit_code == erased.exit_code == 0
    rows = [json.loads(line) for line in file.read_text().splitlines()]
    assert [row["table"] for row in rows] == ["connections"]
    assert "connections" in erased.output.split()


def test_an_export_is_for_its_owner_only_and_overwrites_nothing(
    shell: Shell, office: Office, tmp_path: Path
) -> None:
    office.add()
    file = tmp_path / "tenant.jsonl"
    shell.run("tenants", "export", office.tenant, "--file", file)

    again = shell.run("tenants", "export", office.tenant, "--file", file)

    assert (file.stat().st_mode & 0o777, again.exit_code) == (0o600, 1)


def test_another_name_erases_nothing(shell: Shell, office: Office) -> None:
    row = office.add()

    result = shell.run("tenants", "erase", office.tenant, typed="another\n")

    assert "nothing was erased" in result.output
    assert shell.run("connections", "show", row.id).exit_code == 0


def test_doctor_says_what_to_do(shell: Shell, office: Office) -> None:
    result = shell.run("doctor")

    assert result.exit_code == 2  # nobody runs the worker's processes here
    assert "fine     database: PostgreSQL" in result.output
    assert "-> start `books intake`" in result.output
