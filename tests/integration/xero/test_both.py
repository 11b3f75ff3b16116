"""One contact that is a customer and a vendor of the CMMS: what becomes of one of the two."""

import pytest

from tests.builders import a_bill, a_customer, a_vendor, an_invoice
from tests.integration.xero.shop import Shop

NAME = "Quayside Inn"


@pytest.fixture
def both(shop: Shop) -> Shop:
    """CUS-1 and VEN-1 are one contact, which has sold and bought."""
    shop.send("customer.created", a_customer(name=NAME))
    shop.work()
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.send("purchase_invoice.created", a_bill())
    shop.send("invoice.created", sold("INV-1"))
    shop.work()
    return shop


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

    [contact] = [one for one in both.books("Contact") if one["Name"] == NAME]
    assert contact["ContactStatus"] == "ACTIVE"
    assert set(both.states().values()) == {"synced"}


def test_a_contact_of_one_kind_alone_is_archived(shop: Shop) -> None:
    shop.send("vendor.created", a_vendor(name=NAME))
    shop.send("purchase_invoice.created", a_bill())
    shop.work()

    shop.send("vendor.archived", {"id": "VEN-1"})
    shop.work()

    [contact] = [one for one in shop.books("Contact") if one["Name"] == NAME]
    assert contact["ContactStatus"] == "ARCHIVED"
