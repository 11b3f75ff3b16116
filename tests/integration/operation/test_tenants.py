"""All that is kept of one tenant: exported, and erased so that nothing of it stays."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from tests.builders import a_bill, a_customer, a_payment, a_vendor, an_expense, an_invoice, junk
from tests.integration.workshop import OpenShop, Shop, WithSettings
from worker.errors import Disconnected, Misuse, Unavailable, Unexplained
from worker.store import acts
from worker.store.acts import Act
from worker.store.ownership import SECRET, TABLES
from worker.sync import drive, standstill, tenants, tokens, unruled
from worker.sync.tenants import subject

PLANTED = "Ada Planted"


@pytest.fixture
def office(books: Shop) -> Shop:
    """A tenant with something in every table that can hold something of it."""
    books.send("customer.created", a_customer("CUS-2", name=PLANTED))
    books.send("vendor.created", a_vendor(name=PLANTED))
    books.send("invoice.created", an_invoice())
    books.send("purchase_invoice.created", a_bill())
    books.send("expense.saved", an_expense(account="no such account"))
    books.send("payment.recorded", a_payment())
    books.take(junk(f'{{"tenantid": "{books.tenant}", "name": "{PLANTED}"}}'.encode()))
    books.work()
    with books.begin() as session:
        acts.note(session, Act("ann", "retry", "issue:1", tenant_id=books.tenant))
    said = Unexplained(f"{PLANTED} is odd", correlation_id="1")
    unruled.keep_error(books.services.database, books.row(), "invoice", said)
    return books


def everything(shop: Shop) -> Iterator[str]:
    """Every row of every table, as text; what is bytes as what it says."""
    with shop.begin() as session:
        for table in TABLES:
            for row in session.execute(sa.select(table)).mappings():
                yield " ".join(_text(value) for value in row.values())


def _text(value: object) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def test_nothing_of_an_erased_tenant_stays_in_any_table(office: Shop) -> None:
    traces = (office.tenant, PLANTED)

    gone = tenants.erase(office.services, office.tenant, "ann")

    assert [row for row in everything(office) if any(trace in row for trace in traces)] == []
    assert {"links", "documents", "submissions", "inbox", "outbox", "dead_letters"} <= set(gone)
    assert office.all("SELECT id FROM connections") == []


def test_one_act_says_what_was_erased_without_saying_of_whom(office: Shop) -> None:
    gone = tenants.erase(office.services, office.tenant, "ann", "contract ended")

    [act] = office.all("SELECT * FROM acts")
    assert (act.who, act.verb, act.subject) == ("ann", "erase", subject(office.tenant))
    assert (act.note, act.result) == ("contract ended", gone)


def test_other_tenants_keep_everything(office: Shop, open_shop: OpenShop) -> None:
    other = open_shop()
    other.work()
    other.send("customer.created", a_customer(name=PLANTED))
    before = held_of(other)

    tenants.erase(office.services, office.tenant, "ann")

    assert held_of(other) == before
    other.work()
    assert other.states() == {"CUS-1": "synced"}


def held_of(shop: Shop) -> list[dict[str, Any]]:
    return list(tenants.export(shop.services, shop.tenant))


def test_the_consent_is_withdrawn_in_the_books(office: Shop) -> None:
    held = tokens.held_by(office.services, office.connection_id)
    application = tokens.application(office.services.cipher, held.connection)

    tenants.erase(office.services, office.tenant, "ann")

    with pytest.raises(Disconnected):
        office.services.ledgers["quickbooks"].authorizer.refresh(application, held.refresh_token)


def test_a_late_hint_and_a_late_event_harm_nobody(office: Shop) -> None:
    tenants.erase(office.services, office.tenant, "ann")

    drive.drive(office.services, office.connection_id)
    standstill.derive(office.services, [office.connection_id])
    office.send("customer.created", a_customer())

    [again] = tenants.every(office.services)
    assert (again.tenant_id, again.connections, again.records) == (office.tenant, 0, 1)


def test_an_unknown_tenant_is_no_erasure(office: Shop) -> None:
    with pytest.raises(Misuse, match="nothing is kept of a tenant nobody"):
        tenants.erase(office.services, "nobody", "ann")


def test_an_interrupted_erasure_is_taken_up_again(office: Shop) -> None:
    office.run(FAILS_AT_DOCUMENTS)
    with pytest.raises(sa.exc.DBAPIError):
        tenants.erase(office.services, office.tenant, "ann")
    office.run("DROP FUNCTION not_now CASCADE")

    tenants.erase(office.services, office.tenant, "ann")

    assert [row for row in everything(office) if office.tenant in row] == []
    assert len(office.all("SELECT id FROM acts")) == 2


FAILS_AT_DOCUMENTS = """
    CREATE FUNCTION not_now() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN RAISE EXCEPTION 'not now'; END $$;
    CREATE TRIGGER not_now BEFORE DELETE ON documents FOR EACH ROW EXECUTE FUNCTION not_now()
"""


def test_an_export_holds_every_row_and_no_secret(office: Shop) -> None:
    secrets = [getattr(office.row(), name) for name in SECRET]

    rows = held_of(office)

    told = json.dumps(rows, default=str)
    assert [one for one in secrets if one and one.decode() in told] == []
    assert {"connections", "documents", "links", "inbox", "submission_items"} <= {
        row["table"] for row in rows
    }
    assert PLANTED in told


def test_nothing_is_erased_where_the_ledger_cannot_be_told(
    office: Shop, with_settings: WithSettings
) -> None:
    services = with_settings(quickbooks={"revoke_url": "http://127.0.0.1:9/revoke"})

    with pytest.raises(Unavailable):
        tenants.erase(services, office.tenant, "ann")

    assert office.states()["CUS-1"] == "synced"
    assert office.all("SELECT id FROM acts WHERE verb = 'erase'") == []
