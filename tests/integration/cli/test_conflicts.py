"""`books resolve`: a person decides whose side counts."""

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.store.connections import Connection
from worker.sync.drive import drive

HARBOR = {"id": "CUS-1", "name": "Harbor Hotel"}


@pytest.fixture
def connection(office: Office) -> Connection:
    """CUS-1 has got a phone in the CMMS, and another one in the books."""
    office.send("customer.created", **HARBOR)
    row = office.connect()
    settle(office, row, "synced")
    path = f"companies/{office.company}/entities/Customer"
    [held] = [
        one for one in office.simulator.control("GET", path) if one["DisplayName"] == HARBOR["name"]
    ]
    theirs = {"Id": held["Id"], "PrimaryPhone": {"FreeFormNumber": "2"}}
    office.simulator.control("POST", f"{path}?operation=update", theirs)
    office.send("customer.updated", **HARBOR, phone="1")
    settle(office, row, "conflict")
    return row


def settle(office: Office, row: Connection, state: str) -> None:
    for _ in range(50):
        drive(office.services, row.id)
        if office.links(row) == {"CUS-1": state}:
            return
    raise AssertionError(office.links(row))


def test_a_decision_lets_the_record_go_on(
    shell: Shell, office: Office, connection: Connection
) -> None:
    where = ("--tenant", office.tenant)
    result = shell.run("resolve", "customer", "CUS-1", "books", *where)

    said = f"customer CUS-1 of connection {connection.id}: the books' side counts\n"
    assert result.output == said
    settle(office, connection, "synced")
    assert office.told()[-1]["type"] == "accounting.record.synced"


def test_what_cannot_be_decided_is_said(
    shell: Shell, office: Office, connection: Connection
) -> None:
    where = ("--tenant", office.tenant)
    unknown = shell.run("resolve", "customer", "CUS-9", "cmms", *where)
    shell.run("resolve", "customer", "CUS-1", "cmms", *where)
    twice = shell.run("resolve", "customer", "CUS-1", "cmms", *where)

    assert "no connection has a customer CUS-9" in unknown.output
    assert "customer CUS-1 is not in conflict" in twice.output
    assert (unknown.exit_code, twice.exit_code) == (1, 1)
