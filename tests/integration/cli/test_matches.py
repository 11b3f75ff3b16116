"""`books match`: a person decides which record of the books is which of the CMMS."""

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.store.connections import Connection
from worker.sync.drive import drive

CARS = "Cool Cars, Inc."  # a company of the simulator holds a customer Cool Cars


@pytest.fixture
def connection(office: Office) -> Connection:
    """Pulled, with a customer that may be in the books already."""
    office.send("customer.created", id="CUS-1", name=CARS)
    row = office.connect()
    while office.links(row) == {"CUS-1": "due"}:
        drive(office.services, row.id)
    return row


def refs(shell: Shell, office: Office, name: str = "Cool Cars") -> str:
    listed = shell.json("match", "list", "customer", "--tenant", office.tenant)
    [one] = listed["undecided"]
    return str(next(each["ref"] for each in one["candidates"] if each["name"] == name))


def test_the_list_has_candidates_and_why(
    shell: Shell, office: Office, connection: Connection
) -> None:
    output = shell.run("match", "list", "--tenant", office.tenant).output

    assert "CUS-1  Cool Cars, Inc.  suggested" in output
    assert "same name but for its form: “Cool Cars”" in output
    assert "Weiskopf Consulting" in output
    assert "1 undecided" in output


def test_linking_makes_it_synced(shell: Shell, office: Office, connection: Connection) -> None:
    ref = refs(shell, office)

    result = shell.run("match", "link", "customer", "CUS-1", ref, "--tenant", office.tenant)

    assert result.output == f"customer CUS-1 is {ref} in the books of connection {connection.id}\n"
    assert office.links(connection) == {"CUS-1": "synced"}


def test_a_new_one_is_due(shell: Shell, office: Office, connection: Connection) -> None:
    result = shell.run("match", "new", "customer", "CUS-1", "--connection", connection.id)

    assert result.exit_code == 0
    assert office.links(connection) == {"CUS-1": "due"}


def test_accepting_shows_and_asks(shell: Shell, office: Office, connection: Connection) -> None:
    refused = shell.run("match", "accept", "--tenant", office.tenant, typed="n\n")
    assert CARS in refused.output
    assert office.links(connection) == {"CUS-1": "waiting"}

    accepted = shell.run("match", "accept", "customer", "--tenant", office.tenant, "--yes")

    assert accepted.output == "1 linked\n"
    assert office.links(connection) == {"CUS-1": "synced"}


def test_what_cannot_be_says_what_to_do(
    shell: Shell, office: Office, connection: Connection
) -> None:
    where = ("--tenant", office.tenant)

    unknown = shell.run("match", "link", "customer", "CUS-9", "1", *where)
    nowhere = shell.run("match", "link", "customer", "CUS-1", "99999", *where)

    assert "`books records customer` lists them" in unknown.output
    assert "nothing there has this number" in nowhere.output
    assert (unknown.exit_code, nowhere.exit_code) == (1, 1)
