"""`books why`: from a record to the cause, in the real tables."""

import json
import secrets

import pytest

from tests.integration.cli.conftest import Shell
from tests.integration.connecting import Office
from worker.store import connections as rows
from worker.store import dead_letters, feeds
from worker.store import links as stored
from worker.store.connections import Connection
from worker.store.dead_letters import DeadLetter
from worker.store.links import Stop
from worker.store.session import Session
from worker.store.tables import links
from worker.sync import first

WAITING = Stop("waiting", 2**60, reason="It waits.", causes=("customer:CUS-1",))


@pytest.fixture
def connected(office: Office) -> Connection:
    """Connected, and the first pulls are in."""
    row = office.connect()
    with office.services.database.begin() as session:
        for resource in first.needed({}):
            feeds.complete(session, row.id, resource, None)
    return row


def link_id(session: Session, row: Connection, record_id: str) -> int:
    query = links.select().where(links.c.connection_id == row.id, links.c.record_id == record_id)
    return int(session.execute(query).one().id)


def stand(office: Office, row: Connection, record_id: str, stop: Stop) -> None:
    """The link of a record stops as a driver would stop it."""
    with office.services.database.begin() as session:
        stored.stop(session, link_id(session, row, record_id), stop)


CUSTOMER = ("customer", "CUS-1")
INVOICE = {
    "id": "INV-1", "number": "1007", "customer_id": "CUS-1", "issue_date": "2026-11-20",
    "currency": "USD", "lines": [{"description": "Pump", "unit_price": "1.00"}],
}  # fmt: skip


def test_the_chain_goes_from_the_invoice_to_what_its_customer_waits_for(
    shell: Shell, office: Office, connected: Connection
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")
    office.send("invoice.created", **INVOICE)
    error = {"id": "f-1", "names": {"name": "Ada"}, "detail": "6240 taken"}
    stand(office, connected, "INV-1", WAITING)
    stand(office, connected, "CUS-1", Stop("failed", 2**60, "duplicate_name", error))

    result = shell.run("why", "invoice", "INV-1", "--tenant", office.tenant)

    assert result.exit_code == 3
    said = [line.strip() for line in result.output.splitlines()]
    assert "Invoice 1007 (INV-1) waits for this:" in said
    assert (
        "Customer Ada (CUS-1): Another customer, vendor, employee or item in the books has the "
        "name Ada already." in said
    )
    assert "more: deploy/errors/duplicate_name.md" in said
    assert "6240 taken" not in result.output


def test_the_ledgers_own_words_are_there_for_who_asks(
    shell: Shell, office: Office, connected: Connection
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")
    stop = Stop("failed", 2**60, "duplicate_name", {"id": "f-1", "detail": "6240 taken"})
    stand(office, connected, "CUS-1", stop)

    result = shell.run("why", "customer", "CUS-1", "--tenant", office.tenant, "--detail")

    assert "6240 taken" in result.output


def test_the_issue_is_named_whether_or_not_anybody_has_looked_at_issues(
    shell: Shell, office: Office, connected: Connection
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")
    office.send("invoice.created", **INVOICE)
    stand(office, connected, "INV-1", Stop("waiting", 2**60, causes=("mapping:sales",)))
    error = {"id": "f-1", "names": {"name": "Ada"}}
    stand(office, connected, "CUS-1", Stop("failed", 2**60, "duplicate_name", error))

    here = ("--tenant", office.tenant, "--json")
    answers = [shell.run("why", *one, *here) for one in (("invoice", "INV-1"), CUSTOMER)]

    [invoice], [customer] = (json.loads(one.stdout)["answers"] for one in answers)
    issues = shell.json("issues", "list", "--tenant", office.tenant)
    numbers = {issue["code"]: issue["id"] for issue in issues}
    assert invoice["reason"]["because"][0]["facts"]["issue"] == numbers["mapping_missing"]
    assert customer["reason"]["facts"]["issue"] == numbers["duplicate_name"]


def test_what_is_due_is_told_with_how_many_go_before_it(
    shell: Shell, office: Office, connected: Connection
) -> None:
    for number in range(3):
        office.send("customer.created", id=f"CUS-{number}", name="Ada")

    result = shell.run("why", "customer", "CUS-2", "--tenant", office.tenant, "--json")

    [answer] = json.loads(result.stdout)["answers"]
    assert answer["reason"]["says"] == "Customer Ada (CUS-2) is to be sent: 2 others go before it."
    assert answer["reason"]["at"]


def test_what_is_in_the_books_is_said_and_is_exit_code_0(
    shell: Shell, office: Office, connected: Connection
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")
    with office.services.database.begin() as session:
        session.execute(
            links.update().where(links.c.connection_id == connected.id)
            .values(state="synced", ref="58")
        )  # fmt: skip

    result = shell.run("why", "customer", "CUS-1", "--tenant", office.tenant)

    assert result.exit_code == 0
    assert "58" in result.output


def test_a_paused_connection_is_named_with_since_when(
    shell: Shell, office: Office, connected: Connection
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")
    office.change(connected, state="paused", paused_code="consent_withdrawn")

    result = shell.run("why", "customer", "CUS-1", "--tenant", office.tenant, "--json")

    [answer] = json.loads(result.stdout)["answers"]
    [cause] = answer["reason"]["because"]
    assert cause["facts"]["code"] == "consent_withdrawn"
    with office.services.database.begin() as session:
        since = rows.states_since(session, [connected.id])[connected.id]
    assert cause["since"] == since.isoformat()


def test_a_record_that_nobody_knows_is_looked_for_among_dead_letters(
    shell: Shell, office: Office, connected: Connection
) -> None:
    record_id = f"CUS-{secrets.token_hex(4)}"
    body = json.dumps({"data": {"id": record_id}}).encode()
    with office.services.database.begin() as session:
        letter = DeadLetter("invalid_data", "no name", body, tenant_id=office.tenant)
        dead_letters.keep(session, letter)

    result = shell.run("why", "customer", record_id, "--tenant", office.tenant)

    assert result.exit_code == 3
    assert "it is sent as `customer.created` or `customer.updated`" in result.output
    assert "speaks of it (invalid_data): no name" in result.output


def test_letters_of_another_tenant_are_not_shown(
    shell: Shell, office: Office, connected: Connection
) -> None:
    record_id = f"CUS-{secrets.token_hex(4)}"
    with office.services.database.begin() as session:
        body = json.dumps({"id": record_id}).encode()
        dead_letters.keep(session, DeadLetter("invalid_data", "no", body, tenant_id="somebody"))

    result = shell.run("why", "customer", record_id, "--tenant", office.tenant)

    assert "Dead letter" not in result.output


def test_what_was_sent_before_any_books_were_connected_is_said(
    shell: Shell, office: Office
) -> None:
    office.send("customer.created", id="CUS-1", name="Ada")

    result = shell.run("why", "customer", "CUS-1", "--tenant", office.tenant)

    assert f"The CMMS of {office.tenant} has sent it, but no books are connected" in result.output
