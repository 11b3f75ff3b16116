"""`books status`: few queries over all connections, and what they say of each."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.store.connections import Connection
from worker.sync import overview
from worker.sync.matching import Where
from worker.sync.services import Services


@contextmanager
def counted(services: Services) -> Iterator[list[str]]:
    """The statements that are run inside the block."""
    said: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:  # noqa: ANN401
        said.append(statement)

    sa.event.listen(services.database.work, "before_cursor_execute", note)
    yield said
    sa.event.remove(services.database.work, "before_cursor_execute", note)


def mine(shell: Shell, office: Office, connection: Connection) -> Any:  # noqa: ANN401
    [found] = shell.json("status", "--tenant", office.tenant)["connections"]
    assert found["id"] == connection.id
    return found


def test_a_connection_is_told_with_backlog_ages_and_budget(shell: Shell, office: Office) -> None:
    connection = office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")
    office.send("customer.created", id="CUS-2", name="Bea")

    found = mine(shell, office, connection)

    assert (found["backlog"], found["records"]) == (2, {"due": 2})
    assert found["oldest_due"] < found["drained"]
    assert found["oldest_waiting"] is None
    assert found["budget"]["per_minute"] >= found["budget"]["minute"] > 0


def test_one_at_rest_is_never_drained(shell: Shell, office: Office) -> None:
    connection = office.connect()
    office.send("customer.created", id="CUS-1", name="Ada")
    office.change(connection, state="paused", paused_code="consent_withdrawn")

    assert mine(shell, office, connection)["drained"] is None
    assert "since" in shell.run("status", "--connection", connection.id).output


def test_one_connection_is_told_without_what_all_have(shell: Shell, office: Office) -> None:
    connection = office.connect()

    found = shell.json("status", "--connection", connection.id)

    assert "backlog" not in found
    assert [one["id"] for one in found["connections"]] == [connection.id]


def test_a_connection_of_another_tenant_is_refused(shell: Shell, office: Office) -> None:
    connection = office.connect()

    result = shell.run("status", "--connection", connection.id, "--tenant", "nobody")

    assert result.exit_code == 1
    assert f"is one of {office.tenant}, not of nobody" in result.output


def test_more_connections_take_no_more_queries(office: Office, other_office: Office) -> None:
    office.connect()
    with counted(office.services) as of_one:
        overview.read(office.services, Where(tenant=office.tenant))
    other_office.connect()
    with counted(office.services) as of_all:
        found = overview.read(office.services, Where())

    assert len(found) > 1
    assert len(of_all) == len(of_one) < 15
