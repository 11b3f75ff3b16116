"""Archived records that the CMMS uses again: active in the books, under their own names."""

import pytest

from tests.builders import a_customer, a_vendor, an_invoice, an_item
from tests.integration.workshop import Shop

KINDS = [
    ("customer", "Customer", "DisplayName", a_customer("CUS-9", email="nine@harbor.example")),
    ("vendor", "Vendor", "DisplayName", a_vendor("VEN-9")),
    ("item", "Item", "Name", an_item("ITM-9")),
]


def archived(shop: Shop, kind: str, record: dict[str, object]) -> str:
    """The record was made, then archived; its ref."""
    shop.send(f"{kind}.created", record)
    shop.work()
    shop.send(f"{kind}.archived", {"id": record["id"]})
    shop.work()
    return str(shop.link(str(record["id"])).ref)


def held(shop: Shop, entity: str, ref: str) -> dict[str, object]:
    return next(one for one in shop.books(entity) if one["Id"] == ref)


@pytest.mark.parametrize(("kind", "entity", "label", "record"), KINDS, ids=lambda one: str(one)[:8])
def test_it_is_active_again_without_what_the_books_appended(
    shop: Shop, kind: str, entity: str, label: str, record: dict[str, object]
) -> None:
    ref = archived(shop, kind, record)
    assert held(shop, entity, ref)[label] == f"{record['name']} (deleted)"

    shop.send(f"{kind}.updated", record)
    shop.work()

    again = held(shop, entity, ref)
    assert (again["Active"], again[label]) == (True, record["name"])
    assert shop.states() == {record["id"]: "synced"}


@pytest.mark.parametrize(("kind", "entity", "label", "record"), KINDS, ids=lambda one: str(one)[:8])
def test_a_name_that_another_has_by_now_is_for_a_person(
    shop: Shop, kind: str, entity: str, label: str, record: dict[str, object]
) -> None:
    ref = archived(shop, kind, record)
    mine = held(shop, entity, ref)
    kept = {name: mine[name] for name in ("Type", "IncomeAccountRef") if name in mine}
    shop.enter(entity, None, **kept, **{label: record["name"]})

    shop.send(f"{kind}.updated", record)
    shop.work()

    link = shop.link(str(record["id"]))
    assert (link.state, link.error_code) == ("failed", "duplicate_name")
    assert (held(shop, entity, ref)["Active"], link.ref) == (False, ref)


def test_a_name_that_another_kind_has_by_now_gets_a_suffix(shop: Shop) -> None:
    customer = a_customer("CUS-9", email="nine@harbor.example")
    ref = archived(shop, "customer", customer)
    shop.enter("Vendor", DisplayName=customer["name"])

    shop.send("customer.updated", customer)
    shop.work()

    again = held(shop, "Customer", ref)
    assert (again["Active"], again["DisplayName"]) == (True, f"{customer['name']} (C)")


def test_what_waited_for_an_archived_customer_goes_once_it_is_active(books: Shop) -> None:
    books.send("customer.archived", {"id": "CUS-1"})
    books.work()
    books.send("invoice.created", an_invoice())
    books.work()
    assert books.link("INV-1").waiting_on == ["customer:CUS-1"]

    books.send("customer.updated", a_customer())
    books.work()

    assert books.states() == {"CUS-1": "synced", "ITM-1": "synced", "INV-1": "synced"}


def test_an_invoice_that_moves_to_another_customer_waits_for_it(books: Shop) -> None:
    books.send("invoice.created", an_invoice())
    books.work()

    books.send("invoice.updated", an_invoice(customer_id="CUS-2"))
    books.work()
    assert books.link("INV-1").waiting_on == ["customer:CUS-2"]
    books.send("customer.created", a_customer("CUS-2", email="two@harbor.example"))
    books.work()

    [invoice] = books.marked("Invoice", "INV-1")
    assert invoice["CustomerRef"]["value"] == books.link("CUS-2").ref
    assert (books.states()["INV-1"], books.link("INV-1").variance) == ("synced", None)
