"""One contact that is a customer and a vendor of the CMMS: what becomes of one of the two."""

import pytest

from tests.builders import a_bill, a_customer, a_vendor, an_invoice
from tests.integration.xero.shop import Shop
from tests.integration.xero.test_days import tick
from tests.integration.xero.test_reading import discovered, enter, pull
from worker.providers.port import Resource
from worker.store import connections as rows
from worker.store.runs import Mode
from worker.sync.configure import set_options
from worker.sync.reads import Reading, schedule

NAME = "Quayside Inn"


@pytest.fixture
def fresh(shop: Shop) -> Shop:
    """CUS-1 and VEN-1 are one contact, which has no documents yet."""
    shop.send("customer.created", a_customer(name=NAME))
    shop.work()
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.work()
    return shop


@pytest.fixture
def both(fresh: Shop) -> Shop:
    """It has sold and bought."""
    fresh.send("purchase_invoice.created", a_bill())
    fresh.send("invoice.created", sold("INV-1"))
    fresh.work()
    return fresh


def buy(shop: Shop, contact: str) -> None:
    """Somebody enters a bill in Xero."""
    line = {"Description": "Parts", "Quantity": 1, "UnitAmount": 10, "AccountCode": "433"}
    whose, due = {"ContactID": contact}, "2026-12-31"
    enter(shop, "Invoice", Type="ACCPAY", Contact=whose, LineItems=[line], DueDate=due)


def status(shop: Shop) -> str:
    [contact] = [one for one in shop.books("Contact") if one["Name"] == NAME]
    return str(contact["ContactStatus"])


def feed(shop: Shop, name: str) -> Reading:
    """What the clock reads of a feed."""
    with shop.begin() as session:
        found = schedule(shop.services, session, rows.get(session, shop.connection_id))
    return next(one for one in found if one.feed == name)


def sold(record_id: str) -> dict[str, object]:
    line = {"description": "Work", "amount": "10.00", "tax_code": "NON"}
    return an_invoice(record_id, lines=[line], total="10.00")


@pytest.mark.parametrize(
    ("archived", "id_", "kind", "document"),
    [
        ("vendor", "VEN-1", "invoice", sold("INV-2")),
        ("customer", "CUS-1", "purchase_invoice", a_bill("BILL-2")),
    ],
)
def test_the_other_one_is_left_alone(
    both: Shop, archived: str, id_: str, kind: str, document: dict[str, object]
) -> None:
    both.send(f"{archived}.archived", {"id": id_})
    both.work()
    both.send(f"{kind}.created", document)
    both.work()

    assert status(both) == "ACTIVE"
    assert set(both.states().values()) == {"synced"}


def test_a_contact_of_one_kind_alone_is_archived(shop: Shop) -> None:
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.send("purchase_invoice.created", a_bill())
    shop.work()

    shop.send("vendor.archived", {"id": "VEN-1"})
    shop.work()

    assert status(shop) == "ARCHIVED"


@pytest.mark.parametrize(
    ("event", "record"),
    [
        ("customer.archived", {"id": "CUS-1"}),
        ("customer.updated", a_customer(name=NAME, active=False)),
    ],
)
def test_a_vendor_that_has_sold_nothing_yet_keeps_its_contact(
    fresh: Shop, event: str, record: dict[str, object]
) -> None:
    fresh.send(event, record)
    fresh.work()

    assert status(fresh) == "ACTIVE"
    assert set(fresh.states().values()) == {"synced"}


def test_a_supplier_that_the_cmms_does_not_know_keeps_its_contact(shop: Shop) -> None:
    shop.send("customer.created", a_customer(name=NAME))
    shop.work()
    buy(shop, shop.link("CUS-1").ref)
    pull(shop, Resource.CUSTOMERS, Mode.FULL)

    shop.send("customer.updated", a_customer(name=NAME, active=False))
    shop.work()

    assert status(shop) == "ACTIVE"


def test_a_contact_is_archived_once_it_is_neither(both: Shop) -> None:
    both.send("customer.archived", {"id": "CUS-1"})
    both.work()

    both.send("vendor.archived", {"id": "VEN-1"})
    both.work()

    assert status(both) == "ARCHIVED"


def test_vendors_are_read_and_told_where_customers_are_switched_off(shop: Shop) -> None:
    set_options(shop.services, shop.connection_id, {"kind.customer": "off"})
    buy(shop, str(enter(shop, "Contact", Name=NAME)["ContactID"]))

    tick(shop, "customers")

    assert feed(shop, "customers").interval == 3600
    assert [kind for kind, name in discovered(shop) if name == NAME] == ["vendor"]
